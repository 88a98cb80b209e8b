"""Flexible billing mode: what was billed is given back, and items renew at their own times.

Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
"""

from typing import Any

import pytest
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.billing.shop import CLASSIC, DAY, FLEXIBLE, Shop, bill
from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account

HALF = "15d 12h"
MONTH = 31 * DAY
TIMES = "\N{MULTIPLICATION SIGN}"
ITEMIZED: Doc = {
    "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "itemized"}}
}


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def changed_alike(shop: Shop, sub: Any, **change: Any) -> Doc:
    """Preview a change, make it, and return its invoice, which must be the previewed one."""
    details: Any = {"subscription": sub.id, "subscription_details": change}
    shown = shop.v1.invoices.create_preview(details)
    after = shop.change(sub, **change)
    invoice = shop.invoice(str(after.latest_invoice), NEW)
    assert [(line.description, line.amount) for line in shown.lines.data] == bill(invoice)
    assert (shown.total, shown.amount_due) == (invoice["total"], invoice["amount_due"])
    return invoice


def metered(shop: Shop, name: str, *amounts: int) -> list[str]:
    """Make prices of a meter's usage, in cents."""
    given: Any = {
        "display_name": name,
        "event_name": name,
        "default_aggregation": {"formula": "sum"},
    }
    meter = shop.v1.billing.meters.create(given).id
    recurring = {"interval": "month", "usage_type": "metered", "meter": meter}
    return [shop.price(amount, recurring=recurring) for amount in amounts]


def report(shop: Shop, name: str, customer: str, value: int) -> None:
    """Report usage."""
    payload = {"stripe_customer_id": customer, "value": str(value)}
    shop.v1.billing.meter_events.create({"event_name": name, "payload": payload})


@pytest.mark.parametrize(("mode", "total"), [(CLASSIC, -500), (FLEXIBLE, 0)])
def test_a_credit_is_of_the_price_that_was_billed(shop: Shop, mode: Doc, total: int) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations"""
    cheap, dear = shop.price(1000), shop.price(2000)
    sub = shop.subscribe(shop.customer(), cheap, **mode)
    shop.account.advance("7d")
    item = shop.item(sub)
    shop.change(sub, items=[{"id": item, "price": dear}], proration_behavior="none")
    shop.account.advance("8d 12h")
    items = [{"id": item, "price": cheap}]
    invoice = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    assert invoice["total"] == total


@pytest.mark.parametrize(
    ("mode", "lines", "taken"),
    [(CLASSIC, [-250], []), (FLEXIBLE, [-417], [0]), (ITEMIZED, [-500], [-83])],
)
def test_an_amount_off_is_given_back_in_proportion(
    shop: Shop, mode: Doc, lines: list[int], taken: list[int]
) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations"""
    coupon = shop.v1.coupons.create(
        {"amount_off": 500, "currency": "usd", "duration": "forever"}
    ).id
    prices = shop.price(1000), shop.price(2000)
    sub = shop.subscribe(shop.customer(), *prices, discounts=[{"coupon": coupon}], **mode)
    shop.account.advance(HALF)
    items = [{"id": shop.item(sub), "deleted": True}]
    invoice = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    found = invoice["lines"]["data"]
    assert [line["amount"] for line in found] == lines
    assert [each["amount"] for line in found for each in line["discount_amounts"]] == taken
    assert invoice["total"] == lines[0] - sum(taken)


