"""What setup intents take. Source: https://docs.stripe.com/api/setup_intents"""

from typing import Literal

from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.payments.intents import (
    CreateForm,
    FutureUsage,
    ListForm,
    MethodForm,
    OwnerForm,
    PayerForm,
)
from mirra_mcp.wire.model import Doc


class SaveSetup(MethodForm, OwnerForm):
    """What a create and an update have in common."""

    flow_directions: list[Literal["inbound", "outbound"]] | None = None


class CreateSetup(SaveSetup, CreateForm, PayerForm):
    """Parameters of a new setup intent."""

    mandate_data: Doc | None = None
    usage: FutureUsage = "off_session"


class UpdateSetup(SaveSetup):
    """Parameters of a changed setup intent."""


class ConfirmSetup(MethodForm, PayerForm):
    """Parameters of a confirmation."""

    client_secret: str | None = None
    mandate_data: Doc | None = None


class CancelSetup(StripeParams):
    """Parameters of a cancellation."""

    cancellation_reason: Literal["abandoned", "duplicate", "requested_by_customer"] | None = None


class ListSetups(ListForm):
    """Filters of the list."""

    payment_method: str | None = None
