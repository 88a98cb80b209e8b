"""When a failed payment is tried again, and what becomes of the subscription at last.

Stripe's Smart Retries choose instants by a model; its recommended default is 8 tries within two
weeks. The mirror spreads those 8 evenly, so that a test can rely on them, and cancels after the
last. `POST /_mirra/simulate {"event": "billing.retry_settings"}` chooses otherwise.

Source: https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from typing import Any, Literal

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY

End = Literal["cancel", "mark_unpaid", "leave_past_due"]

DAYS = (1, 3, 5, 7, 9, 11, 13, 14)
"""Days after the first failure."""
END: End = "cancel"

HARD = frozenset(
    {
        "authentication_required",
        "highest_risk_level",
        "incorrect_number",
        "lost_card",
        "pickup_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "transaction_not_allowed",
    }
)
"""Declines after which only another payment method is tried."""


def settings(stripe: Peers) -> tuple[tuple[int, ...], End]:
    """Return the days of the retries and the end."""
    kept: dict[str, Any] = stripe.setting("dunning") or {}
    return tuple(kept.get("days", DAYS)), kept.get("end", END)


def next_try(stripe: Peers, since: int, failures: int) -> int | None:
    """Return when to try again after so many scheduled failures, the first of them at `since`."""
    days, _ = settings(stripe)
    return since + days[failures - 1] * DAY if failures <= len(days) else None
