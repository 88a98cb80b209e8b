"""Setup attempts: each try to set up a payment method.

Source: https://docs.stripe.com/api/setup_attempts
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.cards.details import checks_of
from mirra_mcp.local.mirrors.stripe.payments.charges.outcomes import AUTHENTICATED
from mirra_mcp.wire.model import Doc


class ListAttempts(ListParams):
    """Filters of the list."""

    setup_intent: str


class SetupAttempts(StripeResource):
    """Tries to set something up."""

    entity, plural = "setup_attempt", "setup_attempts"
    object, prefix, path = "setup_attempt", "setatt", "/v1/setup_attempts"
    indexes = ("setup_intent",)
    blank: ClassVar[Doc] = {
        "application": None,
        "created": None,
        "customer": None,
        "customer_account": None,
        "flow_directions": None,
        "livemode": False,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_details": None,
        "setup_error": None,
        "setup_intent": None,
        "status": "succeeded",
        "usage": "off_session",
    }

    @route("GET /v1/setup_attempts")
    def index(self, params: ListAttempts) -> Doc:
        """List the tries of a setup intent."""
        return self.listed(params, setup_intent=params.setup_intent)

    def tried(
        self,
        intent: Doc,
        method: Doc,
        status: str,
        *,
        error: Doc | None = None,
        authenticated: bool = False,
    ) -> str:
        """Keep a try, or how the one that waits for the payer ended; return its id."""
        kind = method["type"]
        details: Doc = {"type": kind, kind: {}}
        if kind == "card":
            card, shown = self.stripe.payment_methods.card_of(method), method["card"]
            names = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
            details["card"] = {name: shown[name] for name in names} | {
                "checks": checks_of(method, card),
                "network": shown["brand"],
                "three_d_secure": dict(AUTHENTICATED) if authenticated else None,
                "wallet": shown["wallet"],
            }
        fields = {
            "payment_method_details": details,
            "setup_error": error,
            "status": status,
        }
        waiting = self.peek(intent["latest_attempt"] or "")
        if waiting is not None and waiting["status"] == "requires_action":
            return str(self.save({**waiting, **fields})["id"])
        doc = self.new(
            **fields,
            customer=intent["customer"],
            flow_directions=intent["flow_directions"],
            on_behalf_of=intent["on_behalf_of"],
            payment_method=method["id"],
            setup_intent=intent["id"],
            usage=intent["usage"],
        )
        return str(self.save(doc)["id"])