def test_each_debit_is_given_back_by_its_own_line(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoice-line-item/object"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    first = shop.invoice(str(sub.latest_invoice), NEW)
    shop.account.advance(HALF)
    items: list[Doc] = [{"id": shop.item(sub), "quantity": 3}]
    second = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    assert [line["amount"] for line in second["lines"]["data"]] == [-500, 1500]
    credited = second["lines"]["data"][0]["parent"]["invoice_item_details"]["proration_details"]
    billed = [first["lines"]["data"][0]["id"]]
    assert credited["credited_items"] == {"invoice": first["id"], "invoice_line_items": billed}
    shop.account.advance("7d 18h")
    items[0]["quantity"] = 1
    shop.change(sub, items=items)
    waiting = shop.v1.invoice_items.list({"pending": True}).data[::-1]
    assert [each.amount for each in waiting] == [-750, 250]
    details: Any = waiting[0].proration_details
    kept = details.credited_items.invoice_line_item_details
    assert (details.credited_items.type, kept.invoice) == ("invoice_line_items", second["id"])
    items[0]["quantity"] = 2
    shop.change(sub, items=items)
    again: Any = shop.v1.invoice_items.list({"pending": True}).data[1]
    assert (again.amount, again.proration_details.credited_items.invoice_item) == (
        -250,
        waiting[1].id,
    )


def test_itemized_debits_show_their_discounts(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode#itemize-proration-discounts"""
    coupon = shop.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000), discounts=[{"coupon": coupon}], **ITEMIZED)
    assert sub.billing_mode.flexible
    assert sub.billing_mode.flexible.proration_discounts == "itemized"
    shop.account.advance(HALF)
    items = [{"id": shop.item(sub), "quantity": 3}]
    invoice = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    lines = [
        (line["amount"], line["discount_amounts"][0]["amount"]) for line in invoice["lines"]["data"]
    ]
    assert lines == [(-500, -50), (1500, 150)]
    assert (invoice["subtotal"], invoice["total"]) == (1000, 900)
    item = shop.v1.invoice_items.list({"customer": customer}).data[0]
    assert (item.amount, item.net_amount) == (1500, 1350)


