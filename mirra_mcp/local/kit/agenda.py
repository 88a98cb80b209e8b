"""What falls due in a session: the timers of its mirrors, fired in order, each at its instant."""

import logging
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

from mirra_mcp.local.kit.mirror import Unit
from mirra_mcp.local.kit.timers import Timer
from mirra_mcp.local.kit.transactions import Transactions

log = logging.getLogger("mirra_mcp.local")

AT_ONCE = 32
"""Timers that are fired in one transaction."""


class Fired(NamedTuple):
    """A timer that fell due."""

    mirror: str
    timer: str
    at: datetime
    webhooks: list[str]
    """Types of the vendor events that it caused, in order."""


class Agenda:
    """The timers of a session."""

    def __init__(self, session: Transactions) -> None:
        self._session = session

    def next_wake(self) -> float:
        """Return when work should be looked for, as epoch seconds: at once if webhooks wait."""
        return 0.0 if self._session.deliveries.has_mail else self._session.due or 0.0

    def next_work(self) -> datetime | None:
        """Return when something falls due next: a timer or a webhook."""
        both = (self._session.due, self._session.deliveries.next_due())
        times = [each for each in both if each is not None]
        return datetime.fromtimestamp(min(times), UTC) if times else None

    def fire_due(self, now: datetime, budget: float | None = None) -> list[Fired]:
        """Fire the timers that are due by `now`, in order, each at its own instant.

        With a `budget` in seconds it stops when that is used up.
        """
        fired: list[Fired] = []
        due, instant = self._session.due, now.timestamp()
        if due is None or due > instant:
            return fired
        end = None if budget is None else perf_counter() + budget
        while (due := self._session.due) is not None and due <= instant:
            fired += self._fire_some(instant)
            if end is not None and perf_counter() > end:
                break
        return fired

    def _fire_some(self, instant: float) -> list[Fired]:
        """Fire the next timers in one transaction; if one fails, fire the first by itself."""
        fired: list[Fired] = []
        self._session.begin()
        try:
            while len(fired) < AT_ONCE:
                first = self._session.next_timer()
                if first is None or first[0][0] > instant:
                    break
                fired.append(self._fire(*first))
                self._session.step()
        except Exception:
            self._session.rollback()
            return [self._fire_alone()]
        self._session.commit()
        return fired

    def _fire(self, timer: Timer, vendor: str) -> Fired:
        due, id, verb, args = timer
        mirror, at = self._session.mirrors[vendor], datetime.fromtimestamp(due, UTC)
        mirror.now, mirror.unit, mirror.lane = at, Unit(), ""
        self._session.log.at = at
        mirror.drop_timer(id)
        mirror.call_verb(verb, args)
        return Fired(vendor, verb, at, [type for type, _ in mirror.unit.webhooks])

    def _fire_alone(self) -> Fired:
        first = self._session.next_timer()
        assert first is not None
        (due, id, verb, _), vendor = first
        mirror, at = self._session.mirrors[vendor], datetime.fromtimestamp(due, UTC)
        self._session.begin()
        try:
            fired = self._fire(*first)
        except Exception:
            self._session.rollback()
            log.exception("The timer %s of %s failed and was dropped.", verb, vendor)
            self._session.errors += 1
            with self._session.unit(mirror, at):
                mirror.drop_timer(id)
            return Fired(vendor, verb, at, [])
        self._session.commit()
        return fired
