"""The state of one mirror: its documents, timers, settings, replays and ids, kept as one value.

It lives in memory. `freeze` gives it out as a value that costs nothing, however much there is;
`thaw` makes it the store's own again, or another's. Each write is noted with what was there before,
so that it can be taken back, journaled, and seen from later.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from mirra_mcp.local.kit.compact import compact
from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.kit.tables import Documents, Plain, between
from mirra_mcp.local.kit.timers import Timer, Timers
from mirra_mcp.wire.model import Doc

SETTINGS, REPLAYS, TIMERS, ALL = ":settings", ":replays", ":timers", ":all"
"""The names of what isn't a kind of documents: the last one is the whole state."""

Table = Documents | Plain | Timers


class Writable(Protocol):
    """Whatever writes can be taken back from."""

    def back(self, table: str, key: Any, row: Any) -> None:
        """Make a row what it was."""


Write = tuple[Writable, str, Any, Any]
"""Where a write went: store, table and key; and the row that was there before."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """The whole state of a mirror at one moment. Nobody writes its tables."""

    tables: Mapping[str, Table]
    seq: int
    """The number of the newest document."""
    timer: int
    """The number of the newest timer."""
    ids: int
    """How many ids were made."""
    at: float
    """When, in epoch seconds of the session's clock."""


