"""`shipping_rate_data`: what delivery costs and how long it takes, told where it is used.

Source: https://docs.stripe.com/api/shipping_rates/create
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import Conditional, broken
from mirra_mcp.local.mirrors.stripe.api.forms.params import Currency, Metadata, Nested
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import TaxBehavior


class Estimate(Nested):
    """One end of a delivery estimate."""

    unit: Literal["business_day", "day", "hour", "month", "week"]
    value: Annotated[int, Field(ge=1)]


HOURS = {"hour": 1, "day": 24, "business_day": 24, "week": 168, "month": 720}


def _is_a_span(form: Any) -> None:
    low, high = form.minimum, form.maximum
    if low and high and high.value * HOURS[high.unit] < low.value * HOURS[low.unit]:
        raise broken("The maximum delivery estimate must not be before the minimum.", "maximum")


class DeliveryEstimate(Conditional):
    """How long a delivery takes."""

    conditions = (_is_a_span,)

    maximum: Estimate | None = None
    minimum: Estimate | None = None


class FixedCurrency(Nested):
    """The rate in one more currency."""

    amount: Annotated[int, Field(ge=0)]
    tax_behavior: TaxBehavior = "unspecified"


class FixedAmount(Nested):
    """What a delivery costs."""

    amount: Annotated[int, Field(ge=0)]
    currency: Currency
    currency_options: dict[str, FixedCurrency] | None = None


class ShippingRateData(Nested):
    """A rate, also as sessions describe one inline."""

    display_name: Annotated[str, Field(max_length=100)]
    delivery_estimate: DeliveryEstimate | None = None
    fixed_amount: FixedAmount | None = None
    metadata: Metadata = {}
    tax_behavior: TaxBehavior = "unspecified"
    tax_code: str | None = None
    type: Literal["fixed_amount"] = "fixed_amount"
