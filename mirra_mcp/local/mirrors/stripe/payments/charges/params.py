"""What charges take. Source: https://docs.stripe.com/api/charges"""

from typing import Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import Shipping, TransferData
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import TokenCard


class SourceCard(TokenCard):
    """A card given in place of a token."""

    object: Literal["card"] = "card"


class CreateCharge(StripeParams):
    """Parameters of a new charge."""

    amount: int = Field(ge=1)
    currency: Currency
    source: str | SourceCard | None = None
    customer: str | None = None
    capture: bool = True
    description: str | None = None
    metadata: Metadata = {}
    receipt_email: Email | None = None
    shipping: Shipping | None = None
    statement_descriptor: str | None = Field(default=None, max_length=22)
    statement_descriptor_suffix: str | None = Field(default=None, max_length=22)
    application_fee_amount: int | None = Field(default=None, ge=0)
    on_behalf_of: str | None = None
    transfer_data: TransferData | None = None
    transfer_group: str | None = None


class FraudDetails(Nested):
    """What the seller thinks of the charge."""

    user_report: Literal["fraudulent", "safe"] | None = None


class UpdateCharge(StripeParams):
    """Parameters of a changed charge."""

    customer: str | None = None
    description: str | None = None
    fraud_details: FraudDetails | None = None
    metadata: Metadata = {}
    receipt_email: str | None = None
    shipping: Shipping | None = None
    transfer_group: str | None = None


class CaptureCharge(StripeParams):
    """Parameters of a capture."""

    amount: int | None = Field(default=None, ge=1)
    application_fee_amount: int | None = None
    receipt_email: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None


class ListCharges(ListParams):
    """Filters of the list."""

    customer: str | None = None
    payment_intent: str | None = None
    transfer_group: str | None = None
