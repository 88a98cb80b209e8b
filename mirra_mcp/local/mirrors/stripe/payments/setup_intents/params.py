"""What setup intents take. Source: https://docs.stripe.com/api/setup_intents"""

from typing import Literal

from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Metadata, StripeParams
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import (
    AutomaticMethods,
    FutureUsage,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import IntentMethodData
from mirra_mcp.wire.model import Doc


class SetupForm(StripeParams):
    """What a create, an update and a confirmation have in common."""

    payment_method: str | None = None
    payment_method_data: IntentMethodData | None = None
    payment_method_options: dict[str, Doc | None] | None = None


class SaveSetup(SetupForm):
    """What a create and an update have in common."""

    allowed_payment_method_types: list[str] | None = None
    attach_to_self: bool = False
    customer: str | None = None
    description: str | None = None
    excluded_payment_method_types: list[str] | None = None
    flow_directions: list[Literal["inbound", "outbound"]] | None = None
    metadata: Metadata = {}
    payment_method_types: list[str] | None = None


class CreateSetup(SaveSetup):
    """Parameters of a new setup intent."""

    automatic_payment_methods: AutomaticMethods | None = None
    confirm: bool = False
    confirmation_token: str | None = None
    mandate_data: Doc | None = None
    on_behalf_of: str | None = None
    return_url: str | None = None
    single_use: Doc | None = None
    usage: FutureUsage = "off_session"
    use_stripe_sdk: bool = False


class UpdateSetup(SaveSetup):
    """Parameters of a changed setup intent."""


class ConfirmSetup(SetupForm):
    """Parameters of a confirmation."""

    client_secret: str | None = None
    confirmation_token: str | None = None
    mandate_data: Doc | None = None
    return_url: str | None = None
    use_stripe_sdk: bool = False


class CancelSetup(StripeParams):
    """Parameters of a cancellation."""

    cancellation_reason: Literal["abandoned", "duplicate", "requested_by_customer"] | None = None


class ListSetups(ListParams):
    """Filters of the list."""

    customer: str | None = None
    payment_method: str | None = None
    attach_to_self: bool | None = None
