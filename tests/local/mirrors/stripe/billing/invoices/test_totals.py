"""Sums of invoices: discounts, taxes and tiers, in both versions' shapes.

Source: https://docs.stripe.com/api/invoices/object
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.billing.shop import Shop, bill
from tests.local.mirrors.stripe.client import NEW, Account


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def rate(shop: Shop, percentage: float, *, inclusive: bool) -> str:
    given: Any = {"display_name": "VAT", "percentage": percentage, "inclusive": inclusive}
    return shop.v1.tax_rates.create(given).id


def test_a_coupon_for_once_takes_off_one_invoice(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/coupons"""
    coupon = shop.v1.coupons.create({"percent_off": 25, "duration": "once"}).id
    sub = shop.subscribe(shop.customer(), shop.price(2000), discounts=[{"coupon": coupon}])
    old = shop.invoices(sub.id)[0]
    assert (old["subtotal"], old["total"], old["amount_paid"]) == (2000, 1500, 1500)
    taken = [{"amount": 500, "discount": old["discount"]["id"]}]
    assert old["total_discount_amounts"] == old["lines"]["data"][0]["discount_amounts"] == taken
    assert old["discount"]["coupon"]["id"] == coupon
    new = shop.invoice(old["id"], NEW)
    assert new["discounts"] == [old["discount"]["id"]]
    assert new["total_pretax_credit_amounts"] == [
        {"amount": 500, "discount": old["discount"]["id"], "type": "discount"}
    ]
    shop.account.advance("32d")
    assert shop.invoices(sub.id)[0]["total"] == 2000
    assert shop.sub(sub.id)["discounts"] == []


def test_a_repeating_coupon_holds_for_its_months(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/coupons#coupon-duration"""
    given: Any = {
        "amount_off": 300,
        "currency": "usd",
        "duration": "repeating",
        "duration_in_months": 2,
    }
    coupon = shop.v1.coupons.create(given).id
    sub = shop.subscribe(shop.customer(), shop.price(1000), discounts=[{"coupon": coupon}])
    shop.account.advance("32d")
    shop.account.advance("30d")
    assert [each["total"] for each in shop.invoices(sub.id)] == [1000, 700, 700]


def test_a_customers_own_discount_is_inherited(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/coupons#customers"""
    coupon = shop.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    customer = shop.customer()
    answer = shop.account.call("POST", f"/v1/customers/{customer}", {"coupon": coupon})
    assert answer.is_success, answer.text
    sub = shop.subscribe(customer, shop.price(1000))
    assert shop.invoices(sub.id)[0]["total"] == 900


def test_exclusive_tax_is_added_after_discounts(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/taxes/tax-rates#inclusive-vs-exclusive-tax"""
    vat = rate(shop, 20, inclusive=False)
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "once"}).id
    sub = shop.subscribe(
        shop.customer(),
        shop.price(2000),
        default_tax_rates=[vat],
        discounts=[{"coupon": coupon}],
    )
    old = shop.invoices(sub.id)[0]
    assert (old["subtotal"], old["tax"], old["total"], old["total_excluding_tax"]) == (
        2000,
        200,
        1200,
        1000,
    )
    assert old["total_tax_amounts"] == [
        {
            "amount": 200,
            "inclusive": False,
            "tax_rate": vat,
            "taxability_reason": "standard_rated",
            "taxable_amount": 1000,
        }
    ]
    assert old["lines"]["data"][0]["tax_rates"][0]["id"] == vat
    new = shop.invoice(old["id"], NEW)
    assert new["total_taxes"] == [
        {
            "amount": 200,
            "tax_behavior": "exclusive",
            "tax_rate_details": {"tax_rate": vat},
            "taxability_reason": "standard_rated",
            "taxable_amount": 1000,
            "type": "tax_rate_details",
        }
    ]
    assert {"tax", "total_tax_amounts"}.isdisjoint(new)


def test_inclusive_tax_is_part_of_the_price(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/taxes/tax-rates#inclusive-vs-exclusive-tax"""
    vat = rate(shop, 20, inclusive=True)
    sub = shop.subscribe(shop.customer(), shop.price(1200), default_tax_rates=[vat])
    old = shop.invoices(sub.id)[0]
    assert (old["subtotal"], old["subtotal_excluding_tax"], old["tax"], old["total"]) == (
        1200,
        1000,
        200,
        1200,
    )
    assert old["lines"]["data"][0]["amount_excluding_tax"] == 1000


def test_exempt_customers_pay_no_tax(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/taxes/tax-rates"""
    vat = rate(shop, 20, inclusive=False)
    customer = shop.customer(tax_exempt="exempt")
    sub = shop.subscribe(customer, shop.price(1000), default_tax_rates=[vat])
    assert shop.invoices(sub.id)[0]["total"] == 1000


def test_each_tier_of_a_graduated_price_is_a_line(shop: Shop) -> None:
    """Source: https://docs.stripe.com/products-prices/pricing-models#tiered-pricing"""
    tiers = [{"up_to": 5, "unit_amount": 700}, {"up_to": "inf", "unit_amount": 650}]
    given: Any = {
        "currency": "usd",
        "product": shop.product,
        "recurring": {"interval": "month"},
        "billing_scheme": "tiered",
        "tiers_mode": "graduated",
        "tiers": tiers,
    }
    price = shop.v1.prices.create(given).id
    items: Any = {"customer": shop.customer(), "items": [{"price": price, "quantity": 6}]}
    sub = shop.v1.subscriptions.create(items)
    invoice = shop.invoices(sub.id)[0]
    assert [amount for _, amount in bill(invoice)] == [3500, 650]
    assert invoice["total"] == 4150


def test_yen_have_no_cents(shop: Shop) -> None:
    """Source: https://docs.stripe.com/currencies#zero-decimal"""
    sub = shop.subscribe(shop.customer(), shop.price(1000, currency="jpy"))
    shop.account.advance("15d 12h")
    shop.change(sub, items=[{"id": shop.item(sub), "quantity": 2}])
    shop.account.advance("16d")
    times = "\N{MULTIPLICATION SIGN}"
    assert bill(shop.invoices(sub.id)[0])[-1] == (f"2 {times} Gold (at ¥1,000 / month)", 2000)
    assert shop.invoices(sub.id)[0]["total"] == 2500
