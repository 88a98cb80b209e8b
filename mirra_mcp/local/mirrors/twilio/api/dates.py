"""How dates are written, how callers write them, and what lists by date keep."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.wire.model import Doc

DATE = re.compile(r"\d{4}-\d\d-\d\d")
LONG_AGO, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def rfc2822(at: datetime) -> str:
    """Write a date as the 2010 API does: `Mon, 04 May 2026 12:00:00 +0000`."""
    return _rfc2822(at.replace(microsecond=0))


@lru_cache(maxsize=256)
def _rfc2822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))


def iso(at: datetime) -> str:
    """Write a date as the other APIs do: `2026-05-04T12:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime | None:
    """Read a date and time in ISO 8601; without an offset it is in UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None


def day(name: str, text: str) -> tuple[datetime, bool]:
    """Read a filter's date, or an instant; say whether it is a whole day.

    Raises:
        VendorError: it is neither.
    """
    at = instant(text)
    if at is None:
        raise wrong(f"Invalid parameter {name}: {text} is not a valid date")
    return at, DATE.fullmatch(text) is not None


def dated(call: Call, name: str, field: str) -> Callable[[Doc], bool] | None:
    """Return which documents a list by date keeps: on a day, up to one, from one on.

    Source: https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-messages
    """
    bounds: list[tuple[datetime, datetime]] = []
    for mark in ("", "<", ">"):
        if not (text := call.query.get(name + mark)):
            continue
        at, is_day = day(name, text)
        end = at
        if is_day or not mark:  # `DateSent=` means the day, though SDKs write midnight
            at, end = (
                at.replace(hour=0, minute=0, second=0),
                at.replace(hour=23, minute=59, second=59),
            )
        bounds.append((LONG_AGO if mark == "<" else at, NEVER if mark == ">" else end))
    if not bounds:
        return None

    def keep(doc: Doc) -> bool:
        if doc[field] is None:
            return False
        at = parsedate_to_datetime(doc[field])
        return all(first <= at <= last for first, last in bounds)

    return keep
