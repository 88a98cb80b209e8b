"""All patterns, in the order in which they are tried."""

from mirra_mcp.local.scenarios.check import (
    scopes,  # noqa: F401  # makes its slots known
    webhook_words,  # noqa: F401  # likewise
)
from mirra_mcp.local.scenarios.check.patterns import (
    bodies,
    collateral,
    counts,
    errors,
    faults,
    happenings,
    ids,
    order,
    owners,
    properties,
    recipients,
    requests,
    signatures,
    states,
    statuses,
    sums,
    times,
    twins,
    webhooks,
)
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern

PATTERNS: tuple[Pattern, ...] = (
    *collateral.PATTERNS,
    *sums.PATTERNS,
    *states.PATTERNS,
    *times.PATTERNS,
    *signatures.PATTERNS,
    *errors.PATTERNS,
    *webhooks.PATTERNS,
    *bodies.PATTERNS,
    *requests.PATTERNS,
    *recipients.PATTERNS,
    *owners.PATTERNS,
    *twins.PATTERNS,
    *counts.PATTERNS,
    *statuses.PATTERNS,
    *ids.PATTERNS,
    *properties.PATTERNS,
    *happenings.PATTERNS,
    *order.PATTERNS,
    *faults.PATTERNS,
)
