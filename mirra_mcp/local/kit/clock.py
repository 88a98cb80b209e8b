"""A session's own time: it flows with the wall's or stands still, and can be moved forward."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pytimeparse2 import parse  # type: ignore[import-untyped]  # ships no types

from mirra_mcp.local.kit.errors import Refusal

Wall = Callable[[], datetime]
"""Where real time comes from."""

FURTHEST = timedelta(days=366 * 20)
EARLIEST = datetime.min.replace(tzinfo=UTC)


def wall() -> datetime:
    """Return the real time, in UTC."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """Write an instant as Mirra does: `2026-04-22T18:02:18.100Z`."""
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


def utc(at: datetime) -> datetime:
    """Return an instant in UTC; without a zone it is taken to be UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def duration(text: str) -> timedelta:
    """Read `3d`, `2 hours`, `1h30m` or a number of seconds.

    Raises:
        Refusal: it can't be read, is not above zero, or is more than 20 years.
    """
    seconds = parse(text.strip())
    if seconds is None or seconds <= 0:
        raise Refusal(
            400,
            "mirra.clock.invalid",
            f"'{text}' is not a length of time above zero.",
            "Say it like '90s', '2 hours', '3d' or '1h30m'; 'stop' lets time stand, 'run' flow.",
        )
    if seconds > FURTHEST.total_seconds():
        raise Refusal(
            400, "mirra.clock.invalid", f"'{text}' is too far.", "Advance 20 years at most."
        )
    return timedelta(seconds=float(seconds))


class Clock:
    """Tells a session's time. It goes back only with the state that it belongs to."""

    def __init__(self, wall: Wall, *, standing: datetime | None = None) -> None:
        self._wall = wall
        self._ahead = timedelta()
        self._latest = EARLIEST
        self.standing = standing

    def now(self) -> datetime:
        """Return the session's time. A wall clock that steps back doesn't turn it back."""
        if self.standing:
            return self.standing
        at = self._wall() + self._ahead
        if at < self._latest:
            self._ahead += self._latest - at
            at = self._latest
        self._latest = at
        return at

    @property
    def ahead(self) -> timedelta:
        """How far it was moved from the wall's time; nothing, where it stands still."""
        return timedelta() if self.standing else self._ahead

    def move_to(self, at: datetime) -> None:
        """Make it `at` now; an earlier instant changes nothing."""
        if at > self.now():
            self.go_to(at)

    def go_to(self, at: datetime) -> None:
        """Make it `at` now, be it earlier: the state of then has come back."""
        if self.standing is not None:
            self.standing = at
        else:
            self._ahead = at - self._wall()
            self._latest = at

    def stop(self) -> None:
        """Let time stand until it is moved."""
        self.standing = self.now()

    def run(self) -> None:
        """Let time flow with the wall's again, from where it is."""
        at = self.now()
        self.standing = None
        self.go_to(at)

    def mark(self) -> tuple[timedelta, datetime, datetime | None]:
        """Return what `go_back` needs."""
        return self._ahead, self._latest, self.standing

    def go_back(self, mark: tuple[timedelta, datetime, datetime | None]) -> None:
        """Tell the time as if nothing had been done since `mark`."""
        self._ahead, self._latest, self.standing = mark

    def wait_for(self, at: datetime) -> float | None:
        """Return the real seconds until `at`, or None if it comes only when the clock is moved."""
        return None if self.standing else max((at - self.now()).total_seconds(), 0.0)

    def save(self) -> dict[str, str | float | None]:
        """Return what `load` needs after a restart."""
        standing = self.standing.isoformat() if self.standing else None
        latest = self.now().isoformat()
        return {"standing": standing, "ahead": self._ahead.total_seconds(), "latest": latest}

    def load(self, saved: Mapping[str, Any]) -> None:
        """Bring back what `save` described."""
        standing = saved["standing"]
        self.standing = datetime.fromisoformat(standing) if standing else None
        self._ahead = timedelta(seconds=float(saved["ahead"] or 0))
        latest = saved.get("latest")
        self._latest = datetime.fromisoformat(latest) if latest else EARLIEST
