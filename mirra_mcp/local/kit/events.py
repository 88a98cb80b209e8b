"""The session's log: one append-only row for everything that happened, numbered without gaps."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from mirra_mcp.local.kit.clock import Clock, iso
from mirra_mcp.wire.events import Event, EventPage
from mirra_mcp.wire.model import Doc


class Log:
    """Appends inside the transaction of what it tells; readers are woken after the commit."""

    def __init__(self, db: sqlite3.Connection, session_id: str, clock: Clock) -> None:
        self._db = db
        self._session_id = session_id
        self._clock = clock
        row = db.execute("SELECT MAX(id) FROM main.log").fetchone()
        self.last: int = row[0] or 0
        self.readers = 0
        self.is_closed = False
        self.at: str | None = None
        """The instant of the unit under way, written out; between units the clock is asked."""
        self._rows: list[tuple[int, str, str | None, bytes]] = []
        self._leaving = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()

    def append(self, type: str, mirror: str | None, data: dict[str, Any]) -> int:
        """Write one entry and return its number. `data` gains `sessionId` and `at`."""
        self.last += 1
        data["sessionId"] = self._session_id
        if "at" not in data:
            data["at"] = self.at or iso(self._clock.now())
        self._rows.append((self.last, type, mirror, orjson.dumps(data)))
        return self.last

    def flush(self) -> None:
        """Write out what was appended: the last step of a transaction."""
        self._db.executemany("INSERT INTO main.log VALUES (?,?,?,?)", self._rows)
        self._rows = []

    def rewind(self, last: int) -> None:
        """Take back the entries of a transaction that was rolled back."""
        self.last = last
        self._rows = []

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

    def rows(
        self, after: int, limit: int, types: tuple[str, ...] = (), mirror: str | None = None
    ) -> tuple[list[tuple[int, str, bytes]], int]:
        """Return entries after number `after`, oldest first, and where to go on.

        The number to go on from passes over entries that the filters leave out.
        """
        sql, args = "SELECT id, type, data FROM main.log WHERE id>?", [after]
        if types:
            sql += f" AND type IN ({','.join('?' * len(types))})"
            args += types  # type: ignore[arg-type]  # SQLite takes both
        if mirror:
            sql += " AND mirror=?"
            args.append(mirror)  # type: ignore[arg-type]
        found = self._db.execute(sql + " ORDER BY id LIMIT ?", [*args, limit]).fetchall()
        return found, found[-1][0] if len(found) == limit else max(self.last, after)

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
        order = "ASC" if above else "DESC"
        rows = self._db.execute(
            "SELECT id, data FROM main.log WHERE type='traffic.request_completed' AND mirror=?"
            f" AND id<? AND id>? ORDER BY id {order} LIMIT ?",
            (mirror, 1 << 62 if below is None else below, above, limit),
        ).fetchall()
        return [(id, orjson.loads(data)) for id, data in (rows[::-1] if above else rows)]

    def close(self) -> None:
        """Let the readers go."""
        self.is_closed = True
        self.wake()

    def count(self, type: str) -> int:
        """Count the entries of one type."""
        row = self._db.execute("SELECT COUNT(*) FROM main.log WHERE type=?", (type,)).fetchone()
        return row[0]  # type: ignore[no-any-return]


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
