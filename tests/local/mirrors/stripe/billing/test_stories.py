"""What the world does to subscriptions: simulated, as banks, time and customers would.

Source: https://docs.stripe.com/billing/subscriptions/webhooks
"""

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import NOW, Account


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def webhooks(told: Doc) -> list[str]:
    prefixes = ("balance", "customer.updated")
    return [each["type"] for each in told["webhooks"] if not each["type"].startswith(prefixes)]


@pytest.mark.parametrize("event", ["invoice.payment_failed", "payment_failed"])
def test_a_failed_renewal_leaves_the_subscription_past_due(shop: Shop, event: str) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/webhooks#payment-failures"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    told = shop.account.simulate(event, subscription=sub.id)
    assert webhooks(told) == [
        "invoice.created",
        "customer.subscription.updated",
        "invoice.finalized",
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.updated",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ]
    assert (told["result"]["status"], told["result"]["attempt_count"]) == ("open", 1)
    assert told["result"]["next_payment_attempt"] == NOW + 86_400
    assert shop.sub(sub.id)["status"] == "past_due"
    again = shop.account.simulate(event)
    assert again["result"]["attempt_count"] == 2
    assert again["result"]["id"] == told["result"]["id"]


def test_a_trial_can_fail_too_with_any_decline_code(shop: Shop) -> None:
    """Source: https://docs.stripe.com/declines/codes"""
    sub = shop.subscribe(shop.customer(), shop.price(1000), trial_period_days=9)
    told = shop.account.simulate("payment_failed", declineCode="insufficient_funds")
    assert shop.sub(sub.id)["status"] == "past_due"
    intent = shop.v1.payment_intents.retrieve(told["result"]["payment_intent"])
    error = intent.last_payment_error
    assert error is not None
    assert error.decline_code == "insufficient_funds"


def test_the_last_retry_can_fail_at_once(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/revenue-recovery/smart-retries"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    told = shop.account.simulate("customer.subscription.deleted", subscription=sub.id)
    assert webhooks(told)[-1] == "customer.subscription.deleted"
    over = shop.sub(sub.id)
    assert (over["status"], over["cancellation_details"]["reason"]) == (
        "canceled",
        "payment_failed",
    )
    answer = shop.account.http.post(
        "/_mirra/simulate", json={"event": "payment_failed", "subscription": sub.id}
    )
    assert answer.status_code == 400


def test_the_customer_can_pay_after_all(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses"""
    sub = shop.subscribe(shop.customer("pm_card_visa"), shop.price(1000))
    shop.account.simulate("payment_failed")
    told = shop.account.simulate("invoice.payment_succeeded", subscription=sub.id)
    assert webhooks(told)[-3:] == [
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    assert shop.sub(sub.id)["status"] == "active"


def test_the_bank_can_ask_for_authentication(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/webhooks#action-required"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    told = shop.account.simulate("invoice.payment_action_required", subscription=sub.id)
    assert "invoice.payment_action_required" in webhooks(told)
    assert shop.sub(sub.id)["status"] == "past_due"


def test_renewals_and_trial_ends_can_come_early(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/webhooks"""
    sub = shop.subscribe(shop.customer(), shop.price(1000), trial_period_days=9)
    assert webhooks(shop.account.simulate("customer.subscription.trial_will_end")) == [
        "customer.subscription.trial_will_end"
    ]
    assert webhooks(shop.account.simulate("invoice.upcoming")) == ["invoice.upcoming"]
    ended = shop.account.simulate("customer.subscription.trial_ended")
    assert (ended["result"]["status"], webhooks(ended)[-1]) == (
        "active",
        "invoice.payment_succeeded",
    )
    shop.account.advance("3d")
    renewed = shop.account.simulate("customer.subscription.renewed", subscription=sub.id)
    assert webhooks(renewed)[-1] == "invoice.payment_succeeded"
    assert [each["total"] for each in shop.invoices(sub.id)] == [1000, 1000, 0]


def test_automations_remind_of_sent_invoices(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/automations"""
    shop.subscribe(
        shop.customer(None),
        shop.price(1000),
        collection_method="send_invoice",
        days_until_due=1,
    )
    shop.account.advance("1h")
    for event in ("invoice.will_be_due", "invoice.overdue"):
        assert webhooks(shop.account.simulate(event)) == [event]
