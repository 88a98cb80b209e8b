"""How values read on the page: times, sizes, JSON, and text that may be anything."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LONGEST_TEXT = 200_000
"""Characters that a page shows of one text; a browser is no editor of megabytes."""
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Note:
    """What a form did, told once on the next page."""

    text: str
    failed: bool = False


def seen(value: object, most: int = LONGEST_TEXT) -> str:
    """Return a text with what doesn't show spelt out, such as `⟨U+202E⟩`, and cut if it is long."""
    text = str(value)
    more = len(text) - most
    if more > 0:
        text = text[:most]
    text = _HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text.replace("\r\n", "\n"))
    return f"{text}… ({more:,} more characters)" if more > 0 else text


def pretty(value: Any) -> str:
    """Return a value as JSON to be read; text that is none stays as it is."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def instant(value: object) -> datetime | None:
    """Return what a time of the log says, if it is one."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def clock_time(value: object) -> str:
    """Return the time of day, to the millisecond: `09:41:07.250`."""
    at = instant(value)
    return at.strftime("%H:%M:%S.") + f"{at.microsecond // 1000:03d}" if at else seen(value, 40)


def day(value: object) -> str:
    """Return the date: `4 May 2026`."""
    at = instant(value)
    return f"{at.day} {at:%b %Y}" if at else seen(value, 40)


def moment(value: object) -> str:
    """Return date and time: `4 May 2026, 09:41:07`."""
    at = instant(value)
    return f"{day(at)}, {at:%H:%M:%S}" if at else seen(value, 40)


def duration(milliseconds: object) -> str:
    """Return a length of time: `0.4 ms`, `12 ms`, `3.1 s`."""
    if not isinstance(milliseconds, int | float):
        return ""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def flat(value: Any) -> str:
    """Return a value as a table shows it, in one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        return ", ".join(str(each) for each in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(text.split())


def short(text: str, most: int) -> str:
    """Return a text, or its beginning."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def percent(part: float | None) -> str:
    """Return a part of one: `86 %`; a dash if there is none."""
    return "-" if part is None else f"{part:.0%}"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: `1 change`, `2 changes`, `3 tries`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("ry") else f"{count:,} {noun}s"
