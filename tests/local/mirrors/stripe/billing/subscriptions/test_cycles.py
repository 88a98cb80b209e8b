"""Subscriptions through time: renewals, trials, dunning, pauses, usage.

Source: https://docs.stripe.com/billing/subscriptions/webhooks
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.billing.shop import CLASSIC, DAY, Shop, bill
from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account

MONTH = 31 * DAY
TIMES = "\N{MULTIPLICATION SIGN}"
COLLECTED = [
    "invoice.finalized",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice_payment.paid",
    "invoice.paid",
    "invoice.payment_succeeded",
]
FAILED = [
    "charge.failed",
    "payment_intent.payment_failed",
    "invoice.updated",
    "invoice.payment_failed",
]


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def test_a_renewal_is_foretold_drafted_and_collected_an_hour_later(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/webhooks"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    shop.told()
    shop.account.advance("24d")
    assert shop.told() == ["invoice.upcoming"]
    coming = shop.event("invoice.upcoming")["data"]["object"]
    assert "id" not in coming
    assert (coming["amount_due"], coming["billing_reason"], coming["next_payment_attempt"]) == (
        1000,
        "upcoming",
        NOW + MONTH + 3600,
    )
    shop.account.advance("7d")
    assert shop.told() == ["invoice.created", "customer.subscription.updated"]
    told = shop.event("customer.subscription.updated")["data"]
    assert told["previous_attributes"]["current_period_end"] == NOW + MONTH
    draft = shop.invoices(sub.id)[0]
    assert (draft["status"], draft["auto_advance"], draft["automatically_finalizes_at"]) == (
        "draft",
        True,
        NOW + MONTH + 3600,
    )
    assert (draft["period_start"], draft["period_end"]) == (NOW, NOW + MONTH)
    line = draft["lines"]["data"][0]
    assert line["period"] == {"start": NOW + MONTH, "end": NOW + MONTH + 30 * DAY}
    shop.account.advance("1h")
    assert shop.told() == COLLECTED
    paid = shop.invoices(sub.id)[0]
    assert (paid["status"], paid["billing_reason"], paid["attempt_count"]) == (
        "paid",
        "subscription_cycle",
        1,
    )
    assert shop.sub(sub.id)["latest_invoice"] == paid["id"]


def test_two_weeks_of_dunning_end_in_cancellation(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/revenue-recovery/smart-retries"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.use_card(customer, "pm_card_chargeCustomerFail")
    shop.account.advance("31d")
    shop.told()
    shop.account.advance("1h")
    failed = NOW + MONTH + 3600
    assert shop.told() == [
        "invoice.finalized",
        "payment_intent.created",
        *FAILED,
        "customer.subscription.updated",
    ]
    assert shop.sub(sub.id)["status"] == "past_due"
    days = []
    now = failed
    while (invoice := shop.invoices(sub.id)[0])["next_payment_attempt"]:
        days.append((invoice["next_payment_attempt"] - failed) // DAY)
        shop.account.advance(f"{invoice['next_payment_attempt'] - now}s")
        now = invoice["next_payment_attempt"]
        assert shop.told()[:4] == FAILED
    assert days == [1, 3, 5, 7, 9, 11, 13, 14]
    over = shop.sub(sub.id)
    assert (over["status"], over["cancellation_details"]["reason"]) == (
        "canceled",
        "payment_failed",
    )
    assert (invoice["attempt_count"], invoice["status"], invoice["auto_advance"]) == (
        9,
        "open",
        False,
    )
    assert shop.event("customer.subscription.deleted")["created"] == failed + 14 * DAY


def test_the_dashboard_can_mark_it_unpaid_instead(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/overview#unpaid-subscriptions"""
    shop.account.simulate("billing.retry_settings", days=[2, 4], end="mark_unpaid")
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.use_card(customer, "pm_card_chargeCustomerFail")
    shop.account.advance("36d")
    assert shop.sub(sub.id)["status"] == "unpaid"
    shop.account.advance("26d")
    draft = shop.invoices(sub.id)[0]
    assert (draft["status"], draft["auto_advance"]) == ("draft", False)


