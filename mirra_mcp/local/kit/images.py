"""Fixtures, built once and shared by all sessions until they write.

A fixture lays its history behind the top of the current hour, so an image serves every session
that starts within that hour and is the same wherever the clock is.
"""

import threading
from collections import OrderedDict
from datetime import datetime

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.store import Frozen, Store

KEPT = 64


class Images:
    """The images of the process, the latest used ones."""

    def __init__(self) -> None:
        self._images: OrderedDict[tuple[type[Mirror], str, datetime], Frozen] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, kind: type[Mirror], fixture: str, now: datetime) -> Frozen:
        """Return the image of a fixture as of `now`; any thread may ask."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        key = (kind, fixture, hour)
        with self._lock:
            if key not in self._images:
                self._images[key] = build(kind, fixture, hour)
                if len(self._images) > KEPT:
                    self._images.popitem(last=False)
            self._images.move_to_end(key)
            return self._images[key]


def build(kind: type[Mirror], fixture: str, at: datetime) -> Frozen:
    """Lay out an account with a fixture and return its state."""
    mirror, store = kind("", fixture), Store()
    mirror.bind(store, None)
    mirror.now = at
    mirror.install()
    kind.fixtures[fixture].build(mirror)
    mirror.keep_counters()
    return store.freeze(at.timestamp())
