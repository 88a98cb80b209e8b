"""Parameters that invoices, invoice items, subscriptions and schedules share."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import (
    Conditional,
    exclusive,
    needed,
    ordered,
)
from mirra_mcp.local.mirrors.stripe.api.forms.params import Metadata, Nested, Timestamp
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import InlinePrice

Now = Literal["now"]
When = Now | Timestamp
Prorate = Literal["always_invoice", "create_prorations", "none"]
Collection = Literal["charge_automatically", "send_invoice"]
Behavior = Literal[
    "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
]
Quantity = Annotated[int, Field(ge=0)]


def _listed(value: Any) -> Any:
    """Read empty text as "none of them"."""
    return [] if value in ("", None) else value


class DiscountGiven(Conditional):
    """A discount by its coupon, its promotion code or itself."""

    conditions = (exclusive("coupon", "promotion_code", "discount"),)

    coupon: str | None = None
    discount: str | None = None
    promotion_code: str | None = None


Discounts = Annotated[list[DiscountGiven], BeforeValidator(_listed)]
TaxRates = Annotated[list[str], BeforeValidator(_listed)]


class Period(Conditional):
    """The time that a line is for."""

    conditions = (ordered("start", "end"),)

    end: Timestamp
    start: Timestamp


class Pricing(Nested):
    """How newer versions name a price."""

    price: str | None = None


class FlexibleMode(Nested):
    """How flexible billing shows prorations."""

    proration_discounts: Literal["included", "itemized"] | None = None


class BillingMode(Nested):
    """How prorations and invoices are worked out."""

    type: Literal["classic", "flexible"]
    flexible: FlexibleMode | None = None


class BillingThresholds(Nested):
    """From which amount due for usage on a subscription is billed within a period."""

    amount_gte: Annotated[int, Field(ge=50)] | None = None
    reset_billing_cycle_anchor: bool | None = None


class ItemThresholds(Nested):
    """From which usage of an item on its subscription is billed within a period."""

    usage_gte: Annotated[int, Field(ge=1)]


class AutomaticTax(Nested):
    """Let Stripe Tax compute the taxes."""

    enabled: bool = False
    liability: dict[str, Any] | None = None


class LineGiven(Conditional):
    """A line, or an item, to bill."""

    conditions = (
        exclusive("price_data", "pricing", "price", "amount"),
        exclusive("quantity", "quantity_decimal"),
        exclusive("tax_amounts", "tax_rates"),
    )

    amount: int | None = None
    description: str | None = None
    discountable: bool | None = None
    discounts: Discounts | None = None
    invoice_item: str | None = None
    metadata: Metadata = {}
    period: Period | None = None
    price: str | None = None
    price_data: InlinePrice | None = None
    pricing: Pricing | None = None
    quantity: Quantity | None = None
    quantity_decimal: Decimal | None = None
    tax_amounts: list[dict[str, Any]] | None = None
    tax_rates: TaxRates | None = None


class Edge(Conditional):
    """When the period of something billed once begins or ends."""

    conditions = (needed("timestamp", "type", "timestamp"),)

    timestamp: Timestamp | None = None
    type: str


class Start(Edge):
    """When such a period begins."""

    type: Literal["max_item_period_start", "now", "timestamp"]


class End(Edge):
    """When such a period ends."""

    type: Literal["min_item_period_end", "timestamp"]


class AddedPeriod(Nested):
    """The period of something billed once along with a subscription."""

    end: End
    start: Start


class AddedItem(Conditional):
    """`add_invoice_items`: something billed once along with a subscription."""

    conditions = (exclusive("price", "price_data"),)

    discountable: bool | None = None
    discounts: Discounts | None = None
    metadata: Metadata = {}
    period: AddedPeriod | None = None
    price: str | None = None
    price_data: InlinePrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None


class ItemGiven(Conditional):
    """An item of a subscription, as creates, updates and previews take it."""

    conditions = (exclusive("price", "price_data"),)

    id: str | None = None
    billing_thresholds: ItemThresholds | None = None
    deleted: bool = False
    discounts: Discounts | None = None
    metadata: Metadata = {}
    plan: str | None = None
    price: str | None = None
    price_data: InlinePrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None
