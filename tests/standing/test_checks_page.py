"""docs/checks.md says what the grammar reads. `UPDATE_DOCS=1` rewrites it."""

import os
from collections.abc import Iterable

from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.check.patterns import (
    bodies,
    collateral,
    counts,
    errors,
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
from mirra_mcp.local.scenarios.check.reading import read
from mirra_mcp.local.scenarios.vocabulary import Vocabulary
from tests.standing.project import ROOT

PAGE = ROOT / "docs" / "checks.md"
FAMILIES = (
    counts, owners, sums, twins, recipients, properties, happenings, statuses, states, ids,
    webhooks, signatures, requests, bodies, errors, order, times, collateral,
)  # fmt: skip
HEAD = """\
# What a check can say

Written by `tests/standing/test_checks_page.py` from the grammar in
`mirra_mcp/local/scenarios/check/patterns/`. Several claims may be joined by "and", commas or
semicolons; nouns, fields, statuses and webhook types are those of the scenario's mirrors. What no
pattern reads whole goes to the judge. `mirra-mcp check FILE` shows how your own criteria are read.

"Created", "sent" and other past tenses speak of this attempt; "exists", "has", "there are" of all
there is. "The email" is each that the attempt made; if it made none, each that it changed; else
each that there is. Amounts such as `$45.00` are compared in the document's own unit and currency.
An address "got" what was sent to it, as `to`, `cc` or `bcc`, arrived or not. A path may leave out
how it begins where only one endpoint ends so: `POST /Messages.json`.
"""


def test_the_page_of_checks_is_current() -> None:
    words = Vocabulary.of(MIRRORS, ["resend", "stripe"])
    parts = [HEAD]
    for family in FAMILIES:
        title, _, rest = (family.__doc__ or "").partition("\n")
        parts.append(f"## {title.partition(':')[0].rstrip('.')}\n")
        told = title.partition(":")[2].strip() or rest.strip()
        parts.append(f"{told[:1].upper()}{told[1:]}\n" if told else "")
        parts.append("| check | read as |\n|---|---|")
        parts += rows(family.PATTERNS, words)
        parts.append("")
    text = "\n".join(part for part in parts if part is not None).rstrip() + "\n"
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, (
        "docs/checks.md is out of date: run with UPDATE_DOCS=1 and review the difference"
    )


def rows(patterns: Iterable[Pattern], words: Vocabulary) -> list[str]:
    found = []
    for pattern in patterns:
        for text in pattern.examples:
            reading = read(text, words)
            assert reading is not None, text
            found.append(f"| {text} | {reading.plain} |".replace("|W", "\\|W"))
    return found
