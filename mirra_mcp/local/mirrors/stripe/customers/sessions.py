"""What a client needs to act for a customer: customer sessions and ephemeral keys.

Source: https://docs.stripe.com/api/customer_sessions
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.forms.parts import Loose
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

HALF_HOUR, HOUR = 1800, 3600
PAYMENT_FEATURES: Doc = {
    "payment_method_allow_redisplay_filters": ["always"],
    "payment_method_redisplay": "disabled",
    "payment_method_redisplay_limit": 3,
    "payment_method_remove": "disabled",
    "payment_method_save": "disabled",
    "payment_method_save_usage": None,
}


class CreateCustomerSession(StripeParams):
    """Parameters of a new session."""

    components: Loose
    customer: str


class CustomerSessions(StripeResource):
    """Sessions that let a client act for a customer; they have no id."""

    entity, plural = "customer_session", "customer_sessions"
    object, prefix = "customer_session", "cuss"
    blank: ClassVar[Doc] = {
        "client_secret": "",
        "components": None,
        "created": None,
        "customer": "",
        "customer_account": None,
        "expires_at": None,
        "livemode": False,
    }

    def view(self, doc: Doc) -> Doc:
        """Show a session without the id that it is kept under."""
        shown = super().view(doc)
        del shown["id"]
        return shown

    @route("POST /v1/customer_sessions")
    def create(self, params: CreateCustomerSession) -> Doc:
        """Let a client act for a customer for half an hour."""
        self.stripe.customers.live(params.customer)
        given = params.components or {}
        components: Doc = {name: {"enabled": False} for name in ("buy_button", "pricing_table")}
        for name in ("customer_sheet", "mobile_payment_element", "payment_element"):
            components[name] = {"enabled": False, "features": None}
        for name, sent in given.items():
            components[name] = {**components.get(name, {}), **sent}
        element = components["payment_element"]
        if element["enabled"]:
            element["features"] = PAYMENT_FEATURES | (element["features"] or {})
        doc = self.new(
            client_secret=f"cuss_secret_{self.mirror.ids.token(51)}",
            components=components,
            customer=params.customer,
            expires_at=self.at + HALF_HOUR,
        )
        return self.view(self.save(doc))


class CreateEphemeralKey(StripeParams):
    """Parameters of a new key."""

    customer: str | None = None


class EphemeralKeys(StripeResource):
    """Keys of an hour for mobile apps. Source: https://docs.stripe.com/mobile/customer-sheet"""

    entity, plural = "ephemeral_key", "ephemeral_keys"
    object, prefix, title = "ephemeral_key", "ephkey", "ephemeral key"
    secret_fields = ("secret",)
    blank: ClassVar[Doc] = {"created": None, "expires": None, "livemode": False}

    @route("POST /v1/ephemeral_keys")
    def create(self, params: CreateEphemeralKey, call: Call) -> Doc:
        """Make a key for a customer; the call must name its API version."""
        if "stripe-version" not in call.headers:
            raise errors.invalid(
                "Missing required header: Stripe-Version. An API version must be specified when"
                " creating an ephemeral key."
            )
        if params.customer is None:
            raise errors.invalid(
                "Missing required param: customer.", "customer", "parameter_missing"
            )
        self.stripe.customers.live(params.customer)
        doc = self.new(
            expires=self.at + HOUR,
            secret=f"ek_test_{self.mirror.ids.token(60)}",
        )
        return self.view(self.save(doc))

    @route("DELETE /v1/ephemeral_keys/{id}")
    def delete(self, id: str) -> Doc:
        """Make a key invalid at once."""
        key = self.get(id)
        self.drop(key)
        return {name: value for name, value in self.view(key).items() if name != "secret"}
