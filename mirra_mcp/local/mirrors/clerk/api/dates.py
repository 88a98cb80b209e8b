"""How Clerk writes instants: Unix time in milliseconds; RFC 3339 in what it is given."""

from datetime import UTC, datetime

from mirra_mcp.local.mirrors.clerk.api import errors

DAY = 86_400_000
"""Milliseconds."""


def stamp(at: datetime) -> int:
    """Write an instant as Clerk's documents do."""
    return round(at.timestamp() * 1000)


def unstamp(milliseconds: int) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def day_of(milliseconds: int) -> int:
    """Return the beginning of a day, as `last_active_at` of a user tells it."""
    return milliseconds - milliseconds % DAY


def given(text: str, param: str) -> int:
    """Read a time that a caller gives.

    Raises:
        VendorError: it isn't RFC 3339.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise errors.invalid_time(param) from None
    if found.tzinfo is None or "T" not in text.upper():
        raise errors.invalid_time(param)
    return stamp(found)
