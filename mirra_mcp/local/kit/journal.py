"""The journal of a persistent session: a record a transaction, on disk before the answer goes out.

A record says which rows of which mirrors are what now, and comes with the log entries and the
deliveries of the same transaction: all of it is there after a crash, or nothing. Now and then the
states are imaged into files, and the records before that are dropped. A start reads the images and
follows the records.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from mirra_mcp.local.kit import private
from mirra_mcp.local.kit.events import KEPT, Entry, Numbered
from mirra_mcp.local.kit.states import read_state, write_state
from mirra_mcp.local.kit.store import ALL, REPLAYS, SETTINGS, TIMERS, Frozen, Store
from mirra_mcp.local.kit.webhooks import Parcel

TABLES = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS log (
  id INTEGER PRIMARY KEY, type TEXT NOT NULL, mirror TEXT, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
"""
FILE = "journal.db"
LONG = 4 * 1024 * 1024
"""Bytes of records after which the states are imaged, or as many as the images have."""
IDS, CLOCK, SNAPSHOT = ":ids", ":clock", ":snapshot"
"""What a record speaks of besides rows and whole states: counters, the clock, a snapshot."""

Op = list[Any]
"""`[vendor or "", table, key, row]`."""


@dataclass(slots=True)
class Snapshot:
    """States that were kept, by vendor; None: in a file."""

    name: str | None
    states: dict[str, Frozen | None]


@dataclass(slots=True)
class Base:
    """What the first record follows."""

    states: dict[str, str] = field(default_factory=dict)
    """The file of each mirror's state."""
    snapshots: dict[str, tuple[str | None, list[str]]] = field(default_factory=dict)
    """Name and vendors of each snapshot, by id."""
    ids: int = 0
    clock: dict[str, Any] | None = None


