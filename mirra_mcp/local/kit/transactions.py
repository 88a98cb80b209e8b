"""What mirrors, log and deliveries write together: all of it is kept, or nothing."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from mirra_mcp.local.kit.mirror import Mirror, Unit
from mirra_mcp.local.kit.store import ALL, Write
from mirra_mcp.local.kit.surroundings import Surroundings
from mirra_mcp.local.kit.timers import Timer

HISTORY = 5_000
"""Transactions whose writes are remembered."""


class Keeping(Protocol):
    """Where transactions are kept beyond the process."""

    def write(self, writes: list[Write], last: int) -> None:
        """Keep what was written, and the log's entries after number `last`."""


class Transactions(Surroundings):
    """Mirrors that write in transactions."""

    mirrors: dict[str, Mirror]
    keeping: Keeping | None = None
    on_work: Callable[[Any], None]
    """Called with this when a timer was set or a webhook waits."""

    def __init__(self) -> None:
        self.errors = 0
        self.writes: list[Write] = []
        """What the transaction under way has written so far."""
        self.history: deque[tuple[int, tuple[Write, ...]]] = deque(maxlen=HISTORY)
        """The latest writes, each with the number of the log's entry that came before them."""
        self.unknown = 0
        """The number of the newest entry before which there is no history: that of a revival."""
        self._mark: tuple[int, int, list[int]] = (0, 0, [])
        self._steps: list[tuple[int, int]] = []
        """Where the transaction's steps begin: the number of the log's entry, and of the write."""
        self.due: float | None = None
        """When the first timer falls due, as epoch seconds."""

    def open(self) -> None:
        """Be ready to write."""

    def begin(self, mirror: Mirror | None = None, now: datetime | None = None) -> Unit:
        """Begin a transaction, in which a mirror may act at the instant `now`.

        It ends with `commit` or with `rollback`.
        """
        counts = [each.ids.count for each in self.mirrors.values()]
        self._mark = (self.log.last, self.ids.count, counts)
        unit = Unit()
        if mirror is not None and now is not None:
            mirror.now, mirror.unit, mirror.lane = now, unit, ""
            self.log.at = now
        return unit

    def first_entry(self) -> int:
        """Return the number of the log's first entry of this transaction, written or not."""
        return self._mark[0] + 1

    def commit(self) -> None:
        """Keep what was written: on disk, if the session is persistent, before this returns.

        Raises:
            Refusal: the disk is full or fails; nothing was kept.
        """
        last = self._mark[0]
        writes = self.writes
        if self.keeping is not None:
            try:
                self.keeping.write(writes, last)
            except BaseException:
                self.rollback()
                raise
        has_work = self.deliveries.has_mail
        if writes:
            start = 0
            for number, end in self._steps:
                if end > start:
                    self.history.append((last, tuple(writes[start:end])))
                    start = end
                last = number
            if len(writes) > start:
                self.history.append((last, tuple(writes[start:])))
            writes.clear()
            before, self.due = self.due, self.first_due()
            has_work = has_work or self.due != before
        self._steps.clear()
        self.log.at = None
        self.log.wake()
        if has_work:
            self.on_work(self)

    def step(self) -> None:
        """Let history tell what follows in this transaction apart from what was written so far."""
        self._steps.append((self.log.last, len(self.writes)))

    @property
    def remembered(self) -> int:
        """The number of the earliest entry of the log as of which the state is known."""
        return self.history[0][0] if len(self.history) == HISTORY else self.unknown

    def rollback(self) -> None:
        """Take back what was written."""
        last, count, counts = self._mark
        self._steps.clear()
        was_replaced = any(table == ALL for _, table, _, _ in self.writes)
        while self.writes:
            store, table, key, row = self.writes.pop()
            store.back(table, key, row)
        self.log.rewind(last)
        self.log.at = None
        self.ids.count = count
        for mirror, each in zip(self.mirrors.values(), counts, strict=True):
            mirror.ids.count = each
            if was_replaced:
                mirror.recall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing; readers of the log are woken afterwards."""
        self.open()
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    @contextmanager
    def unit(self, mirror: Mirror, now: datetime) -> Iterator[Unit]:
        """Let a mirror act at the instant `now`, all or nothing."""
        self.open()
        unit = self.begin(mirror, now)
        try:
            yield unit
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def next_timer(self) -> tuple[Timer, str] | None:
        """Return the timer that falls due first, and whose it is."""
        first: tuple[Timer, str] | None = None
        for vendor, mirror in self.mirrors.items():
            timer = mirror.store.next_timer("")
            if timer is not None and (first is None or (timer, vendor) < first):
                first = (timer, vendor)
        return first

    def first_due(self) -> float | None:
        """Look for when the first timer falls due, as epoch seconds."""
        first = self.next_timer()
        return first and first[0][0]
