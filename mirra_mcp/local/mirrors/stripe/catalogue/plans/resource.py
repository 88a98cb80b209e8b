"""Plans: recurring prices, as older integrations make and read them.

Source: https://docs.stripe.com/api/plans
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.conditions import Conditional, broken, exclusive
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import (
    LONGEST,
    Cents,
    DecimalCents,
    ProductData,
    Tier,
)
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue import includes
from mirra_mcp.local.mirrors.stripe.catalogue.plans.view import plan_of
from mirra_mcp.local.mirrors.stripe.catalogue.prices import rules
from mirra_mcp.wire.model import Doc


class TransformUsage(Nested):
    """Divide the usage before it is billed."""

    divide_by: Annotated[int, Field(ge=1)]
    round: Literal["down", "up"]


def within_three_years(form: Any) -> None:
    """Refuse an interval of more than three years."""
    if form.interval_count > LONGEST[form.interval]:
        raise broken(
            "Invalid interval_count: the longest interval is 3 years (3 years, 36 months, 156"
            " weeks, or 1095 days).",
            "interval_count",
        )


class CreatePlan(StripeParams, Conditional):
    """Parameters of a new plan."""

    conditions = (
        exclusive("amount", "amount_decimal"),
        exclusive("tiers", "transform_usage"),
        within_three_years,
    )

    currency: Currency
    interval: Literal["day", "month", "week", "year"]
    active: bool = True
    aggregate_usage: Literal["last_during_period", "last_ever", "max", "sum"] | None = None
    amount: Cents | None = None
    amount_decimal: DecimalCents | None = None
    billing_scheme: Literal["per_unit", "tiered"] = "per_unit"
    id: str | None = None
    interval_count: Annotated[int, Field(ge=1)] = 1
    metadata: Metadata = {}
    meter: str | None = None
    nickname: str | None = None
    product: ProductData | str | None = None
    tiers: list[Tier] | None = None
    tiers_mode: Literal["graduated", "volume"] | None = None
    transform_usage: TransformUsage | None = None
    trial_period_days: int | None = None
    usage_type: Literal["licensed", "metered"] = "licensed"


class UpdatePlan(StripeParams):
    """What may change of a plan."""

    active: bool = True
    metadata: Metadata = {}
    nickname: str | None = None
    product: str = ""
    trial_period_days: int | None = None


class ListPlans(ListParams):
    """Filters of the list."""

    active: bool | None = None
    product: str | None = None


class Plans(StripeResource):
    """Recurring prices by their older name; the documents are those of the prices."""

    entity, plural = "plan", "plans"
    object, prefix, path = "plan", "plan", "/v1/plans"
    includes: ClassVar = {"tiers": includes.price_tiers}

    def peek(self, id: str) -> Doc | None:
        """Return the recurring price of that id as a plan."""
        price = self.stripe.prices.peek(id)
        return plan_of(price) if price is not None and price["type"] == "recurring" else None

    @route("POST /v1/plans")
    def create(self, params: CreatePlan) -> Doc:
        """Create a recurring price. Fires: product.created (of its own), plan.*, price.created."""
        given = params.given()
        id = given.pop("id", None)
        if id is not None and self.stripe.prices.peek(id) is not None:
            raise errors.invalid("Plan already exists.", "id", "resource_already_exists")
        money.check_currency(params.currency, "currency")
        product = given.pop("product", None)
        if product is None:
            raise errors.invalid("Missing required param: product.", "product", "parameter_missing")
        if isinstance(product, str):
            self.stripe.products.named(product, "product")
        renamed = {"amount": "unit_amount", "amount_decimal": "unit_amount_decimal"}
        renamed["transform_usage"] = "transform_quantity"
        data: Doc = {renamed.get(name, name): value for name, value in given.items()}
        names = ("aggregate_usage", "interval", "interval_count", "meter", "trial_period_days")
        data["recurring"] = {name: data.pop(name, None) for name in (*names, "usage_type")}
        rules.check_amounts(data, self.stripe.call_version, self.stripe.meters.peek)
        if not isinstance(product, str):
            product = self.stripe.products.make(product)["id"]
        fields = rules.laid_out(data | {"product": product})
        return plan_of(self.stripe.prices.made(fields | {"id": id or self.new_id()}))

    @route("GET /v1/plans/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a plan."""
        return self.get(id)

    @route("POST /v1/plans/{id}")
    def update(self, id: str, params: UpdatePlan) -> Doc:
        """Change a plan. Fires: plan.updated, price.updated."""
        self.get(id)
        price, given = self.stripe.prices.get(id), params.given()
        if "product" in given:
            self.stripe.products.named(given["product"], "product")
        if "trial_period_days" in given:
            days = given.pop("trial_period_days")
            price["recurring"] = price["recurring"] | {"trial_period_days": days}
        return plan_of(self.stripe.prices.changed(self.patched(price, given)))

    @route("GET /v1/plans")
    def index(self, params: ListPlans) -> Doc:
        """List plans."""
        where: dict[str, Any] = {
            name: getattr(params, name)
            for name in ("active", "product")
            if getattr(params, name) is not None
        }
        page = self.stripe.prices.listed(params, url=self.path, type="recurring", **where)
        return page | {"data": [plan_of(each) for each in page["data"]]}

    @route("DELETE /v1/plans/{id}")
    def delete(self, id: str) -> Doc:
        """Delete a plan; subscriptions to it go on. Fires: plan.deleted, price.deleted."""
        plan = self.get(id)
        self.mirror.emit("plan.deleted", {"object": plan})
        self.stripe.prices.drop(self.stripe.prices.get(id), event="price.deleted")
        return {"id": id, "object": "plan", "deleted": True}