class Store:
    """What a mirror remembers. Every write must be inside a transaction of the session."""

    def __init__(self, writes: list[Write] | None = None) -> None:
        self.writes: list[Write] = [] if writes is None else writes
        """What the transaction under way has written so far, in all mirrors of the session."""
        self.ids = Ids("")
        self._owner = object()
        self._tables: dict[str, Any] = {}
        self._seq = self._timer = 0
        self.replaced: bytes | None = None
        """The JSON of the document that was replaced or removed last."""

    # The state as a value.

    def freeze(self, at: float) -> Frozen:
        """Return the state as a value: this store copies what it writes from now on."""
        self._owner = object()
        return Frozen(self._tables.copy(), self._seq, self._timer, self.ids.count, at)

    def thaw(self, frozen: Frozen) -> None:
        """Make a state that was frozen this store's own."""
        self._owner = object()
        self._tables = dict(frozen.tables)
        self._seq, self._timer, self.ids.count = frozen.seq, frozen.timer, frozen.ids

    def back(self, table: str, key: Any, row: Any) -> None:
        """Make a row what it was: a write is taken back, or told anew."""
        if table == ALL:
            self.thaw(row)
            return
        self._own(table).set(key, row)

    def load(self, table: str, key: Any, row: Any) -> None:
        """Make a row what a file or a journal says; the numbers of new rows come after it."""
        if table[0] != ":" and row is not None:
            self._seq = max(self._seq, row[0])
            documents = self._own(table)
            if key not in documents.by_id and not documents.indexes:
                documents.place(key, *row)
                return
        elif table == TIMERS:
            self._timer = max(self._timer, key)
        self.back(table, key, row)

    def row(self, table: str, key: Any) -> Any:
        """Return a row as it is now, or None."""
        found = self._tables.get(table)
        return None if found is None else found.get(key)

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Take back whatever is written inside."""
        mark, count = len(self.writes), self.ids.count
        try:
            yield
        finally:
            self.take_back(mark)
            self.ids.count = count

    def take_back(self, mark: int = 0) -> None:
        """Take back all writes of the transaction but the first `mark`."""
        writes = self.writes
        while len(writes) > mark:
            store, table, key, row = writes.pop()
            store.back(table, key, row)

    def _own(self, name: str) -> Any:
        """Return a table that may be written."""
        table = self._tables.get(name)
        if table is None:
            kinds = {SETTINGS: Plain, REPLAYS: Plain, TIMERS: Timers}
            table = self._tables[name] = kinds.get(name, Documents)(self._owner)
        elif table.owner is not self._owner:
            table = self._tables[name] = table.copy(self._owner)
        return table

    def _set(self, name: str, key: Any, row: Any) -> None:
        table = self._own(name)
        self.writes.append((self, name, key, table.get(key)))
        table.set(key, row)

    # Documents.

    def body(self, kind: str, id: str) -> bytes | None:
        """Return a document's JSON, or None."""
        table = self._tables.get(kind)
        if table is None or (seq := table.by_id.get(id)) is None:
            return None
        body: bytes = table.bodies[seq]
        return body

    def holds(self, id: str) -> bool:
        """Tell whether a document of any kind has this id."""
        return any(id in each.by_id for each in self._tables.values() if type(each) is Documents)

    def get(self, kind: str, id: str) -> Doc | None:
        """Return a fresh copy of a document."""
        body = self.body(kind, id)
        return None if body is None else orjson.loads(body)

    def put(self, kind: str, doc: Doc, indexes: tuple[str, ...]) -> Doc | None:
        """Insert or replace a document by its `id`; return what was there before."""
        id = doc["id"]
        body = self.body(kind, id)
        if body is None:
            self.add(kind, doc, indexes)
            return None
        table = self._own(kind)
        table.use(indexes)
        seq, before = table.by_id[id], orjson.loads(body)
        self.replaced = body
        self.writes.append((self, kind, id, (seq, body)))
        table.replace(seq, compact(doc), before, doc)
        return before  # type: ignore[no-any-return]  # documents are objects

    def add(self, kind: str, doc: Doc, indexes: tuple[str, ...]) -> None:
        """Insert a document whose `id` is new for sure."""
        table = self._own(kind)
        table.use(indexes)
        id = doc["id"]
        self._seq += 1
        table.insert(id, self._seq, compact(doc), doc)
        self.writes.append((self, kind, id, None))

    def delete(self, kind: str, id: str, indexes: tuple[str, ...]) -> Doc | None:
        """Remove a document and return it."""
        body = self.body(kind, id)
        if body is None:
            return None
        doc: Doc = orjson.loads(body)
        table = self._own(kind)
        seq = table.by_id[id]
        self.replaced = body
        self.writes.append((self, kind, id, (seq, body)))
        table.remove(id, seq, doc)
        return doc

    def position(self, kind: str, id: str) -> int | None:
        """Return where a document stands in the order of creation."""
        table = self._tables.get(kind)
        return None if table is None else table.by_id.get(id)

    def select(
        self,
        kind: str,
        where: dict[str, Any],
        *,
        limit: int | None = None,
        above: int | None = None,
        below: int | None = None,
        newest_first: bool = True,
    ) -> list[Doc]:
        """List documents in order of creation; `where` names indexed fields."""
        table = self._tables.get(kind)
        if table is None:
            return []
        found = between(table.find(where), above, below)
        if limit is not None and len(found) > limit:
            found = found[-limit:] if newest_first else found[:limit]
            found = found if limit else ()
        bodies = table.bodies
        return [orjson.loads(bodies[seq]) for seq in (reversed(found) if newest_first else found)]

    def newest(self, kind: str, where: dict[str, Any]) -> Doc | None:
        """Return the document that was created last of those that match, or None."""
        table = self._tables.get(kind)
        if table is None or not (found := table.find(where)):
            return None
        return orjson.loads(table.bodies[found[-1]])  # type: ignore[no-any-return]  # an object

    def mentioning(self, kind: str, text: str) -> list[Doc]:
        """List the documents in whose JSON a plain text stands, in either case, oldest first."""
        table, wanted = self._tables.get(kind), text.encode().lower()
        if table is None:
            return []
        bodies = (table.bodies[seq] for seq in table.order)
        return [orjson.loads(body) for body in bodies if wanted in body.lower()]

    def count(self, kind: str, where: dict[str, Any]) -> int:
        """Count documents; those with one value in constant time."""
        table = self._tables.get(kind)
        return 0 if table is None else len(table.find(where))

    def kinds(self) -> list[str]:
        """List the kinds of documents that there ever were any of."""
        return [name for name in self._tables if name[0] != ":"]

    def counts(self) -> dict[str, int]:
        """Count the documents of each kind."""
        return {kind: len(self._tables[kind].order) for kind in self.kinds()}

    # Settings, replays, timers.

    def setting(self, name: str) -> Any:
        """Return a small value that is part of the mirror's state, or None."""
        value = self.row(SETTINGS, name)
        return None if value is None else orjson.loads(value)

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a small value."""
        self._set(SETTINGS, name, compact(value))

    def replay(self, key: str) -> Any:
        """Return what was kept under an idempotency key, or None."""
        return self.row(REPLAYS, key)

    def keep_replay(self, key: str, kept: tuple[Any, ...]) -> None:
        """Keep an answer under an idempotency key."""
        self._set(REPLAYS, key, kept)

    def add_timer(self, lane: str, due: float, verb: str, args: dict[str, Any]) -> None:
        """Set a timer."""
        self._timer += 1
        text = orjson.dumps(args, option=orjson.OPT_SORT_KEYS).decode()
        self.writes.append((self, TIMERS, self._timer, None))
        self._own(TIMERS).add(self._timer, (lane, due, verb, text), args)

    def next_timer(self, lane: str) -> Timer | None:
        """Return the timer of a lane that falls due first: when, id, verb, arguments."""
        table = self._tables.get(TIMERS)
        return None if table is None else table.next(lane)

    def cancel_timers(self, verb: str | None, args: dict[str, Any]) -> None:
        """Forget the timers of a verb, or of all, whose arguments include the given ones."""
        table = self._tables.get(TIMERS)
        for id in [] if table is None else table.matching(verb, args):
            self._set(TIMERS, id, None)

    def drop_timer(self, id: int) -> None:
        """Forget one timer."""
        if self.row(TIMERS, id) is not None:
            self._set(TIMERS, id, None)

    def delay_timers(self, seconds: float) -> None:
        """Let every timer of the session's clock fall due later."""
        table = self._tables.get(TIMERS)
        if table is None or not seconds:
            return
        for id, (lane, due, verb, args) in list(table.rows.items()):
            if not lane:
                self._set(TIMERS, id, (lane, due + seconds, verb, args))
