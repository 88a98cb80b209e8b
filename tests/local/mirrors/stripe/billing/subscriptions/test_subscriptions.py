"""Subscriptions: how they begin, with every payment behaviour, and how they end.

Source: https://docs.stripe.com/billing/subscriptions/overview
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import BEGAN, CLASSIC, DAY, Shop
from tests.local.mirrors.stripe.client import NEW, NOW, Account
from tests.local.mirrors.stripe.payments.paying import refused


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def test_a_subscription_is_paid_at_once_and_active(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/webhooks"""
    customer = shop.customer()
    shop.told()
    sub = shop.subscribe(customer, shop.price(1000), metadata={"plan": "gold"})
    assert shop.told() == list(BEGAN)
    assert shop.event("customer.subscription.created")["data"]["object"]["status"] == "active"
    end = 1780574400
    item = sub["items"].data[0]
    assert (sub.status, sub.start_date, sub.billing_cycle_anchor) == ("active", NOW, NOW)
    assert (item.current_period_start, item.current_period_end) == (NOW, end)
    assert (sub.collection_method, sub.customer) == ("charge_automatically", customer)
    old = shop.sub(sub.id)
    assert old["metadata"] == {"plan": "gold"}
    assert (old["current_period_start"], old["current_period_end"]) == (NOW, end)
    assert "current_period_end" not in old["items"]["data"][0]
    invoice = shop.invoice(old["latest_invoice"])
    assert (invoice["status"], invoice["billing_reason"], invoice["amount_paid"]) == (
        "paid",
        "subscription_create",
        1000,
    )


def test_an_invoice_says_in_each_version_whose_it_is_and_how_it_was_paid(shop: Shop) -> None:
    """Source: https://docs.stripe.com/changelog/basil/2025-03-31/adds-support-for-multiple-partial-payments-on-invoices"""
    sub = shop.subscribe(shop.customer(), shop.price(1000), metadata={"a": "b"})
    id = shop.sub(sub.id)["latest_invoice"]
    old = shop.invoice(f"{id}?expand[]=payment_intent&expand[]=charge")
    assert old["subscription"] == sub.id
    assert old["paid"] is True
    assert old["subscription_details"] == {"metadata": {"a": "b"}}
    assert old["payment_intent"]["latest_charge"] == old["charge"]["id"]
    assert old["payment_intent"]["invoice"] == old["charge"]["invoice"] == id
    line = old["lines"]["data"][0]
    assert (line["type"], line["price"]["unit_amount"], line["subscription"]) == (
        "subscription",
        1000,
        sub.id,
    )
    new = shop.invoice(f"{id}?expand[]=payments", NEW)
    assert new["parent"]["subscription_details"] == {
        "metadata": {"a": "b"},
        "subscription": sub.id,
    }
    assert {"subscription", "paid", "charge", "payment_intent"}.isdisjoint(new)
    payment = new["payments"]["data"][0]
    assert payment["payment"] == {
        "payment_intent": old["payment_intent"]["id"],
        "type": "payment_intent",
    }
    assert (payment["status"], payment["amount_paid"], payment["is_default"]) == (
        "paid",
        1000,
        True,
    )
    line = new["lines"]["data"][0]
    assert line["pricing"]["price_details"] == {
        "price": old["lines"]["data"][0]["price"]["id"],
        "product": shop.product,
    }
    details = line["parent"]["subscription_item_details"]
    assert (details["subscription"], details["subscription_item"]) == (sub.id, shop.item(sub))


