"""When a failed payment is tried again, and what becomes of the subscription at last.

Stripe's Smart Retries choose instants by a model; its recommended default is 8 tries within two
weeks. The mirror spreads those 8 evenly, so that a test can rely on them, and cancels after the
last. `POST /_mirra/simulate {"event": "billing.retry_settings"}` chooses otherwise.

Source: https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from typing import Any, Literal

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY
from mirra_mcp.wire.model import Doc

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


def must_authenticate(intent: Doc) -> bool:
    """Tell whether an off-session payment was declined for want of 3D Secure.

    Source: https://docs.stripe.com/billing/subscriptions/webhooks#action-required
    """
    error = intent.get("last_payment_error") or {}
    return "authentication_required" in (error.get("code"), error.get("decline_code"))


def hard_method(intent: Doc) -> str | None:
    """Return the payment method that a decline ruled out for good, if it did."""
    error = intent.get("last_payment_error") or {}
    method = error.get("payment_method") or {}
    if error.get("decline_code") not in HARD:
        return None
    return method.get("id") if isinstance(method, dict) else method
