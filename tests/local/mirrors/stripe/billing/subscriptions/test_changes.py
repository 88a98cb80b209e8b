"""Changes of subscriptions: prorations, new periods, pending updates.

Source: https://docs.stripe.com/billing/subscriptions/prorations
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import CLASSIC, DAY, Shop, bill
from tests.local.mirrors.stripe.client import NOW, Account

TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def test_an_upgrade_halfway_is_prorated_on_the_next_invoice(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#how-prorations-work"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.account.advance("15d 12h")
    shop.told()
    dear = shop.price(2000)
    shop.change(sub, items=[{"id": shop.item(sub), "price": dear}])
    assert shop.told() == [
        "invoiceitem.created",
        "invoiceitem.created",
        "customer.subscription.updated",
    ]
    credit, debit = shop.v1.invoice_items.list({"customer": customer, "pending": True}).data[::-1]
    assert (credit.amount, debit.amount) == (-500, 1000)
    assert (credit.proration, credit.discountable) == (True, False)
    shop.account.advance("15d 13h")
    invoice = shop.invoices(sub.id)[0]
    assert bill(invoice) == [
        ("Unused time on Gold after 20 May 2026", -500),
        ("Remaining time on Gold after 20 May 2026", 1000),
        (f"1 {TIMES} Gold (at $20.00 / month)", 2000),
    ]
    assert [line["proration"] for line in invoice["lines"]["data"]] == [True, True, False]
    assert invoice["amount_paid"] == 2500


def test_a_change_can_be_invoiced_at_once(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#control-prorations"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    shop.account.advance("15d 12h")
    after = shop.change(
        sub,
        items=[{"id": shop.item(sub), "quantity": 3}],
        proration_behavior="always_invoice",
    )
    invoice = shop.invoice(str(after.latest_invoice))
    assert bill(invoice) == [
        ("Unused time on Gold after 20 May 2026", -500),
        (f"Remaining time on 3 {TIMES} Gold after 20 May 2026", 1500),
    ]
    assert (invoice["status"], invoice["total"], invoice["billing_reason"]) == (
        "paid",
        1000,
        "subscription_update",
    )


def test_a_downgrade_leaves_credit_for_the_next_invoice(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(2000))
    shop.account.advance("15d 12h")
    item = {"id": shop.item(sub), "price": shop.price(1000)}
    shop.change(sub, items=[item], proration_behavior="always_invoice")
    assert shop.v1.customers.retrieve(customer).balance == -500
    shop.account.advance("15d 13h")
    invoice = shop.invoices(sub.id)[0]
    assert (invoice["total"], invoice["starting_balance"], invoice["amount_due"]) == (
        1000,
        -500,
        500,
    )
    assert (invoice["amount_paid"], invoice["ending_balance"]) == (500, 0)


def test_no_proration_when_none_is_wanted(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#control-prorations"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.account.advance("15d")
    shop.change(sub, items=[{"id": shop.item(sub), "quantity": 2}], proration_behavior="none")
    assert shop.v1.invoice_items.list({"customer": customer}).data == []
    shop.account.advance("17d")
    assert shop.invoices(sub.id)[0]["total"] == 2000


def test_a_proration_date_is_honoured_within_the_period(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-proration_date"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(3100))
    shop.account.advance("15d")
    item = {"id": shop.item(sub), "quantity": 2}
    shop.change(sub, items=[item], proration_date=NOW + 21 * DAY)
    amounts = [each.amount for each in shop.v1.invoice_items.list({"customer": customer}).data]
    assert sorted(amounts) == [-1000, 2000]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.change(sub, items=[item], proration_date=NOW - DAY)
    assert refusal.value.param == "proration_date"


def test_another_interval_begins_a_new_period_now(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/change-price#billing-periods"""
    sub = shop.subscribe(shop.customer(), shop.price(1000), **CLASSIC)
    shop.account.advance("15d 12h")
    now = NOW + 31 * DAY // 2
    yearly = shop.price(10000, "year")
    after = shop.change(sub, items=[{"id": shop.item(sub), "price": yearly}])
    assert (after.billing_cycle_anchor, after["items"].data[0].current_period_start) == (now, now)
    invoice = shop.invoice(str(after.latest_invoice))
    assert bill(invoice) == [
        ("Unused time on Gold after 20 May 2026", -500),
        (f"1 {TIMES} Gold (at $100.00 / year)", 10000),
    ]
    assert invoice["amount_paid"] == 9500