class Journal:
    """The journal in a session's folder, and the files beside it.

    Raises:
        sqlite3.Error: it can't be opened, read or written.
    """

    def __init__(self, folder: Path, name: str = FILE) -> None:
        self.folder = folder
        self._path = folder / name
        private.touch(self._path)
        self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            self._db.executescript(TABLES)
            row = self._db.execute("SELECT value FROM meta WHERE name='base'").fetchone()
            self.base = Base(**orjson.loads(row[0])) if row else Base()
            rows = self._db.execute("SELECT MAX(seq), SUM(LENGTH(body)) FROM records").fetchone()
        except sqlite3.Error:
            self._db.close()
            raise
        self.last: int = rows[0] or 0
        self._length: int = rows[1] or 0
        self._imaged = self._sizes()
        self._files: dict[int, tuple[str, Frozen]] = {}
        """The files of states that are loaded as a whole, by what they hold."""

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever written."""
        return not self.base.states

    @property
    def is_long(self) -> bool:
        """Whether it is time for an image."""
        return self._length > max(LONG, self._imaged)

    def _sizes(self) -> int:
        paths = [self.folder / each for each in self.base.states.values()]
        return sum(path.stat().st_size for path in paths if path.exists())

    def close(self) -> None:
        """Give the file up."""
        self._db.close()

    # Writing.

    def write(
        self,
        ops: Sequence[Op],
        log: Iterable[tuple[int, str, str | None, bytes]],
        deliveries: Iterable[Parcel],
    ) -> None:
        """Write one transaction down, whole or not at all."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            if ops:
                body = orjson.dumps(ops, option=orjson.OPT_NON_STR_KEYS)
                db.execute("INSERT INTO records VALUES (?,?)", (self.last + 1, body))
            db.executemany("INSERT INTO log VALUES (?,?,?,?)", log)
            db.executemany(
                "INSERT OR REPLACE INTO deliveries VALUES (?,?)",
                [(each.seq, _packed(each)) for each in deliveries],
            )
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
            raise
        if ops:
            self.last += 1
            self._length += len(body)

    def keep(self, vendor: str, frozen: Frozen) -> str:
        """Return the name of the file that holds a state, which is written if need be."""
        known = self._files.get(id(frozen))
        if known is None:
            number = self.last + 1
            while (self.folder / f"state-{number}.{vendor}.db").exists():
                number += 1
            known = (f"state-{number}.{vendor}.db", frozen)
            write_state(self.folder / known[0], frozen)
            self._files[id(frozen)] = known
        return known[0]

    def keep_snapshot(self, id: str, snapshot: Snapshot) -> None:
        """Write the states of a snapshot that are in memory only."""
        for vendor, frozen in snapshot.states.items():
            path = self.snapshot_path(id, vendor)
            if frozen is not None and not path.exists():
                write_state(path, frozen)

    def snapshot_path(self, id: str, vendor: str) -> Path:
        """Return where a snapshot's state is."""
        return self.folder / f"{id}.{vendor}.snapshot"

    def rebase(self, upto: int, base: Base) -> None:
        """Follow new images from now on, which hold all up to record `upto`."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            value = orjson.dumps(asdict(base))
            db.execute("INSERT OR REPLACE INTO meta VALUES ('base', ?)", (value,))
            db.execute("DELETE FROM records WHERE seq<=?", (upto,))
            rows = db.execute("SELECT SUM(LENGTH(body)) FROM records").fetchone()
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
            raise
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nothing may lead back to files that go now
        self.base, self._length = base, rows[0] or 0
        self._imaged = self._sizes()
        told = {op[2] for op in self._ops() if op[1] == ALL}
        wanted = told | set(base.states.values())
        self._files = {key: each for key, each in self._files.items() if each[0] in wanted}
        for path in self.folder.glob("state-*.db"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    # Reading.

    def recall(self, stores: Mapping[str, Store]) -> "Recalled":
        """Make the stores what they were, and return the rest."""
        base = self.base
        recalled = Recalled(base.ids, base.clock)
        for id, (name, vendors) in base.snapshots.items():
            recalled.snapshots[id] = Snapshot(name, dict.fromkeys(vendors))
        for vendor, store in stores.items():
            store.thaw(read_state(self.folder / base.states[vendor]))
        for vendor, table, key, row in self._ops():
            if vendor:
                self._follow(stores[vendor], vendor, table, key, row, recalled)
            elif table == SNAPSHOT:
                states = {each: stores[each].freeze(at) for each, at in row["at"].items()}
                recalled.snapshots[key] = Snapshot(row["name"], dict(states))
            elif table == CLOCK:
                recalled.clock = row
            else:
                recalled.ids = row
        return recalled

    def _ops(self) -> Iterable[Op]:
        for (body,) in self._db.execute("SELECT body FROM records ORDER BY seq"):
            yield from orjson.loads(body)

    def _follow(
        self, store: Store, vendor: str, table: str, key: Any, row: Any, recalled: "Recalled"
    ) -> None:
        if table == ALL:
            store.thaw(self.state(vendor, key, recalled.snapshots))
        elif table == IDS:
            store.ids.count = row
        else:
            store.load(table, key, _unpacked_row(table, row))

    def state(self, vendor: str, key: str, snapshots: Mapping[str, Snapshot]) -> Frozen:
        """Return the state that a file or a snapshot holds."""
        if key not in snapshots:
            return read_state(self.folder / key)
        kept = snapshots[key].states[vendor]
        if kept is None:
            kept = snapshots[key].states[vendor] = read_state(self.snapshot_path(key, vendor))
        return kept

    def parcels(self) -> list[Parcel]:
        """Return all deliveries."""
        rows = self._db.execute("SELECT body FROM deliveries ORDER BY seq")
        return [_unpacked(body) for (body,) in rows]

    def newest(self) -> tuple[list[Entry], dict[str, int]]:
        """Return the newest entries of the log, and how many there are of each type."""
        rows = self._db.execute(
            "SELECT type, mirror, data FROM log ORDER BY id DESC LIMIT ?", (KEPT,)
        )
        entries = [Entry(type, mirror, None, data) for type, mirror, data in rows]
        counts = self._db.execute("SELECT type, COUNT(*) FROM log GROUP BY type")
        return entries[::-1], dict(counts.fetchall())

    def older(self, after: int, limit: int) -> list[Numbered]:
        """Return the entries of the log that follow a number."""
        rows = self._db.execute(
            "SELECT id, type, mirror, data FROM log WHERE id>? ORDER BY id LIMIT ?", (after, limit)
        )
        return [(id, Entry(type, mirror, None, data)) for id, type, mirror, data in rows]


@dataclass(slots=True)
class Recalled:
    """What a journal says of a session besides its mirrors' states."""

    ids: int
    clock: dict[str, Any] | None
    snapshots: dict[str, Snapshot] = field(default_factory=dict)


def op_of(vendor: str, table: str, key: Any, row: Any) -> Op:
    """Tell a record what a row is now."""
    if row is None or table in (ALL, IDS):
        return [vendor, table, key, row]
    if table == SETTINGS:
        return [vendor, table, key, row.decode()]
    if table == REPLAYS:
        mark, status, body, headers, expires = row
        return [vendor, table, key, [mark.hex(), status, body.decode("latin-1"), headers, expires]]
    if table == TIMERS:
        return [vendor, table, key, list(row)]
    return [vendor, table, key, [row[0], row[1].decode()]]


def _unpacked_row(table: str, row: Any) -> Any:
    if row is None:
        return None
    if table == SETTINGS:
        return row.encode()
    if table == REPLAYS:
        return (bytes.fromhex(row[0]), row[1], row[2].encode("latin-1"), row[3], row[4])
    if table == TIMERS:
        return tuple(row)
    return (row[0], row[1].encode())


def _packed(parcel: Parcel) -> bytes:
    told = {name: getattr(parcel, name) for name in Parcel.__slots__}
    for name in ("payload", "headers", "attempts"):
        told[name] = None if told[name] is None else told[name].decode()
    return orjson.dumps(told)


def _unpacked(body: bytes) -> Parcel:
    told = orjson.loads(body)
    for name in ("payload", "headers", "attempts"):
        told[name] = None if told[name] is None else told[name].encode()
    return Parcel(**told)
