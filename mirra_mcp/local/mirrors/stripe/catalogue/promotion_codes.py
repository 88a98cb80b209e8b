"""Promotion codes: what customers type to redeem a coupon.

Source: https://docs.stripe.com/api/promotion_codes
"""

import re
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
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
PROMOTIONS = "2025-09-30"
"""From this version on a code has a `promotion` instead of a `coupon`.

Source: https://docs.stripe.com/changelog/clover/2025-09-30/polymorphic-coupon
"""


class MinimumAmount(Nested):
    """The least order in one more currency."""

    minimum_amount: Annotated[int, Field(ge=1)] | None = None


class Restrictions(Nested):
    """Who may redeem a code, with how large an order."""

    currency_options: dict[str, MinimumAmount] | None = None
    first_time_transaction: bool | None = None
    minimum_amount: Annotated[int, Field(ge=1)] | None = None
    minimum_amount_currency: Currency | None = None


class Promotion(Nested):
    """What a code stands for."""

    type: Literal["coupon"]
    coupon: str | None = None


class CreatePromotionCode(StripeParams):
    """Parameters of a new code: `coupon`, or `promotion` since 2025-09-30."""

    active: bool = True
    code: Annotated[str, Field(max_length=500)] | None = None
    coupon: str | None = None
    customer: str | None = None
    expires_at: Timestamp | None = None
    max_redemptions: Annotated[int, Field(ge=1)] | None = None
    metadata: Metadata = {}
    promotion: Promotion | None = None
    restrictions: Restrictions | None = None


class UpdateRestrictions(Nested):
    """Restrictions that may change."""

    currency_options: dict[str, MinimumAmount] | None = None


class UpdatePromotionCode(StripeParams):
    """What may change of a code."""

    active: bool = True
    metadata: Metadata = {}
    restrictions: UpdateRestrictions | None = None


class ListPromotionCodes(ListParams):
    """Filters of the list."""

    active: bool | None = None
    code: str | None = None
    coupon: str | None = None
    customer: str | None = None


