"""What callers say about prices. Source: https://docs.stripe.com/api/prices/create"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)

TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]
Cents = Annotated[int, Field(ge=0)]
DecimalCents = Annotated[Decimal, Field(ge=0, max_digits=24, decimal_places=12)]
UpTo = Annotated[int | None, BeforeValidator(lambda each: None if each == "inf" else each)]


class Tier(Nested):
    """One step of a tiered price; the last is up to `inf`."""

    up_to: UpTo
    flat_amount: Cents | None = None
    flat_amount_decimal: DecimalCents | None = None
    unit_amount: Cents | None = None
    unit_amount_decimal: DecimalCents | None = None


class CustomUnitAmount(Nested):
    """Let customers choose what they pay."""

    enabled: bool
    maximum: Cents | None = None
    minimum: Cents | None = None
    preset: Cents | None = None


class CurrencyOption(Nested):
    """The price in one more currency."""

    custom_unit_amount: CustomUnitAmount | None = None
    tax_behavior: TaxBehavior | None = None
    tiers: list[Tier] | None = None
    unit_amount: Cents | None = None
    unit_amount_decimal: DecimalCents | None = None


class Recurring(Nested):
    """How often a price is billed."""

    interval: Literal["day", "month", "week", "year"]
    aggregate_usage: Literal["last_during_period", "last_ever", "max", "sum"] | None = None
    interval_count: Annotated[int, Field(ge=1)] = 1
    meter: str | None = None
    trial_period_days: int | None = None
    usage_type: Literal["licensed", "metered"] = "licensed"


class TransformQuantity(Nested):
    """Divide the quantity before it is billed."""

    divide_by: Annotated[int, Field(ge=1)]
    round: Literal["down", "up"]


class ProductTaxDetails(Nested):
    """How a product is taxed."""

    performance_location: str | None = None
    tax_code: str | None = None


class ProductData(Nested):
    """A product made along with its price."""

    name: str
    active: bool = True
    description: str | None = None
    id: str | None = None
    images: list[str] | None = None
    metadata: Metadata = {}
    statement_descriptor: str | None = None
    tax_code: str | None = None
    tax_details: ProductTaxDetails | None = None
    unit_label: str | None = None


class PriceAmounts(Nested):
    """What every way to describe a price has in common."""

    currency: Currency
    currency_options: dict[str, CurrencyOption] | None = None
    custom_unit_amount: CustomUnitAmount | None = None
    metadata: Metadata = {}
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior = "unspecified"
    unit_amount: Cents | None = None
    unit_amount_decimal: DecimalCents | None = None


class InlinePrice(Nested):
    """`price_data`: a price made for one use."""

    currency: Currency
    product: str | None = None
    product_data: ProductData | None = None
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior = "unspecified"
    unit_amount: int | None = None
    unit_amount_decimal: Decimal | None = None


class CreatePrice(StripeParams, PriceAmounts):
    """Parameters of a new price."""

    active: bool = True
    billing_scheme: Literal["per_unit", "tiered"] = "per_unit"
    lookup_key: str | None = None
    nickname: str | None = None
    product: str | None = None
    product_data: ProductData | None = None
    tiers: list[Tier] | None = None
    tiers_mode: Literal["graduated", "volume"] | None = None
    transfer_lookup_key: bool = False
    transform_quantity: TransformQuantity | None = None


class UpdatePrice(StripeParams):
    """What may change of a price: never its amount."""

    active: bool = True
    currency_options: dict[str, CurrencyOption] | None = None
    lookup_key: str | None = None
    metadata: Metadata = {}
    nickname: str | None = None
    tax_behavior: TaxBehavior = "unspecified"
    transfer_lookup_key: bool = False


class RecurringFilter(Nested):
    """Which recurring prices to list."""

    interval: Literal["day", "month", "week", "year"] | None = None
    meter: str | None = None
    usage_type: Literal["licensed", "metered"] | None = None


class ListPrices(ListParams):
    """Filters of the list."""

    active: bool | None = None
    currency: str | None = None
    lookup_keys: list[str] | None = None
    product: str | None = None
    recurring: RecurringFilter | None = None
    type: Literal["one_time", "recurring"] | None = None
