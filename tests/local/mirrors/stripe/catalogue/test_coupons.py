"""Coupons and promotion codes. Source: https://docs.stripe.com/billing/subscriptions/coupons"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain

DAY = 86400


def test_a_coupon_has_every_documented_field(account: Account) -> None:
    """Source: https://docs.stripe.com/api/coupons/object"""
    form = "percent_off=25.5&duration=repeating&duration_in_months=3&name=25.5%25 off"
    made = account.call("POST", "/v1/coupons", form).json()
    assert made == {
        "id": made["id"],
        "object": "coupon",
        "amount_off": None,
        "created": NOW,
        "currency": None,
        "duration": "repeating",
        "duration_in_months": 3,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": "25.5% off",
        "percent_off": 25.5,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    }
    assert len(made["id"]) == 8
    assert account.types() == ["coupon.created"]


def test_an_amount_off_has_a_currency_and_may_have_more(account: Account) -> None:
    """Source: https://docs.stripe.com/api/coupons/create#create_coupon-currency_options"""
    coupons = account.client.v1.coupons
    made = coupons.create(
        {
            "id": "FIVE",
            "amount_off": 500,
            "currency": "usd",
            "currency_options": {"eur": {"amount_off": 450}},
        }
    )
    assert (made.id, made.duration) == ("FIVE", "once")
    shown = plain(coupons.retrieve("FIVE", {"expand": ["currency_options"]}))
    assert shown["currency_options"] == {"usd": {"amount_off": 500}, "eur": {"amount_off": 450}}
    told = account.refused(400, "POST", "/v1/coupons", "id=FIVE&percent_off=5")
    assert (told["message"], told["code"]) == (
        "Coupon already exists.",
        "resource_already_exists",
    )


@pytest.mark.parametrize(
    ("form", "param", "code"),
    [
        ("duration=once", None, "parameter_missing"),
        ("percent_off=5&amount_off=5&currency=usd", None, None),
        ("amount_off=5", "currency", None),
        ("percent_off=5&duration=repeating", "duration", None),
        ("percent_off=5&duration=once&duration_in_months=2", "duration_in_months", None),
        ("percent_off=101", "percent_off", "parameter_invalid_integer"),
        ("percent_off=5&duration=daily", "duration", None),
        ("percent_off=5&redeem_by=1", "redeem_by", None),
        ("percent_off=5&applies_to[products][]=x", "applies_to[products][0]", "resource_missing"),
    ],
)
def test_what_makes_no_coupon_is_refused(
    account: Account, form: str, param: str | None, code: str | None
) -> None:
    """Source: https://docs.stripe.com/api/coupons/create

    Divergence: Stripe doesn't publish the words of its refusals.
    """
    told = account.refused(400, "POST", "/v1/coupons", form)
    assert told.get("param") == param
    assert told.get("code") == code


def test_a_coupon_is_renamed_and_deleted(account: Account) -> None:
    """Source: https://docs.stripe.com/api/coupons/update"""
    coupons = account.client.v1.coupons
    id = coupons.create({"percent_off": 5}).id
    assert coupons.update(id, {"name": "New", "metadata": {"a": "1"}}).name == "New"
    told = account.refused(400, "POST", f"/v1/coupons/{id}", "percent_off=9")
    assert told["message"] == "Received unknown parameter: percent_off"
    assert plain(coupons.delete(id)) == {"id": id, "object": "coupon", "deleted": True}
    assert account.types() == ["coupon.created", "coupon.updated", "coupon.deleted"]
    assert account.refused(404, "GET", f"/v1/coupons/{id}")["message"] == f"No such coupon: '{id}'"


def test_a_coupon_is_valid_until_its_day_or_its_last_redemption(account: Account) -> None:
    """Source: https://docs.stripe.com/api/coupons/object#coupon_object-valid"""
    coupons = account.client.v1.coupons
    dated = coupons.create({"percent_off": 5, "redeem_by": NOW + DAY}).id
    limited = coupons.create({"percent_off": 5, "max_redemptions": 1}).id
    account.call("POST", "/v1/customers", {"coupon": limited})
    spent = coupons.retrieve(limited)
    assert (spent.times_redeemed, spent.valid) == (1, False)
    assert coupons.retrieve(dated).valid
    account.advance("1 day")
    assert not coupons.retrieve(dated).valid
    told = account.refused(400, "POST", "/v1/customers", {"coupon": dated})
    assert (told["code"], told["param"]) == ("coupon_expired", "coupon")
    assert told["message"] == f"Coupon expired: {dated}"
    told = account.refused(400, "POST", "/v1/customers", {"coupon": limited})
    assert "is used up and cannot be applied" in told["message"]


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_code_promotes_a_coupon_in_the_form_of_the_version(
    account: Account, version: str
) -> None:
    """Source: https://docs.stripe.com/changelog/clover/2025-09-30/polymorphic-coupon"""
    coupon = account.client.v1.coupons.create({"percent_off": 20}).id
    form = {"coupon": coupon, "code": "FALL20"}
    if version == NEW:
        form = {"promotion[type]": "coupon", "promotion[coupon]": coupon, "code": "FALL20"}
    made = account.call("POST", "/v1/promotion_codes", form, stripe_version=version).json()
    expected = {
        "id": made["id"],
        "object": "promotion_code",
        "active": True,
        "code": "FALL20",
        "created": NOW,
        "customer": None,
        "expires_at": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "restrictions": {
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
    }
    if version == OLD:
        expected["coupon"] = account.fetch(f"/v1/coupons/{coupon}")
    else:
        expected |= {
            "customer_account": None,
            "promotion": {"coupon": coupon, "type": "coupon"},
        }
    assert made == expected
    assert made["id"].startswith("promo_")
    assert account.types()[-1] == "promotion_code.created"


def test_a_promotion_names_its_coupon_when_expanded(account: Account) -> None:
    """Source: https://docs.stripe.com/api/promotion_codes/object"""
    coupon = account.client.v1.coupons.create({"percent_off": 20}).id
    codes = account.client.v1.promotion_codes
    made = codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon}, "expand": ["promotion.coupon"]}
    )
    assert plain(made)["promotion"]["coupon"]["percent_off"] == 20
    assert len(made.code) == 8
    assert made.code == made.code.upper()


