"""Prices and the plans that older integrations make of them.

Source: https://docs.stripe.com/api/prices
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain


@pytest.fixture
def product(account: Account) -> str:
    return account.client.v1.products.create({"name": "Seats"}).id


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_recurring_price_has_every_documented_field(
    account: Account, product: str, version: str
) -> None:
    """Source: https://docs.stripe.com/api/prices/object"""
    form = f"product={product}&currency=USD&unit_amount=2000&recurring[interval]=month"
    id = account.call("POST", "/v1/prices", form).json()["id"]
    recurring: dict[str, Any] = {"interval": "month", "interval_count": 1, "meter": None}
    recurring |= {"trial_period_days": None, "usage_type": "licensed"}
    if version == OLD:
        recurring["aggregate_usage"] = None
    assert account.fetch(f"/v1/prices/{id}", version) == {
        "id": id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": NOW,
        "currency": "usd",
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": recurring,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": 2000,
        "unit_amount_decimal": "2000",
    }
    assert account.types()[1:] == ["plan.created", "price.created"]


def test_a_price_can_bring_its_product(account: Account) -> None:
    """Source: https://docs.stripe.com/api/prices/create#create_price-product_data"""
    made = account.client.v1.prices.create(
        {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Book"}}
    )
    assert (made.type, made.recurring) == ("one_time", None)
    assert account.client.v1.products.retrieve(str(made.product)).name == "Book"
    assert account.types() == ["product.created", "price.created"]


def test_decimal_amounts_have_a_whole_number_only_where_they_are_one(
    account: Account, product: str
) -> None:
    """Source: https://docs.stripe.com/api/prices/object#price_object-unit_amount_decimal"""
    form = f"product={product}&currency=usd&unit_amount_decimal="
    for sent, whole, decimal in (("0.5", None, "0.5"), ("10.00", 10, "10"), ("0", 0, "0")):
        made = account.call("POST", "/v1/prices", form + sent).json()
        assert (made["unit_amount"], made["unit_amount_decimal"]) == (whole, decimal)


@pytest.mark.parametrize(
    ("form", "message", "param"),
    [
        (
            "currency=usd&unit_amount=1",
            "You must specify either `product` or `product_data` when creating a price.",
            None,
        ),
        (
            "currency=usd&unit_amount=1&product={product}&product_data[name]=x",
            "You may only specify one of these parameters: product, product_data.",
            "product",
        ),
        (
            "currency=usd&product={product}",
            "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
            None,
        ),
        (
            "currency=usd&product={product}&unit_amount=1&unit_amount_decimal=1",
            "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
            "unit_amount",
        ),
        ("unit_amount=1&product={product}", "Missing required param: currency.", "currency"),
        ("currency=usd&unit_amount=1&product=prod_x", "No such product: 'prod_x'", "product"),
        (
            "currency=usd&product={product}&billing_scheme=tiered&tiers_mode=volume"
            "&tiers[0][up_to]=inf&tiers[0][unit_amount]=1",
            "Prices with `type=one_time` are not supported with tiered billing.",
            "interval",
        ),
        (
            "currency=usd&product={product}&unit_amount=-1",
            "This value must be greater than or equal to 0.",
            "unit_amount",
        ),
    ],
)
def test_what_makes_no_price_is_refused(
    account: Account, product: str, form: str, message: str, param: str | None
) -> None:
    """Source: https://docs.stripe.com/api/prices/create"""
    told = account.refused(400, "POST", "/v1/prices", form.format(product=product))
    assert told["message"] == message
    assert told.get("param") == param
    assert account.types() == ["product.created"]


def test_an_unknown_currency_is_told_with_those_that_there_are(
    account: Account, product: str
) -> None:
    """Source: https://docs.stripe.com/currencies"""
    told = account.refused(
        400, "POST", "/v1/prices", f"product={product}&currency=xxx&unit_amount=1"
    )
    assert told["message"].startswith("Invalid currency: xxx. Stripe currently supports")


def test_tiers_are_kept_and_shown_when_expanded(account: Account, product: str) -> None:
    """Source: https://docs.stripe.com/api/prices/object#price_object-tiers"""
    prices = account.client.v1.prices
    made = prices.create(
        {
            "product": product,
            "currency": "usd",
            "recurring": {"interval": "month"},
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": [
                {"up_to": 5, "unit_amount": 700},
                {"up_to": "inf", "unit_amount": 600, "flat_amount": 100},
            ],
        }
    )
    assert (made.unit_amount, made.tiers_mode) == (None, "graduated")
    assert "tiers" not in plain(made)
    shown = plain(prices.retrieve(made.id, {"expand": ["tiers"]}))["tiers"]
    assert [(tier["up_to"], tier["unit_amount"], tier["flat_amount"]) for tier in shown] == [
        (5, 700, None),
        (None, 600, 100),
    ]
    raw = account.fetch(f"/v1/prices/{made.id}?expand[]=tiers")["tiers"][1]
    assert raw == {
        "flat_amount": 100,
        "flat_amount_decimal": "100",
        "unit_amount": 600,
        "unit_amount_decimal": "600",
        "up_to": None,
    }


