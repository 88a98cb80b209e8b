"""Usage that is billed at thresholds, watched by alerts and paid with credits.

Source: https://docs.stripe.com/billing/subscriptions/usage-based
"""

from typing import Any

import pytest
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.billing.shop import DAY, Shop, bill
from tests.local.mirrors.stripe.client import NEW, NOW, Account, plain

MONTH = 31 * DAY
TIMES = "\N{MULTIPLICATION SIGN}"
METERED: Doc = {"scope": {"price_type": "metered"}}


class Usage(Shop):
    """A shop that sells calls at 10 cents each."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        given: Any = {
            "display_name": "Calls",
            "event_name": "calls",
            "default_aggregation": {"formula": "sum"},
        }
        self.meter = self.v1.billing.meters.create(given).id
        recurring = {"interval": "month", "usage_type": "metered", "meter": self.meter}
        self.calls = self.price(10, recurring=recurring)

    def report(self, customer: str, value: int) -> None:
        """Report calls."""
        payload = {"stripe_customer_id": customer, "value": str(value)}
        self.v1.billing.meter_events.create({"event_name": "calls", "payload": payload})

    def grant(self, customer: str, value: int, **more: Any) -> str:
        """Grant credits."""
        amount = {"type": "monetary", "monetary": {"currency": "usd", "value": value}}
        given: Any = {"amount": amount, "applicability_config": METERED, "customer": customer}
        return self.v1.billing.credit_grants.create(given | more).id

    def left(self, customer: str) -> tuple[int, int]:
        """Return the available balance of a customer's credits, and that of the ledger."""
        given: Any = {"type": "applicability_scope", "applicability_scope": METERED["scope"]}
        found = self.v1.billing.credit_balance_summary.retrieve(
            {"customer": customer, "filter": given}
        )
        (sums,) = plain(found)["balances"]
        kinds = ("available_balance", "ledger_balance")
        return tuple(sums[kind]["monetary"]["value"] for kind in kinds)

    def booked(self, customer: str) -> list[tuple[str, int]]:
        """Return what became of a customer's credits, oldest first."""
        found = self.account.fetch(
            f"/v1/billing/credit_balance_transactions?customer={customer}&limit=100", NEW
        )
        sides = [each["credit"] or each["debit"] for each in reversed(found["data"])]
        return [(side["type"], side["amount"]["monetary"]["value"]) for side in sides]


@pytest.fixture
def shop(account: Account) -> Usage:
    return Usage(account)


# Thresholds and intervals.


