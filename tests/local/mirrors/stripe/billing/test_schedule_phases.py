"""What phases of a schedule change of their subscription, and previews of it line by line.

Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-phases
"""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.billing.shop import CLASSIC, DAY, FLEXIBLE, Shop
from tests.local.mirrors.stripe.client import NOW, OLD, Account
from tests.local.mirrors.stripe.payments.paying import refused

MONTH = {"interval": "month"}
CALIFORNIA: Any = {"address": {"country": "US", "state": "CA", "postal_code": "94103"}}


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def planned(shop: Shop, *phases: Any, **more: Any) -> stripe.SubscriptionSchedule:
    """Plan phases, of a month each unless they say otherwise; they begin now."""
    lengths = [{"duration": MONTH} | each for each in phases]
    given: Any = {"start_date": "now", "phases": lengths, "customer": shop.customer(), **more}
    return shop.v1.subscription_schedules.create(given)


def in_short(invoice: Doc) -> list[Any]:
    """Return what an invoice says line by line, apart from ids."""
    return [
        (
            line["description"],
            line["amount"],
            sum(each["amount"] for each in line["discount_amounts"]),
            sum(each["amount"] for each in line["tax_amounts"]),
            (line["period"]["start"], line["period"]["end"]),
        )
        for line in invoice["lines"]["data"]
    ] + [invoice["total"], invoice["amount_due"]]


def foretold(shop: Shop, sub: str) -> list[Any]:
    """Return the next invoice of a subscription in short."""
    path = f"/v1/invoices/upcoming?subscription={sub}"
    return in_short(shop.account.fetch(path, OLD))


def coupon(shop: Shop, **more: Any) -> str:
    given: Any = {"percent_off": 25, "duration": "forever", **more}
    return shop.v1.coupons.create(given).id


def rate(shop: Shop, percentage: float) -> str:
    made = {"display_name": "VAT", "inclusive": False, "percentage": percentage}
    return shop.v1.tax_rates.create(made).id  # type: ignore[arg-type]  # a plain form


def discounted(shop: Shop) -> Any:
    return {"discounts": [{"coupon": coupon(shop)}]}


def item_discounted(shop: Shop) -> Any:
    items = [{"price": shop.price(4000), "discounts": [{"coupon": coupon(shop)}]}]
    return {"items": items}


def taxed(shop: Shop) -> Any:
    return {"default_tax_rates": [rate(shop, 10)]}


def tried(shop: Shop) -> Any:
    return {"trial": True}


def billed_once(shop: Shop) -> Any:
    once = {
        "price": shop.price(700, None),
        "discounts": [{"coupon": coupon(shop)}],
        "tax_rates": [rate(shop, 20)],
        "period": {"start": {"type": "phase_start"}, "end": {"type": "phase_end"}},
    }
    return {"add_invoice_items": [once]}


def shorter(shop: Shop) -> Any:
    return {"items": [{"price": shop.price(300, "week")}]}


@pytest.mark.parametrize("mode", [CLASSIC, FLEXIBLE], ids=["classic", "flexible"])
@pytest.mark.parametrize(
    ("settings", "total"),
    [
        (discounted, 3000),
        (item_discounted, 3000),
        (taxed, 4400),
        (tried, 0),
        (billed_once, 4630),
        (shorter, None),
    ],
)
def test_a_phase_is_billed_as_it_was_foretold(
    shop: Shop, mode: Doc, settings: Callable[[Shop], Any], total: int | None
) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-phases"""
    second = {"items": [{"price": shop.price(4000)}]} | settings(shop)
    schedule = planned(shop, {"items": [{"price": shop.price(1000)}]}, second, **mode)
    sub = str(schedule.subscription)
    told = foretold(shop, sub)
    shop.account.advance("31d 2h")
    billed = shop.invoices(sub)[0]
    assert in_short(billed) == told
    assert total in (None, billed["total"])
    assert billed["billing_reason"] == "subscription_cycle"


@pytest.mark.parametrize("mode", [CLASSIC, FLEXIBLE], ids=["classic", "flexible"])
@pytest.mark.parametrize("settings", [discounted, item_discounted, taxed, tried, billed_once])
def test_a_phase_within_a_period_is_billed_as_it_was_foretold(
    shop: Shop, mode: Doc, settings: Callable[[Shop], Any]
) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-phases-proration_behavior"""
    second = {"items": [{"price": shop.price(4000)}]} | settings(shop)
    first = {"items": [{"price": shop.price(1000)}], "end_date": NOW + 10 * DAY, "duration": ""}
    first.pop("duration")
    given: Any = {
        "start_date": "now",
        "customer": shop.customer(),
        "phases": [first, second | {"end_date": NOW + 70 * DAY}],
        **mode,
    }
    sub = str(shop.v1.subscription_schedules.create(given).subscription)
    told = foretold(shop, sub)
    shop.account.advance("10d" if settings is tried else "31d 2h")
    assert in_short(shop.invoices(sub)[0]) == told


