"""What a persistent session keeps beyond the process, and how its images are made."""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from mirra_mcp.local.kit.carrying import carry_over
from mirra_mcp.local.kit.clock import Clock
from mirra_mcp.local.kit.deliveries import Deliveries
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.events import Log
from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.kit.journal import CLOCK, IDS, SNAPSHOT, Base, Journal, Op, Snapshot, op_of
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.store import ALL, Frozen, Store, Write

log = logging.getLogger("mirra_mcp.local")


class Kept(Protocol):
    """A session, as its keeper sees it."""

    mirrors: dict[str, Mirror]
    snapshots: dict[str, Snapshot]
    clock: Clock
    log: Log
    ids: Ids
    deliveries: Deliveries


class Keeper:
    """Writes a session's transactions down, and brings them back."""

    def __init__(self, folder: Path, session: Kept) -> None:
        carry_over(folder, list(session.mirrors))
        self._session, self._journal = session, Journal(folder)
        self._ids: dict[str, int] = {}
        self._clock: dict[str, Any] | None = None
        self._told: list[Op] = []
        self.on_long: Callable[[], None] = lambda: None
        """Called when it is time for an image."""

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever kept."""
        return self._journal.is_new

    def begin(self, states: Mapping[str, Frozen]) -> None:
        """Let the journal follow the states that a session begins with."""
        files = {vendor: self._journal.keep(vendor, each) for vendor, each in states.items()}
        self._journal.rebase(0, Base(files))

    def recall(self, stores: Mapping[str, Store]) -> None:
        """Make stores and session what they were."""
        session, recalled = self._session, self._journal.recall(stores)
        session.ids.count = self._ids[""] = recalled.ids
        session.snapshots = recalled.snapshots
        if recalled.clock is not None:
            session.clock.load(recalled.clock)
        self._clock = session.clock.save()
        session.log.recall(*self._journal.newest(), self._journal.older)
        session.deliveries.recall(self._journal.parcels())

    def write(self, writes: list[Write], last: int) -> None:
        """Keep a transaction: what was written, and the log's entries after number `last`.

        Raises:
            Refusal: the disk is full or fails.
        """
        session = self._session
        for mirror in session.mirrors.values():
            mirror.keep_counters()
        rows: dict[tuple[int, str, Any], tuple[Any, Any]] = {}
        for store, table, key, _ in writes:
            rows.pop((id(store), table, key), None)
            rows[id(store), table, key] = (store, key)
        vendors = {id(mirror.store): vendor for vendor, mirror in session.mirrors.items()}
        deliveries, ops = [], self._told
        for (number, table, _), (store, key) in rows.items():
            if number not in vendors:
                deliveries.append(store.row(table, key))
            else:
                row = None if table == ALL else store.row(table, key)
                ops.append(op_of(vendors[number], table, key, row))
        counts = {vendor: each.ids.count for vendor, each in session.mirrors.items()}
        counts[""] = session.ids.count
        ops += [
            [vendor, IDS, None, count]
            for vendor, count in counts.items()
            if self._ids.get(vendor) != count
        ]
        clock = session.clock.save()
        if clock != self._clock:
            ops.append(["", CLOCK, None, clock])
        self._told = []
        try:
            self._journal.write(
                ops, session.log.settle(last), [each for each in deliveries if each]
            )
        except sqlite3.Error as error:
            raise failed(error) from error
        self._ids, self._clock = counts, clock
        session.log.forget()
        if self._journal.is_long:
            self.on_long()

    def keep(self, vendor: str, frozen: Frozen) -> str:
        """Return the file of a state that is loaded as a whole.

        Raises:
            Refusal: it can't be written.
        """
        try:
            return self._journal.keep(vendor, frozen)
        except (sqlite3.Error, OSError) as error:
            raise failed(error) from error

    def tell_snapshot(self, id: str, name: str | None, states: Mapping[str, Frozen]) -> None:
        """Let the transaction under way tell of a snapshot."""
        at = {vendor: each.at for vendor, each in states.items()}
        self._told.append(["", SNAPSHOT, id, {"name": name, "at": at}])

    def state(self, vendor: str, id: str) -> Frozen:
        """Return what a snapshot kept, read from its file."""
        return self._journal.state(vendor, id, self._session.snapshots)

    def image(self, states: Mapping[str, Frozen], base: Base) -> Callable[[], Callable[[], None]]:
        """Return what writes an image, in any thread, which returns what makes the journal follow.

        `states` and `base` are those of this moment.
        """
        journal, upto, snapshots = self._journal, self._journal.last, dict(self._session.snapshots)

        def write() -> Callable[[], None]:
            for id, snapshot in snapshots.items():
                journal.keep_snapshot(id, snapshot)
            files = {vendor: journal.keep(vendor, each) for vendor, each in states.items()}
            return lambda: journal.rebase(upto, replace(base, states=files))

        return write

    def close(self) -> None:
        """Give the files up."""
        self._journal.close()


def failed(error: Exception) -> Refusal:
    """Say that nothing can be written."""
    return Refusal(
        507,
        "mirra.data.unwritable",
        f"The session's files can't be written: {error}. Nothing was changed.",
        "Make room on the disk, or see to the data folder, and call again.",
    )
