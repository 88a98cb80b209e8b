"""Billing periods: where they begin and end, counted from an anchor.

A monthly period anchored on the 31st ends on the last day of shorter months and comes back to the
31st. All instants are epoch seconds, in UTC.

Source: https://docs.stripe.com/billing/subscriptions/billing-cycle
"""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Literal

from mirra_mcp.local.mirrors.stripe.api import errors

Interval = Literal["day", "week", "month", "year"]

DAY = 86_400
HOUR = 3_600


FIVE_YEARS = 5 * 365 * DAY + DAY


def check_future(instant: int, now: int, param: str) -> None:
    """Refuse an instant that is too far ahead.

    Raises:
        VendorError: it is more than five years away.
    """
    if instant > now + FIVE_YEARS:
        raise errors.invalid(
            "Invalid timestamp: can be no more than five years in the future.", param
        )


def step(anchor: int, interval: str, count: int, n: int) -> int:
    """Return the instant that is `n` times `count` intervals after (or before) `anchor`."""
    steps = count * n
    if interval in ("day", "week"):
        return anchor + steps * DAY * (7 if interval == "week" else 1)
    at = datetime.fromtimestamp(anchor, UTC)
    months = at.year * 12 + at.month - 1 + steps * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return _seconds(at.replace(year=year, month=month + 1, day=day))


def following(anchor: int, interval: str, count: int, at: int) -> int:
    """Return the first boundary that is later than `at`."""
    length = {"day": 1.0, "week": 7.0, "month": 30.436875, "year": 365.2425}[interval] * DAY
    n = int((at - anchor) / (length * count)) - 1
    while step(anchor, interval, count, n) <= at:
        n += 1
    return step(anchor, interval, count, n)


def period(anchor: int, interval: str, count: int, at: int) -> tuple[int, int]:
    """Return the whole period that `at` is in: from the boundary at or before it to the next."""
    length = {"day": 1.0, "week": 7.0, "month": 30.436875, "year": 365.2425}[interval] * DAY
    n = int((at - anchor) / (length * count)) - 1
    while step(anchor, interval, count, n + 1) <= at:
        n += 1
    return step(anchor, interval, count, n), step(anchor, interval, count, n + 1)


def configured(
    at: int,
    interval: str,
    day: int,
    *,
    month: int | None = None,
    hour: int | None = None,
    minute: int | None = None,
    second: int | None = None,
) -> int:
    """Return the anchor that a `billing_cycle_anchor_config` means for a start at `at`.

    What isn't given of the time of day is the start's. The anchor is the next such instant.

    Source: https://docs.stripe.com/billing/subscriptions/billing-cycle
    """
    start = datetime.fromtimestamp(at, UTC)
    clock = start.replace(
        hour=start.hour if hour is None else hour,
        minute=start.minute if minute is None else minute,
        second=start.second if second is None else second,
    )
    months = clock.year * 12 + (clock.month if month is None else month) - 1
    stride = 12 if month is not None and interval == "year" else 1
    while True:
        year, index = divmod(months, 12)
        last = calendar.monthrange(year, index + 1)[1]
        found = _seconds(clock.replace(day=1).replace(year=year, month=index + 1)) + DAY * (
            min(day, last) - 1
        )
        if found >= at:
            return found
        months += stride


def written(at: int) -> str:
    """Write a day as descriptions of lines do: `15 Jun 2026`."""
    return (datetime.fromtimestamp(at, UTC)).strftime("%d %b %Y")


def within(seconds: int) -> timedelta:
    """Return a wait, never a negative one."""
    return timedelta(seconds=max(seconds, 0))


def _seconds(at: datetime) -> int:
    return calendar.timegm(at.utctimetuple())