def test_a_trial_that_is_a_phase_moves_the_subscription_there_and_back(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-phases-trial"""
    price = shop.price(1000)
    items = {"items": [{"price": price}]}
    later = {"trial_end": NOW + 40 * DAY}
    sub = str(planned(shop, items, items | later, items).subscription)
    assert shop.sub(sub)["status"] == "active"
    shop.account.advance("31d 2h")
    tried = shop.sub(sub)
    assert (tried["status"], tried["trial_end"]) == ("trialing", NOW + 40 * DAY)
    assert tried["current_period_end"] == NOW + 40 * DAY
    shop.account.advance("9d")
    assert shop.sub(sub)["status"] == "active"
    assert [each["total"] for each in shop.invoices(sub)] == [1000, 0, 1000]


def test_settings_of_a_phase_become_the_subscriptions(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-default_settings"""
    customer = shop.customer()
    items = {"items": [{"price": shop.price(1000)}]}
    other = shop.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer}).id
    vat = rate(shop, 10)
    second = {
        "collection_method": "send_invoice",
        "default_payment_method": other,
        "default_tax_rates": [vat],
        "description": "Second",
        "invoice_settings": {"days_until_due": 7},
        "metadata": {"phase": "2"},
    }
    default: Any = {"description": "By default"}
    schedule = planned(
        shop, items, items | second, items, customer=customer, default_settings=default
    )
    sub = str(schedule.subscription)
    assert shop.sub(sub)["description"] == "By default"
    shop.account.advance("31d 2h")
    now = shop.sub(sub)
    shown = {name: now[name] for name in second if name in now} | {"days": now["days_until_due"]}
    assert shown.pop("default_tax_rates")[0]["id"] == vat
    assert shown.pop("invoice_settings")
    assert shown == {
        "collection_method": "send_invoice",
        "days": 7,
        "default_payment_method": other,
        "description": "Second",
        "metadata": {"phase": "2"},
    }
    shop.account.advance("30d")
    then = shop.sub(sub)
    assert (then["description"], then["collection_method"]) == (
        "By default",
        "charge_automatically",
    )
    assert (then["default_payment_method"], then["default_tax_rates"]) == (None, [])
    assert then["metadata"] == {"phase": "2"}