def test_without_a_payment_method_nothing_begins(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/payment-methods-setting"""
    customer = shop.customer(None)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.subscribe(customer, shop.price(1000))
    assert refusal.value.code == "resource_missing"
    assert "no attached payment source or default payment method" in str(refusal.value)
    assert shop.v1.subscriptions.list({"customer": customer}).data == []


def test_a_declined_first_payment_leaves_it_incomplete(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/overview#requires-payment-method"""
    sub = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"), shop.price(1000))
    assert sub.status == "incomplete"
    assert shop.told()[-6:] == [
        "invoice.finalized",
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.updated",
        "invoice.payment_failed",
    ]
    invoice = shop.invoice(shop.sub(sub.id)["latest_invoice"])
    assert (invoice["status"], invoice["attempt_count"], invoice["next_payment_attempt"]) == (
        "open",
        1,
        None,
    )
    customer = shop.v1.customers.retrieve(str(sub.customer))
    assert customer.delinquent is True


def test_error_if_incomplete_answers_402_and_makes_nothing(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-payment_behavior"""
    customer = shop.customer("pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError) as refusal:
        shop.subscribe(customer, shop.price(1000), payment_behavior="error_if_incomplete")
    assert (refusal.value.http_status, refusal.value.code) == (402, "card_declined")
    assert shop.v1.subscriptions.list({"customer": customer, "status": "all"}).data == []


def test_default_incomplete_waits_for_the_client_to_confirm(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/build-subscriptions"""
    customer = shop.customer(None)
    sub = shop.subscribe(
        customer,
        shop.price(1000),
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret", "latest_invoice.payments"],
    )
    invoice: Any = sub.latest_invoice
    intent = invoice.payments.data[0].payment.payment_intent
    assert sub.status == "incomplete"
    assert invoice.confirmation_secret.client_secret.startswith(f"{intent}_secret_")
    shop.told()
    given: Any = {"payment_method": "pm_card_visa", "return_url": "https://example.com"}
    shop.v1.payment_intents.confirm(intent, given)
    assert shop.told() == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    after = shop.sub(sub.id)
    assert after["status"] == "active"
    assert after["default_payment_method"].startswith("pm_")
    event = shop.event("customer.subscription.updated")
    assert event["data"]["previous_attributes"]["status"] == "incomplete"


def test_an_incomplete_subscription_expires_after_23_hours(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses"""
    sub = shop.subscribe(
        shop.customer(None), shop.price(1000), payment_behavior="default_incomplete"
    )
    shop.account.advance("22h 59m")
    assert shop.sub(sub.id)["status"] == "incomplete"
    shop.told()
    shop.account.advance("1m")
    assert shop.told() == [
        "payment_intent.canceled",
        "invoice.voided",
        "customer.subscription.updated",
    ]
    after = shop.sub(sub.id)
    assert (after["status"], after["ended_at"]) == ("incomplete_expired", NOW + 23 * 3600)
    assert shop.invoices(sub.id)[0]["status"] == "void"


def test_3d_secure_on_the_first_payment_needs_the_customer(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/overview#requires-action"""
    sub = shop.subscribe(shop.customer("pm_card_authenticationRequired"), shop.price(1000))
    assert sub.status == "incomplete"
    assert "invoice.payment_action_required" in shop.told()
    invoice = shop.invoice(f"{shop.sub(sub.id)['latest_invoice']}?expand[]=payment_intent")
    assert invoice["payment_intent"]["status"] == "requires_action"


def test_invoices_can_be_sent_instead_of_charged(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/collection-method"""
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.subscribe(shop.customer(None), shop.price(1000), collection_method="send_invoice")
    assert refusal.value.param == "days_until_due"
    sub = shop.subscribe(
        shop.customer(None),
        shop.price(1000),
        collection_method="send_invoice",
        days_until_due=5,
    )
    assert sub.status == "active"
    shop.told()
    shop.account.advance("1h")
    assert shop.told() == ["invoice.finalized", "payment_intent.created", "invoice.sent"]
    invoice = shop.invoices(sub.id)[0]
    assert (invoice["status"], invoice["due_date"]) == ("open", NOW + 5 * DAY)
    shop.account.advance("5d")
    assert shop.sub(sub.id)["status"] == "past_due"
    shop.v1.invoices.pay(invoice["id"], {"paid_out_of_band": True})
    assert shop.sub(sub.id)["status"] == "active"
    paid = shop.invoice(invoice["id"])
    assert (paid["paid_out_of_band"], paid["amount_remaining"], paid["charge"]) == (True, 0, None)


def test_a_subscription_is_canceled_now_for_good(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/cancel"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    shop.told()
    given: Any = {"cancellation_details": {"feedback": "too_expensive", "comment": "Hm"}}
    done = shop.v1.subscriptions.cancel(sub.id, given)
    assert shop.told() == ["customer.subscription.deleted"]
    assert (done.status, done.canceled_at, done.ended_at) == ("canceled", NOW, NOW)
    assert shop.sub(sub.id)["cancellation_details"] == {
        "comment": "Hm",
        "feedback": "too_expensive",
        "reason": "cancellation_requested",
    }
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription"):
        shop.v1.subscriptions.cancel(sub.id)
    with pytest.raises(stripe.InvalidRequestError, match="A canceled subscription can only"):
        shop.change(sub, description="again")
    shop.change(sub, metadata={"why": "price"})
    assert shop.sub(sub.id)["metadata"] == {"why": "price"}


def test_unused_time_can_be_given_back_and_billed_on_cancellation(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/cancel"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(3100))
    shop.account.advance("21d")
    shop.v1.subscriptions.cancel(sub.id, {"prorate": True, "invoice_now": True})
    invoice = shop.invoices(sub.id)[0]
    assert (invoice["total"], invoice["amount_due"], invoice["ending_balance"]) == (-1000, 0, -1000)
    assert shop.v1.customers.retrieve(customer).balance == -1000


def test_cancellation_at_the_end_of_the_period_can_be_taken_back(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/cancel#cancel-at-the-end-of-the-current-billing-cycle"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    end = sub["items"].data[0].current_period_end
    asked = shop.change(sub, cancel_at_period_end=True)
    assert (asked.status, asked.cancel_at, asked.canceled_at) == ("active", end, NOW)
    assert shop.sub(sub.id)["cancellation_details"]["reason"] == "cancellation_requested"
    kept = shop.change(sub, cancel_at_period_end=False)
    assert (kept.cancel_at, kept.canceled_at) == (None, None)
    assert shop.sub(sub.id)["cancellation_details"]["reason"] is None
    shop.change(sub, cancel_at_period_end=True)
    shop.told()
    shop.account.advance("31d")
    assert shop.told() == ["customer.subscription.deleted"]
    over = shop.sub(sub.id)
    assert (over["status"], over["ended_at"]) == ("canceled", end)
    assert len(shop.invoices(sub.id)) == 1


def test_cancel_at_ends_it_at_that_instant(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-cancel_at"""
    sub = shop.subscribe(shop.customer(), shop.price(1000), cancel_at=NOW + 3 * DAY)
    shop.account.advance("3d")
    over = shop.sub(sub.id)
    assert (over["status"], over["ended_at"]) == ("canceled", NOW + 3 * DAY)


def test_lists_leave_out_what_is_canceled(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/list"""
    customer, gold, silver = shop.customer(), shop.price(1000), shop.price(500)
    first = shop.subscribe(customer, gold)
    second = shop.subscribe(customer, silver)
    shop.v1.subscriptions.cancel(first.id)

    def ids(**filters: Any) -> list[str]:
        return [each.id for each in shop.v1.subscriptions.list(filters).data]  # type: ignore[arg-type]  # any filters

    assert ids() == [second.id]
    assert ids(status="all") == [second.id, first.id]
    assert ids(status="canceled") == ids(status="ended") == [first.id]
    assert ids(status="all", price=gold) == [first.id]
    assert ids(customer="cus_nobody") == []
    page = shop.v1.subscriptions.search({"query": "status:'active'"})
    assert [each.id for each in page.data] == [second.id]
    expanded = shop.account.fetch(f"/v1/customers/{customer}?expand[]=subscriptions")
    assert [each["id"] for each in expanded["subscriptions"]["data"]] == [second.id]


@pytest.mark.parametrize(
    ("given", "code", "param", "message"),
    [
        ({}, "parameter_missing", "items", "Missing required param: items."),
        (
            {"items": [{"price": "price_none"}]},
            "resource_missing",
            "items[0][price]",
            "No such price: 'price_none'",
        ),
        (
            {"items": [{"quantity": 2}]},
            "parameter_missing",
            "items[0][price]",
            "Missing required param: items[0][price].",
        ),
    ],
)
def test_items_must_be_right(
    shop: Shop, given: dict[str, Any], code: str, param: str, message: str
) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create"""
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.v1.subscriptions.create({"customer": shop.customer(), **given})  # type: ignore[arg-type]  # wrong on purpose
    assert (refusal.value.code, refusal.value.param) == (code, param)
    assert message in str(refusal.value)


def test_prices_must_go_together(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/multiple-products"""
    customer, monthly = shop.customer(), shop.price(1000)
    for other, words in (
        (monthly, "Cannot add multiple subscription items with the same plan"),
        (shop.price(9000, "year"), "All prices on a subscription must have the same"),
        (shop.price(900, currency="eur"), "doesn't match the expected currency: `usd`"),
        (shop.price(900, None), "only accepts prices with `type=recurring`"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=words):
            shop.subscribe(customer, monthly, other, **CLASSIC)


def test_a_trial_lasts_730_days_at_most(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-trial_end"""
    customer, price = shop.customer(), shop.price(1000)
    words = "The maximum number of trial period days is 730 (2 years)."
    form: Any = {"customer": customer, "items": [{"price": price}]}
    for end, message in (
        (NOW + 731 * DAY, words),
        (NOW + 6 * 366 * DAY, "Invalid timestamp: can be no more than five years in the future."),
        (NOW - 1, "Invalid timestamp: must be an integer Unix timestamp in the future."),
    ):
        error = refused(shop.v1.subscriptions.create, form | {"trial_end": end})
        assert (error["message"], error["param"]) == (message, "trial_end")
    sub = shop.subscribe(customer, price, trial_end=NOW + 730 * DAY)
    error = refused(shop.v1.subscriptions.update, sub.id, {"trial_end": NOW + 731 * DAY})
    assert error["message"] == words


def test_what_is_charged_automatically_has_no_days_until_due(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create"""
    customer, price = shop.customer(), shop.price(1000)
    form: Any = {"customer": customer, "items": [{"price": price}], "days_until_due": 5}
    assert refused(shop.v1.subscriptions.create, form)["param"] == "days_until_due"
    assert shop.v1.subscriptions.create(form | {"collection_method": "send_invoice"}).id


def test_lists_leave_out_what_is_on_a_test_clock_unless_asked(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/list#list_subscriptions-test_clock"""
    clock = shop.v1.test_helpers.test_clocks.create({"frozen_time": NOW}).id
    customer, price = shop.customer(test_clock=clock), shop.price(1000)
    sub = shop.subscribe(customer, price).id
    schedule = shop.v1.subscription_schedules.create({"from_subscription": sub}).id
    subs, schedules = shop.v1.subscriptions, shop.v1.subscription_schedules
    assert (subs.list().data, schedules.list().data) == ([], [])
    assert [each.id for each in subs.list({"test_clock": clock}).data] == [sub]
    assert [each.id for each in subs.list({"customer": customer}).data] == [sub]
    assert [each.id for each in schedules.list({"customer": customer}).data] == [schedule]


def test_nobody_subscribes_to_a_price_of_an_inactive_product(shop: Shop) -> None:
    """Source: https://github.com/stripe/stripe-go/issues/1031"""
    price, other, customer = shop.price(1000), shop.price(2000), shop.customer()
    sub = shop.subscribe(customer, price)
    shop.v1.products.update(shop.product, {"active": False})
    error = refused(shop.subscribe, customer, price)
    assert error["message"] == (
        f"The product {shop.product} is marked as inactive, and thus no new subscriptions can be"
        f" create to any plans of this product. You provided the plan {price}."
    )
    assert (error["type"], error["param"]) == ("invalid_request_error", "items[0][price]")
    kept = shop.change(sub, metadata={"a": "b"}, items=[{"id": shop.item(sub), "quantity": 2}])
    assert kept["items"].data[0].quantity == 2
    shop.v1.products.update(shop.product, {"active": True})
    assert shop.subscribe(customer, other).status == "active"
