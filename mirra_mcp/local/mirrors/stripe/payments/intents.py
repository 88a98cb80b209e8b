"""What payment intents and setup intents take alike."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from mirra_mcp.local.mirrors.stripe.api.endpoints.parameters import values
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import IntentMethodData
from mirra_mcp.wire.model import Doc

NO_SUCH_TYPE: Final = (
    "The payment method type provided: {type} is invalid. Please ensure the provided type is"
    " activated in your dashboard (https://dashboard.stripe.com/account/payments/settings) and your"
    " account is enabled for any preview features that you are trying to use."
)
FutureUsage = Literal["off_session", "on_session"]


class AutomaticMethods(Nested):
    """Whether the Dashboard's payment methods are offered."""

    enabled: bool
    allow_redirects: Literal["always", "never"] = "always"


def _are_known(types: list[str]) -> list[str]:
    known = values("POST /v1/payment_intents", "allowed_payment_method_types")
    for each in types:
        if each not in known:
            raise PydanticCustomError("method_type", NO_SUCH_TYPE, {"type": each})
    return types


MethodTypes = Annotated[list[str], AfterValidator(_are_known)]


class MethodForm(StripeParams):
    """What a create, an update and a confirmation say about the payment method."""

    payment_method: str | None = None
    payment_method_data: IntentMethodData | None = None
    payment_method_options: dict[str, Doc | None] | None = None


class OwnerForm(StripeParams):
    """What a create and an update say about whom the intent is for, and how it may be done."""

    allowed_payment_method_types: list[str] | None = None
    customer: str | None = None
    description: str | None = None
    excluded_payment_method_types: list[str] | None = None
    metadata: Metadata = {}
    payment_method_configuration: str | None = None
    payment_method_types: MethodTypes | None = None


class CreateForm(StripeParams):
    """What only a create takes."""

    automatic_payment_methods: AutomaticMethods | None = None
    confirm: bool = False
    on_behalf_of: str | None = None


class PayerForm(StripeParams):
    """What a create and a confirmation say about the payer, who is there or comes back."""

    confirmation_token: str | None = None
    return_url: str | None = None
    use_stripe_sdk: bool = False


class RetrieveIntent(StripeParams):
    """Parameters of a look at an intent."""

    client_secret: str | None = None


class ListForm(ListParams):
    """Filters of the lists."""

    customer: str | None = None
