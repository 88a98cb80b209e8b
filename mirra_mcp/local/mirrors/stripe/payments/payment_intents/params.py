"""What payment intents take. Source: https://docs.stripe.com/api/payment_intents"""

from typing import Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    Email,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.payments.intents import (
    CreateForm,
    FutureUsage,
    MethodForm,
    MethodTypes,
    OwnerForm,
    PayerForm,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import (
    BillingAddress,
)
from mirra_mcp.wire.model import Doc

Capture = Literal["automatic", "automatic_async", "manual"]
OffSession = bool | Literal["one_off", "recurring"]


class Shipping(Nested):
    """Where the goods go."""

    address: BillingAddress | None = None
    name: str | None = None
    carrier: str | None = None
    phone: str | None = None
    tracking_number: str | None = None


class TransferData(Nested):
    """Which connected account gets the money."""

    destination: str | None = None
    amount: int | None = Field(default=None, ge=0)


class TaxInput(Nested):
    """Which calculation says what a payment's taxes are; an empty one takes it away."""

    calculation: str | None


class HookInputs(Nested):
    """What automations are told."""

    tax: TaxInput | None = None


class Hooks(Nested):
    """What happens along with a payment. Source: https://docs.stripe.com/tax/payment-intent"""

    inputs: HookInputs | None = None


class IntentParams(MethodForm):
    """What a create, an update and a confirmation have in common."""

    hooks: Hooks | None = None

    allowed_payment_method_types: list[str] | None = None
    amount_details: Doc | None = None
    mandate_data: Doc | None = None
    payment_method_types: MethodTypes | None = None
    receipt_email: Email | None = None
    setup_future_usage: FutureUsage | None = None
    shipping: Shipping | None = None
    capture_method: Capture = "automatic_async"


class SaveIntent(IntentParams, OwnerForm):
    """What a create and an update have in common."""

    application_fee_amount: int | None = Field(default=None, ge=0)
    statement_descriptor: str | None = Field(default=None, max_length=22)
    statement_descriptor_suffix: str | None = Field(default=None, max_length=22)
    transfer_data: TransferData | None = None
    transfer_group: str | None = None


class CreateIntent(SaveIntent, CreateForm, PayerForm):
    """Parameters of a new payment intent."""

    amount: int
    currency: Currency
    confirmation_method: Literal["automatic", "manual"] = "automatic"
    error_on_requires_action: bool = False
    mandate: str | None = None
    off_session: OffSession = False
    radar_options: Doc | None = None


class UpdateIntent(SaveIntent):
    """Parameters of a changed payment intent."""

    amount: int = Field(default=0, ge=1)
    currency: Currency = ""


class ConfirmIntent(IntentParams, PayerForm):
    """Parameters of a confirmation."""

    error_on_requires_action: bool = False
    mandate: str | None = None
    off_session: OffSession = False
    client_secret: str | None = None
    radar_options: Doc | None = None


class CaptureIntent(StripeParams):
    """Parameters of a capture."""

    amount_to_capture: int | None = None
    application_fee_amount: int | None = Field(default=None, ge=0)
    final_capture: bool = True
    hooks: Hooks | None = None
    metadata: Metadata = {}
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    transfer_data: TransferData | None = None
    amount_details: Doc | None = None


class CancelIntent(StripeParams):
    """Parameters of a cancellation."""

    cancellation_reason: (
        Literal["duplicate", "fraudulent", "requested_by_customer", "abandoned"] | None
    ) = None


class IncrementIntent(StripeParams):
    """Parameters of a raised authorization."""

    hooks: Hooks | None = None

    amount: int = Field(ge=1)
    application_fee_amount: int | None = Field(default=None, ge=0)
    description: str | None = None
    metadata: Metadata = {}
    statement_descriptor: str | None = None
    transfer_data: TransferData | None = None


ONLY_CONFIRMED = (
    "off_session",
    "error_on_requires_action",
    "mandate",
    "mandate_data",
    "return_url",
    "confirmation_token",
)
"""Parameters of a create that are for its confirmation."""
CARD_OPTIONS: Doc = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}


def options_for(types: list[str], given: dict[str, Any] | None, old: Doc | None = None) -> Doc:
    """Return `payment_method_options` with what Stripe fills in for each type."""
    shown: Doc = {}
    for type in types:
        if type == "card":
            shown[type] = dict(CARD_OPTIONS)
        elif type == "link":
            shown[type] = {"persistent_token": None}
        elif type in (old or {}) or (given and type in given):
            shown[type] = {}
    for options in (old or {}, given or {}):
        for type, chosen in options.items():
            if type in shown:
                shown[type] = {**shown[type], **(chosen or {})}
    return shown


def shipping_of(given: Doc | None) -> Doc | None:
    """Return shipping with every field."""
    if given is None:
        return None
    blank: Doc = {"address": None, "carrier": None, "name": None, "phone": None}
    blank["tracking_number"] = None
    address = given.get("address")
    if address is not None:
        names = ("city", "country", "line1", "line2", "postal_code", "state")
        address = {name: address.get(name) for name in names}
    return {**blank, **given, "address": address}
