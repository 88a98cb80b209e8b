"""A mirror's state in a file: a SQLite database with a table a kind of thing.

Persistent sessions are imaged in such files, and leave their final state in one. Whatever Mirra has
written since its first release can be read: the layout is the same.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from mirra_mcp.local.kit import private
from mirra_mcp.local.kit.store import REPLAYS, SETTINGS, TIMERS, Frozen, Store

LAYOUT = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE docs (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB);
CREATE TABLE timers (id INTEGER PRIMARY KEY, lane TEXT, due REAL, verb TEXT, args TEXT);
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE replays (key TEXT PRIMARY KEY, fingerprint BLOB, status INTEGER, body BLOB,
  expires REAL, headers BLOB) WITHOUT ROWID;
"""
COUNTERS = ("_ids", "_at", "_seq", "_timer")
"""The settings that aren't the mirror's own."""


def write_state(path: Path, frozen: Frozen) -> None:
    """Write a state out; the file is there whole or not at all.

    Raises:
        sqlite3.Error, OSError: it can't be written.
    """
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    private.touch(draft)
    with closing(sqlite3.connect(draft)) as db:
        db.executescript(LAYOUT)
        with db:
            db.executemany("INSERT INTO docs VALUES (?,?,?,?)", _documents(frozen))
            timers = _rows(frozen, TIMERS)
            db.executemany(
                "INSERT INTO timers VALUES (?,?,?,?,?)", ((id, *row) for id, row in timers)
            )
            db.executemany("INSERT INTO settings VALUES (?,?)", _rows(frozen, SETTINGS))
            counters = zip(COUNTERS, (frozen.ids, frozen.at, frozen.seq, frozen.timer), strict=True)
            db.executemany(
                "INSERT OR REPLACE INTO settings VALUES (?,?)",
                [(name, orjson.dumps(value)) for name, value in counters],
            )
            db.executemany(
                "INSERT INTO replays VALUES (?,?,?,?,?,?)",
                (
                    (key, mark, status, body, expires, orjson.dumps(headers))
                    for key, (mark, status, body, headers, expires) in _rows(frozen, REPLAYS)
                ),
            )
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)


def _documents(frozen: Frozen) -> Iterator[tuple[int, str, str, bytes]]:
    for kind, table in frozen.tables.items():
        if kind[0] != ":":
            for id, seq in table.by_id.items():  # type: ignore[union-attr]  # of documents
                yield seq, kind, id, table.bodies[seq]  # type: ignore[union-attr]


def _rows(frozen: Frozen, name: str) -> list[tuple[Any, Any]]:
    table = frozen.tables.get(name)
    return list(table.rows.items()) if table else []  # type: ignore[union-attr]  # of rows


def rows(frozen: Frozen) -> dict[str, Any]:
    """Return all that a state holds, to compare it with another."""
    tables = {name: dict(_rows(frozen, name)) for name in (SETTINGS, REPLAYS, TIMERS)}
    return tables | {"docs": list(_documents(frozen)), "counters": (frozen.ids, frozen.at)}


def read_state(path: Path) -> Frozen:
    """Read a state back.

    Raises:
        sqlite3.Error: it is no such file, or damaged.
    """
    if not path.is_file():
        raise sqlite3.OperationalError(f"there is no file {path.name}")
    store, found = Store(), dict[str, Any]()
    with closing(sqlite3.connect(path)) as db:
        for seq, kind, id, body in db.execute("SELECT seq, kind, id, body FROM docs ORDER BY seq"):
            store.load(kind, id, (seq, body))
        for id, *row in db.execute("SELECT id, lane, due, verb, args FROM timers ORDER BY id"):
            store.load(TIMERS, id, tuple(row))
        for name, value in db.execute("SELECT name, value FROM settings"):
            if name in COUNTERS:
                found[name] = orjson.loads(value)
            else:
                store.load(SETTINGS, name, bytes(value))
        for key, mark, status, body, expires, headers in db.execute(
            "SELECT key, fingerprint, status, body, expires, headers FROM replays"
        ):
            kept = (bytes(mark), status, bytes(body), orjson.loads(headers), expires)
            store.load(REPLAYS, key, kept)
    read = store.freeze(found.get("_at", 0.0))
    return Frozen(
        read.tables,
        max(read.seq, found.get("_seq", 0)),
        max(read.timer, found.get("_timer", 0)),
        found.get("_ids", 0),
        read.at,
    )
