"""Times: for when something is scheduled, on the session's clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mirra_mcp.local.kit.meanings import Means
from mirra_mcp.local.scenarios.check.deeds import looker
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Things
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World

FIELDS = ("scheduled_at", "send_at", "_send_at")
CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(am|pm)?", re.ASCII)
DAYS = {"today": 0, "tomorrow": 1}


@dataclass(frozen=True)
class When:
    """A day, said or counted from the attempt's beginning, and perhaps a time on it, in UTC."""

    text: str
    day: date | int
    at: time | None = None

    def fits(self, moment: datetime, start: datetime) -> bool:
        """Tell whether a moment is the one that is meant."""
        begun = start.astimezone(UTC)
        day = begun.date() + timedelta(days=self.day) if isinstance(self.day, int) else self.day
        own = moment.astimezone(UTC)
        if own.date() != day:
            return False
        return self.at is None or (own.hour, own.minute) == (self.at.hour, self.at.minute)


@dataclass(frozen=True)
class ScheduledFor(Clause):
    """Each of some documents is scheduled for a time, and still waits for it."""

    selection: Selection
    when: When

    @property
    def plain(self) -> str:
        """The claim."""
        return (
            f"each of {self.selection.plain}: scheduled for {self.when.text} (UTC, counted from"
            " when the attempt began), and not canceled"
        )

    @property
    def subject(self) -> Selection:
        """What is scheduled."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Compare the times."""
        docs = self.selection.find(world)
        names = tuple(dict.fromkeys(name for each in docs for name in FIELDS if name in each.doc))
        if not docs:
            return grade(False, f"found no {self.selection.plain}")
        odd = [each for each in docs if not self._fits(each, world)]
        told = ", ".join(f"{each}: {_moment(each)}" for each in (odd or docs)[:5])
        return grade(not odd, told, docs, names)

    def _fits(self, found: Found, world: World) -> bool:
        meaning = found.noun.means.get("scheduled")
        moment = _moment(found)
        if moment is None or not isinstance(meaning, Means):
            return False
        if not meaning.sure.holds(found.doc, looker(world, found.noun.vendor)):
            return False
        return self.when.fits(moment, world.mark.at)


def _moment(found: Found) -> datetime | None:
    for name in FIELDS:
        value = found.doc.get(name)
        if isinstance(value, str):
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                return None
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


@slot("clock_time")
def _clock_time(reader: Reader, at: int) -> Iterator[tuple[time, int]]:
    """Read `9am`, `09:00`, `9:30 pm`, `noon`."""
    token = reader.token(at)
    if token is None:
        return
    if token.low in ("noon", "midnight"):
        yield time(12 if token.low == "noon" else 0), at + 1
        return
    read = CLOCK.fullmatch(token.text.lower())
    if read is None:
        return
    hour, minute, half = int(read[1]), int(read[2] or 0), read[3]
    end = at + 1
    if half is None and reader.low(end) in ("am", "pm"):
        half, end = reader.low(end), end + 1
    if half is not None and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif half is not None or read[2] is None:
        return
    if hour < 24 and minute < 60:
        for last, _ in reader.match("[utc/gmt]", end):
            yield time(hour, minute), last


@slot("said_time")
def _said_time(reader: Reader, at: int) -> Iterator[tuple[When, int]]:
    """Read `tomorrow at 9am`, `2026-05-05 at 9am`, `2026-05-05T09:00:00Z`."""
    token = reader.token(at)
    if token is None or token.kind not in ("word", "code", "quote"):
        return
    day: date | int | None = DAYS.get(token.low)
    if day is None:
        try:
            moment = datetime.fromisoformat(token.text)
        except ValueError:
            return
        if "T" in token.text or ":" in token.text:
            own = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
            yield When(own.isoformat(), own.date(), own.time()), at + 1
            return
        day = moment.date()
    for end, bound in reader.match("[,] [at] {clock_time}", at + 1):
        clock = bound["clock_time"]
        yield When(f"{token.text} at {clock:%H:%M}", day, clock), end
    yield When(token.text, day), at + 1


def _scheduled(reader: Reader, thing: Things, when: When, be: Be) -> ScheduledFor | None:
    nouns = thing.selection.nouns
    if be.is_not or not all(isinstance(noun.means.get("scheduled"), Means) for noun in nouns):
        return None
    return ScheduledFor(thing.selection, when)


PATTERNS = (
    Pattern(
        "time.scheduled",
        ("{thing:the_thing} {be} scheduled for/at/on [the] {when:said_time}",),
        _scheduled,
        (
            "The email was scheduled for tomorrow at 9am",
            "The email is scheduled for `2026-05-05T09:00:00Z`",
        ),
    ),
)