def test_the_anchor_stays_when_the_interval_changes(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare"""
    sub = shop.subscribe(shop.customer(), shop.price(3100))
    shop.account.advance("10d")
    yearly = shop.price(36500, "year")
    items = [{"id": shop.item(sub), "price": yearly}]
    invoice = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    assert [line["amount"] for line in invoice["lines"]["data"]] == [-2100, 35500]
    after = shop.v1.subscriptions.retrieve(sub.id)
    item = after["items"].data[0]
    year = NOW + 365 * DAY
    assert (after.billing_cycle_anchor, item.current_period_start) == (NOW, NOW)
    assert item.current_period_end == year
    shop.account.advance("355d 1h")
    assert bill(shop.invoices(sub.id)[0]) == [(f"1 {TIMES} Gold (at $365.00 / year)", 36500)]


def test_items_renew_in_their_own_intervals(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/mixed-interval"""
    quarter = {"interval": "month", "interval_count": 3}
    monthly, quarterly = shop.price(1500), shop.price(10000, recurring=quarter)
    sub = shop.subscribe(shop.customer(), monthly, quarterly)
    lines = [
        (f"1 {TIMES} Gold (at $15.00 / month)", 1500),
        (f"1 {TIMES} Gold (at $100.00 / every 3 months)", 10000),
    ]
    assert bill(shop.invoice(str(sub.latest_invoice))) == lines
    june, july, august = NOW + MONTH, NOW + 61 * DAY, NOW + 92 * DAY
    spans = [(each.current_period_start, each.current_period_end) for each in sub["items"].data]
    assert spans == [(NOW, june), (NOW, august)]
    assert shop.sub(sub.id)["current_period_end"] == june
    billed = []
    for days in (31, 30, 31):
        upcoming = shop.v1.invoices.create_preview({"subscription": sub.id})
        shop.account.advance(f"{days}d 1h")
        invoice = shop.invoices(sub.id)[0]
        assert [(line.description, line.amount) for line in upcoming.lines.data] == bill(invoice)
        billed.append(bill(invoice))
    assert billed == [lines[:1], lines[:1], lines]
    now = shop.v1.subscriptions.retrieve(sub.id)["items"].data
    assert [each.current_period_start for each in now] == [august, august]
    assert shop.sub(sub.id)["current_period_start"] == august
    assert july < august


def test_an_item_of_another_interval_joins_in_the_middle(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/mixed-interval"""
    sub = shop.subscribe(shop.customer(), shop.price(3100))
    shop.account.advance("10d")
    items = [{"price": shop.price(36500, "year")}]
    invoice = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    assert [line["amount"] for line in invoice["lines"]["data"]] == [35500]
    ends = [
        each.current_period_end for each in shop.v1.subscriptions.retrieve(sub.id)["items"].data
    ]
    assert ends == [NOW + MONTH, NOW + 365 * DAY]
    shop.change(sub, cancel_at="max_period_end")
    assert shop.sub(sub.id)["cancel_at"] == NOW + 365 * DAY
    assert shop.change(sub, cancel_at_period_end=True).cancel_at == NOW + MONTH


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"interval": "month", "interval_count": 2}, {"interval": "month", "interval_count": 3}),
        ({"interval": "week"}, {"interval": "month"}),
        ({"interval": "day", "interval_count": 2}, {"interval": "week"}),
        ({"interval": "month", "interval_count": 5}, {"interval": "year"}),
    ],
)
def test_intervals_must_be_multiples_of_the_shortest(shop: Shop, short: Doc, long: Doc) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/mixed-interval#interval-alignment"""
    prices = shop.price(900, recurring=short), shop.price(9000, recurring=long)
    with pytest.raises(stripe.InvalidRequestError, match="multiple of the shortest interval"):
        shop.subscribe(shop.customer(), *prices)


def test_payment_pages_sell_one_interval(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/mixed-interval#limitations"""
    lines = [{"price": each, "quantity": 1} for each in (shop.price(900), shop.price(9000, "year"))]
    given: Any = {"mode": "subscription", "line_items": lines, "success_url": "https://a.test"}
    with pytest.raises(stripe.InvalidRequestError, match="different billing intervals"):
        shop.v1.checkout.sessions.create(given)
    with pytest.raises(stripe.InvalidRequestError, match="different billing intervals"):
        shop.v1.payment_links.create({"line_items": lines})  # type: ignore[typeddict-item]  # as given


def test_usage_costs_what_it_cost_when_it_was_reported(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare"""
    customer = shop.customer()
    cheap, dear, other = (*metered(shop, "calls", 10, 15), metered(shop, "seats", 100)[0])
    sub = shop.subscribe(customer, cheap, other)
    assert (sub.status, sub.latest_invoice, shop.invoices(sub.id)) == ("active", None, [])
    report(shop, "calls", customer, 1000)
    shop.account.advance("14d")
    shop.change(sub, items=[{"id": shop.item(sub), "price": dear}])
    report(shop, "calls", customer, 500)
    report(shop, "seats", customer, 2)
    shop.account.advance("1d")
    items = [{"id": shop.item(sub, 1), "deleted": True}]
    invoice = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    assert bill(invoice) == [(f"2 {TIMES} Gold (at $1.00 / month)", 200)]
    shown = shop.v1.invoices.create_preview({"subscription": sub.id})
    shop.account.advance("17d")
    lines = [
        (f"1000 {TIMES} Gold (at $0.10 / month)", 10000),
        (f"500 {TIMES} Gold (at $0.15 / month)", 7500),
    ]
    assert bill(shop.invoices(sub.id)[0]) == lines
    assert [(line.description, line.amount) for line in shown.lines.data] == lines


def test_usage_in_a_trial_is_told_and_free(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare"""
    customer = shop.customer()
    (price,) = metered(shop, "calls", 10)
    sub = shop.subscribe(customer, price, trial_period_days=7)
    assert sub.latest_invoice is None
    report(shop, "calls", customer, 10)
    shop.account.advance("7d")
    assert bill(shop.invoices(sub.id)[0]) == [(f"Free trial for 10 {TIMES} Gold", 0)]


def test_an_anchor_that_is_reset_bills_all_that_waits(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(3100), *metered(shop, "calls", 10))
    report(shop, "calls", customer, 7)
    shop.account.advance("10d")
    given: Any = {"customer": customer, "subscription": sub.id, "amount": 99, "currency": "usd"}
    shop.v1.invoice_items.create(given)
    invoice = changed_alike(
        shop, sub, billing_cycle_anchor={"type": "now"}, proration_behavior="always_invoice"
    )
    assert sorted(line["amount"] for line in invoice["lines"]["data"]) == [-2100, 70, 99, 3100]


def test_the_last_trial_is_the_one_that_is_told(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare"""
    price = shop.price(1000)
    subs = [
        shop.subscribe(shop.customer(), price, trial_period_days=7, **mode)
        for mode in (CLASSIC, FLEXIBLE)
    ]
    shop.account.advance("10d")
    later = [shop.change(sub, trial_end=NOW + 20 * DAY).trial_start for sub in subs]
    assert later == [NOW, NOW + 10 * DAY]


def test_the_mode_comes_with_the_version(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode"""
    customer, price = shop.customer(), shop.price(1000)
    items = [{"price": price, "quantity": 1}]
    found = []
    for version in (OLD, "2025-08-27.basil", "2025-09-30.clover", NEW):
        v1: Any = shop.account.client_for(version).v1
        quote = v1.quotes.create({"customer": customer, "line_items": items}).id
        v1.quotes.finalize_quote(quote)
        plan = {"customer": customer, "phases": [{"items": items}], "start_date": "now"}
        page = {"mode": "subscription", "line_items": items, "customer": customer}
        session = v1.checkout.sessions.create({**page, "success_url": "https://a.test"}).id
        shop.account.simulate("checkout.session.completed", session=session)
        made: list[Any] = [
            v1.quotes.accept(quote).subscription,
            v1.subscription_schedules.create(plan).subscription,
            v1.checkout.sessions.retrieve(session).subscription,
        ]
        if version == NEW:
            made.append(shop.subscribe(customer, price).id)
        modes = {str(shop.v1.subscriptions.retrieve(id).billing_mode.type) for id in made}
        found.append(modes)
    assert found == [{"classic"}, {"classic"}, {"flexible"}, {"flexible"}]


def test_a_schedule_takes_the_mode_of_its_subscription(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode#billing-mode-and-subscription-schedules"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    given: Any = {"from_subscription": sub.id}
    with pytest.raises(stripe.InvalidRequestError, match="from_subscription"):
        shop.v1.subscription_schedules.create(given | CLASSIC)
    schedule = shop.v1.subscription_schedules.create(given)
    assert schedule.billing_mode.type == "flexible"


def test_a_phase_that_begins_charges_for_the_usage_before_it(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare"""
    customer = shop.customer()
    (usage,) = metered(shop, "calls", 10)
    month = {"interval": "month", "interval_count": 1}
    phases: list[Doc] = [
        {"items": [{"price": usage}], "duration": month},
        {"items": [{"price": shop.price(1000)}, {"price": shop.price(50)}], "duration": month},
    ]
    given: Any = {"customer": customer, "phases": phases, "start_date": "now"}
    schedule = shop.v1.subscription_schedules.create(given)
    report(shop, "calls", customer, 30)
    shop.account.advance("31d 1h")
    amounts = [
        line["amount"] for line in shop.invoices(str(schedule.subscription))[0]["lines"]["data"]
    ]
    assert amounts == [300, 1000, 50]


def test_flexible_billing_counts_by_meters_alone(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-mode#limitations"""
    form = f"currency=usd&unit_amount=10&product={shop.product}"
    form += "&recurring[interval]=month&recurring[usage_type]=metered"
    price = shop.account.call("POST", "/v1/prices", form, stripe_version=OLD).json()["id"]
    with pytest.raises(stripe.InvalidRequestError, match="legacy usage-based"):
        shop.subscribe(shop.customer(), price)
    sub = shop.subscribe(shop.customer(), price, **CLASSIC)
    with pytest.raises(stripe.InvalidRequestError, match="legacy usage-based"):
        shop.v1.subscriptions.migrate(sub.id, {"billing_mode": {"type": "flexible"}})


def test_a_migrated_subscription_gives_back_what_it_billed(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscriptions/migrate"""
    cheap, dear = shop.price(1000), shop.price(2000)
    sub = shop.subscribe(shop.customer(), cheap, **CLASSIC)
    shop.change(sub, items=[{"id": shop.item(sub), "price": dear}], proration_behavior="none")
    moved = shop.v1.subscriptions.migrate(sub.id, {"billing_mode": {"type": "flexible"}})
    assert moved.billing_mode.updated_at == NOW
    shop.account.advance(HALF)
    items = [{"id": shop.item(sub), "price": cheap}]
    invoice = changed_alike(shop, sub, items=items, proration_behavior="always_invoice")
    assert [line["amount"] for line in invoice["lines"]["data"]] == [-500, 500]
    with pytest.raises(stripe.InvalidRequestError, match="classic billing mode"):
        shop.v1.subscriptions.migrate(sub.id, CLASSIC)  # type: ignore[arg-type]  # as refused
