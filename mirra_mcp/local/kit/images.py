"""Fixtures, built once and kept as database images.

A fixture lays its history behind the top of the current hour, so an image serves every session
that starts within that hour and is the same wherever the clock is.
"""

import sqlite3
import threading
from collections import OrderedDict
from datetime import datetime

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.store import create_tables

KEPT = 64


class Images:
    """The images of the process, the latest used ones."""

    def __init__(self) -> None:
        self._images: OrderedDict[tuple[str, str, datetime], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, kind: type[Mirror], fixture: str, now: datetime) -> bytes:
        """Return the image of a fixture as of `now`; any thread may ask."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        key = (kind.vendor, fixture, hour)
        with self._lock:
            if key not in self._images:
                self._images[key] = build(kind, fixture, hour)
                if len(self._images) > KEPT:
                    self._images.popitem(last=False)
            self._images.move_to_end(key)
            return self._images[key]


def build(kind: type[Mirror], fixture: str, at: datetime) -> bytes:
    """Lay out an account with a fixture and return the database's image."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        db.execute(f"ATTACH ':memory:' AS {kind.vendor}")
        create_tables(db, kind.vendor)
        mirror = kind("", fixture)
        db.execute("BEGIN")
        mirror.bind(db, None)
        mirror.now = at
        mirror.install()
        kind.fixtures[fixture].build(mirror)
        mirror.keep_counters()
        db.execute("COMMIT")
        return db.serialize(name=kind.vendor)
    finally:
        db.close()
