"""Coupons: how much is taken off, and for how long. Source: https://docs.stripe.com/api/coupons"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
    filled,
)
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue import includes
from mirra_mcp.wire.model import Doc

FARTHEST = 5 * 366 * 24 * 3600
"""Seconds until a coupon must be redeemed at most."""


class AppliesTo(Nested):
    """The products that a coupon is for."""

    products: list[str]


class CouponCurrency(Nested):
    """The amount off in one more currency."""

    amount_off: Annotated[int, Field(ge=1)]


class CreateCoupon(StripeParams):
    """Parameters of a new coupon."""

    amount_off: Annotated[int, Field(ge=1)] | None = None
    applies_to: AppliesTo | None = None
    currency: Currency | None = None
    currency_options: dict[str, CouponCurrency] | None = None
    duration: Literal["forever", "once", "repeating"] = "once"
    duration_in_months: Annotated[int, Field(ge=1)] | None = None
    id: str | None = None
    max_redemptions: Annotated[int, Field(ge=1)] | None = None
    metadata: Metadata = {}
    name: Annotated[str, Field(max_length=40)] | None = None
    percent_off: Annotated[float, Field(gt=0, le=100)] | None = None
    redeem_by: Timestamp | None = None


class UpdateCoupon(StripeParams):
    """What may change of a coupon: never what it takes off."""

    currency_options: dict[str, CouponCurrency] | None = None
    metadata: Metadata = {}
    name: Annotated[str, Field(max_length=40)] | None = None


class Coupons(StripeResource):
    """The coupons of the account. `_applies_to` and `_currency_options` are shown when expanded."""

    entity, plural = "coupon", "coupons"
    synonyms = ("discount coupon",)
    object, path = "coupon", "/v1/coupons"
    names_itself = True
    includes: ClassVar = {
        "applies_to": includes.coupon_products,
        "currency_options": includes.coupon_currencies,
    }
    blank: ClassVar[Doc] = {
        "amount_off": None,
        "created": None,
        "currency": None,
        "duration": "once",
        "duration_in_months": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": None,
        "percent_off": None,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    }

    def new_id(self) -> str:
        """Make up a code of eight characters."""
        return self.mirror.ids.token(8)

    def view(self, doc: Doc) -> Doc:
        """Show a coupon; whether it is valid depends on the time and on how often it was used."""
        return super().view(doc) | {"valid": self.refusal(doc, "coupon") is None}

    def refusal(self, coupon: Doc, param: str) -> VendorError | None:
        """Return why a coupon can't be redeemed any more, or None."""
        if coupon["redeem_by"] is not None and coupon["redeem_by"] <= self.at:
            return errors.invalid(f"Coupon expired: {coupon['id']}", param, "coupon_expired")
        most = coupon["max_redemptions"]
        if most is not None and coupon["times_redeemed"] >= most:
            return errors.invalid(f"Coupon {coupon['id']} is used up and cannot be applied.", param)
        return None

    def count_redemption(self, id: str) -> None:
        """Note that a coupon was used once more."""
        coupon = self.peek(id)
        if coupon is not None:
            self.save(coupon | {"times_redeemed": coupon["times_redeemed"] + 1})

    @route("POST /v1/coupons")
    def create(self, params: CreateCoupon) -> Doc:
        """Create a coupon. Fires: coupon.created."""
        given = params.given()
        self._check(params)
        if params.id is not None and self.peek(params.id) is not None:
            raise errors.invalid("Coupon already exists.", "id", "resource_already_exists")
        fields = filled(given)
        if applies := fields.pop("applies_to", None):
            fields["_applies_to"] = applies
        fields["_currency_options"] = fields.pop("currency_options", {})
        return self.view(self.save(self.new(**fields), event="coupon.created"))

    @route("GET /v1/coupons/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a coupon."""
        return self.view(self.get(id))

    @route("POST /v1/coupons/{id}")
    def update(self, id: str, params: UpdateCoupon) -> Doc:
        """Change a coupon's name, metadata or other currencies. Fires: coupon.updated."""
        coupon, given = self.get(id), params.given()
        if "currency_options" in given:
            more = given.pop("currency_options") or {}
            given["_currency_options"] = {**coupon.get("_currency_options", {}), **more}
        return self.view(self.save(self.patched(coupon, given), event="coupon.updated"))

    @route("GET /v1/coupons")
    def index(self, params: ListParams) -> Doc:
        """List coupons."""
        return self.listed(params)

    @route("DELETE /v1/coupons/{id}")
    def delete(self, id: str) -> Doc:
        """Delete a coupon; who has its discount already keeps it. Fires: coupon.deleted."""
        coupon = self.get(id)
        self.drop(coupon, event="coupon.deleted")
        return self.deleted(coupon)

    def _check(self, params: CreateCoupon) -> None:
        if params.percent_off is None and params.amount_off is None:
            raise errors.invalid(
                "Must provide percent_off or amount_off.", code="parameter_missing"
            )
        if params.percent_off is not None and params.amount_off is not None:
            raise errors.invalid(
                "Received both percent_off and amount_off parameters. Please pass in only one."
            )
        if params.amount_off is not None:
            if params.currency is None:
                raise errors.invalid("You must pass currency when passing amount_off", "currency")
            money.check_currency(params.currency, "currency")
        if params.duration == "repeating" and params.duration_in_months is None:
            raise errors.invalid(
                "The duration_in_months param must be set when creating a coupon with a repeating"
                " duration",
                "duration",
            )
        if params.duration != "repeating" and params.duration_in_months is not None:
            raise errors.invalid(
                "`duration_in_months` can only be set when `duration` is `repeating`.",
                "duration_in_months",
            )
        if params.currency_options is not None and params.amount_off is None:
            raise errors.invalid(
                "`currency_options` can only be set with `amount_off`.", "currency_options"
            )
        if params.redeem_by is not None and params.redeem_by > self.at + FARTHEST:
            raise errors.invalid(
                "`redeem_by` cannot be set to more than 5 years in the future.", "redeem_by"
            )
        if params.redeem_by is not None and params.redeem_by <= self.at:
            raise errors.invalid(
                "The parameter `redeem_by` expects a unix timestamp representing a date and time in"
                f" the future. You specified the value `{params.redeem_by}` which is in the past.",
                "redeem_by",
            )
        products: Any = params.applies_to.products if params.applies_to else []
        for number, product in enumerate(products):
            self.stripe.products.named(product, f"applies_to[products][{number}]")
