"""What Radar and the banks think of payments. Source: https://docs.stripe.com/radar"""

from typing import Literal

from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.simulate.disputes import ChargeId, charge_of
from mirra_mcp.wire.model import Doc

FraudType = Literal[
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
]


@story("radar.early_fraud_warning.created")
def fraud_warned(
    stripe: Peers, charge: ChargeId = None, fraud_type: FraudType = "made_with_stolen_card"
) -> Doc:
    """The bank reports a charge as fraud, before anybody disputes it."""
    doc = charge_of(stripe, charge)
    return stripe.early_fraud_warnings.view(stripe.early_fraud_warnings.warn(doc, fraud_type))


@story("review.opened")
def review_opened(
    stripe: Peers, charge: ChargeId = None, reason: Literal["rule", "manual"] = "rule"
) -> Doc:
    """A rule, or somebody, puts a payment into Radar's queue."""
    doc = charge_of(stripe, charge)
    return stripe.reviews.view(stripe.reviews.opened(doc, reason))
