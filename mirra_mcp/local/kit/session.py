"""One session: its mirrors, its clock, its log, and the transactions that tie them together."""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from mirra_mcp.local.kit import private
from mirra_mcp.local.kit.clock import Clock, Wall, iso
from mirra_mcp.local.kit.deliveries import Deliveries
from mirra_mcp.local.kit.events import Log
from mirra_mcp.local.kit.ids import LETTERS, Ids
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.mirror import Mirror, Unit
from mirra_mcp.local.kit.store import connect, has_tables, load_image, standalone
from mirra_mcp.local.kit.surroundings import Surroundings
from mirra_mcp.local.kit.webhooks import Letter, Outcome, Parcel
from mirra_mcp.wire.sessions import Fired, SessionMode

log = logging.getLogger("mirra_mcp.local")

AT_ONCE = 32
"""Timers that are fired in one transaction."""


class Session(Surroundings):
    """A set of mirrors that share a clock and a log.

    Nothing is opened until it is needed: an idle session is a few objects and its ports.
    """

    def __init__(
        self,
        id: str,
        name: str,
        mode: SessionMode,
        mirrors: dict[str, Mirror],
        clock: Clock,
        wall: Wall,
        images: Images,
        folder: Path | None = None,
        archive: Path | None = None,
    ) -> None:
        self.id, self.name, self.mode = id, name, mode
        self.mirrors, self.clock, self.wall, self.images = mirrors, clock, wall, images
        self.folder, self.archive = folder, archive
        self.seeds = {vendor: mirror.fixture for vendor, mirror in mirrors.items()}
        self.started = clock.now()
        self.lock = asyncio.Lock()
        self.requests = self.errors = 0
        self.acts = 0
        """How often somebody let the world act or time pass."""
        self.snapshots: dict[str, tuple[str, str | None, bytes | None]] = {}
        self.on_work: Callable[[Session], None] = lambda session: None
        """Called when a timer was set or a webhook waits."""
        self.on_keep: Callable[[Session], None] = lambda session: None
        """Called when something changed that must survive a restart."""
        self.forwards: dict[str, str] = {}
        """Per vendor, the URL that all of its webhooks go to from the start."""
        self._forging = False
        self.forges_on_request = False
        self.forged: Counter[tuple[str, str, str]] = Counter()
        """Webhooks forged since that was switched on: by mirror, URL and type."""
        self.forged_next: set[str] = set()
        """Deliveries whose next acceptance is followed by forged copies."""
        self._db: sqlite3.Connection | None = None
        self._next_timer: float | None = None
        self._first: tuple[tuple[float, int, str, str], str] | None = None
        self.is_moving = False
        """Whether its clock is being moved: nobody else fires timers meanwhile."""

    @property
    def forging(self) -> bool:
        """Whether accepted webhooks are sent again as forgeries, to see if they are verified."""
        return self._forging or self.forges_on_request

    @forging.setter
    def forging(self, on: bool) -> None:
        self._forging = on
        self.forged.clear()

    # Opening and closing.

    @property
    def is_open(self) -> bool:
        """Whether the session has a database yet."""
        return self._db is not None

    def open(self) -> None:
        """Open the database and fill each mirror with its seed, unless it is open already.

        Raises:
            sqlite3.Error: the files can't be read or written.
        """
        if self._db is not None:
            return
        db = connect(self.folder, tuple(self.mirrors))
        fresh = db.execute("SELECT 1 FROM main.log LIMIT 1").fetchone() is None
        for vendor, mirror in self.mirrors.items():
            if not self.folder or not has_tables(db, vendor):
                image = self.images.get(type(mirror), mirror.fixture, self.started)
                load_image(db, vendor, image, on_disk=self.folder is not None)
            mirror.bind(db, self)
        self._db = db
        self.log = Log(db, self.id, self.clock)
        row = db.execute("SELECT value FROM main.meta WHERE name='ids'").fetchone()
        self.ids = Ids(f"session {self.id}", orjson.loads(row[0]) if row else 0)
        self.deliveries = Deliveries(db, self.log, self.ids, self.clock, self.wall)
        if fresh:
            with self.transaction():
                self.log.append(
                    "session.lifecycle", None, {"action": "start", "at": iso(self.started)}
                )
        else:
            self.requests = self.log.count("traffic.request_completed")
            self.deliveries.resume()
        self._look_for_timers()
        if self._next_timer is not None or not fresh:
            self.on_work(self)

    def close(self) -> None:
        """Free the database. The session can't be used afterwards."""
        if self._db is not None:
            self.log.close()
            self._db.close()
            self._db = None

    def _opened(self) -> sqlite3.Connection:
        self.open()
        assert self._db is not None
        return self._db

    # Transactions.

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing; readers of the log are woken after the commit."""
        db, last, count = self._opened(), self.log.last, self.ids.count
        sent = self.deliveries.sent
        db.execute("BEGIN")
        try:
            yield
            self.log.flush()
            if self.folder is not None and self.ids.count != count:
                value = orjson.dumps(self.ids.count)
                db.execute("INSERT OR REPLACE INTO main.meta VALUES ('ids', ?)", (value,))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            self.log.rewind(last)
            self.ids.count, self.deliveries.sent = count, sent
            raise
        self.log.wake()

    @contextmanager
    def unit(self, mirror: Mirror, now: datetime) -> Iterator[Unit]:
        """Let a mirror act at the instant `now`, all or nothing."""
        self.open()
        unit, count, mark = self._begin(mirror, now), mirror.ids.count, mirror.store.mark()
        try:
            with self.transaction():
                yield unit
                if self.folder is not None:
                    mirror.keep_counters()
        except BaseException:
            mirror.ids.count = count
            mirror.store.go_back(mark)
            raise
        finally:
            self.log.at = None
        if unit.dropped_timers:
            self._look_for_timers()
        elif unit.first_due is not None and (
            self._next_timer is None or unit.first_due < self._next_timer
        ):
            self._next_timer = unit.first_due
        if self.deliveries.has_mail or unit.dropped_timers or unit.first_due is not None:
            self.on_work(self)

    # Webhooks.

    @property
    def webhooks_sent(self) -> int:
        """How many tries to send a webhook the log tells of."""
        return self.deliveries.sent if self.is_open else 0

    def take_mail(self, now: datetime) -> list[Parcel]:
        """Return the webhooks that should be tried by `now`; they aren't planned any more then."""
        parcels = self.deliveries.due(now)
        if parcels:
            with self.transaction():
                self.deliveries.take(parcels)
        return parcels

    def conclude(self, parcel: Parcel, mirror: Mirror, letter: Letter, done: Outcome) -> None:
        """Write down how an attempt went, and let the mirror make of it what the vendor would.

        A mirror that fails over an answer loses what it wanted to write, never the attempt.
        """
        try:
            with self.unit(mirror, self.clock.now()):
                status = self.deliveries.tried(parcel, mirror, letter, done)
                if done.is_accepted:
                    mirror.answered(parcel, done.status or 0, done.headers, done.body)
                elif status == "failed":
                    mirror.undelivered(parcel, done)
        except Exception:
            log.exception("The mirror %s failed over an answer to %s.", parcel.mirror, parcel.id)
            self.errors += 1
            with self.transaction():
                self.deliveries.tried(parcel, mirror, letter, done)

    # Time.

    def _look_for_timers(self) -> None:
        due = [
            (timer, vendor)
            for vendor, mirror in self.mirrors.items()
            if (timer := mirror.next_timer()) is not None
        ]
        self._first = min(due, default=None)
        self._next_timer = self._first[0][0] if self._first else None

    def next_wake(self) -> float:
        """Return when work should be looked for, as epoch seconds: at once if webhooks wait."""
        if self.deliveries.has_mail or self._next_timer is None:
            return 0.0
        return self._next_timer

    def next_work(self) -> datetime | None:
        """Return when something falls due next: a timer or a webhook."""
        times = [
            each for each in (self._next_timer, self.deliveries.next_due()) if each is not None
        ]
        return datetime.fromtimestamp(min(times), UTC) if times else None

    def fire_due(self, now: datetime, budget: float | None = None) -> list[Fired]:
        """Fire the timers that are due by `now`, in order, each at its own instant.

        With a `budget` in seconds it stops when that is used up.
        """
        fired: list[Fired] = []
        end = None if budget is None else perf_counter() + budget
        instant = now.timestamp()
        while self._next_timer is not None and self._next_timer <= instant:
            fired += self._fire_some(instant)
            if end is not None and perf_counter() > end:
                break
        return fired

    def _fire_some(self, instant: float) -> list[Fired]:
        """Fire the next timers in one transaction; if one fails, fire the first by itself."""
        fired: list[Fired] = []
        marks = [(each, each.ids.count, each.store.mark()) for each in self.mirrors.values()]
        try:
            with self.transaction():
                while len(fired) < AT_ONCE and (self._next_timer or inf) <= instant:
                    fired.append(self._fire_first())
                if self.folder is not None:
                    for each in self.mirrors.values():
                        each.keep_counters()
        except Exception:
            for mirror, count, mark in marks:
                mirror.ids.count = count
                mirror.store.go_back(mark)
            self._look_for_timers()
            return [self._fire_alone()]
        finally:
            self.log.at = None
        if self.deliveries.has_mail:
            self.on_work(self)
        return fired

    def _begin(self, mirror: Mirror, now: datetime) -> Unit:
        mirror.now, mirror.unit, mirror.lane = now, Unit(), ""
        self.log.at = iso(now)
        return mirror.unit

    def _fire_first(self) -> Fired:
        if self._first is None or self._first[0][0] != self._next_timer:
            self._look_for_timers()
        assert self._first is not None
        (due, id, verb, args), vendor = self._first
        mirror, at = self.mirrors[vendor], datetime.fromtimestamp(due, UTC)
        unit = self._begin(mirror, at)
        mirror.drop_timer(id)
        mirror.call_verb(verb, args)
        self._look_for_timers()
        types = [type for type, _ in unit.webhooks]
        return Fired(mirror=vendor, timer=verb, at=at, webhooks=types)

    def _fire_alone(self) -> Fired:
        assert self._first is not None
        (due, id, verb, _), vendor = self._first
        mirror, at = self.mirrors[vendor], datetime.fromtimestamp(due, UTC)
        mark, count = mirror.store.mark(), mirror.ids.count
        try:
            with self.transaction():
                fired = self._fire_first()
                if self.folder is not None:
                    mirror.keep_counters()
                return fired
        except Exception:
            log.exception("The timer %s of %s failed and was dropped.", verb, vendor)
            self.errors += 1
            mirror.ids.count = count
            mirror.store.go_back(mark)
            with self.unit(mirror, at):
                mirror.drop_timer(id)
        return Fired(mirror=vendor, timer=verb, at=at)

    # The whole state of a mirror.

    def reset(self, mirror: Mirror, fixture: str, image: bytes | None = None) -> None:
        """Replace a mirror's state by a fixture. Ids, ports, keys and the log stay.

        An `image` is what `image` made of the fixture with something on top.
        """
        now = self.clock.now()
        self._replace(mirror, image or self.images.get(type(mirror), fixture, now))
        if image is not None:
            with self.transaction():
                mirror.store.timers.delay(now.timestamp() - mirror.setting("_at", now.timestamp()))
            self._look_for_timers()
        mirror.fixture = fixture
        mirror.forget_limits()
        if url := self.forwards.get(mirror.vendor):
            with self.unit(mirror, now):
                mirror.subscribe(url)
        seed = f"{mirror.vendor}:{fixture}"
        self.tell(action="reset", mirror=mirror.vendor, seed=seed)

    def snapshot(self, mirror: Mirror, name: str | None) -> str:
        """Keep a mirror's state and return the snapshot's id."""
        image = self.image(mirror)
        id = self.fresh_snapshot_id()
        self.snapshots[id] = (mirror.vendor, name, image if self.folder is None else None)
        if self.folder is not None:
            private.write(self.folder / f"{id}.{mirror.vendor}.snapshot", image)
        self.on_keep(self)
        self.tell(action="snapshot", mirror=mirror.vendor, snapshotId=id)
        return id

    def image(self, mirror: Mirror) -> bytes:
        """Copy a mirror's state out."""
        with self.transaction():
            mirror.keep_counters()
            mirror.set_setting("_at", self.clock.now().timestamp())
        return standalone(self._opened().serialize(name=mirror.vendor))

    def fresh_snapshot_id(self) -> str:
        """Make a snapshot's id."""
        return f"snap_{self.ids.token(10, LETTERS)}"

    def restore(self, mirror: Mirror, id: str, image: bytes | None = None) -> None:
        """Bring back what a snapshot kept; `image` if it is another session's.

        The clock doesn't go back; timers have as long to go as they had then.
        """
        if image is None:
            image = self.snapshots[id][2]
        if image is None and self.folder is not None:
            image = (self.folder / f"{id}.{mirror.vendor}.snapshot").read_bytes()
        self._replace(mirror, image or b"")
        with self.transaction():
            mirror.store.timers.delay(self.clock.now().timestamp() - mirror.setting("_at", 0.0))
        self._look_for_timers()
        self.tell(action="restore", mirror=mirror.vendor, snapshotId=id)

    def archived(self, vendor: str, id: str) -> bytes | None:
        """Return the final state that an ended persistent session left under `id`, if any."""
        if self.archive is None or not id.startswith("snap_") or not id[5:].isalnum():
            return None
        path = self.archive / f"{id}.{vendor}.snapshot"
        return path.read_bytes() if path.is_file() else None

    def _replace(self, mirror: Mirror, image: bytes) -> None:
        with self.transaction():
            self.deliveries.cancel(mirror.vendor)
        load_image(self._opened(), mirror.vendor, image, on_disk=self.folder is not None)
        mirror.recall()
        self._look_for_timers()

    def tell(self, **lifecycle: Any) -> None:
        """Log a step in the session's own life."""
        data = {key: value for key, value in lifecycle.items() if value is not None}
        with self.transaction():
            self.log.append("session.lifecycle", data.get("mirror"), data)
        self.on_work(self)
