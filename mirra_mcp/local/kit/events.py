"""The session's log: one append-only row for everything that happened, numbered without gaps."""

import asyncio
import sqlite3
from typing import Any

import orjson

from mirra_mcp.local.kit.clock import Clock, iso
from mirra_mcp.wire.events import Event, EventPage


class Log:
    """Appends inside the transaction of what it tells; readers are woken after the commit."""

    def __init__(self, db: sqlite3.Connection, session_id: str, clock: Clock) -> None:
        self._db = db
        self._session_id = session_id
        self._clock = clock
        row = db.execute("SELECT MAX(id) FROM main.log").fetchone()
        self.last: int = row[0] or 0
        self.readers = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def append(self, type: str, mirror: str | None, data: dict[str, Any]) -> int:
        """Write one entry and return its number. `data` gains `sessionId` and `at`."""
        self.last += 1
        data["sessionId"] = self._session_id
        if "at" not in data:
            data["at"] = iso(self._clock.now())
        self._db.execute(
            "INSERT INTO main.log VALUES (?,?,?,?)", (self.last, type, mirror, orjson.dumps(data))
        )
        return self.last

    def rewind(self, last: int) -> None:
        """Take back the entries of a transaction that was rolled back."""
        self.last = last

    def wake(self) -> None:
        """Tell the readers that there is something new."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait_beyond(self, after: int) -> None:
        """Return as soon as there are entries after number `after`."""
        while self.last <= after:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)

    def page(
        self, after: int, limit: int, types: tuple[str, ...] = (), mirror: str | None = None
    ) -> EventPage:
        """Return entries after number `after`, oldest first.

        `next_after` passes over entries that the filters leave out.
        """
        sql, args = "SELECT id, type, data FROM main.log WHERE id>?", [after]
        if types:
            sql += f" AND type IN ({','.join('?' * len(types))})"
            args += types  # type: ignore[arg-type]  # SQLite takes both
        if mirror:
            sql += " AND mirror=?"
            args.append(mirror)  # type: ignore[arg-type]
        newest = self.last
        rows = self._db.execute(sql + " ORDER BY id LIMIT ?", [*args, limit]).fetchall()
        found = [Event(id=row[0], type=row[1], data=orjson.loads(row[2])) for row in rows]
        full = len(found) == limit
        return EventPage(events=found, next_after=found[-1].id if full else max(newest, after))

    def count(self, type: str) -> int:
        """Count the entries of one type."""
        row = self._db.execute("SELECT COUNT(*) FROM main.log WHERE type=?", (type,)).fetchone()
        return row[0]  # type: ignore[no-any-return]