@pytest.mark.parametrize(
    "tiers",
    [
        "tiers[0][up_to]=5&tiers[0][unit_amount]=1",
        "tiers[0][up_to]=5&tiers[0][unit_amount]=1&tiers[1][up_to]=3&tiers[1][unit_amount]=1"
        "&tiers[2][up_to]=inf&tiers[2][unit_amount]=1",
        "tiers[0][up_to]=inf",
    ],
)
def test_tiers_that_are_none_are_refused(account: Account, product: str, tiers: str) -> None:
    """Source: https://docs.stripe.com/api/prices/create#create_price-tiers

    Divergence: Stripe's wording of these refusals isn't published.
    """
    form = f"product={product}&currency=usd&recurring[interval]=month&billing_scheme=tiered"
    told = account.refused(400, "POST", "/v1/prices", f"{form}&tiers_mode=volume&{tiers}")
    assert told["param"].startswith("tiers")


def test_a_lookup_key_is_held_by_one_price_and_can_be_handed_on(
    account: Account, product: str
) -> None:
    """Source: https://docs.stripe.com/products-prices/manage-prices#lookup-keys"""
    prices = account.client.v1.prices
    form = f"product={product}&currency=usd&unit_amount=1&lookup_key=pro"
    first = account.call("POST", "/v1/prices", form).json()["id"]
    told = account.refused(400, "POST", "/v1/prices", form)
    assert told["message"] == f"A price (`{first}`) already uses that lookup key."
    assert told["param"] == "lookup_key"
    second = account.call("POST", "/v1/prices", f"{form}&transfer_lookup_key=true").json()["id"]
    assert prices.retrieve(first).lookup_key is None
    assert [each.id for each in prices.list({"lookup_keys": ["pro"]}).data] == [second]
    assert account.types()[-2:] == ["price.updated", "price.created"]
    prices.update(first, {"lookup_key": "pro", "transfer_lookup_key": True})
    assert [each.id for each in prices.list({"lookup_keys": ["pro", "x"]}).data] == [first]


def test_a_price_has_more_currencies_shown_when_expanded(account: Account, product: str) -> None:
    """Source: https://docs.stripe.com/payments/checkout/localize-prices/manual-currency-prices"""
    prices = account.client.v1.prices
    id = prices.create(
        {
            "product": product,
            "currency": "usd",
            "unit_amount": 1000,
            "currency_options": {"eur": {"unit_amount": 950}},
        }
    ).id
    prices.update(id, {"currency_options": {"gbp": {"unit_amount": 850}}})
    shown = account.fetch(f"/v1/prices/{id}?expand[]=currency_options")["currency_options"]
    assert {name: each["unit_amount"] for name, each in shown.items()} == {
        "usd": 1000,
        "eur": 950,
        "gbp": 850,
    }
    assert set(shown["usd"]) == {
        "custom_unit_amount",
        "tax_behavior",
        "unit_amount",
        "unit_amount_decimal",
    }


def test_customers_can_choose_what_they_pay(account: Account, product: str) -> None:
    """Source: https://docs.stripe.com/payments/checkout/pay-what-you-want"""
    made = account.client.v1.prices.create(
        {
            "product": product,
            "currency": "usd",
            "custom_unit_amount": {"enabled": True, "preset": 500, "minimum": 100},
        }
    )
    assert made.unit_amount is None
    assert plain(made.custom_unit_amount) == {"maximum": None, "minimum": 100, "preset": 500}


