"""Subscription schedules: phases planned ahead.

Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import DAY, Shop
from tests.local.mirrors.stripe.client import NOW, OLD, Account
from tests.local.mirrors.stripe.payments.paying import refused

MONTH = {"interval": "month"}


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def two_phases(shop: Shop, **more: Any) -> stripe.SubscriptionSchedule:
    given: Any = {
        "customer": shop.customer(),
        "start_date": "now",
        "end_behavior": "cancel",
        "phases": [
            {"items": [{"price": shop.price(1000)}], "duration": MONTH},
            {"items": [{"price": shop.price(2000), "quantity": 2}], "duration": MONTH},
        ],
        **more,
    }
    return shop.v1.subscription_schedules.create(given)


def test_phases_follow_each_other_and_the_end_cancels(shop: Shop) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules/use-cases"""
    schedule = two_phases(shop)
    id = str(schedule.subscription)
    assert (schedule.status, shop.sub(id)["schedule"]) == ("active", schedule.id)
    assert [(each.start_date, each.end_date) for each in schedule.phases] == [
        (NOW, NOW + 31 * DAY),
        (NOW + 31 * DAY, NOW + 61 * DAY),
    ]
    shop.account.advance("31d 2h")
    item = shop.sub(id)["items"]["data"][0]
    assert (item["quantity"], item["price"]["unit_amount"]) == (2, 2000)
    assert [each["total"] for each in shop.invoices(id)] == [4000, 1000]
    assert len(shop.account.events("invoice.upcoming")) == 1
    shop.account.advance("28d 21h")
    assert shop.account.events("invoice.upcoming") == []  # of the last 30 days: nothing is to come
    simulated = {"event": "invoice.upcoming", "subscription": id}
    assert shop.account.http.post("/_mirra/simulate", json=simulated).is_client_error
    shop.account.advance("2d")
    assert shop.sub(id)["status"] == "canceled"
    over = shop.v1.subscription_schedules.retrieve(schedule.id)
    assert (over.status, over.completed_at) == ("completed", NOW + 61 * DAY)
    types = [each["type"] for each in shop.account.events() if "schedule" in each["type"]]
    assert types == ["subscription_schedule.completed"]


def test_a_schedule_can_begin_later(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/create"""
    schedule = two_phases(shop, start_date=NOW + 5 * DAY)
    assert (schedule.status, schedule.subscription) == ("not_started", None)
    shop.account.advance("5d")
    begun = shop.v1.subscription_schedules.retrieve(schedule.id)
    assert begun.status == "active"
    assert shop.sub(str(begun.subscription))["status"] == "active"


def test_older_versions_count_iterations(shop: Shop) -> None:
    """Source: https://docs.stripe.com/changelog/clover/2025-09-30/remove-iterations"""
    form = f"customer={shop.customer()}&start_date=now&phases[0][items][0][price]={shop.price(500)}"
    answer = shop.account.call(
        "POST",
        "/v1/subscription_schedules",
        f"{form}&phases[0][iterations]=3",
        stripe_version=OLD,
    )
    assert answer.json()["phases"][0]["end_date"] == 1785844800  # three months: 4 August


def test_a_subscription_can_be_put_on_a_schedule_and_let_go(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/release"""
    sub = shop.subscribe(shop.customer(), shop.price(1000))
    schedules = shop.v1.subscription_schedules
    schedule = schedules.create({"from_subscription": sub.id})
    assert (schedule.status, schedule.subscription) == ("active", sub.id)
    with pytest.raises(stripe.InvalidRequestError, match="already attached to a schedule"):
        schedules.create({"from_subscription": sub.id})
    first: Any = {
        "items": [{"price": sub["items"].data[0].price.id}],
        "start_date": schedule.phases[0].start_date,
        "end_date": schedule.phases[0].end_date,
    }
    second: Any = {"items": [{"price": shop.price(3000)}], "duration": MONTH}
    changed = schedules.update(schedule.id, {"phases": [first, second]})
    assert len(changed.phases) == 2
    shop.account.advance("31d 2h")
    assert shop.invoices(sub.id)[0]["total"] == 3000
    free = schedules.release(schedule.id)
    assert (free.status, free.released_subscription, free.subscription) == (
        "released",
        sub.id,
        None,
    )
    assert shop.sub(sub.id)["schedule"] is None
    with pytest.raises(stripe.InvalidRequestError, match="status is `released`"):
        schedules.cancel(schedule.id)


def test_a_schedule_is_canceled_with_its_subscription(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/cancel"""
    schedule = two_phases(shop)
    gone = shop.v1.subscription_schedules.cancel(schedule.id)
    assert (gone.status, gone.canceled_at) == ("canceled", NOW)
    assert shop.sub(str(schedule.subscription))["status"] == "canceled"
    listed = shop.v1.subscription_schedules.list({"customer": str(schedule.customer)})
    assert [each.id for each in listed.data] == [schedule.id]


def test_an_update_begins_where_the_schedule_does(shop: Shop) -> None:
    """Source: https://github.com/stripe/stripe-dotnet/issues/1754 and
    https://github.com/tierrun/tier/issues/93
    """
    schedule = two_phases(shop)
    change = shop.v1.subscription_schedules.update
    phase: Any = {"items": [{"price": shop.price(3000)}]}
    error = refused(change, schedule.id, {"phases": [phase]})
    assert "missing at least one phase with a `start_date`" in error["message"]
    error = refused(change, schedule.id, {"phases": [phase | {"start_date": NOW + DAY}]})
    assert error["message"] == "You can not modify the start date of the current phase."
    assert shop.v1.subscription_schedules.retrieve(schedule.id).current_phase
    changed = change(schedule.id, {"phases": [phase | {"start_date": NOW}]})
    assert changed.current_phase
    assert changed.current_phase.start_date == NOW


def test_a_release_can_keep_the_end(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/release"""
    schedules = shop.v1.subscription_schedules
    for keep in (False, True):
        schedule = two_phases(shop)
        released = schedules.release(schedule.id, {"preserve_cancel_date": keep})
        ends = shop.sub(str(released.released_subscription))["cancel_at"]
        assert ends == (schedule.phases[-1].end_date if keep else None)


@pytest.mark.parametrize(("anchor", "began"), [("phase_start", 10 * DAY), ("automatic", 0)])
def test_a_phase_may_begin_a_period_of_its_own(shop: Shop, anchor: str, began: int) -> None:
    """Source: https://docs.stripe.com/api/subscription_schedules/object#subscription_schedule_object-phases-billing_cycle_anchor"""
    ten_days = {"interval": "day", "interval_count": 10}
    phases: Any = [
        {"items": [{"price": shop.price(1000)}], "duration": ten_days},
        {
            "billing_cycle_anchor": anchor,
            "duration": MONTH,
            "items": [{"price": shop.price(2000)}],
        },
    ]
    schedule = two_phases(shop, phases=phases)
    shop.account.advance("10d")
    assert shop.sub(str(schedule.subscription))["billing_cycle_anchor"] == NOW + began
