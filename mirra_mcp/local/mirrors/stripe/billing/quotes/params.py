"""What callers say about quotes. Source: https://docs.stripe.com/api/quotes/create"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import InlinePrice
from mirra_mcp.local.mirrors.stripe.billing.params import (
    AutomaticTax,
    BillingMode,
    Collection,
    Discounts,
    Quantity,
    TaxRates,
)


class QuotedItem(Nested):
    """Something that is offered."""

    id: str | None = None
    price: str | None = None
    price_data: InlinePrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None


class SubscriptionData(Nested):
    """What the subscription of an accepted quote is like."""

    billing_mode: BillingMode | None = None
    description: str | None = None
    effective_date: Timestamp | Literal["current_period_end"] | None = None
    metadata: Metadata = {}
    trial_period_days: Annotated[int, Field(ge=0, le=730)] | None = None


class InvoiceSettings(Nested):
    """What the invoices of an accepted quote are like."""

    days_until_due: Annotated[int, Field(ge=0)] | None = None


class TransferData(Nested):
    """Which account gets the money, or a part of it."""

    destination: str
    amount: int | None = None
    amount_percent: Annotated[float, Field(gt=0, le=100)] | None = None


class FromQuote(Nested):
    """The quote that is cloned."""

    quote: str
    is_revision: bool = False


class SaveQuote(StripeParams):
    """What both a new and a changed quote take."""

    application_fee_amount: int | None = None
    application_fee_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    automatic_tax: AutomaticTax | None = None
    collection_method: Collection | None = None
    customer: str | None = None
    default_tax_rates: TaxRates | None = None
    description: str | None = None
    discounts: Discounts | None = None
    expires_at: Timestamp | None = None
    footer: str | None = None
    header: str | None = None
    invoice_settings: InvoiceSettings | None = None
    line_items: list[QuotedItem] | None = None
    metadata: Metadata = {}
    on_behalf_of: str | None = None
    subscription_data: SubscriptionData | None = None
    transfer_data: TransferData | None = None


class CreateQuote(SaveQuote):
    """Parameters of a new quote."""

    from_quote: FromQuote | None = None
    test_clock: str | None = None


class FinalizeQuote(StripeParams):
    """Until when a quote may be accepted."""

    expires_at: Timestamp | None = None


class ListQuotes(ListParams):
    """Filters of the list."""

    customer: str | None = None
    status: Literal["accepted", "canceled", "draft", "open"] | None = None
    test_clock: str | None = None
