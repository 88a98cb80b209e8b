"""What banks do to money that has moved: disputes, refunds, fraud warnings, payouts.

Source: https://docs.stripe.com/disputes/how-disputes-work and https://docs.stripe.com/refunds
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.stripe.account.payouts import FailureCode
from mirra_mcp.local.mirrors.stripe.simulate.payments import one_of
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.stripe.mirror import Stripe

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
FraudType = Literal[
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
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
    stripe: "Stripe",
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
    stripe: "Stripe", dispute: DisputeId = None, status: Literal["won", "lost"] = "won"
) -> Doc:
    """The bank decides a dispute: won gives the money back; an inquiry that is won just ends."""
    doc = one_of(stripe.disputes, dispute, "dispute", OPEN)
    return stripe.disputes.view(stripe.disputes.closed(doc, won=status == "won"))


@story("charge.dispute.funds_withdrawn", aliases=("charge.dispute.escalated",))
def dispute_escalated(stripe: "Stripe", dispute: DisputeId = None) -> Doc:
    """The bank turns its inquiry into a dispute and takes the money back for now."""
    doc = one_of(stripe.disputes, dispute, "dispute", OPEN[2:])
    return stripe.disputes.view(stripe.disputes.escalated(doc))


@story("charge.refunded", fires=("refund.created", "charge.refunded"))
def charge_refunded(
    stripe: "Stripe",
    charge: ChargeId = None,
    amount: Annotated[int | None, Field(description="All that is left, if left out.")] = None,
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] = "requested_by_customer",
) -> Doc:
    """Somebody refunds a charge in the Dashboard."""
    doc = charge_of(stripe, charge)
    return stripe.refunds.view(stripe.refunds.give_back(doc, amount, reason=reason))


@story("refund.failed", fires=("refund.failed", "charge.refund.updated"))
def refund_failed(
    stripe: "Stripe",
    refund: Annotated[str | None, Field(description="The only one, if left out.")] = None,
    reason: RefundFailure = "expired_or_canceled_card",
) -> Doc:
    """The bank sends a refund back: the money returns to the balance."""
    doc = the_one(stripe.refunds, refund, "refund")
    stripe.refunds.bounce(doc["id"], reason)
    return stripe.refunds.view(stripe.refunds.get(doc["id"]))


@story("refund.updated", fires=("refund.updated", "charge.refund.updated"))
def refund_updated(
    stripe: "Stripe",
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
    stripe.refunds.arrive(doc["id"])
    return stripe.refunds.view(stripe.refunds.get(doc["id"]))


@story("radar.early_fraud_warning.created")
def fraud_warned(
    stripe: "Stripe", charge: ChargeId = None, fraud_type: FraudType = "made_with_stolen_card"
) -> Doc:
    """The bank reports a charge as fraud, before anybody disputes it."""
    doc = charge_of(stripe, charge)
    return stripe.early_fraud_warnings.view(stripe.early_fraud_warnings.warn(doc, fraud_type))


@story("review.opened")
def review_opened(
    stripe: "Stripe", charge: ChargeId = None, reason: Literal["rule", "manual"] = "rule"
) -> Doc:
    """A rule, or somebody, puts a payment into Radar's queue."""
    doc = charge_of(stripe, charge)
    return stripe.reviews.view(stripe.reviews.opened(doc, reason))


@story("payout.created")
def payout_created(stripe: "Stripe", currency: str = "usd") -> Doc:
    """Stripe pays out all that is available, as it does daily."""
    made = stripe.payouts.automatic(currency.lower())
    if made is None:
        raise SimulateError(
            f"There is nothing available in {currency}.",
            "Advance the clock by some days, or pay with pm_card_bypassPending.",
        )
    return stripe.payouts.view(made)


@story("payout.paid")
def payout_paid(
    stripe: "Stripe",
    payout: Annotated[str | None, Field(description="The only open one, if left out.")] = None,
) -> Doc:
    """A payout arrives at the bank."""
    doc = one_of(stripe.payouts, payout, "payout", ("pending", "in_transit"))
    return stripe.payouts.view(stripe.payouts.paid(doc))


@story("payout.failed")
def payout_failed(
    stripe: "Stripe",
    payout: Annotated[str | None, Field(description="The only open one, if left out.")] = None,
    failure_code: FailureCode = "could_not_process",
) -> Doc:
    """The bank sends a payout back: the money returns to the balance."""
    doc = one_of(stripe.payouts, payout, "payout", ("pending", "in_transit", "paid"))
    return stripe.payouts.view(stripe.payouts.failed(doc, failure_code))


def charge_of(stripe: "Stripe", id: str | None) -> Doc:
    """Return a charge by its own id or by its payment intent's, or the only one."""
    intent = stripe.payment_intents.peek(id) if id else None
    if intent is not None:
        id = intent["latest_charge"]
    return the_one(stripe.charges, id, "charge")