def test_an_amount_never_changes_but_the_rest_does(account: Account, product: str) -> None:
    """Source: https://docs.stripe.com/api/prices/update"""
    prices = account.client.v1.prices
    id = prices.create(
        {"product": product, "currency": "usd", "unit_amount": 1, "tax_behavior": "exclusive"}
    ).id
    told = account.refused(400, "POST", f"/v1/prices/{id}", "unit_amount=2")
    assert told["message"] == "Received unknown parameter: unit_amount"
    changed = prices.update(id, {"active": False, "nickname": "Old", "metadata": {"a": "1"}})
    assert (changed.active, changed.nickname) == (False, "Old")
    told = account.refused(400, "POST", f"/v1/prices/{id}", "tax_behavior=inclusive")
    assert told["param"] == "tax_behavior"
    assert account.call("DELETE", f"/v1/prices/{id}").status_code == 404


def test_metered_prices_need_a_meter_since_basil(account: Account, product: str) -> None:
    """Source: https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-legacy-usage-based-billing"""
    form = f"product={product}&currency=usd&unit_amount=1&recurring[interval]=month"
    form += "&recurring[usage_type]=metered"
    old = account.call("POST", "/v1/prices", form).json()
    assert old["recurring"]["aggregate_usage"] == "sum"
    new = account.call("POST", "/v1/prices", form, stripe_version=NEW)
    assert new.json()["error"]["message"] == (
        "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters."
    )
    meter = account.client.v1.billing.meters.create(
        {"display_name": "M", "event_name": "m", "default_aggregation": {"formula": "sum"}}
    ).id
    metered = account.call("POST", "/v1/prices", f"{form}&recurring[meter]={meter}").json()
    assert metered["recurring"]["meter"] == meter
    told = account.refused(400, "POST", "/v1/prices", f"{form}&recurring[meter]=mtr_x")
    assert told["code"] == "resource_missing"


def test_prices_are_listed_by_what_they_are(account: Account, product: str) -> None:
    """Source: https://docs.stripe.com/api/prices/list"""
    prices = account.client.v1.prices
    once = prices.create({"product": product, "currency": "usd", "unit_amount": 1}).id
    yearly = prices.create(
        {
            "product": product,
            "currency": "eur",
            "unit_amount": 1,
            "recurring": {"interval": "year"},
        }
    ).id
    prices.update(once, {"active": False})
    assert [each.id for each in prices.list({"type": "one_time"}).data] == [once]
    assert [each.id for each in prices.list({"active": True}).data] == [yearly]
    assert [each.id for each in prices.list({"currency": "eur"}).data] == [yearly]
    assert [each.id for each in prices.list({"recurring": {"interval": "year"}}).data] == [yearly]
    assert [each.id for each in prices.list({"product": product}).data] == [yearly, once]
    assert prices.list({"product": "prod_none"}).data == []


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_recurring_price_is_a_plan_too(account: Account, product: str, version: str) -> None:
    """Source: https://docs.stripe.com/api/plans/object"""
    form = f"product={product}&currency=usd&amount=2000&interval=month&id=gold&nickname=Gold"
    made = account.call("POST", "/v1/plans", form).json()
    assert made["id"] == "gold"
    shown = account.fetch("/v1/plans/gold", version)
    expected: dict[str, Any] = {
        "id": "gold",
        "object": "plan",
        "active": True,
        "aggregate_usage": None,
        "amount": 2000,
        "amount_decimal": "2000",
        "billing_scheme": "per_unit",
        "created": NOW,
        "currency": "usd",
        "interval": "month",
        "interval_count": 1,
        "livemode": False,
        "metadata": {},
        "meter": None,
        "nickname": "Gold",
        "product": product,
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
    if version == NEW:
        del expected["aggregate_usage"]
    assert shown == expected
    assert account.client.v1.prices.retrieve("gold").unit_amount == 2000
    assert [each.id for each in account.client.v1.plans.list().data] == ["gold"]


def test_a_plan_is_made_with_its_product_changed_and_deleted(account: Account) -> None:
    """Source: https://docs.stripe.com/api/plans/delete"""
    plans = account.client.v1.plans
    made = plans.create(
        {"product": {"name": "Gold"}, "currency": "usd", "amount": 5, "interval": "week"}
    )
    assert account.client.v1.products.retrieve(str(made.product)).name == "Gold"
    changed = plans.update(made.id, {"nickname": "G", "trial_period_days": 7})
    assert (changed.nickname, changed.trial_period_days) == ("G", 7)
    gone = {"id": made.id, "object": "plan", "deleted": True}
    assert plain(plans.delete(made.id)) == gone
    assert account.types() == [
        "product.created",
        "plan.created",
        "price.created",
        "plan.updated",
        "price.updated",
        "plan.deleted",
        "price.deleted",
    ]
    told = account.refused(404, "GET", f"/v1/plans/{made.id}")
    assert told["message"] == f"No such plan: '{made.id}'"
