"""Shipping rates: what delivery costs, for sessions and invoices to choose from.

Source: https://docs.stripe.com/api/shipping_rates
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    filled,
)
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import TaxBehavior
from mirra_mcp.local.mirrors.stripe.api.forms.shipping_rate_data import (
    FixedCurrency,
    ShippingRateData,
)
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class CreateShippingRate(StripeParams, ShippingRateData):
    """Parameters of a new rate."""


class UpdateFixedAmount(Nested):
    """Other currencies that may change."""

    currency_options: dict[str, FixedCurrency] | None = None


class UpdateShippingRate(StripeParams):
    """What may change of a rate."""

    active: bool = True
    fixed_amount: UpdateFixedAmount | None = None
    metadata: Metadata = {}
    tax_behavior: TaxBehavior = "unspecified"


class ListShippingRates(ListParams):
    """Filters of the list."""

    active: bool | None = None
    currency: str | None = None


class ShippingRates(StripeResource):
    """The rates of the account."""

    entity, plural = "shipping_rate", "shipping_rates"
    object, prefix, path = "shipping_rate", "shr", "/v1/shipping_rates"
    title = "shipping rate"
    indexes = ("active",)
    blank: ClassVar[Doc] = {
        "active": True,
        "created": None,
        "delivery_estimate": None,
        "display_name": "",
        "fixed_amount": None,
        "livemode": False,
        "metadata": {},
        "tax_behavior": "unspecified",
        "tax_code": None,
        "type": "fixed_amount",
    }

    def make(self, given: Doc, param: str = "fixed_amount") -> Doc:
        """Save a rate from what was sent.

        Raises:
            VendorError: it has no amount.
        """
        if given.get("fixed_amount") is None:
            raise errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
        money.check_currency(given["fixed_amount"]["currency"], f"{param}[currency]")
        fields = filled(given)
        if (estimate := fields.get("delivery_estimate")) is not None:
            fields["delivery_estimate"] = {"maximum": None, "minimum": None, **estimate}
        return self.save(self.new(**fields))

    @route("POST /v1/shipping_rates")
    def create(self, params: CreateShippingRate) -> Doc:
        """Create a rate."""
        return self.view(self.make(params.given()))

    @route("GET /v1/shipping_rates/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a rate."""
        return self.view(self.get(id))

    @route("POST /v1/shipping_rates/{id}")
    def update(self, id: str, params: UpdateShippingRate) -> Doc:
        """Change a rate, or archive it."""
        rate, given = self.get(id), params.given()
        if (more := given.pop("fixed_amount", None)) is not None:
            old = rate["fixed_amount"]
            options = {**old.get("currency_options", {}), **(more.get("currency_options") or {})}
            given["fixed_amount"] = old | {"currency_options": options}
        return self.view(self.save(self.patched(rate, given)))

    @route("GET /v1/shipping_rates")
    def index(self, params: ListShippingRates) -> Doc:
        """List rates."""
        where: dict[str, Any] = {} if params.active is None else {"active": params.active}
        wanted = params.currency
        return self.listed(
            params,
            keep=None
            if wanted is None
            else lambda rate: (
                wanted == rate["fixed_amount"]["currency"]
                or wanted in rate["fixed_amount"].get("currency_options", {})
            ),
            **where,
        )
