"""What callers say about prices. Source: https://docs.stripe.com/api/prices/create"""

from typing import Literal

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import Conditional, ordered
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import (
    Cents,
    DecimalCents,
    ProductData,
    Recurring,
    TaxBehavior,
    Tier,
    TransformQuantity,
)


class CustomUnitAmount(Conditional):
    """Let customers choose what they pay."""

    conditions = (
        ordered("minimum", "maximum"),
        ordered("minimum", "preset"),
        ordered("preset", "maximum"),
    )

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