def test_usage_that_reaches_an_amount_is_billed_within_the_period(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-billing_thresholds"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.calls, billing_thresholds={"amount_gte": 1000})
    shop.account.advance("1d")
    shop.report(customer, 99)
    assert shop.invoices(sub.id) == []
    shop.report(customer, 21)
    (invoice,) = shop.invoices(sub.id)
    assert (invoice["billing_reason"], invoice["total"]) == ("subscription_threshold", 1200)
    shop.account.advance("1d")
    shop.report(customer, 5)
    shop.account.advance("30d")
    latest = shop.invoices(sub.id)[0]
    assert (latest["billing_reason"], latest["total"]) == ("subscription_cycle", 50)
    after = shop.sub(sub.id)
    assert after["billing_cycle_anchor"] == NOW


def test_a_threshold_may_begin_a_new_period(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-billing_thresholds-reset_billing_cycle_anchor"""
    customer = shop.customer()
    limits = {"amount_gte": 1000, "reset_billing_cycle_anchor": True}
    sub = shop.subscribe(customer, shop.price(3100), shop.calls, billing_thresholds=limits)
    shop.account.advance("10d")
    shop.report(customer, 100)
    lines = [line["amount"] for line in shop.invoices(sub.id)[0]["lines"]["data"]]
    assert sorted(lines) == [-2100, 1000, 3100]
    after = shop.sub(sub.id)
    assert after["billing_cycle_anchor"] == after["current_period_start"] == NOW + 10 * DAY


def test_an_item_has_a_threshold_of_its_own(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/subscription_items/create#create_subscription_item-billing_thresholds"""
    customer = shop.customer()
    item: Any = {"price": shop.calls, "billing_thresholds": {"usage_gte": 50}}
    sub = shop.v1.subscriptions.create({"customer": customer, "items": [item]})
    shop.report(customer, 49)
    assert shop.invoices(sub.id) == []
    shop.report(customer, 1)
    assert [each["total"] for each in shop.invoices(sub.id)] == [500]
    licensed: Any = {"price": shop.price(100), "billing_thresholds": {"usage_gte": 5}}
    with pytest.raises(stripe.InvalidRequestError, match="metered price"):
        shop.v1.subscriptions.create({"customer": customer, "items": [licensed]})


def test_pending_items_are_billed_at_their_interval(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-pending_invoice_item_interval"""
    customer = shop.customer()
    weekly = {"interval": "week", "interval_count": 1}
    sub = shop.subscribe(customer, shop.price(1000), pending_invoice_item_interval=weekly)
    assert sub.next_pending_invoice_item_invoice == NOW + 7 * DAY
    given: Any = {"customer": customer, "subscription": sub.id, "amount": 700, "currency": "usd"}
    shop.v1.invoice_items.create(given)
    shop.account.advance("7d 1h")
    invoice = shop.invoices(sub.id)[0]
    reason = "automatic_pending_invoice_item_invoice"
    assert (invoice["billing_reason"], invoice["status"]) == (reason, "paid")
    assert [amount for _, amount in bill(invoice)] == [700]
    after = shop.sub(sub.id)
    assert after["next_pending_invoice_item_invoice"] == NOW + 14 * DAY
    shop.account.advance("7d 1h")
    assert len(shop.invoices(sub.id)) == 2
    done = shop.change(sub, pending_invoice_item_interval="")
    assert done.next_pending_invoice_item_invoice is None


# Credits.


def test_a_grant_runs_out_on_invoices_of_usage(shop: Usage) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(500), shop.calls)
    shop.grant(customer, 1000)
    shop.report(customer, 60)
    shop.account.advance("31d")
    draft = shop.invoices(sub.id)[0]
    assert (draft["status"], draft["total"], shop.left(customer)) == ("draft", 1100, (1000, 1000))
    shop.account.advance("1h")
    first = shop.invoice(draft["id"], NEW)
    assert (first["subtotal"], first["total"], first["amount_paid"]) == (1100, 500, 500)
    (credit,) = first["total_pretax_credit_amounts"]
    assert (credit["amount"], credit["type"]) == (600, "credit_balance_transaction")
    assert shop.left(customer) == (400, 400)
    shop.report(customer, 70)
    shop.account.advance("30d 1h")
    second = shop.invoices(sub.id)[0]
    assert (second["subtotal"], second["total"], shop.left(customer)) == (1200, 800, (0, 0))
    booked = [("credits_granted", 1000), ("credits_applied", 600), ("credits_applied", 400)]
    assert shop.booked(customer) == booked
    applied = shop.event("billing.credit_balance_transaction.created")["data"]["object"]
    assert applied["debit"]["credits_applied"]["invoice"] == second["id"]


def test_grants_are_used_in_their_order(shop: Usage) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.calls)
    soon, late = NOW + 60 * DAY, NOW + 90 * DAY
    last = shop.grant(customer, 100)
    free = shop.grant(customer, 100, category="promotional")
    third = shop.grant(customer, 100, expires_at=late)
    second = shop.grant(customer, 100, expires_at=soon, category="paid")
    first = shop.grant(customer, 100, priority=10)
    scope = {"scope": {"prices": [{"id": shop.calls}]}}
    none = shop.grant(customer, 100, effective_at=NOW + 80 * DAY, applicability_config=scope)
    shop.report(customer, 45)
    shop.account.advance("31d 1h")
    invoice = shop.invoices(sub.id)[0]
    assert (invoice["subtotal"], invoice["total"]) == (450, 0)
    found = shop.account.fetch(
        f"/v1/billing/credit_balance_transactions?customer={customer}&limit=100", NEW
    )
    applied = [each for each in reversed(found["data"]) if each["type"] == "debit"]
    assert [each["credit_grant"] for each in applied] == [first, second, third, free, last]
    assert applied[-1]["debit"]["amount"]["monetary"]["value"] == 50
    assert none not in [each["credit_grant"] for each in applied]


def test_credits_apply_before_taxes_and_only_to_usage(shop: Usage) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits"""
    customer = shop.customer()
    rate = shop.v1.tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False})
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    sub = shop.subscribe(
        customer, shop.calls, default_tax_rates=[rate.id], discounts=[{"coupon": coupon}]
    )
    shop.grant(customer, 100)
    shop.report(customer, 100)
    shop.account.advance("31d 1h")
    invoice = shop.invoices(sub.id)[0]
    assert (invoice["subtotal"], invoice["tax"], invoice["total"]) == (1000, 40, 440)
    once = shop.v1.invoices.create({"customer": customer, "auto_advance": False}).id
    shop.v1.invoice_items.create(
        {"customer": customer, "invoice": once, "amount": 500, "currency": "usd"}
    )
    shop.grant(customer, 100)
    assert shop.v1.invoices.finalize_invoice(once).total == 500


def test_a_voided_invoice_gives_its_credits_back(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/billing/credit-balance-transaction/object"""
    customer = shop.customer("pm_card_chargeCustomerFail")
    sub = shop.subscribe(customer, shop.calls)
    shop.grant(customer, 300)
    shop.report(customer, 50)
    shop.account.advance("31d 1h")
    invoice = shop.invoices(sub.id)[0]
    assert (invoice["status"], invoice["total"], shop.left(customer)) == ("open", 200, (0, 0))
    shop.v1.invoices.void_invoice(invoice["id"])
    assert shop.left(customer) == (300, 300)
    assert shop.booked(customer)[-1] == ("credits_application_invoice_voided", 300)


def test_grants_expire_are_ended_and_voided(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/billing/credit-grant"""
    customer, grants = shop.customer(), shop.v1.billing.credit_grants
    expiring = shop.grant(customer, 100, expires_at=NOW + DAY)
    ended, voided = shop.grant(customer, 200), shop.grant(customer, 400)
    grants.update(expiring, {"expires_at": NOW + 2 * DAY})
    shop.account.advance("1d")
    assert shop.left(customer) == (700, 700)
    shop.account.advance("1d")
    assert shop.left(customer) == (600, 600)
    assert grants.expire(ended).expires_at == NOW + 2 * DAY
    assert grants.void_grant(voided).voided_at == NOW + 2 * DAY
    assert shop.left(customer) == (0, 0)
    lapsed = [("credits_expired", 100), ("credits_expired", 200), ("credits_voided", 400)]
    assert shop.booked(customer)[3:] == lapsed
    with pytest.raises(stripe.InvalidRequestError, match="has been voided"):
        grants.void_grant(voided)
    with pytest.raises(stripe.InvalidRequestError, match="has expired"):
        grants.update(ended, {"metadata": {"a": "b"}})
    listed = grants.list({"customer": customer}).data
    assert [each.id for each in listed] == [voided, ended, expiring]


def test_a_grant_must_be_of_something(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/billing/credit-grant/create"""
    customer, price = shop.customer(), shop.price(100)
    refused: list[tuple[Doc, str]] = [
        ({"applicability_config": {"scope": {"prices": [{"id": price}]}}}, "metered prices"),
        ({"expires_at": NOW - 1}, "must be in the future"),
        (
            {
                "applicability_config": {
                    "scope": {"price_type": "metered", "prices": [{"id": price}]}
                }
            },
            "only specify one of these parameters",
        ),
    ]
    for more, words in refused:
        with pytest.raises(stripe.InvalidRequestError, match=words):
            shop.grant(customer, 100, **more)
    for _ in range(100):
        shop.grant(customer, 1)
    with pytest.raises(stripe.InvalidRequestError, match="at most 100"):
        shop.grant(customer, 1)


def test_credits_live_on_their_customers_clock(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/billing/credit-grant/object#billing_credit_grant_object-test_clock"""
    clock = shop.v1.test_helpers.test_clocks.create({"frozen_time": NOW}).id
    customer = shop.customer(test_clock=clock)
    sub = shop.subscribe(customer, shop.calls)
    shop.grant(customer, 150, expires_at=NOW + 40 * DAY)
    shop.report(customer, 10)
    shop.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": NOW + MONTH + 3600})
    assert shop.invoices(sub.id)[0]["total"] == 0
    assert shop.left(customer) == (50, 50)
    shop.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": NOW + 41 * DAY})
    assert shop.left(customer) == (0, 0)


# Alerts.


def test_an_alert_is_told_once_a_customer(shop: Usage) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/usage-based/alerts"""
    ann, bob = shop.customer(), shop.customer()
    given: Any = {
        "alert_type": "usage_threshold",
        "title": "Heavy",
        "usage_threshold": {"gte": 100, "meter": shop.meter, "recurrence": "one_time"},
    }
    alerts = shop.v1.billing.alerts
    alert = alerts.create(given)
    assert alert.status == "active"
    for customer, value in ((ann, 60), (bob, 99), (ann, 60), (ann, 500)):
        shop.report(customer, value)
    (told,) = shop.account.events("billing.alert.triggered", version=NEW)
    triggered = told["data"]["object"]
    assert (triggered["object"], triggered["customer"]) == ("billing.alert_triggered", ann)
    assert (triggered["value"], triggered["alert"]["id"]) == (120, alert.id)
    assert alerts.deactivate(alert.id).status == "inactive"
    shop.report(bob, 500)
    assert len(shop.account.events("billing.alert.triggered")) == 1
    alerts.activate(alert.id)
    shop.report(ann, 1)
    assert len(shop.account.events("billing.alert.triggered")) == 2
    assert alerts.archive(alert.id).status == "archived"
    assert alerts.list({"meter": shop.meter}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="archived"):
        alerts.activate(alert.id)


def test_an_alert_may_be_of_one_customer(shop: Usage) -> None:
    """Source: https://docs.stripe.com/api/billing/alert/create#alert_create-usage_threshold-filters"""
    ann, bob = shop.customer(), shop.customer()
    given: Any = {
        "alert_type": "usage_threshold",
        "title": "Ann",
        "usage_threshold": {
            "filters": [{"type": "customer", "customer": ann}],
            "gte": 10,
            "meter": shop.meter,
            "recurrence": "one_time",
        },
    }
    shop.v1.billing.alerts.create(given)
    shop.report(bob, 50)
    assert shop.account.events("billing.alert.triggered") == []
    shop.report(ann, 10)
    (told,) = shop.account.events("billing.alert.triggered")
    assert told["data"]["object"]["customer"] == ann