class PromotionCodes(StripeResource):
    """The codes of the account. `_active` is what was asked for; the shown one depends on more."""

    entity, plural = "promotion_code", "promotion_codes"
    object, prefix, path = "promotion_code", "promo", "/v1/promotion_codes"
    title = "promotion code"
    indexes = ("_code", "_coupon", "customer")
    blank: ClassVar[Doc] = {
        "active": True,
        "code": "",
        "coupon": None,
        "created": None,
        "customer": None,
        "customer_account": None,
        "expires_at": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "promotion": None,
        "restrictions": {
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
    }

    def view(self, doc: Doc) -> Doc:
        """Show a code with its coupon as it is now; with a coupon that is gone it is inactive.

        Source: https://docs.stripe.com/api/coupons/delete
        """
        coupon = self.stripe.coupons.peek(doc["_coupon"])
        gone = doc["coupon"] | {"valid": False}
        shown = self.stripe.coupons.view(coupon) if coupon is not None else gone
        active = self.is_active(doc) and shown["valid"]
        return super().view(doc) | {"active": active, "coupon": shown}

    def is_active(self, doc: Doc) -> bool:
        """Tell whether a code may still be redeemed, whatever its coupon says."""
        spent = doc["max_redemptions"] is not None and (
            doc["times_redeemed"] >= doc["max_redemptions"]
        )
        expired = doc["expires_at"] is not None and doc["expires_at"] <= self.at
        return bool(doc["_active"]) and not spent and not expired

    def by_code(self, code: str) -> Doc | None:
        """Return the code that a customer typed, in whatever case."""
        return next((each for each in self.find(_code=code.lower()) if self.is_active(each)), None)

    def refusal(
        self,
        code: Doc,
        param: str,
        *,
        customer: str | None,
        currency: str | None,
        amount: int | None,
    ) -> VendorError | None:
        """Return why a code can't be redeemed by this customer for this order, or None.

        Source: https://docs.stripe.com/billing/subscriptions/coupons#promotion-codes
        """
        if code["expires_at"] is not None and code["expires_at"] <= self.at:
            return errors.invalid(
                "This promotion code has expired.", param, "promotion_code_expired"
            )
        most = code["max_redemptions"]
        if most is not None and code["times_redeemed"] >= most:
            return errors.invalid("This promotion code has been fully redeemed.", param)
        if not code["_active"]:
            return errors.invalid("This promotion code is inactive.", param)
        if code["customer"] is not None and code["customer"] != customer:
            return errors.invalid(
                "This promotion code cannot be redeemed because it is restricted to another"
                " customer.",
                param,
            )
        rules = code["restrictions"]
        if rules["first_time_transaction"] and customer and self._has_paid(customer):
            return errors.invalid(
                "This promotion code cannot be redeemed because the associated customer has prior"
                " transactions.",
                param,
            )
        least = rules["minimum_amount"]
        if currency is not None and currency != rules["minimum_amount_currency"]:
            least = rules.get("currency_options", {}).get(currency, {}).get("minimum_amount", least)
        if least is not None and amount is not None and amount < least:
            return errors.invalid(
                "This promotion code cannot be redeemed because the associated purchase does not"
                " meet the minimum amount requirement.",
                param,
            )
        return None

    def count_redemption(self, id: str) -> None:
        """Note that a code was used once more."""
        code = self.get(id)
        self.save(code | {"times_redeemed": code["times_redeemed"] + 1})

    @route("POST /v1/promotion_codes")
    def create(self, params: CreatePromotionCode) -> Doc:
        """Create a code, made up unless given. Fires: promotion_code.created."""
        coupon, param = self._coupon_of(params)
        if (problem := self.stripe.coupons.refusal(coupon, param)) is not None:
            raise problem
        self._check(params, coupon)
        given = filled(params.given())
        code = params.code or self._new_code()
        active = given.pop("active", True)
        restrictions = self.blank["restrictions"] | filled(given.pop("restrictions", {}))
        fields: Doc = given | {
            "code": code,
            "coupon": self.stripe.coupons.view(coupon),
            "promotion": {"coupon": coupon["id"], "type": "coupon"},
            "restrictions": restrictions,
            "_active": active,
            "_code": code.lower(),
            "_coupon": coupon["id"],
        }
        return self.view(self.save(self.new(**fields), event="promotion_code.created"))

    @route("GET /v1/promotion_codes/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a promotion code."""
        return self.view(self.get(id))

    @route("POST /v1/promotion_codes/{id}")
    def update(self, id: str, params: UpdatePromotionCode) -> Doc:
        """Change a code's metadata, or whether it is active. Fires: promotion_code.updated."""
        code, given = self.get(id), params.given()
        if "active" in given:
            given["_active"] = given.pop("active")
            if given["_active"] and not code["_active"]:
                self._refuse_twin(code["code"], code["customer"])
        if (more := given.pop("restrictions", None)) is not None:
            given["restrictions"] = code["restrictions"] | more
        return self.view(self.save(self.patched(code, given), event="promotion_code.updated"))

    @route("GET /v1/promotion_codes")
    def index(self, params: ListPromotionCodes) -> Doc:
        """List codes."""
        where: dict[str, Any] = {}
        if params.code is not None:
            where["_code"] = params.code.lower()
        if params.coupon is not None:
            where["_coupon"] = params.coupon
        if params.customer is not None:
            where["customer"] = params.customer
        wanted = params.active
        return self.listed(
            params,
            keep=None if wanted is None else lambda code: self.view(code)["active"] == wanted,
            **where,
        )

    def _coupon_of(self, params: CreatePromotionCode) -> tuple[Doc, str]:
        id, param = params.coupon, "coupon"
        if params.promotion is not None:
            id, param = params.promotion.coupon, "promotion[coupon]"
        elif id is None and self.stripe.call_version >= PROMOTIONS:
            param = "promotion"
        if id is None:
            raise errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
        return self.stripe.coupons.named(id, param), param

    def _check(self, params: CreatePromotionCode, coupon: Doc) -> None:
        if params.customer is not None:
            self.stripe.customers.live(params.customer)
        if params.code is not None:
            if not re.fullmatch(r"[A-Za-z0-9-]+", params.code):
                raise errors.invalid(
                    "Promotion codes may only contain letters, numbers and dashes.", "code"
                )
            self._refuse_twin(params.code, params.customer)
        if params.expires_at is not None:
            if params.expires_at <= self.at:
                raise errors.invalid("`expires_at` must be in the future.", "expires_at")
            if coupon["redeem_by"] is not None and params.expires_at > coupon["redeem_by"]:
                raise errors.invalid(
                    "`expires_at` cannot be after the coupon's `redeem_by`.", "expires_at"
                )
        most = coupon["max_redemptions"]
        if most is not None and (params.max_redemptions or 0) > most:
            raise errors.invalid(
                "`max_redemptions` cannot be greater than the coupon's `max_redemptions`.",
                "max_redemptions",
            )
        rules = params.restrictions
        if rules and (rules.minimum_amount is None) != (rules.minimum_amount_currency is None):
            name = "minimum_amount" if rules.minimum_amount is None else "minimum_amount_currency"
            raise errors.invalid(
                f"Missing required param: restrictions[{name}].",
                f"restrictions[{name}]",
                "parameter_missing",
            )

    def _refuse_twin(self, code: str, customer: str | None) -> None:
        twins = [each for each in self.find(_code=code.lower()) if self.is_active(each)]
        if any(each["customer"] in (None, customer) for each in twins):
            raise errors.invalid(f"An active promotion code with `code: {code}` already exists.")

    def _has_paid(self, customer: str) -> bool:
        charges = self.stripe.charges.find(customer=customer)
        invoices = self.stripe.invoices.find(customer=customer)
        return any(each["status"] == "succeeded" for each in charges) or any(
            each["status"] == "paid" for each in invoices
        )

    def _new_code(self) -> str:
        token = self.mirror.ids.token(16).upper()
        return "".join(each for each in token if each in ALPHABET)[:8]
