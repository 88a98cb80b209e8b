"""The marketplace's database: one SQLite file in the data folder, shared by several processes.

Every change is one transaction that takes the write lock first, so that what it read is still so
when it writes; a process that is killed leaves whole transactions only.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mirra_mcp.local.kit import private
from mirra_mcp.local.marketplace.errors import Refused

PATIENCE = 10_000
"""Milliseconds that a change waits for another process's."""
VERSION = 1

SCHEMA = """
CREATE TABLE resources (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, creator TEXT NOT NULL,
    name TEXT NOT NULL, folded TEXT NOT NULL, category TEXT, doc TEXT NOT NULL,
    version INTEGER NOT NULL, status TEXT NOT NULL, private INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, published TEXT,
    installs INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX resources_by_creator ON resources (creator, seq);
CREATE INDEX resources_by_rank ON resources (status, installs DESC, seq);
CREATE TABLE tags (resource TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (tag, resource));
CREATE INDEX tags_by_resource ON tags (resource);
CREATE TABLE versions (
    resource TEXT NOT NULL, version INTEGER NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY (resource, version)
);
CREATE TABLE installations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, resource TEXT NOT NULL,
    account TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
    installed TEXT NOT NULL, used TEXT, calls INTEGER NOT NULL DEFAULT 0,
    cost INTEGER NOT NULL DEFAULT 0, paid_until TEXT,
    UNIQUE (resource, account), UNIQUE (account, alias)
);
CREATE TABLE users (
    resource TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (resource, account)
);
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, installation TEXT NOT NULL, resource TEXT NOT NULL,
    account TEXT NOT NULL, at TEXT NOT NULL, method TEXT NOT NULL, cost INTEGER NOT NULL,
    duration INTEGER NOT NULL, success INTEGER NOT NULL, status INTEGER
);
CREATE INDEX calls_by_installation ON calls (installation, seq);
CREATE INDEX calls_by_day ON calls (installation, at);
CREATE INDEX calls_by_resource ON calls (resource, account, success);
CREATE TABLE ratings (
    resource TEXT NOT NULL, account TEXT NOT NULL, rating INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (resource, account)
);
CREATE TABLE credentials (
    installation TEXT PRIMARY KEY, type TEXT NOT NULL, sealed BLOB NOT NULL,
    last_four TEXT NOT NULL, stored TEXT NOT NULL, expires TEXT
);
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """The open database; any thread may use it, one at a time."""

    def __init__(self, folder: Path) -> None:
        """Open it, and make it if it isn't there.

        Raises:
            Refused: the folder can't be written, or the file is no database of ours.
        """
        self.folder = folder
        self._lock = threading.RLock()
        self._is_looking = False
        path = folder / "marketplace.db"
        try:
            folder.mkdir(mode=private.FOLDER, parents=True, exist_ok=True)
            private.touch(path)
            self._db = sqlite3.connect(
                path, timeout=PATIENCE / 1000, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from None
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare()
        except (sqlite3.Error, Refused) as error:
            self._db.close()
            raise error if isinstance(error, Refused) else _unusable(path, error) from None

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA secure_delete=ON")
        with self.change():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise Refused(
                    503,
                    "UNAVAILABLE",
                    "The marketplace's data was written by a newer Mirra."
                    " Upgrade this one, or set MIRRA_DATA_DIR to another folder.",
                )
            if version == 0:
                for statement in SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def change(self) -> Iterator[None]:
        """Hold the write lock; everything inside happens, or nothing."""
        with self._lock:
            if self._is_looking:
                raise RuntimeError("a change inside a look would be lost")
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def look(self) -> Iterator[None]:
        """Read several things as they are at one moment."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN")
            self._is_looking = True
            try:
                yield
            finally:
                self._is_looking = False
                self._db.execute("ROLLBACK")

    def run(self, sql: str, *args: Any) -> int:
        """Execute one statement; return how many rows it touched."""
        with self._lock:
            return self._db.execute(sql, args).rowcount

    def rows(self, sql: str, *args: Any) -> list[sqlite3.Row]:
        """Return what a query finds."""
        with self._lock:
            return self._db.execute(sql, args).fetchall()

    def row(self, sql: str, *args: Any) -> sqlite3.Row | None:
        """Return the first row that a query finds."""
        with self._lock:
            found: sqlite3.Row | None = self._db.execute(sql, args).fetchone()
            return found

    def value(self, sql: str, *args: Any) -> Any:
        """Return the first column of the first row, or None."""
        found = self.row(sql, *args)
        return None if found is None else found[0]

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._db.close()


def _unusable(path: Path, error: Exception) -> Refused:
    reason = getattr(error, "strerror", None) or str(error)
    return Refused(
        503,
        "UNAVAILABLE",
        f"The marketplace's data in {path} can't be used: {reason}."
        " Move that file away, or set MIRRA_DATA_DIR to another folder.",
    )
