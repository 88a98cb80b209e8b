"""What refunds take. Source: https://docs.stripe.com/api/refunds"""

from typing import Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    StripeParams,
)

Reason = Literal["duplicate", "fraudulent", "requested_by_customer"]


class CreateRefund(StripeParams):
    """Parameters of a new refund."""

    charge: str | None = None
    payment_intent: str | None = None
    amount: int | None = Field(default=None, ge=1)
    currency: Currency | None = None
    customer: str | None = None
    instructions_email: str | None = None
    metadata: Metadata = {}
    origin: Literal["customer_balance"] | None = None
    reason: Reason | None = None
    refund_application_fee: bool = False
    reverse_transfer: bool = False


class UpdateRefund(StripeParams):
    """Parameters of a changed refund."""

    metadata: Metadata = {}


class ListRefunds(ListParams):
    """Filters of the list."""

    charge: str | None = None
    payment_intent: str | None = None