def test_the_anchor_can_be_reset_to_now(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-cycle#changing-the-billing-cycle"""
    sub = shop.subscribe(shop.customer(), shop.price(3100))
    shop.account.advance("10d")
    after = shop.sub(shop.change(sub, billing_cycle_anchor="now").id)
    assert after["billing_cycle_anchor"] == after["current_period_start"] == NOW + 10 * DAY
    assert shop.invoices(sub.id)[0]["amount_paid"] == 1000


def test_a_first_period_up_to_an_anchor_is_prorated(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-cycle"""
    customer, price = shop.customer(), shop.price(3100)
    config = {"day_of_month": 1, "hour": 12, "minute": 0, "second": 0}
    sub = shop.sub(shop.subscribe(customer, price, billing_cycle_anchor_config=config).id)
    june = NOW + 28 * DAY
    assert (sub["billing_cycle_anchor"], sub["current_period_end"]) == (june, june)
    assert shop.invoices(sub["id"])[0]["total"] == 2800
    free = shop.subscribe(
        customer, shop.price(3100), billing_cycle_anchor=june, proration_behavior="none"
    )
    assert shop.invoices(free.id)[0]["total"] == 0
    shop.account.advance("28d 1h")
    assert shop.invoices(free.id)[0]["total"] == 3100
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.subscribe(customer, shop.price(100), billing_cycle_anchor=june + 90 * DAY)
    assert refusal.value.param == "billing_cycle_anchor"


def test_a_trial_can_end_now_or_be_given_later(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/trials#modify-a-trial"""
    sub = shop.subscribe(shop.customer(), shop.price(1000), trial_period_days=14)
    shop.account.advance("2d")
    shop.told()
    after = shop.change(sub, trial_end="now")
    assert (after.status, after.trial_end) == ("active", NOW + 2 * DAY)
    assert shop.told()[-2:] == [
        "customer.subscription.updated",
        "customer.subscription.trial_will_end",
    ]
    assert shop.invoices(sub.id)[0]["amount_paid"] == 1000
    again = shop.change(sub, trial_end=NOW + 10 * DAY, proration_behavior="none")
    assert (again.status, again.billing_cycle_anchor) == ("trialing", NOW + 10 * DAY)
    with pytest.raises(stripe.InvalidRequestError, match="Unix timestamp in the future"):
        shop.change(sub, trial_end=NOW)


def test_a_pending_update_waits_for_its_payment(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/pending-updates"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.use_card(customer, "pm_card_chargeCustomerFail")
    shop.told()
    given: Any = {
        "items": [{"id": shop.item(sub), "quantity": 5}],
        "payment_behavior": "pending_if_incomplete",
        "proration_behavior": "always_invoice",
    }
    asked = shop.change(sub, **given)
    assert (asked.status, asked["items"].data[0].quantity) == ("active", 1)
    pending: Any = asked.pending_update
    assert pending.expires_at == NOW + 23 * 3600
    assert pending.subscription_items[0].quantity == 5
    method = shop.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
    shop.told()
    shop.v1.invoices.pay(str(asked.latest_invoice), {"payment_method": method})
    assert shop.told()[-2:] == [
        "customer.subscription.pending_update_applied",
        "customer.subscription.updated",
    ]
    after = shop.sub(sub.id)
    assert (after["pending_update"], after["items"]["data"][0]["quantity"]) == (None, 5)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.change(sub, **given, description="no")
    assert refusal.value.param == "description"


def test_a_pending_update_expires_after_23_hours(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/pending-updates-reference"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.use_card(customer, "pm_card_chargeCustomerFail")
    shop.change(
        sub,
        items=[{"id": shop.item(sub), "quantity": 5}],
        payment_behavior="pending_if_incomplete",
        proration_behavior="always_invoice",
    )
    shop.told()
    shop.account.advance("23h")
    assert shop.told() == [
        "customer.subscription.pending_update_expired",
        "payment_intent.canceled",
        "invoice.voided",
    ]
    after = shop.sub(sub.id)
    assert (after["pending_update"], after["items"]["data"][0]["quantity"]) == (None, 1)


def test_an_unpaid_change_is_past_due_or_taken_back(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-payment_behavior"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.use_card(customer, "pm_card_chargeCustomerFail")
    given: Any = {
        "items": [{"id": shop.item(sub), "quantity": 5}],
        "proration_behavior": "always_invoice",
    }
    with pytest.raises(stripe.CardError):
        shop.change(sub, **given, payment_behavior="error_if_incomplete")
    kept = shop.sub(sub.id)
    assert (kept["status"], kept["items"]["data"][0]["quantity"]) == ("active", 1)
    after = shop.change(sub, **given)
    assert (after.status, after["items"].data[0].quantity) == ("past_due", 5)


def test_items_are_added_changed_and_taken_away_by_themselves(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_items"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    more: Any = {"subscription": sub.id, "price": shop.price(500), "quantity": 2}
    item = shop.v1.subscription_items.create(more)
    assert (item.quantity, item.subscription) == (2, sub.id)
    listed = shop.v1.subscription_items.list({"subscription": sub.id})
    assert {each.id for each in listed.data} == {item.id, shop.item(sub)}
    changed = shop.v1.subscription_items.update(item.id, {"quantity": 4, "metadata": {"a": "b"}})
    assert changed.quantity == 4
    assert shop.v1.subscription_items.retrieve(item.id).quantity == 4
    shop.v1.subscription_items.delete(item.id)
    assert len(shop.sub(sub.id)["items"]["data"]) == 1
    with pytest.raises(stripe.InvalidRequestError, match="at least one active plan"):
        shop.v1.subscription_items.delete(shop.item(sub))
    pending = shop.v1.invoice_items.list({"customer": customer, "pending": True})
    assert [each.amount for each in pending.data][::-1] == [1000, -1000, 2000, -2000]


def test_something_can_be_billed_once_along_with_a_change(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-add_invoice_items"""
    setup = shop.price(300, None)
    sub = shop.subscribe(
        shop.customer(), shop.price(1000), add_invoice_items=[{"price": setup, "quantity": 2}]
    )
    assert shop.invoices(sub.id)[0]["total"] == 1600
    shop.change(sub, add_invoice_items=[{"price": setup}])
    shop.account.advance("32d")
    assert shop.invoices(sub.id)[0]["total"] == 1300


def test_a_start_in_the_past_is_billed_from_there(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/backdating"""
    customer = shop.customer()
    sub = shop.sub(
        shop.subscribe(customer, shop.price(3000), backdate_start_date=NOW - 45 * DAY).id
    )
    march, april = NOW - 45 * DAY, NOW - 14 * DAY
    assert (sub["start_date"], sub["billing_cycle_anchor"]) == (march, march)
    assert (sub["current_period_start"], sub["current_period_end"]) == (april, NOW + 16 * DAY)
    assert [amount for _, amount in bill(shop.invoices(sub["id"])[0])] == [3000, 3000]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.subscribe(customer, shop.price(100), backdate_start_date=NOW + DAY)
    assert refusal.value.param == "backdate_start_date"


def test_prices_of_fractions_and_packages_are_rounded_once(shop: Shop) -> None:
    """Source: https://docs.stripe.com/products-prices/pricing-models#transform-quantities"""
    customer = shop.customer()
    given: Any = {
        "currency": "usd",
        "product": shop.product,
        "recurring": {"interval": "month"},
        "unit_amount_decimal": "0.5",
    }
    fraction = shop.v1.prices.create(given).id
    package = shop.price(1000, transform_quantity={"divide_by": 10, "round": "up"})
    for price, quantity, total in ((fraction, 333, 167), (package, 25, 3000)):
        items: Any = {"customer": customer, "items": [{"price": price, "quantity": quantity}]}
        sub = shop.v1.subscriptions.create(items)
        assert shop.invoices(sub.id)[0]["total"] == total
