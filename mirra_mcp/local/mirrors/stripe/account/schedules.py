"""When a connected account is paid out by itself.

Source: https://docs.stripe.com/connect/manage-payout-schedule
"""

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.wire.model import Doc

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINIMUM = 2
"""Business days that funds are held at least, in the United States."""
LONGEST = 31
ANCHORS = {
    "weekly": ("weekly_anchor", "weekly_payout_days"),
    "monthly": ("monthly_anchor", "monthly_payout_days"),
}


def checked(schedule: Doc) -> Doc:
    """Return a schedule with what its interval needs, and nothing of another's.

    Raises:
        VendorError: an anchor is missing, or is no day.
    """
    kept = dict(schedule)
    interval = kept.get("interval", "daily")
    if kept.get("delay_days") == "minimum":
        kept["delay_days"] = MINIMUM
    wanted = ANCHORS.get(interval, ())
    for names in ANCHORS.values():
        for name in names:
            if name not in wanted:
                kept.pop(name, None)
    if wanted and not any(kept.get(name) for name in wanted):
        raise errors.invalid(
            f"You must provide `{wanted[0]}` when `interval` is `{interval}`.",
            f"settings[payouts][schedule][{wanted[0]}]",
            "parameter_missing",
        )
    delay = kept.get("delay_days", MINIMUM)
    if not MINIMUM <= delay <= LONGEST:
        raise errors.invalid(
            f"You cannot set `delay_days` to {delay}: it must be between {MINIMUM} and {LONGEST}"
            " for this account.",
            "settings[payouts][schedule][delay_days]",
        )
    anchor = kept.get("monthly_anchor")
    if anchor is not None and not 1 <= anchor <= 31:
        raise errors.invalid(
            "This value must be between 1 and 31.",
            "settings[payouts][schedule][monthly_anchor]",
            "parameter_invalid_integer",
        )
    return kept


def next_payout(schedule: Doc, now: datetime) -> datetime | None:
    """Return when what is available now is paid out; None: when somebody asks for it."""
    interval = schedule.get("interval", "daily")
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == "daily":
        return now
    if interval == "weekly":
        days = schedule.get("weekly_payout_days") or [schedule["weekly_anchor"]]
        return _first(today, lambda day: WEEKDAYS[day.weekday()] in days, now)
    if interval == "monthly":
        wanted = schedule.get("monthly_payout_days") or [schedule["monthly_anchor"]]

        def is_due(day: datetime) -> bool:
            last = calendar.monthrange(day.year, day.month)[1]
            return any(day.day == min(each, last) for each in wanted)

        return _first(today, is_due, now)
    return None


def tomorrow(now: datetime) -> datetime:
    """Return when the next day begins."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _first(today: datetime, is_due: Callable[[datetime], bool], now: datetime) -> datetime:
    for ahead in range(63):
        day = today + timedelta(days=ahead)
        if is_due(day):
            return max(day, now)
    return now
