"""What callers say about credit notes. Source: https://docs.stripe.com/api/credit_notes"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import (
    Conditional,
    exclusive,
    needed,
    only_with,
)
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.billing.params import TaxRates

CUSTOM = "custom_line_item"
Cents = Annotated[int, Field(ge=0)]


class CreditedLine(Conditional):
    """A line of a note: of the invoice, or of its own."""

    conditions = (
        only_with("amount invoice_line_item", "type", "invoice_line_item"),
        only_with("description tax_rates unit_amount unit_amount_decimal", "type", CUSTOM),
        needed("invoice_line_item", "type", "invoice_line_item"),
        needed("description", "type", CUSTOM),
        exclusive("unit_amount", "unit_amount_decimal"),
        exclusive("tax_amounts", "tax_rates"),
    )

    type: Literal["custom_line_item", "invoice_line_item"]
    amount: int | None = None
    description: str | None = None
    invoice_line_item: str | None = None
    metadata: Metadata = {}
    quantity: int | None = None
    tax_amounts: list[dict[str, Any]] | None = None
    tax_rates: TaxRates | None = None
    unit_amount: int | None = None
    unit_amount_decimal: str | None = None


class LinkedRefund(Conditional):
    """A refund that a note stands for."""

    conditions = (
        needed("refund", "type", "refund"),
        needed("payment_record_refund", "type", "payment_record_refund"),
    )

    refund: str | None = None
    amount_refunded: Cents | None = None
    payment_record_refund: dict[str, Any] | None = None
    type: str | None = None


class CreateNote(StripeParams):
    """What a new note takes."""

    invoice: str
    amount: Cents | None = None
    credit_amount: Cents | None = None
    effective_at: Timestamp | None = None
    email_type: Literal["credit_note", "none"] | None = None
    lines: list[CreditedLine] | None = None
    memo: str | None = None
    metadata: Metadata = {}
    out_of_band_amount: Cents | None = None
    reason: Literal["duplicate", "fraudulent", "order_change", "product_unsatisfactory"] | None = (
        None
    )
    refund: str | None = None
    refund_amount: Cents | None = None
    refunds: list[LinkedRefund] | None = None
    shipping_cost: dict[str, Any] | None = None


class UpdateNote(StripeParams):
    """What can be changed."""

    memo: str | None = None
    metadata: Metadata = {}


class ListNotes(ListParams):
    """Filters of the list."""

    customer: str | None = None
    invoice: str | None = None


class PreviewLines(CreateNote, ListParams):
    """A page of a preview's lines."""
