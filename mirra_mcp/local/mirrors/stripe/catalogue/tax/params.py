"""What callers say about calculations and transactions of Stripe Tax.

Source: https://docs.stripe.com/api/tax/calculations/create
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Country,
    Currency,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)

Behavior = Literal["exclusive", "inclusive"]


class Address(Nested):
    """A postal address with a country."""

    city: str | None = None
    country: Country
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class TaxId(Nested):
    """A number of the customer's business."""

    type: str
    value: str


class CustomerDetails(Nested):
    """Who buys."""

    address: Address | None = None
    address_source: Literal["billing", "shipping"] | None = None
    ip_address: str | None = None
    tax_ids: list[TaxId] | None = None
    taxability_override: Literal["customer_exempt", "none", "reverse_charge"] = "none"


class SoldItem(Nested):
    """What is sold."""

    amount: int
    metadata: Metadata = {}
    performance_location: str | None = None
    product: str | None = None
    quantity: Annotated[int, Field(ge=1)] = 1
    reference: str | None = None
    tax_behavior: Behavior = "exclusive"
    tax_code: str | None = None


class ShipFrom(Nested):
    """Where goods come from."""

    address: Address


class ShippingCost(Nested):
    """What delivery costs."""

    amount: int | None = None
    shipping_rate: str | None = None
    tax_behavior: Behavior | None = None
    tax_code: str | None = None


class CreateCalculation(StripeParams):
    """Parameters of a new calculation."""

    currency: Currency
    customer: str | None = None
    customer_details: CustomerDetails | None = None
    line_items: Annotated[list[SoldItem], Field(min_length=1, max_length=100)]
    ship_from_details: ShipFrom | None = None
    shipping_cost: ShippingCost | None = None
    tax_date: Timestamp | None = None


class CreateTransaction(StripeParams):
    """Parameters of a transaction made of a calculation."""

    calculation: str
    metadata: Metadata = {}
    posted_at: Timestamp | None = None
    reference: Annotated[str, Field(max_length=500)]


class ReversedItem(Nested):
    """How much of a line is reversed."""

    amount: Annotated[int, Field(le=0)]
    amount_tax: Annotated[int, Field(le=0)]
    metadata: Metadata = {}
    original_line_item: str
    quantity: int | None = None
    reference: str


class ReversedShipping(Nested):
    """How much of the delivery is reversed."""

    amount: Annotated[int, Field(le=0)]
    amount_tax: Annotated[int, Field(le=0)]


class FindAssociation(StripeParams):
    """Whose taxes are asked for."""

    payment_intent: str


class CreateReversal(StripeParams):
    """Parameters of a reversal."""

    flat_amount: Annotated[int, Field(lt=0)] | None = None
    line_items: list[ReversedItem] | None = None
    metadata: Metadata = {}
    mode: Literal["full", "partial"]
    original_transaction: str
    reference: Annotated[str, Field(max_length=500)]
    shipping_cost: ReversedShipping | None = None
