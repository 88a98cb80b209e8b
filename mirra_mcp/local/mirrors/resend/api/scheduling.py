"""Times in the future, as `scheduled_at` takes them: ISO 8601 or plain English.

Source: https://resend.com/docs/dashboard/emails/schedule-email and
https://resend.com/changelog/schedule-api-with-natural-language
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import parsedatetime  # type: ignore[import-untyped]  # ships no types

from mirra_mcp.local.mirrors.resend.api import errors

FURTHEST = timedelta(days=30)
"""Source: https://resend.com/changelog/extended-email-scheduling"""
ZONES = {
    "UTC": "UTC",
    "GMT": "UTC",
    "BST": "Europe/London",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
    "EET": "Europe/Athens",
    "EEST": "Europe/Athens",
    "JST": "Asia/Tokyo",
    "ET": "America/New_York",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CT": "America/Chicago",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "MT": "America/Denver",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "PT": "America/Los_Angeles",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
}
PHRASES = {
    r"half an hour": "30 minutes",
    r"half a day": "12 hours",
    r"a couple of": "2",
}
"""Plain English that the parser would read as something else, in words that it knows."""
OVERMORROW = re.compile(r"(?:the )?day after tomorrow", re.I)
CLOCK = re.compile(r"\b(\d{1,2})(?::(\d\d))?(?::(\d\d))?\s*([ap]\.?m\b\.?)?", re.I)
FILLER = re.compile(r"[\s,]|\band\b", re.I)
DATE = re.compile(r"\s*\d{4}-")
ZONE = re.compile(rf"\s+({'|'.join(ZONES)})\s*$")


def moment(text: str, now: datetime) -> datetime:
    """Read when to send; without a zone, plain English is in UTC.

    Raises:
        VendorError: it can't be read, is past, or is more than 30 days ahead.
    """
    at = _iso(text) if DATE.match(text) else _english(text, now)
    if at is None:
        raise errors.validation_error(
            "Invalid `scheduled_at` field. The date should be in ISO 8601 format or plain English."
        )
    if at <= now:
        raise errors.validation_error("The `scheduled_at` field must be a date in the future.")
    if at > now + FURTHEST:
        raise errors.validation_error("The `scheduled_at` field must be within 30 days from now.")
    return at


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _english(text: str, now: datetime) -> datetime | None:
    named = ZONE.search(text)
    zone = ZoneInfo(ZONES[named[1]]) if named else UTC
    local = now.astimezone(zone)
    words = OVERMORROW.sub(f"{local + timedelta(days=2):%B %d %Y}", ZONE.sub("", text))
    for phrase, plain in PHRASES.items():
        words = re.sub(phrase, plain, words, flags=re.I)
    naive = local.replace(tzinfo=None)
    at, context = _calendar().parseDT(words, sourceTime=naive)
    if not context.hasDateOrTime or not _is_understood(words, naive):
        return None
    from_now = words.strip().lower().startswith("in ")
    found: datetime = at.replace(tzinfo=zone, microsecond=local.microsecond if from_now else 0)
    return found.astimezone(UTC)


def _is_understood(words: str, now: datetime) -> bool:
    """Say whether every word counted, and every time of day exists."""
    for hour, minute, second, half in CLOCK.findall(words):
        if not (half or minute):
            continue
        hours = range(1, 13) if half else range(24)
        if int(hour) not in hours or int(minute or 0) > 59 or int(second or 0) > 59:
            return False
    left = words
    for _, _, start, end, _ in reversed(_calendar().nlp(words, sourceTime=now) or ()):
        left = left[:start] + left[end:]
    return not FILLER.sub("", left)


@cache
def _calendar() -> "parsedatetime.Calendar":
    return parsedatetime.Calendar(version=parsedatetime.VERSION_CONTEXT_STYLE)
