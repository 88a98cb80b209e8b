"""Test clocks: customers with a time of their own.

Source: https://docs.stripe.com/billing/testing/test-clocks
"""

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import DAY, Shop
from tests.local.mirrors.stripe.client import NOW, Account

LONG_AGO = NOW - 400 * DAY


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def test_a_clock_moves_its_customers_through_trial_and_renewal(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/testing/test-clocks/simulate-subscriptions"""
    clocks = shop.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": LONG_AGO, "name": "Trials"})
    assert (clock.status, clock.frozen_time, clock.name) == ("ready", LONG_AGO, "Trials")
    customer = shop.customer(test_clock=clock.id)
    assert shop.v1.customers.retrieve(customer).created == LONG_AGO
    sub = shop.subscribe(customer, shop.price(1000), trial_period_days=7)
    assert (sub.created, sub.test_clock, sub.status) == (LONG_AGO, clock.id, "trialing")
    shop.told()
    moved = clocks.advance(clock.id, {"frozen_time": LONG_AGO + 8 * DAY})
    assert moved.status == "advancing"
    assert clocks.retrieve(clock.id).status == "ready"
    assert shop.told()[:3] == [
        "customer.subscription.trial_will_end",
        "invoice.created",
        "customer.subscription.updated",
    ]
    invoice = shop.invoices(sub.id)[0]
    assert (invoice["status"], invoice["created"], invoice["test_clock"]) == (
        "paid",
        LONG_AGO + 7 * DAY,
        clock.id,
    )
    types = [each["type"] for each in shop.account.events()]
    assert [each for each in types if "test_clock" in each] == [
        "test_helpers.test_clock.created",
        "test_helpers.test_clock.advancing",
        "test_helpers.test_clock.ready",
    ]


def test_the_sessions_clock_leaves_a_test_clocks_customers_alone(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/testing/test-clocks"""
    clock = shop.v1.test_helpers.test_clocks.create({"frozen_time": NOW})
    held = shop.subscribe(shop.customer(test_clock=clock.id), shop.price(1000))
    free = shop.subscribe(shop.customer(), shop.price(1000))
    shop.account.advance("40d")
    assert (len(shop.invoices(held.id)), len(shop.invoices(free.id))) == (1, 2)


def test_a_clock_goes_forward_and_not_too_far(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/test_clocks/advance"""
    clocks = shop.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOW})
    for target, words in (
        (NOW, "must be after the test clock's current frozen time"),
        (NOW + 1000 * DAY, "more than two years"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=words) as refusal:
            clocks.advance(clock.id, {"frozen_time": target})
        assert refusal.value.param == "frozen_time"
    shop.subscribe(shop.customer(test_clock=clock.id), shop.price(1000))
    with pytest.raises(stripe.InvalidRequestError, match="more than two intervals"):
        clocks.advance(clock.id, {"frozen_time": NOW + 90 * DAY})
    clocks.advance(clock.id, {"frozen_time": NOW + 60 * DAY})


def test_a_clock_takes_its_customers_with_it(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/test_clocks/delete"""
    clocks = shop.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOW})
    customer = shop.customer(test_clock=clock.id)
    sub = shop.subscribe(customer, shop.price(1000))
    assert clocks.delete(clock.id).deleted is True
    assert clocks.list().data == []
    for gone in (f"/v1/subscriptions/{sub.id}", f"/v1/customers/{customer}"):
        assert shop.account.refused(404, "GET", gone)["code"] == "resource_missing"


def test_connected_accounts_have_clocks_of_their_own(shop: Shop) -> None:
    """Source: https://docs.stripe.com/connect/authentication"""
    account = shop.account
    made = account.call("POST", "/v1/accounts", {"type": "standard", "email": "a@example.com"})
    other = account.client_for(stripe_account=made.json()["id"])
    clock = other.v1.test_helpers.test_clocks.create({"frozen_time": NOW})
    product = other.v1.products.create({"name": "Silver"}).id
    price = other.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 500,
            "product": product,
            "recurring": {"interval": "month"},
        }
    )
    customer = other.v1.customers.create(
        {
            "test_clock": clock.id,
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )
    sub = other.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
    other.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": NOW + 33 * DAY})
    assert other.v1.test_helpers.test_clocks.retrieve(clock.id).status == "ready"
    found = other.v1.invoices.list({"subscription": sub.id}).data
    assert [(each.status, each.total) for each in found] == [("paid", 500), ("paid", 500)]
