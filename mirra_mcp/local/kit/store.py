"""Documents on SQLite: one connection a session, one schema a mirror.

The session's log and deliveries are in `main`, each mirror's documents, timers and counters in an
attached database of its own. One transaction spans them all, and a mirror's database can be
copied out and in as one image.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from mirra_mcp.local.kit import private
from mirra_mcp.local.kit.timers import Timers
from mirra_mcp.wire.model import Doc

MAIN_TABLES = """
CREATE TABLE IF NOT EXISTS main.log (
  id INTEGER PRIMARY KEY, type TEXT NOT NULL, mirror TEXT, data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS main.rare ON log(type, id) WHERE type != 'traffic.request_completed';
CREATE TABLE IF NOT EXISTS main.deliveries (
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, mirror TEXT NOT NULL, type TEXT NOT NULL,
  status TEXT NOT NULL, message TEXT NOT NULL, url TEXT, secret TEXT NOT NULL, ref TEXT,
  payload BLOB NOT NULL, headers BLOB,
  created TEXT NOT NULL, next REAL, attempts BLOB NOT NULL, after INTEGER NOT NULL,
  method TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS main.waiting ON deliveries(next) WHERE status = 'pending';
CREATE TABLE IF NOT EXISTS main.meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
"""

MIRROR_TABLES = """
CREATE TABLE {0}.docs (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB);
CREATE UNIQUE INDEX {0}.by_id ON docs(kind, id);
CREATE INDEX {0}.by_kind ON docs(kind);
CREATE TABLE {0}.keys (kind TEXT, name TEXT, value TEXT, seq INTEGER,
  PRIMARY KEY (kind, name, value, seq)) WITHOUT ROWID;
CREATE TABLE {0}.tally (kind TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE {0}.timers (
  id INTEGER PRIMARY KEY, lane TEXT NOT NULL, due REAL NOT NULL, verb TEXT NOT NULL,
  args TEXT NOT NULL);
CREATE INDEX {0}.by_due ON timers(lane, due, id);
CREATE INDEX {0}.by_subject ON timers(json_extract(args, '$.id'), verb);
CREATE TABLE {0}.settings (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE {0}.replays (key TEXT PRIMARY KEY, fingerprint BLOB, status INTEGER, body BLOB,
  expires REAL, headers BLOB) WITHOUT ROWID;
"""
LATEST, LARGEST = 256, 16_384
"""How many documents, queries and settings are remembered, and of how many bytes at most."""
TABLES = ("docs", "keys", "tally", "timers", "settings", "replays")
Pairs = tuple[tuple[str, str], ...]
"""Indexed fields and their values, as the index has them."""


def connect(folder: Path | None, schemas: tuple[str, ...]) -> sqlite3.Connection:
    """Open a session's database: in memory, or in the files of `folder`.

    Raises:
        sqlite3.Error: the files can't be written or aren't databases.
    """
    where = str(folder / "session.db") if folder else ":memory:"
    if folder:
        for name in ("session", *schemas):
            private.touch(folder / f"{name}.db")
    db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
    try:
        _lay_out(db, folder, schemas)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _lay_out(db: sqlite3.Connection, folder: Path | None, schemas: tuple[str, ...]) -> None:
    db.executescript(MAIN_TABLES)
    for schema in schemas:
        db.execute(
            f"ATTACH ? AS {schema}", (str(folder / f"{schema}.db") if folder else ":memory:",)
        )
        if folder:
            db.execute(f"PRAGMA {schema}.journal_mode=WAL")
    if folder:
        db.execute("PRAGMA main.journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        _upgrade(db)


def _upgrade(db: sqlite3.Connection) -> None:
    """Give files that an earlier Mirra wrote the columns that have come since."""
    columns = {row[1] for row in db.execute("PRAGMA main.table_info(deliveries)")}
    if "method" not in columns:
        db.execute("ALTER TABLE main.deliveries ADD COLUMN method TEXT NOT NULL DEFAULT 'POST'")


def create_tables(db: sqlite3.Connection, schema: str) -> None:
    """Lay out an empty mirror."""
    db.executescript(MIRROR_TABLES.format(schema))


def has_tables(db: sqlite3.Connection, schema: str) -> bool:
    """Tell whether a mirror's database was ever filled."""
    row = db.execute(f"SELECT 1 FROM {schema}.sqlite_master WHERE name='replays'").fetchone()
    return row is not None


def standalone(image: bytes) -> bytes:
    """Take the mark of a write-ahead log off an image, so that it can be opened in memory.

    Source: https://www.sqlite.org/c3ref/deserialize.html
    """
    return image[:18] + b"\x01\x01" + image[20:] if image[18:20] == b"\x02\x02" else image


def load_image(db: sqlite3.Connection, schema: str, image: bytes, *, on_disk: bool) -> None:
    """Make a mirror's database what it was when `image` was taken."""
    if not on_disk:
        db.deserialize(image, name=schema)
        db.execute(f"PRAGMA {schema}.journal_mode=MEMORY")
        return
    db.execute("ATTACH ':memory:' AS incoming")
    try:
        db.deserialize(image, name="incoming")
        db.execute("BEGIN IMMEDIATE")
        if not has_tables(db, schema):
            db.execute("ROLLBACK")
            create_tables(db, schema)
            db.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            db.execute(f"DELETE FROM {schema}.{table}")
            db.execute(f"INSERT INTO {schema}.{table} SELECT * FROM incoming.{table}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.execute("DETACH incoming")


class Latest(dict[Any, Any]):
    """What was read or written lately. When there is too much of it, it begins anew."""

    def keep(self, key: Any, found: Any, size: int = 0) -> None:
        """Remember what is found under a key now, unless it is large."""
        if len(self) >= LATEST:
            self.clear()
        if size <= LARGEST:
            self[key] = found
        else:
            self.pop(key, None)


class Store:
    """The documents of one mirror. Every write must be inside a transaction.

    What is read again and again is remembered as bytes: nobody else writes these tables.
    """

    def __init__(self, db: sqlite3.Connection, schema: str) -> None:
        self._db = db
        self._docs = f"{schema}.docs"
        self._keys = f"{schema}.keys"
        self._tally = f"{schema}.tally"
        self._settings = f"{schema}.settings"
        self._get = f"SELECT seq, body FROM {schema}.docs WHERE kind=? AND id=?"
        self._insert = f"INSERT INTO {schema}.docs (kind, id, body) VALUES (?,?,?)"
        self._update = f"UPDATE {schema}.docs SET body=? WHERE seq=?"
        self._add_key = f"INSERT OR IGNORE INTO {schema}.keys VALUES (?,?,?,?)"
        self._drop_key = f"DELETE FROM {schema}.keys WHERE kind=? AND name=? AND value=? AND seq=?"
        self._counts: dict[str, int] = {}
        self._recounted: set[str] = set()
        self.timers = Timers(db, schema)
        self._rows, self._values = Latest(), Latest()
        """Documents with their numbers, and settings; None for those that aren't there."""
        self._selections: dict[str, Latest] = {}
        """What queries of each kind found, until a document of that kind is written."""

    def _forget(self) -> None:
        self._rows.clear()
        self._values.clear()
        self._selections.clear()

    def recount(self) -> None:
        """Read how many documents of each kind there are, after they have been replaced."""
        self._counts = dict(self._db.execute(f"SELECT kind, n FROM {self._tally}").fetchall())
        self._recounted.clear()
        self._forget()

    def keep_counts(self) -> None:
        """Write the counts that have changed."""
        rows = [(kind, self._counts[kind]) for kind in self._recounted]
        self._db.executemany(f"INSERT OR REPLACE INTO {self._tally} VALUES (?,?)", rows)
        self._recounted.clear()

    def mark(self) -> tuple[dict[str, int], set[str]]:
        """Return what `go_back` needs."""
        return self._counts.copy(), self._recounted.copy()

    def go_back(self, mark: tuple[dict[str, int], set[str]]) -> None:
        """Forget what was counted since `mark`: the transaction was rolled back."""
        self._counts, self._recounted = mark
        self._forget()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Take back whatever is written inside."""
        mark = self.mark()
        self._db.execute("SAVEPOINT rehearsal")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK TO rehearsal")
            self._db.execute("RELEASE rehearsal")
            self.go_back(mark)

    def _count(self, kind: str, by: int) -> None:
        self._counts[kind] = self._counts.get(kind, 0) + by
        self._recounted.add(kind)

    def _row(self, kind: str, id: str) -> tuple[int, bytes] | None:
        """Return a document's number and bytes."""
        key = (kind, id)
        row: tuple[int, bytes] | None
        if key in self._rows:
            row = self._rows[key]
        else:
            row = self._db.execute(self._get, key).fetchone()
            self._rows.keep(key, row, len(row[1]) if row else 0)
        return row

    def get(self, kind: str, id: str) -> Doc | None:
        """Return a fresh copy of a document."""
        row = self._row(kind, id)
        return orjson.loads(row[1]) if row else None

    def put(self, kind: str, doc: Doc, indexes: tuple[str, ...]) -> Doc | None:
        """Insert or replace a document by its `id`; return what was there before."""
        row = self._row(kind, doc["id"])
        if row is None:
            self.add(kind, doc, indexes)
            return None
        body = orjson.dumps(doc)
        seq, before = row[0], orjson.loads(row[1])
        self._db.execute(self._update, (body, seq))
        self._rows.keep((kind, doc["id"]), (seq, body), len(body))
        self._selections.pop(kind, None)
        moved = tuple(name for name in indexes if before.get(name) != doc.get(name))
        if moved:
            old, new = set(_entries(before, moved)), set(_entries(doc, moved))
            for name, value in old - new:
                self._db.execute(self._drop_key, (kind, name, value, seq))
            for name, value in new - old:
                self._db.execute(self._add_key, (kind, name, value, seq))
        return before  # type: ignore[no-any-return]  # documents are objects

    def add(self, kind: str, doc: Doc, indexes: tuple[str, ...]) -> None:
        """Insert a document whose `id` is new for sure."""
        body = orjson.dumps(doc)
        seq = self._db.execute(self._insert, (kind, doc["id"], body)).lastrowid
        self._count(kind, 1)
        self._rows.pop((kind, doc["id"]), None)
        self._selections.pop(kind, None)
        keys = [(kind, name, value, seq) for name, value in _entries(doc, indexes)]
        self._db.executemany(self._add_key, keys)

    def delete(self, kind: str, id: str, indexes: tuple[str, ...]) -> Doc | None:
        """Remove a document and return it."""
        row = self._row(kind, id)
        if row is None:
            return None
        doc: Doc = orjson.loads(row[1])
        self._db.execute(f"DELETE FROM {self._docs} WHERE seq=?", (row[0],))
        self._rows.pop((kind, id), None)
        self._selections.pop(kind, None)
        self._count(kind, -1)
        for name, value in _entries(doc, indexes):
            self._db.execute(self._drop_key, (kind, name, value, row[0]))
        return doc

    def position(self, kind: str, id: str) -> int | None:
        """Return where a document stands in the order of creation."""
        row = self._row(kind, id)
        return row[0] if row else None

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
        pairs = tuple((name, _key(value)) for name, value in where.items())
        query = (pairs, limit, above, below, newest_first)
        known = self._selections.setdefault(kind, Latest())
        if query not in known:
            bodies = self._select(kind, *query)
            known.keep(query, bodies, sum(map(len, bodies)))
        else:
            bodies = known[query]
        return [orjson.loads(body) for body in bodies]

    def _select(
        self,
        kind: str,
        pairs: Pairs,
        limit: int | None,
        above: int | None,
        below: int | None,
        newest_first: bool,
    ) -> list[bytes]:
        table, clauses, args = self._where(kind, pairs)
        for bound, sign in ((above, ">"), (below, "<")):
            if bound is not None:
                clauses.append(f"{table}.seq{sign}?")
                args.append(bound)
        join = "" if table == "d" else f" CROSS JOIN {self._docs} d ON d.seq=k.seq"
        source = f"{self._docs} d" if table == "d" else f"{self._keys} k"
        order = "DESC" if newest_first else "ASC"
        sql = f"SELECT d.body FROM {source}{join} WHERE {' AND '.join(clauses)}"
        sql += f" ORDER BY {table}.seq {order}"
        if limit is not None:
            sql += " LIMIT ?"
            args.append(limit)
        return [row[0] for row in self._db.execute(sql, args)]

    def mentioning(self, kind: str, text: str) -> list[Doc]:
        """List the documents in whose JSON a plain text stands, in either case, oldest first."""
        escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        sql = f"SELECT body FROM {self._docs} WHERE kind=? AND CAST(body AS TEXT) LIKE ? ESCAPE '!'"
        found = self._db.execute(f"{sql} ORDER BY seq", (kind, f"%{escaped}%"))
        return [orjson.loads(row[0]) for row in found]

    def count(self, kind: str, where: dict[str, Any]) -> int:
        """Count documents; all of a kind in constant time."""
        if not where:
            return self._counts.get(kind, 0)
        pairs = tuple((name, _key(value)) for name, value in where.items())
        table, clauses, args = self._where(kind, pairs)
        source = f"{self._docs} d" if table == "d" else f"{self._keys} k"
        sql = f"SELECT COUNT(*) FROM {source} WHERE {' AND '.join(clauses)}"
        return self._db.execute(sql, args).fetchone()[0]  # type: ignore[no-any-return]

    def counts(self) -> dict[str, int]:
        """Count the documents of each kind."""
        return self._counts.copy()

    def setting(self, name: str) -> Any:
        """Return a small value that is part of the mirror's state, or None."""
        if name in self._values:
            value = self._values[name]
        else:
            sql = f"SELECT value FROM {self._settings} WHERE name=?"
            row = self._db.execute(sql, (name,)).fetchone()
            value = row[0] if row else None
            self._values.keep(name, value, len(value or b""))
        return None if value is None else orjson.loads(value)

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a small value."""
        body = orjson.dumps(value)
        self._db.execute(f"INSERT OR REPLACE INTO {self._settings} VALUES (?,?)", (name, body))
        self._values.keep(name, body, len(body))

    def _where(self, kind: str, pairs: Pairs) -> tuple[str, list[str], list[Any]]:
        """Return the table to walk, the conditions and their values."""
        if not pairs:
            return "d", ["d.kind=?"], [kind]
        clauses, args = ["k.kind=?", "k.name=?", "k.value=?"], [kind, *pairs[0]]
        for name, value in pairs[1:]:
            clauses.append(
                f"EXISTS (SELECT 1 FROM {self._keys} o"
                " WHERE o.kind=k.kind AND o.name=? AND o.value=? AND o.seq=k.seq)"
            )
            args += [name, value]
        return "k", clauses, args


def _key(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _entries(doc: Doc, indexes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in indexes:
        value = doc.get(name)
        for each in value if isinstance(value, list) else (value,):
            yield name, _key(each)
