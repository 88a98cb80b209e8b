"""Exchange rates, and older addresses of fees, banks and discounts."""

from typing import Any

from tests.local.mirrors.stripe.client import Account
from tests.local.mirrors.stripe.payments.paying import new_customer


def test_exchange_rates_are_the_same_both_ways(account: Account) -> None:
    """Source: https://docs.stripe.com/api/exchange_rates"""
    rates = account.client.v1.exchange_rates
    assert len(rates.list({"limit": 5}).data) == 5
    euros, dollars = rates.retrieve("eur").rates, rates.retrieve("usd").rates
    assert round(euros["usd"] * dollars["eur"], 3) == 1.0
    assert account.refused(404, "GET", "/v1/exchange_rates/xxx")["code"] == "resource_missing"


def test_older_addresses_of_fees_banks_and_discounts_do_what_the_newer_ones_do(
    account: Account,
) -> None:
    """Source: https://github.com/stripe/openapi"""
    api: Any = account.client.v1
    shop = api.accounts.create(
        {"type": "custom", "capabilities": {"transfers": {"requested": True}}}
    ).id
    bank = api.accounts.external_accounts.create(shop, {"external_account": "btok_us_verified"})
    named = account.call("POST", f"/v1/external_accounts/{bank.id}", "account_holder_name=Ida")
    assert named.json()["account_holder_name"] == "Ida"
    account.refused(404, "POST", "/v1/external_accounts/ba_x", "account_holder_name=Ida")
    account.simulate("account.onboarded", account=shop)
    sale = {"amount": 900, "currency": "usd", "source": "tok_visa"}
    shared = {"application_fee_amount": 90, "transfer_data": {"destination": shop}}
    api.charges.create({**sale, **shared})
    (fee,) = api.application_fees.list().data
    back = account.call("POST", f"/v1/application_fees/{fee.id}/refund", "amount=40").json()
    assert (back["object"], back["amount_refunded"]) == ("application_fee", 40)
    account.refused(400, "POST", f"/v1/application_fees/{fee.id}/refund", "amount=51")
    ada = new_customer(account)
    api.customers.payment_sources.create(ada, {"source": "tok_visa"})
    coupon = api.coupons.create({"percent_off": 10, "duration": "forever"}).id
    product = api.products.create({"name": "Pen"}).id
    data = {
        "currency": "usd",
        "product": product,
        "unit_amount": 500,
        "recurring": {"interval": "month"},
    }
    items = {"customer": ada, "items": [{"price_data": data}]}
    sub = api.subscriptions.create({**items, "discounts": [{"coupon": coupon}]}).id
    found = account.fetch(f"/v1/subscriptions/{sub}/discount")
    assert (found["object"], found["coupon"]["id"]) == ("discount", coupon)
    theirs = f"/v1/customers/{ada}/subscriptions/{sub}/discount"
    assert account.fetch(theirs)["id"] == found["id"]
    assert account.call("DELETE", f"/v1/subscriptions/{sub}/discount").is_success
    account.refused(404, "GET", f"/v1/subscriptions/{sub}/discount")
