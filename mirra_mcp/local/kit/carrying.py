"""Carrying over the folder of a persistent session that a Mirra up to 0.3 has kept.

It had a database a mirror and one for log and deliveries. They are read once into a journal, and
removed when that is whole.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import orjson

from mirra_mcp.local.kit.journal import FILE, Base, Journal
from mirra_mcp.local.kit.states import read_state
from mirra_mcp.local.kit.webhooks import Parcel

OLD = "session.db"
COLUMNS = (
    "seq, id, mirror, type, status, message, url, secret, ref, payload, headers, created, next,"
    " attempts, after"
)


def carry_over(folder: Path, vendors: list[str]) -> None:
    """Read an old session into a journal, unless that was done.

    Raises:
        sqlite3.Error, OSError: the old files are damaged; they stay as they are.
    """
    draft = folder / "journal.new"
    if not (folder / OLD).exists():
        return
    if not (folder / FILE).exists():
        for path in folder.glob("journal.new*"):
            path.unlink()
        journal = Journal(folder, draft.name)
        try:
            _read(folder, vendors, journal)
        finally:
            journal.close()
        draft.replace(folder / FILE)
    for name in [OLD, *(f"{vendor}.db" for vendor in vendors)]:
        for end in ("", "-wal", "-shm"):
            (folder / f"{name}{end}").unlink(missing_ok=True)


def _read(folder: Path, vendors: list[str], journal: Journal) -> None:
    base = Base()
    for vendor in vendors:
        base.states[vendor] = journal.keep(vendor, read_state(folder / f"{vendor}.db"))
    for path in folder.glob("snap_*.snapshot"):
        id, vendor, _ = path.name.split(".")
        base.snapshots[id] = (None, [vendor])
    kept = orjson.loads((folder / "session.json").read_bytes())
    for id, (vendor, name) in kept.get("snapshots", {}).items():
        base.snapshots[id] = (name, [vendor])
    base.clock = kept.get("clock")
    with closing(sqlite3.connect(folder / OLD)) as db:
        row = db.execute("SELECT value FROM meta WHERE name='ids'").fetchone()
        base.ids = orjson.loads(row[0]) if row else 0
        had_methods = "method" in {row[1] for row in db.execute("PRAGMA table_info(deliveries)")}
        columns = COLUMNS + (", method" if had_methods else "")
        log = db.execute("SELECT id, type, mirror, data FROM log ORDER BY id")
        sent = db.execute(f"SELECT {columns} FROM deliveries ORDER BY seq")
        journal.write([], log, (Parcel(*row) for row in sent))
    journal.rebase(0, base)
