"""Early fraud warnings: what banks report before a dispute.

Source: https://docs.stripe.com/api/radar/early_fraud_warnings
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class ListWarnings(ListParams):
    """Filters of the list."""

    charge: str | None = None
    payment_intent: str | None = None


class EarlyFraudWarnings(StripeResource):
    """Banks' suspicions."""

    entity, plural = "early_fraud_warning", "early_fraud_warnings"
    object, prefix, path = "radar.early_fraud_warning", "issfr", "/v1/radar/early_fraud_warnings"
    title = "early fraud warning"
    indexes = ("charge", "payment_intent")
    blank: ClassVar[Doc] = {
        "actionable": True,
        "charge": None,
        "created": None,
        "fraud_type": "misc",
        "livemode": False,
        "payment_intent": None,
    }

    @route("GET /v1/radar/early_fraud_warnings")
    def index(self, params: ListWarnings) -> Doc:
        """List warnings."""
        names = ("charge", "payment_intent")
        return self.listed(
            params, **{name: value for name in names if (value := getattr(params, name))}
        )

    @route("GET /v1/radar/early_fraud_warnings/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a warning."""
        return self.view(self.get(id))

    def warn(self, charge: Doc, fraud_type: str = "misc") -> Doc:
        """Report a charge as fraud. Fires: radar.early_fraud_warning.created."""
        doc = self.new(
            actionable=not (charge["refunded"] or charge["disputed"]),
            charge=charge["id"],
            fraud_type=fraud_type,
            payment_intent=charge["payment_intent"],
        )
        return self.save(doc, event="radar.early_fraud_warning.created")

    def settled(self, charge: str) -> None:
        """Note that nothing can be done any more: the charge is refunded or disputed.

        Fires: radar.early_fraud_warning.updated.
        """
        for doc in self.find(charge=charge):
            if doc["actionable"]:
                self.save({**doc, "actionable": False}, event="radar.early_fraud_warning.updated")
