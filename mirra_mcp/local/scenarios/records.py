"""The record of every run, in the data folder; of a Mirra that owns none, in memory."""

import sqlite3
from pathlib import Path

from mirra_mcp.local.kit import private
from mirra_mcp.wire.runs import Run

KEPT = 10_000
"""Runs that are remembered, the newest."""
TABLE = """
CREATE TABLE IF NOT EXISTS runs (
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_status ON runs(status, seq);
"""
CUT_OFF = "Mirra was stopped while the run was under way."


class Records:
    """Runs by id. What was under way when its process died has failed."""

    def __init__(self, folder: Path | None) -> None:
        """Open the records of a data folder.

        Raises:
            sqlite3.Error: they can't be read or written.
        """
        if folder:
            private.touch(folder / "runs.db")
        self._db = sqlite3.connect(folder / "runs.db" if folder else ":memory:")
        self._db.isolation_level = None
        if folder:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(TABLE)
        for (body,) in self._db.execute("SELECT body FROM runs WHERE status='running'").fetchall():
            run = Run.model_validate_json(body)
            run.status, run.reason = "failed", CUT_OFF
            run.progress, run.brief, run.mirrors, run.judge = None, None, [], []
            self.save(run)

    def save(self, run: Run) -> None:
        """Write a run's present state."""
        body = run.model_dump_json(by_alias=True, exclude_none=True)
        self._db.execute(
            "INSERT INTO runs (id, status, body) VALUES (?,?,?)"
            " ON CONFLICT(id) DO UPDATE SET status=excluded.status, body=excluded.body",
            (run.run_id, run.status, body),
        )
        self._db.execute("DELETE FROM runs WHERE seq <= (SELECT MAX(seq) FROM runs) - ?", (KEPT,))

    def find(self, id: str) -> Run | None:
        """Return a run, or None."""
        row = self._db.execute("SELECT body FROM runs WHERE id=?", (id,)).fetchone()
        return Run.model_validate_json(row[0]) if row else None

    def ids(self, limit: int) -> list[str]:
        """List the newest runs' ids, the newest first."""
        rows = self._db.execute("SELECT id FROM runs ORDER BY seq DESC LIMIT ?", (limit,))
        return [id for (id,) in rows]

    def page(self, status: str | None, limit: int, after: str | None) -> list[Run]:
        """List runs, newest first, from behind the run `after`.

        Raises:
            LookupError: there is no such run.
        """
        below = 2**62
        if after is not None:
            row = self._db.execute("SELECT seq FROM runs WHERE id=?", (after,)).fetchone()
            if row is None:
                raise LookupError(after)
            below = row[0]
        rows = self._db.execute(
            "SELECT body FROM runs WHERE seq<? AND status=COALESCE(?, status)"
            " ORDER BY seq DESC LIMIT ?",
            (below, status, limit),
        )
        return [Run.model_validate_json(body) for (body,) in rows]

    def close(self) -> None:
        """Close the file."""
        self._db.close()
