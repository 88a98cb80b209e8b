"""Confirmation tokens: what a payer chose in the browser, for the server to confirm with.

Source: https://docs.stripe.com/api/confirmation_tokens
"""

from typing import Any, ClassVar, TypeVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.intents import FutureUsage
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import Shipping, shipping_of
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import IntentMethodData
from mirra_mcp.wire.model import Doc

LASTS = 12 * 3600
"""How long a token works, in seconds. Source: https://docs.stripe.com/api/confirmation_tokens"""
HIDDEN = ("id", "object", "created", "livemode", "metadata")
"""What a preview doesn't show of a payment method."""


class CreateConfirmationToken(StripeParams):
    """Parameters of a new test token."""

    payment_method: str | None = None
    payment_method_data: IntentMethodData | None = None
    payment_method_options: Doc | None = None
    return_url: str | None = None
    setup_future_usage: FutureUsage | None = None
    shipping: Shipping | None = None


Confirming = TypeVar("Confirming", bound=StripeParams)
"""Parameters of a confirmation."""


class ConfirmationTokens(StripeResource):
    """Payers' choices."""

    entity, plural = "confirmation_token", "confirmation_tokens"
    object, prefix, path = "confirmation_token", "ctoken", "/v1/confirmation_tokens"
    title = "ConfirmationToken"
    blank: ClassVar[Doc] = {
        "created": None,
        "expires_at": 0,
        "livemode": False,
        "mandate_data": None,
        "payment_intent": None,
        "payment_method_options": None,
        "payment_method_preview": None,
        "return_url": None,
        "setup_future_usage": None,
        "setup_intent": None,
        "shipping": None,
        "use_stripe_sdk": True,
    }

    @route("POST /v1/test_helpers/confirmation_tokens")
    def create(self, params: CreateConfirmationToken) -> Doc:
        """Choose a payment method for a payer.

        Source: https://docs.stripe.com/api/confirmation_tokens/test_create
        """
        methods = self.stripe.payment_methods
        if params.payment_method:
            method = methods.resolve(params.payment_method)
        elif params.payment_method_data:
            method = methods.save(methods.made(params.payment_method_data))
        else:
            raise errors.invalid(
                "You must provide either `payment_method` or `payment_method_data`.",
                code="parameter_missing",
            )
        preview = methods.view(method)
        given = params.given()
        doc = self.new(
            expires_at=self.at + LASTS,
            payment_method_options=given.get("payment_method_options"),
            payment_method_preview={
                name: value for name, value in preview.items() if name not in HIDDEN
            },
            return_url=params.return_url,
            setup_future_usage=params.setup_future_usage,
            shipping=shipping_of(given.get("shipping")),
            _method=method["id"],
        )
        return self.view(self.save(doc))

    @route("GET /v1/confirmation_tokens/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a token."""
        return self.view(self.get(id))

    def unfolded(self, params: Confirming) -> Confirming:
        """Return a confirmation's parameters with what its token stands for.

        Raises:
            VendorError: there is no such token, or it was used or has expired.
        """
        id: str | None = getattr(params, "confirmation_token", None)
        if id is None:
            return params
        if getattr(params, "payment_method", None):
            raise errors.invalid(
                "You may only specify one of these parameters: confirmation_token, payment_method."
            )
        doc = self.named(id, "confirmation_token")
        if doc["payment_intent"] or doc["setup_intent"] or doc["expires_at"] < self.at:
            raise errors.invalid(
                f"The provided ConfirmationToken {id} was already used or has expired.",
                "confirmation_token",
            )
        update: dict[str, Any] = {"payment_method": doc["_method"]}
        for name in ("return_url", "setup_future_usage"):
            if doc[name] and not getattr(params, name, None):
                update[name] = doc[name]
        return params.model_copy(update=update)

    def used(self, id: str | None, name: str, intent: str) -> None:
        """Note which intent used a token up: `payment_intent` or `setup_intent`."""
        if id is not None:
            self.save({**self.get(id), name: intent})
