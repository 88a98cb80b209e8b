"""The session's log: one entry for everything that happened, numbered without gaps.

An entry is kept as what it tells of, and written out when somebody reads it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple, Protocol

import orjson

from mirra_mcp.local.kit.clock import Clock, iso
from mirra_mcp.local.kit.compact import trimmed
from mirra_mcp.wire.events import Event, EventPage
from mirra_mcp.wire.model import Doc

CALL = "traffic.request_completed"
KEPT = 20_000
"""Entries that a persistent session holds in memory; the others are read from its journal."""
AT_ONCE = 1000


class Told(Protocol):
    """What an entry tells, made when it is read."""

    def told(self) -> Doc:
        """Return the entry's data."""


class Entry(NamedTuple):
    """One entry as it is kept."""

    type: str
    mirror: str | None
    at: datetime | None
    """None: `data` says it, or is the whole entry's JSON."""
    data: Told | Doc | bytes


Numbered = tuple[int, Entry]
Older = Callable[[int, int], Sequence[Numbered]]
"""Returns so many entries after a number, from where they are kept."""


class Log:
    """Appends inside the transaction of what it tells; readers are woken after the commit."""

    def __init__(self, session_id: str, clock: Clock) -> None:
        self._session_id = session_id
        self._clock = clock
        self._entries: list[Entry] = []
        self._before = 0
        """The number of the newest entry that isn't in memory any more."""
        self._older: Older | None = None
        self.last = 0
        self.counts: dict[str, int] = {}
        """How many entries there are of each type."""
        self.readers = 0
        self.is_closed = False
        self.at: datetime | None = None
        """The instant of the unit under way; between units the clock is asked."""
        self._leaving = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()

    def append(self, type: str, mirror: str | None, data: Told | Doc) -> int:
        """Write one entry and return its number. The data gains `sessionId` and `at`."""
        self.last += 1
        self._entries.append(Entry(type, mirror, self.at or self._clock.now(), data))
        self.counts[type] = self.counts.get(type, 0) + 1
        return self.last

    def rewind(self, last: int) -> None:
        """Take back the entries of a transaction that was rolled back."""
        for _ in range(self.last - last):
            self.counts[self._entries.pop().type] -= 1
        self.last = last

    def recall(self, entries: Sequence[Entry], counts: dict[str, int], older: Older) -> None:
        """Go on after what a journal has kept: its newest entries and where the others are."""
        self._entries, self.counts, self._older = list(entries), counts, older
        self.last = sum(counts.values())
        self._before = self.last - len(entries)

    def settle(self, after: int) -> list[tuple[int, str, str | None, bytes]]:
        """Write out the entries after a number for a journal, and hold their JSON from now on."""
        written = []
        for number in range(after + 1, self.last + 1):
            at = number - self._before - 1
            entry = self._entries[at]
            data = trimmed(self.json(entry))
            self._entries[at] = Entry(entry.type, entry.mirror, None, data)
            written.append((number, entry.type, entry.mirror, data))
        return written

    def forget(self) -> None:
        """Hold no more than what is kept in memory of a session that has a journal."""
        if len(self._entries) > 2 * KEPT:
            self._before += len(self._entries) - KEPT
            del self._entries[:-KEPT]

    def data(self, entry: Entry) -> Doc:
        """Return what an entry tells, in full."""
        if isinstance(entry.data, bytes):
            return orjson.loads(entry.data)  # type: ignore[no-any-return]  # written by settle
        data = dict(entry.data) if isinstance(entry.data, dict) else entry.data.told()
        data["sessionId"] = self._session_id
        if entry.at is not None and "at" not in data:
            data["at"] = iso(entry.at)
        return data

    def json(self, entry: Entry) -> bytes:
        """Return what an entry tells as JSON."""
        return entry.data if isinstance(entry.data, bytes) else orjson.dumps(self.data(entry))

    def _after(self, after: int) -> Iterator[Numbered]:
        """Yield the entries after a number, oldest first."""
        while after < self._before and self._older is not None:
            found = self._older(after, AT_ONCE)
            if not found:
                break
            yield from found
            after = found[-1][0]
        start = max(after - self._before, 0)
        for at in range(start, len(self._entries)):
            yield self._before + at + 1, self._entries[at]

    def wake(self) -> None:
        """Tell the readers that there is something new."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            future.get_loop().call_soon_threadsafe(_set, future)

    async def wait_beyond(self, after: int) -> None:
        """Return as soon as there are entries after number `after`."""
        while self.last <= after and not self.is_closed:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)

    async def deserted(self) -> None:
        """Return when nobody reads the stream any more."""
        while self.readers:
            self._leaving = asyncio.Event()
            await self._leaving.wait()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Count a reader of the stream while it reads."""
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1
            self._leaving.set()

    def entries(
        self, after: int, limit: int, types: tuple[str, ...] = (), mirror: str | None = None
    ) -> tuple[list[Numbered], int]:
        """Return entries after number `after`, oldest first, and where to go on.

        The number to go on from passes over entries that the filters leave out.
        """
        found: list[Numbered] = []
        for numbered in self._after(after):
            entry = numbered[1]
            if (not types or entry.type in types) and (mirror is None or entry.mirror == mirror):
                found.append(numbered)
                if len(found) == limit:
                    return found, numbered[0]
        return found, max(self.last, after)

    def rows(
        self, after: int, limit: int, types: tuple[str, ...] = (), mirror: str | None = None
    ) -> tuple[list[tuple[int, str, bytes]], int]:
        """Return the same entries as JSON: number, type, data."""
        found, go_on = self.entries(after, limit, types, mirror)
        return [(number, entry.type, self.json(entry)) for number, entry in found], go_on

    def page(
        self, after: int, limit: int, types: tuple[str, ...] = (), mirror: str | None = None
    ) -> EventPage:
        """Return the same entries as a page of the API."""
        found, go_on = self.rows(after, limit, types, mirror)
        events = [Event(id=id, type=type, data=orjson.loads(data)) for id, type, data in found]
        return EventPage(events=events, next_after=go_on)

    def calls(
        self, mirror: str, limit: int, *, below: int | None = None, above: int = 0
    ) -> list[tuple[int, Doc]]:
        """List the calls of a mirror's API with their numbers, newest first.

        With `above`, those that came just after that number.
        """
        found: list[Numbered] = []
        if above:
            last = self.last if below is None else below - 1
            found = [
                each for each in self.entries(above, limit, (CALL,), mirror)[0] if each[0] <= last
            ]
            found.reverse()
        else:
            end = self.last if below is None else min(below - 1, self.last)
            while end > 0 and len(found) < limit:
                start = max(end - AT_ONCE, 0)
                stretch = [
                    each
                    for each in self.entries(start, end - start)[0]
                    if each[0] <= end and each[1].type == CALL and each[1].mirror == mirror
                ]
                found += stretch[::-1]
                end = start
        return [(number, self.data(entry)) for number, entry in found[:limit]]

    def close(self) -> None:
        """Let the readers go."""
        self.is_closed = True
        self.wake()


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
