"""What banks do to money that was paid: disputes and refunds.

Source: https://docs.stripe.com/disputes/how-disputes-work and https://docs.stripe.com/refunds
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.simulate.payments import one_of
from mirra_mcp.wire.model import Doc

ChargeId = Annotated[
    str | None, Field(description="The charge, or its payment intent; the only one, if left out.")
]
DisputeId = Annotated[str | None, Field(description="The dispute; the only open one, if left out.")]
DisputeReason = Literal[
    "credit_not_processed",
    "duplicate",
    "fraudulent",
    "general",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
]
RefundFailure = Literal[
    "charge_for_pending_refund_disputed",
    "declined",
    "expired_or_canceled_card",
    "insufficient_funds",
    "lost_or_stolen_card",
    "unknown",
]
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
CANCELABLE_FOR = timedelta(minutes=30)
"""How long the Dashboard can cancel a card refund in test mode.

Source: https://docs.stripe.com/testing#refunds
"""


@story("charge.dispute.created", fires=("charge.dispute.created", "charge.dispute.funds_withdrawn"))
def dispute_created(
    stripe: Peers,
    charge: ChargeId = None,
    reason: DisputeReason = "fraudulent",
    amount: Annotated[int | None, Field(description="All of the charge, if left out.")] = None,
    inquiry: Annotated[bool, Field(description="The bank asks first; no money moves.")] = False,
) -> Doc:
    """A cardholder disputes a charge, and the bank takes the money back for now."""
    doc = charge_of(stripe, charge)
    if doc["status"] != "succeeded":
        raise SimulateError(f"The charge '{doc['id']}' took no money.", "Name one that did.")
    opened = stripe.disputes.opened(doc, reason, amount=amount, inquiry=inquiry)
    return stripe.disputes.view(opened)


@story("charge.dispute.closed", fires=("charge.dispute.closed", "charge.dispute.funds_reinstated"))
def dispute_closed(
    stripe: Peers, dispute: DisputeId = None, status: Literal["won", "lost"] = "won"
) -> Doc:
    """The bank decides a dispute: won gives the money back; an inquiry that is won just ends."""
    doc = one_of(stripe.disputes, dispute, "dispute", OPEN)
    return stripe.disputes.view(stripe.disputes.closed(doc, won=status == "won"))


@story("charge.dispute.funds_withdrawn", aliases=("charge.dispute.escalated",))
def dispute_escalated(stripe: Peers, dispute: DisputeId = None) -> Doc:
    """The bank turns its inquiry into a dispute and takes the money back for now."""
    doc = one_of(stripe.disputes, dispute, "dispute", OPEN[2:])
    return stripe.disputes.view(stripe.disputes.escalated(doc))


@story("charge.refunded", fires=("refund.created", "charge.refunded"))
def charge_refunded(
    stripe: Peers,
    charge: ChargeId = None,
    amount: Annotated[int | None, Field(description="All that is left, if left out.")] = None,
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] = "requested_by_customer",
) -> Doc:
    """Somebody refunds a charge in the Dashboard."""
    doc = charge_of(stripe, charge)
    return stripe.refunds.view(stripe.refunds.give_back(doc, amount, reason=reason))


@story("refund.failed", fires=("refund.failed", "charge.refund.updated"))
def refund_failed(
    stripe: Peers,
    refund: Annotated[str | None, Field(description="The only one, if left out.")] = None,
    reason: RefundFailure = "expired_or_canceled_card",
) -> Doc:
    """The bank sends a refund back: the money returns to the balance."""
    doc = the_one(stripe.refunds, refund, "refund")
    stripe.refunds.bounce(doc["id"], reason)
    return stripe.refunds.view(stripe.refunds.get(doc["id"]))


@story("refund.updated", fires=("refund.updated", "charge.refund.updated"))
def refund_updated(
    stripe: Peers,
    refund: Annotated[str | None, Field(description="The only one, if left out.")] = None,
    status: Literal["succeeded", "canceled"] = "succeeded",
) -> Doc:
    """A pending refund arrives, or somebody cancels a young card refund in the Dashboard."""
    doc = the_one(stripe.refunds, refund, "refund")
    if status == "canceled":
        if stripe.refunds.at - doc["created"] > CANCELABLE_FOR.total_seconds():
            raise SimulateError(
                f"The refund '{doc['id']}' is too old to be canceled.",
                "The Dashboard cancels card refunds within 30 minutes.",
            )
        return stripe.refunds.view(stripe.refunds.canceled(doc))
    if doc.get("pending_reason") == "charge_pending":
        raise SimulateError(
            f"The refund '{doc['id']}' waits for its charge '{doc['charge']}', which is pending.",
            "Advance the clock until the bank debit has arrived.",
        )
    stripe.refunds.arrive(doc["id"])
    return stripe.refunds.view(stripe.refunds.get(doc["id"]))


def charge_of(stripe: Peers, id: str | None) -> Doc:
    """Return a charge by its own id or by its payment intent's, or the only one."""
    intent = stripe.payment_intents.peek(id) if id else None
    if intent is not None:
        id = intent["latest_charge"]
    return the_one(stripe.charges, id, "charge")