def test_automatic_tax_of_a_phase_taxes_its_invoices(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-phases-automatic_tax"""
    shop.v1.tax.settings.update({"head_office": CALIFORNIA})
    shop.v1.tax.registrations.create(
        {
            "country": "US",
            "country_options": {"us": {"state": "CA", "type": "state_sales_tax"}},
            "active_from": "now",
        }
    )
    items = {"items": [{"price": shop.price(1000)}]}
    taxed = items | {"automatic_tax": {"enabled": True}}
    nowhere = refused(planned, shop, items, taxed)
    assert nowhere["code"] == "customer_tax_location_invalid"
    schedule = planned(shop, items, taxed, customer=shop.customer(**CALIFORNIA))
    sub = str(schedule.subscription)
    told = foretold(shop, sub)
    shop.account.advance("31d 2h")
    last, first = shop.invoices(sub)
    assert (first["tax"], in_short(last)) == (None, told)
    assert last["tax"] > 0
    assert shop.sub(sub)["automatic_tax"]["enabled"]


def test_a_phase_without_discounts_takes_the_customers_and_an_empty_text_none(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-phases-discounts"""
    customer = shop.customer()
    shop.account.call(
        "POST", f"/v1/customers/{customer}", f"coupon={coupon(shop)}", stripe_version="2024-06-20"
    )
    items = {"items": [{"price": shop.price(1000)}]}
    phases = [
        items,
        items | {"discounts": ""},
        items | {"discounts": [{"coupon": coupon(shop, percent_off=50)}]},
    ]
    schedule = planned(shop, *phases, customer=customer)
    sub = str(schedule.subscription)
    shop.account.advance("31d 2h")
    shop.account.advance("30d")
    assert [each["total"] for each in shop.invoices(sub)] == [500, 1000, 750]


def test_what_a_later_phase_cannot_have_is_refused_at_once(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create"""
    items = {"items": [{"price": shop.price(1000)}]}
    wrong: list[tuple[Doc, str]] = [
        ({"discounts": [{"coupon": "none"}]}, "phases[1][discounts][0][coupon]"),
        ({"default_tax_rates": ["txr_none"]}, "phases[1][default_tax_rates]"),
        ({"default_payment_method": "pm_none"}, "phases[1][default_payment_method]"),
        ({"collection_method": "send_invoice"}, "phases[1][days_until_due]"),
        (
            {"add_invoice_items": [{"price": shop.price(5)}]},
            "phases[1][add_invoice_items][0][price]",
        ),
        ({"trial_end": NOW + 800 * DAY, "end_date": NOW + 900 * DAY}, "phases[1][trial_end]"),
    ]
    for settings, param in wrong:
        second = items | settings
        both = [
            items | {"duration": MONTH},
            second if "end_date" in second else second | {"duration": MONTH},
        ]
        given: Any = {"start_date": "now", "phases": both, "customer": shop.customer()}
        error = refused(shop.v1.subscription_schedules.create, given)
        assert error["param"] == param
    assert not shop.v1.subscription_schedules.list().data


def test_a_change_of_the_current_phase_changes_only_that(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/update"""
    half = coupon(shop, percent_off=50)
    items = {"items": [{"price": shop.price(1000)}]}
    schedule = planned(shop, items | {"discounts": [{"coupon": half}]})
    id, sub = schedule.id, str(schedule.subscription)
    kept = shop.sub(sub)["discounts"]
    vat = rate(shop, 10)
    phase: Any = items | {
        "start_date": NOW,
        "end_date": schedule.phases[0].end_date,
        "default_tax_rates": [vat],
    }
    same = phase | {"discounts": [{"coupon": half}]}
    shop.v1.subscription_schedules.update(id, {"phases": [same]})
    after = shop.sub(sub)
    assert (after["discounts"], after["default_tax_rates"][0]["id"]) == (kept, vat)
    assert len(shop.invoices(sub)) == 1
    shop.v1.subscription_schedules.update(id, {"phases": [phase]})
    assert shop.sub(sub)["discounts"] == []


def test_a_schedule_takes_over_what_a_subscription_has(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-from_subscription"""
    customer, vat = shop.customer(), rate(shop, 10)
    card = shop.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer}).id
    sub = shop.subscribe(
        customer,
        shop.price(1000),
        default_payment_method=card,
        default_tax_rates=[vat],
        discounts=[{"coupon": coupon(shop)}],
    )
    schedule = shop.v1.subscription_schedules.create({"from_subscription": sub.id})
    assert schedule.default_settings.default_payment_method == card
    phase: Any = schedule.phases[0]
    assert [each.id for each in phase.default_tax_rates] == [vat]
    assert [each.discount for each in phase.discounts] == shop.sub(sub.id)["discounts"]


@pytest.mark.parametrize("length", [31, 10])
def test_what_is_gone_when_a_phase_begins_does_not_stop_it(shop: Shop, length: int) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules"""
    customer, off, vat = shop.customer(), coupon(shop), rate(shop, 10)
    card = shop.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer}).id
    once, price = shop.price(700, None), shop.price(1000)
    items = [{"price": price, "discounts": [{"coupon": off}], "tax_rates": [vat]}]
    second: Any = {
        "items": items,
        "default_payment_method": card,
        "default_tax_rates": [vat],
        "discounts": [{"coupon": off}],
        "add_invoice_items": [{"price": once}],
    }
    first: Any = {"items": [{"price": price}], "duration": {"interval": "day"}}
    first["duration"]["interval_count"] = length
    sub = str(planned(shop, first, second, customer=customer).subscription)
    shop.v1.coupons.delete(off)
    shop.v1.payment_methods.detach(card)
    shop.v1.tax_rates.update(vat, {"active": False})
    for each in (once, price):
        shop.v1.prices.update(each, {"active": False})
    shop.account.advance("31d 2h")
    then = shop.sub(sub)
    assert (then["status"], then["default_payment_method"]) == ("active", None)
    assert [each["total"] for each in shop.invoices(sub)] == [1000, 1000]
    schedule = shop.v1.subscription_schedules.retrieve(str(then["schedule"]))
    assert schedule.current_phase
    assert schedule.current_phase.start_date == NOW + length * DAY
