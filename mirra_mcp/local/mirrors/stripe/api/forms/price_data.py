"""`price_data`: prices that are described where they are used, and the parts of every price.

Source: https://docs.stripe.com/api/prices/create
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mirra_mcp.local.mirrors.stripe.api.forms.params import Currency, Descriptor, Metadata, Nested

TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]
Cents = Annotated[int, Field(ge=0)]
DecimalCents = Annotated[Decimal, Field(ge=0, max_digits=24, decimal_places=12)]
UpTo = Annotated[int | None, BeforeValidator(lambda each: None if each == "inf" else each)]


LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}


class Tier(Nested):
    """One step of a tiered price; the last is up to `inf`."""

    up_to: UpTo
    flat_amount: Cents | None = None
    flat_amount_decimal: DecimalCents | None = None
    unit_amount: Cents | None = None
    unit_amount_decimal: DecimalCents | None = None


class Recurring(Nested):
    """How often a price is billed."""

    interval: Literal["day", "month", "week", "year"]
    aggregate_usage: Literal["last_during_period", "last_ever", "max", "sum"] | None = None
    interval_count: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _within_three_years(self) -> "Recurring":
        """Source: https://docs.stripe.com/api/prices/create#create_price-recurring-interval_count"""
        most = LONGEST[self.interval]
        if self.interval_count > most:
            raise PydanticCustomError(
                "interval_count",
                "Invalid recurring[interval_count]: the longest interval is 3 years (3 years, 36"
                " months, 156 weeks, or 1095 days).",
            )
        return self

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
    images: Annotated[list[str], Field(max_length=8)] | None = None
    metadata: Metadata = {}
    statement_descriptor: Descriptor | None = None
    tax_code: str | None = None
    tax_details: ProductTaxDetails | None = None
    unit_label: str | None = None


class InlinePrice(Nested):
    """`price_data`: a price made for one use."""

    currency: Currency
    product: str | None = None
    product_data: ProductData | None = None
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior = "unspecified"
    unit_amount: int | None = None
    unit_amount_decimal: Decimal | None = None
