"""Billing periods, counted from their anchor.

Source: https://docs.stripe.com/billing/subscriptions/billing-cycle
"""

from datetime import UTC, datetime

import pytest

from mirra_mcp.local.mirrors.stripe.billing.periods import (
    configured,
    following,
    period,
    step,
    written,
)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_an_anchor_on_the_31st_bills_on_the_last_day_of_shorter_months() -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-cycle"""
    anchor = at("2026-01-31T09:30")
    days = [written(step(anchor, "month", 1, n)) for n in range(5)]
    assert days == ["31 Jan 2026", "28 Feb 2026", "31 Mar 2026", "30 Apr 2026", "31 May 2026"]
    assert written(step(at("2027-12-31T00:00"), "month", 2, 1)) == "29 Feb 2028"


@pytest.mark.parametrize(
    ("interval", "count", "ends"),
    [
        ("day", 1, "2026-05-05T12:00"),
        ("week", 2, "2026-05-18T12:00"),
        ("month", 3, "2026-08-04T12:00"),
        ("year", 1, "2027-05-04T12:00"),
    ],
)
def test_a_period_is_a_number_of_intervals(interval: str, count: int, ends: str) -> None:
    """Source: https://docs.stripe.com/api/prices/object#price_object-recurring-interval"""
    start = at("2026-05-04T12:00")
    assert following(start, interval, count, start) == at(ends)
    assert period(start, interval, count, at(ends) - 1) == (start, at(ends))


def test_a_weekly_subscription_bills_on_the_weekday_of_its_anchor() -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-cycle"""
    friday = at("2022-06-03T00:00")
    for n in range(1, 60):
        assert datetime.fromtimestamp(step(friday, "week", 1, n), UTC).weekday() == 4


def test_periods_before_an_anchor_in_the_future_end_at_it() -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/billing-cycle"""
    anchor = at("2026-06-01T00:00")
    assert following(anchor, "month", 1, at("2026-05-04T12:00")) == anchor
    assert period(anchor, "month", 1, at("2026-05-04T12:00")) == (at("2026-05-01T00:00"), anchor)


def test_a_configured_anchor_is_the_next_such_day() -> None:
    """Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-billing_cycle_anchor_config"""
    now = at("2026-05-04T12:00")
    assert configured(now, "month", 1) == at("2026-06-01T12:00")
    assert configured(now, "month", 4, hour=13, minute=0, second=0) == at("2026-05-04T13:00")
    assert configured(now, "month", 31, hour=0, minute=0, second=0) == at("2026-05-31T00:00")
    assert configured(now, "year", 29, month=2, hour=0, minute=0, second=0) == at(
        "2027-02-28T00:00"
    )