def test_a_working_card_during_dunning_makes_it_active(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.use_card(customer, "pm_card_chargeCustomerFail")
    shop.account.advance("31d 2h")
    assert shop.sub(sub.id)["status"] == "past_due"
    shop.use_card(customer, "pm_card_visa")
    shop.told()
    shop.account.advance("1d")
    assert shop.told() == [*COLLECTED[2:], "customer.subscription.updated"]
    assert shop.sub(sub.id)["status"] == "active"
    assert shop.invoices(sub.id)[0]["attempt_count"] == 1


def test_after_a_final_decline_only_another_card_is_tried(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/revenue-recovery/smart-retries#non-retryable-decline-codes"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    shop.account.simulate("invoice.payment_failed", subscription=sub.id, declineCode="stolen_card")
    shop.told()
    shop.account.advance("1d")
    assert shop.told() == ["invoice.updated"]
    assert shop.invoices(sub.id)[0]["attempt_count"] == 2
    shop.use_card(str(sub.customer), "pm_card_mastercard")
    shop.account.advance("2d")
    assert shop.sub(sub.id)["status"] == "active"


def test_a_trial_is_free_foretold_and_then_billed(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/trials"""
    customer = shop.customer()
    shop.told()
    sub = shop.subscribe(customer, shop.price(1000), trial_period_days=14)
    ends = NOW + 14 * DAY
    assert (sub.status, sub.trial_start, sub.trial_end) == ("trialing", NOW, ends)
    assert sub.billing_cycle_anchor == ends
    assert shop.told() == [
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    first = shop.invoices(sub.id)[0]
    assert (bill(first), first["total"], first["payment_intent"]) == (
        [(f"Free trial for 1 {TIMES} Gold", 0)],
        0,
        None,
    )
    shop.account.advance("11d")
    assert shop.told() == ["invoice.upcoming", "customer.subscription.trial_will_end"]
    shop.account.advance("3d")
    assert shop.told() == ["invoice.created", "customer.subscription.updated"]
    told = shop.event("customer.subscription.updated")["data"]
    assert (told["object"]["status"], told["previous_attributes"]["status"]) == (
        "active",
        "trialing",
    )
    shop.account.advance("1h")
    assert shop.told() == COLLECTED
    assert shop.sub(sub.id)["current_period_end"] == 1781784000  # a month after 18 May


@pytest.mark.parametrize(
    ("behavior", "status", "told"),
    [
        ("cancel", "canceled", ["customer.subscription.deleted"]),
        ("pause", "paused", ["customer.subscription.updated", "customer.subscription.paused"]),
        ("create_invoice", "active", ["invoice.created", "customer.subscription.updated"]),
    ],
)
def test_a_trial_without_a_payment_method_ends_as_it_was_set_up(
    shop: Shop, behavior: str, status: str, told: list[str]
) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/trials/free-trials#create-free-trials-without-payment"""
    settings = {"end_behavior": {"missing_payment_method": behavior}}
    sub = shop.subscribe(
        shop.customer(None), shop.price(1000), trial_period_days=5, trial_settings=settings
    )
    assert str(sub.pending_setup_intent).startswith("seti_")
    shop.account.advance("4d")
    shop.told()
    shop.account.advance("1d")
    assert (shop.told(), shop.sub(sub.id)["status"]) == (told, status)


def test_a_paused_subscription_resumes_when_its_invoice_is_paid(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/resume"""
    customer = shop.customer(None)
    settings = {"end_behavior": {"missing_payment_method": "pause"}}
    sub = shop.subscribe(customer, shop.price(1000), trial_period_days=5, trial_settings=settings)
    shop.account.advance("10d")
    shop.use_card(customer, "pm_card_visa")
    shop.told()
    assert shop.v1.subscriptions.resume(sub.id).status == "active"
    assert shop.told() == [
        "invoice.created",
        *COLLECTED,
        "customer.subscription.updated",
        "customer.subscription.resumed",
    ]
    assert shop.sub(sub.id)["billing_cycle_anchor"] == NOW + 10 * DAY
    refused = shop.account.refused(400, "POST", f"/v1/subscriptions/{sub.id}/resume")
    assert "You can only resume subscriptions that are paused" in refused["message"]


def test_a_setup_intent_of_a_trial_gives_the_subscription_its_card(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/overview#pending-setup-intents"""
    sub = shop.subscribe(
        shop.customer(None),
        shop.price(1000),
        trial_period_days=5,
        payment_settings={"save_default_payment_method": "on_subscription"},
    )
    given: Any = {"payment_method": "pm_card_visa", "return_url": "https://example.com"}
    shop.v1.setup_intents.confirm(str(sub.pending_setup_intent), given)
    after = shop.sub(sub.id)
    assert after["pending_setup_intent"] is None
    assert after["default_payment_method"].startswith("pm_")
    shop.account.advance("5d 2h")
    assert shop.invoices(sub.id)[0]["status"] == "paid"


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")],
)
def test_while_collection_is_paused_invoices_are_not_charged(
    shop: Shop, behavior: str, status: str
) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/pause-payment"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    until = NOW + 40 * DAY
    paused = shop.change(sub, pause_collection={"behavior": behavior, "resumes_at": until})
    assert paused.status == "active"
    shop.account.advance("32d")
    assert shop.invoices(sub.id)[0]["status"] == status
    shop.account.advance("8d")
    assert shop.sub(sub.id)["pause_collection"] is None
    shop.account.advance("22d")
    assert shop.invoices(sub.id)[0]["status"] == "paid"


def test_usage_is_billed_when_its_period_is_over(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage"""
    given: Any = {
        "display_name": "Calls",
        "event_name": "calls",
        "default_aggregation": {"formula": "sum"},
    }
    meter = shop.v1.billing.meters.create(given).id
    recurring = {"interval": "month", "usage_type": "metered", "meter": meter}
    price = shop.price(5, recurring=recurring)
    customer = shop.customer()
    sub = shop.subscribe(customer, price, **CLASSIC)
    assert shop.invoices(sub.id)[0]["total"] == 0
    shop.account.advance("2d")
    for value in ("100", "20"):
        payload = {"stripe_customer_id": customer, "value": value}
        shop.v1.billing.meter_events.create({"event_name": "calls", "payload": payload})
    shop.account.advance("30d")
    invoice = shop.invoices(sub.id)[0]
    assert bill(invoice) == [(f"120 {TIMES} Gold (at $0.05 / month)", 600)]
    assert invoice["lines"]["data"][0]["period"] == {"start": NOW, "end": NOW + MONTH}
    assert "quantity" not in shop.sub(sub.id, NEW)["items"]["data"][0]


def test_older_versions_tell_usage_by_records(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/usage_records/create?api-version=2024-06-20"""
    form = f"currency=usd&unit_amount=10&product={shop.product}"
    form += "&recurring[interval]=month&recurring[usage_type]=metered"
    price = shop.account.call("POST", "/v1/prices", form, stripe_version=OLD).json()["id"]
    sub = shop.subscribe(shop.customer(), price, **CLASSIC)
    path = f"/v1/subscription_items/{shop.item(sub)}"
    for quantity, action in ((5, "increment"), (7, "increment"), (40, "set")):
        shop.account.advance("1m")
        record = shop.account.call(
            "POST", f"{path}/usage_records", f"quantity={quantity}&action={action}"
        )
        assert record.is_success, record.text
    summary = shop.account.fetch(f"{path}/usage_record_summaries")["data"][0]
    assert summary["total_usage"] == 52
    shop.account.advance("32d")
    assert shop.invoices(sub.id)[0]["total"] == 520


def test_newer_versions_pause_on_request_and_bill_flexibly(shop: Shop) -> None:
    """Source: https://docs.stripe.com/changelog/clover/2025-09-30/billing-mode-default-flexible"""
    customer, price = shop.customer(), shop.price(3100)
    sub = shop.subscribe(customer, price)
    assert sub.billing_mode.type == "flexible"
    older: Any = {"customer": customer, "items": [{"price": price}]}
    old = shop.account.client_for(OLD).v1.subscriptions.create(older)
    assert shop.sub(old.id, NEW)["billing_mode"]["type"] == "classic"
    moved = shop.v1.subscriptions.migrate(old.id, {"billing_mode": {"type": "flexible"}})
    assert (moved.billing_mode.type, moved.billing_mode.updated_at) == ("flexible", NOW)
    shop.account.advance("21d")
    shop.told()
    paused = shop.v1.subscriptions.pause(sub.id)
    assert (paused.status, shop.told()) == (
        "paused",
        ["invoiceitem.created", "customer.subscription.updated", "customer.subscription.paused"],
    )
    credit = shop.v1.invoice_items.list({"customer": customer, "pending": True}).data
    assert [each.amount for each in credit] == [-1000]


def test_a_renewal_that_needs_authentication_says_so(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/webhooks#action-required"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.use_card(customer, "pm_card_authenticationRequired")
    shop.account.advance("31d")
    shop.told()
    shop.account.advance("1h")
    assert shop.told()[-4:] == [
        "invoice.updated",
        "invoice.payment_failed",
        "invoice.payment_action_required",
        "customer.subscription.updated",
    ]
    intent = shop.invoices(sub.id)[0]["payment_intent"]
    given: Any = {"payment_method": "pm_card_visa", "return_url": "https://example.com"}
    shop.v1.payment_intents.confirm(intent, given)
    assert shop.sub(sub.id)["status"] == "active"