def test_a_code_is_unique_among_the_active_ones_whatever_its_case(account: Account) -> None:
    """Source: https://docs.stripe.com/api/promotion_codes/create#create_promotion_code-code"""
    coupon = account.client.v1.coupons.create({"percent_off": 20}).id
    first = account.call("POST", "/v1/promotion_codes", {"coupon": coupon, "code": "Fall"}).json()
    told = account.refused(400, "POST", "/v1/promotion_codes", {"coupon": coupon, "code": "FALL"})
    assert told["message"] == "An active promotion code with `code: FALL` already exists."
    codes = account.client.v1.promotion_codes
    assert not codes.update(first["id"], {"active": False}).active
    second = account.call("POST", "/v1/promotion_codes", {"coupon": coupon, "code": "FALL"}).json()
    told = account.refused(400, "POST", f"/v1/promotion_codes/{first['id']}", "active=true")
    assert "param" not in told
    assert [each.id for each in codes.list({"code": "fall"}).data] == [second["id"], first["id"]]
    assert [each.id for each in codes.list({"active": True}).data] == [second["id"]]
    assert len(codes.list({"coupon": coupon}).data) == 2
    told = account.refused(400, "POST", "/v1/promotion_codes", "code=x")
    assert (told["param"], told["code"]) == ("coupon", "parameter_missing")


def test_a_code_stops_with_its_day_its_count_and_its_coupon(account: Account) -> None:
    """Source: https://docs.stripe.com/api/promotion_codes/object#promotion_code_object-active"""
    codes = account.client.v1.promotion_codes
    coupon = account.client.v1.coupons.create({"percent_off": 5, "redeem_by": NOW + 2 * DAY}).id
    promotion: stripe.params.PromotionCodeCreateParamsPromotion = {
        "type": "coupon",
        "coupon": coupon,
    }
    dated = codes.create({"promotion": promotion, "expires_at": NOW + DAY}).id
    counted = codes.create({"promotion": promotion, "max_redemptions": 1}).id
    free = codes.create({"promotion": promotion}).id
    account.call("POST", "/v1/customers", {"promotion_code": counted})
    assert (codes.retrieve(counted).times_redeemed, codes.retrieve(counted).active) == (1, False)
    account.advance("1 day")
    assert not codes.retrieve(dated).active
    told = account.refused(400, "POST", "/v1/customers", {"promotion_code": dated})
    assert told["param"] == "promotion_code"
    assert codes.retrieve(free).active
    account.advance("1 day")
    assert not codes.retrieve(free).active


def test_a_code_can_be_for_one_customer(account: Account) -> None:
    """Source: https://docs.stripe.com/api/promotion_codes/create#create_promotion_code-customer

    Divergence: Stripe's wording of the refusal isn't published.
    """
    coupon = account.client.v1.coupons.create({"percent_off": 5}).id
    customer = account.client.v1.customers.create().id
    made = account.client.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon}, "customer": customer}
    )
    other = account.client.v1.customers.create().id
    told = account.refused(400, "POST", f"/v1/customers/{other}", {"promotion_code": made.id})
    assert told["param"] == "promotion_code"
    answer = account.call("POST", f"/v1/customers/{customer}", {"promotion_code": made.id})
    assert answer.json()["discount"]["promotion_code"] == made.id


def test_the_code_of_a_deleted_coupon_is_inactive(account: Account) -> None:
    """Source: https://docs.stripe.com/api/coupons/delete"""
    v1 = account.client.v1
    coupon = v1.coupons.create({"percent_off": 10}).id
    promotion: Any = {"type": "coupon", "coupon": coupon}
    code = v1.promotion_codes.create({"promotion": promotion, "code": "GONE"}).id
    v1.coupons.delete(coupon)
    shown = account.fetch(f"/v1/promotion_codes/{code}")
    assert (shown["active"], shown["coupon"]["valid"]) == (False, False)
    assert account.fetch("/v1/promotion_codes?active=true")["data"] == []
