"""Previews: what would be billed, without a change.

Source: https://docs.stripe.com/api/invoices/create_preview
"""

from typing import Any

import pytest
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.billing.shop import CLASSIC, DAY, FLEXIBLE, Shop, bill
from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import refused

TIMES = "\N{MULTIPLICATION SIGN}"
MONTH = {"interval": "month"}
KINDS = ("customers", "events", "invoice_items", "invoices", "prices", "subscription_schedules")


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def preview(shop: Shop, **given: Any) -> stripe.Invoice:
    return shop.v1.invoices.create_preview(given)  # type: ignore[arg-type]  # any parameters


def amounts(invoice: stripe.Invoice) -> list[int]:
    return [line.amount for line in invoice.lines.data]


def test_the_next_renewal_can_be_seen(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    seen = preview(shop, subscription=sub.id)
    assert seen.id.startswith("upcoming_in_")
    assert (seen.status, seen.total, seen.billing_reason) == ("draft", 1000, "upcoming")
    assert seen.lines.data[0].period.start == NOW + 31 * DAY
    before = len(shop.invoices(sub.id))
    assert before == 1


def test_a_change_can_be_priced_before_it_is_made(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/prorations#preview-proration"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    shop.account.advance("15d 12h")
    shop.told()
    items = [{"id": shop.item(sub), "price": shop.price(2000)}]
    now = preview(
        shop,
        subscription=sub.id,
        subscription_details={"items": items, "proration_behavior": "always_invoice"},
    )
    assert (amounts(now), now.total) == ([-500, 1000], 500)
    later = preview(shop, subscription=sub.id, subscription_details={"items": items})
    assert (amounts(later), later.total) == ([-500, 1000, 2000], 2500)
    assert shop.told() == []
    assert shop.sub(sub.id)["items"]["data"][0]["price"]["unit_amount"] == 1000
    ended = preview(shop, subscription=sub.id, subscription_details={"cancel_now": True})
    assert ended.total == -500


def test_a_subscription_can_be_priced_before_it_begins(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview"""
    items = [{"price": shop.price(2000), "quantity": 2}]
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "once"}).id
    seen = preview(
        shop,
        customer=shop.customer(),
        subscription_details={"items": items},
        discounts=[{"coupon": coupon}],
    )
    assert (seen.subtotal, seen.total) == (4000, 2000)
    assert shop.v1.coupons.retrieve(coupon).times_redeemed == 0


def test_older_versions_ask_for_the_upcoming_invoice(shop: Shop) -> None:
    """Source: https://docs.stripe.com/changelog/basil/2025-03-31/invoice-preview-api-deprecations"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    shop.account.advance("15d 12h")
    where = f"customer={customer}&subscription={sub.id}"
    where += f"&subscription_items[0][id]={shop.item(sub)}&subscription_items[0][quantity]=2"
    seen = shop.account.fetch(f"/v1/invoices/upcoming?{where}")
    assert "id" not in seen
    assert bill(seen) == [
        ("Unused time on Gold after 20 May 2026", -500),
        (f"Remaining time on 2 {TIMES} Gold after 20 May 2026", 1000),
        (f"2 {TIMES} Gold (at $10.00 / month)", 2000),
    ]
    page = shop.account.fetch(f"/v1/invoices/upcoming/lines?{where}&limit=1")
    assert (len(page["data"]), page["has_more"]) == (1, True)


def test_where_nothing_is_coming_there_is_no_preview(shop: Shop) -> None:
    """Source: https://docs.stripe.com/error-codes#invoice-upcoming-none"""
    customer = shop.customer()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        preview(shop, customer=customer)
    assert (refusal.value.http_status, refusal.value.code) == (404, "invoice_upcoming_none")
    sub = shop.subscribe(customer, shop.price(1000), cancel_at_period_end=True)
    with pytest.raises(stripe.InvalidRequestError, match="No upcoming invoices for customer"):
        preview(shop, subscription=sub.id)


def test_a_preview_leaves_nothing_behind(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    before = {name: len(shop.account.state(name)) for name in ("prices", "invoices", "events")}
    inline = {
        "currency": "usd",
        "product": shop.product,
        "recurring": {"interval": "month"},
        "unit_amount": 5000,
    }
    extra = {"currency": "usd", "product": shop.product, "unit_amount": 70}
    seen = preview(
        shop,
        subscription=sub.id,
        invoice_items=[{"price_data": extra}],
        subscription_details={"items": [{"id": shop.item(sub), "price_data": inline}]},
    )
    assert sorted(amounts(seen)) == [-1000, 70, 5000, 5000]
    after = {name: len(shop.account.state(name)) for name in before}
    assert after == before


def test_a_schedule_can_be_priced_before_it_is_made(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules#previewing-schedule-creation-and-updates"""
    customer = shop.customer()
    given: Any = {"display_name": "VAT", "inclusive": False, "percentage": 10}
    rate = shop.v1.tax_rates.create(given).id
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "once"}).id
    first = {
        "add_invoice_items": [{"price": shop.price(700, None)}],
        "default_tax_rates": [rate],
        "discounts": [{"coupon": coupon}],
        "duration": MONTH,
        "items": [{"price": shop.price(2000), "quantity": 2}],
        "start_date": NOW + 5 * DAY,
    }
    phases: Any = [first, {"items": [{"price": shop.price(9000)}], "duration": MONTH}]
    before = {name: len(shop.account.state(name)) for name in KINDS}
    seen = preview(shop, customer=customer, schedule_details={"phases": phases})
    assert {name: len(shop.account.state(name)) for name in KINDS} == before
    assert (sorted(amounts(seen)), seen.subtotal, seen.total) == ([700, 4000], 4700, 2585)
    assert (seen.created, seen.billing_reason) == (NOW + 5 * DAY, "subscription_create")
    start = {"customer": customer, "start_date": NOW + 5 * DAY}
    plan = [{name: first[name] for name in first if name != "start_date"}, phases[1]]
    begins: Any = {**start, "phases": plan}
    schedule = shop.v1.subscription_schedules.create(begins)
    assert preview(shop, schedule=schedule.id).total == seen.total
    shop.account.advance("5d 2h")
    begun = shop.v1.subscription_schedules.retrieve(schedule.id)
    (made,) = shop.invoices(str(begun.subscription))
    assert (sorted(bill(made)), made["total"]) == (sorted(bill(plain(seen))), 2585)


def of_three_weeks(phases: list[Doc], **second: Any) -> None:
    """Let the first phase end within the first period."""
    del phases[0]["duration"]
    phases[0]["end_date"] = NOW + 20 * DAY
    phases[1] |= {"duration": {"interval": "month", "interval_count": 3}, **second}


def doubled(phases: list[Doc]) -> None:
    """Let the current phase cost twice as much."""
    phases[0]["items"][0]["quantity"] = 2


CHANGES: dict[str, tuple[Any, Doc, str, list[int]]] = {
    "the next phase": (lambda phases: None, {}, "16d", [4000]),
    "at once": (doubled, {"proration_behavior": "always_invoice"}, "1h", [-500, 1000]),
    "with the next": (doubled, {}, "16d", [-500, 1000, 4000]),
    "for nothing": (doubled, {"proration_behavior": "none"}, "16d", [4000]),
    "within": (of_three_weeks, {}, "16d", [-355, 1419, 4000]),
    "within, at once": (
        lambda phases: of_three_weeks(phases, proration_behavior="always_invoice"),
        {},
        "5d",
        [-355, 1419],
    ),
    "a period of its own": (
        lambda phases: of_three_weeks(phases, billing_cycle_anchor="phase_start"),
        {},
        "5d",
        [-355, 4000],
    ),
}
"""By what is changed: the phases, what is said besides, how long it takes, what is billed."""


@pytest.mark.parametrize("mode", [CLASSIC, FLEXIBLE], ids=["classic", "flexible"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_running_schedule_shows_what_it_bills_next(shop: Shop, name: str, mode: Doc) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules#preview-an-invoice"""
    change, besides, wait, expected = CHANGES[name]
    phases: Any = [
        {"items": [{"price": shop.price(1000)}], "duration": MONTH},
        {"items": [{"price": shop.price(2000), "quantity": 2}], "duration": MONTH},
    ]
    schedules, once = shop.v1.subscription_schedules, [{"price": shop.price(30, None)}]
    given: Any = {"customer": shop.customer(), "start_date": "now", "phases": phases, **mode}
    schedule = schedules.create(given)
    shop.account.advance("15d 12h")
    phases[0]["start_date"], phases[1]["add_invoice_items"] = NOW, once
    change(phases)
    shop.told()
    seen = preview(shop, schedule=schedule.id, schedule_details={"phases": phases, **besides})
    assert shop.told() == []
    bills_once = [30] if wait != "1h" else []
    assert sorted(amounts(seen)) == sorted([*expected, *bills_once])
    update: Any = {"phases": phases, **besides}
    schedules.update(schedule.id, update)
    if wait != "1h":
        told = preview(shop, subscription=schedule.subscription)
        assert sorted(amounts(told)) == sorted(amounts(seen))
        shop.account.advance(wait)
    made = shop.invoices(str(schedule.subscription))[0]
    assert sorted(bill(made)) == sorted(bill(plain(seen)))


def test_a_schedule_that_ends_bills_nothing_more(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview#create_create_preview-schedule_details-end_behavior"""
    phases: Any = [{"items": [{"price": shop.price(1000)}], "duration": MONTH}]
    given: Any = {"customer": shop.customer(), "start_date": "now", "phases": phases}
    schedule = shop.v1.subscription_schedules.create(given)
    assert preview(shop, schedule=schedule.id).total == 1000
    ends = {"schedule": schedule.id, "schedule_details": {"end_behavior": "cancel"}}
    error = refused(lambda: preview(shop, **ends))
    assert (error["status"], error["code"]) == (404, "invoice_upcoming_none")
    shop.v1.subscription_schedules.release(schedule.id)
    error = refused(lambda: preview(shop, schedule=schedule.id))
    assert (error["status"], error["code"]) == (404, "invoice_upcoming_none")
    assert "status is `released`" in refused(lambda: preview(shop, **ends))["message"]


def test_a_schedule_that_cannot_be_is_not_priced(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create_preview#create_create_preview-schedule_details"""
    phase: Doc = {"items": [{"price": shop.price(1000)}], "duration": MONTH}
    customer = shop.customer()

    def why(details: Doc, **more: Any) -> tuple[str, str | None]:
        error = refused(lambda: preview(shop, schedule_details=details, **more))
        return error["message"], error.get("param")

    now = phase | {"start_date": "now"}
    assert why({"phases": [now]})[0].startswith("You must provide one of customer, ")
    assert (
        "at least one phase with a `start_date`" in why({"phases": [phase]}, customer=customer)[0]
    )
    assert why({"end_behavior": "cancel"}, customer=customer)[1] == "schedule_details[phases]"
    assert why({"phases": [now]}, schedule="sub_sched_none")[1] == "schedule"
    bad = now | {"items": [{"price": "price_none"}]}
    where = "schedule_details[phases][0][items][0][price]"
    assert why({"phases": [bad]}, customer=customer)[1] == where
    sub = shop.subscribe(customer, shop.price(1000)).id
    both = "You may only specify one of these parameters: schedule_details, subscription."
    assert why({"phases": [now]}, subscription=sub)[0] == both
    schedule = shop.v1.subscription_schedules.create({"from_subscription": sub})
    moved = phase | {"start_date": NOW + DAY}
    message = "You can not modify the start date of the current phase."
    assert why({"phases": [moved]}, schedule=schedule.id)[0] == message


@pytest.mark.parametrize("version", [OLD, NEW])
def test_whoever_is_new_sees_what_a_schedule_costs(account: Account, version: str) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules#previewing-schedule-creation-and-updates"""
    shop = Shop(account)
    client = account.client_for(version)
    phase: Any = {"items": [{"price": shop.price(1000)}], "start_date": "now"}
    phase |= {"iterations": 12} if version == OLD else {"duration": MONTH}
    phase["add_invoice_items"] = [{"price": shop.price(30, None)}]
    details: Any = {"address": {"country": "US", "postal_code": "98104"}}
    given: Any = {"customer_details": details, "schedule_details": {"phases": [phase]}}
    seen = client.v1.invoices.create_preview(given)
    assert (seen.total, seen.created, amounts(seen)) == (1030, NOW, [30, 1000])
    given["preview_mode"] = "recurring"
    assert client.v1.invoices.create_preview(given).total == 1000
    assert account.state("subscription_schedules") == []
