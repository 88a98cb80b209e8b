"""One session: its mirrors, its clock, its log, and its state as a whole."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from mirra_mcp.local.kit.agenda import Agenda
from mirra_mcp.local.kit.clock import Clock, Wall, iso
from mirra_mcp.local.kit.deliveries import SENT, Deliveries
from mirra_mcp.local.kit.events import CALL, Log
from mirra_mcp.local.kit.faults import Faults
from mirra_mcp.local.kit.ids import LETTERS, Ids
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.journal import Base, Snapshot
from mirra_mcp.local.kit.keeper import Keeper
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.store import ALL, Frozen, Store
from mirra_mcp.local.kit.transactions import Transactions
from mirra_mcp.local.kit.webhooks import Letter, Outcome, Parcel
from mirra_mcp.wire.sessions import SessionMode

log = logging.getLogger("mirra_mcp.local")


class Seen(NamedTuple):
    """How much a session had seen when it was closed."""

    requests: int
    webhooks: int


class Session(Transactions):
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
    ) -> None:
        super().__init__()
        self.id, self.name, self.mode = id, name, mode
        self.mirrors, self.clock, self.wall, self.images = mirrors, clock, wall, images
        for vendor, mirror in mirrors.items():
            mirror.seed = f"{vendor} of {name}"
        self.folder = folder
        self.archived: Callable[[str, str], Frozen | None] = lambda vendor, id: None
        """Returns what ended sessions left under an id."""
        self.others: Callable[[], Iterable[Session]] = lambda: ()
        """Lists the sessions that live beside this one."""
        self.seeds = {vendor: mirror.fixture for vendor, mirror in mirrors.items()}
        self.started = clock.now()
        self.lock = asyncio.Lock()
        self.last = Seen(0, 0)
        self.acts = 0
        """How often somebody let the world act or time pass."""
        self.snapshots: dict[str, Snapshot] = {}
        self.on_work: Callable[[Session], None] = lambda session: None
        """Called when a timer was set or a webhook waits."""
        self.forked_from: str | None = None
        self.is_quiet = False
        """Whether it is a fork that leaves the endpoints of its past alone."""
        self.endpoints: list[tuple[str, str]] = []
        """The webhook endpoints that a fork inherited: of which mirror, and where."""
        self.inherited = 0
        """The log's newest entry when its own history began: 0, of a fork later."""
        self.forwards: dict[str, str] = {}
        """Per vendor, the URL that all of its webhooks go to from the start."""
        self.on_long: Callable[[Session], None] = lambda session: None
        """Called when it is time for an image of a persistent session."""
        self._forging = False
        self.forges_on_request = False
        self.forged: Counter[tuple[str, str, str]] = Counter()
        """Webhooks forged since that was switched on: by mirror, URL and type."""
        self.forged_next: set[str] = set()
        """Deliveries whose next acceptance is followed by forged copies."""
        self.is_open = False
        """Whether its state is there yet."""
        self.awaited: dict[str, asyncio.Future[Outcome]] = {}
        """By delivery, where its outcome is waited for."""
        self.faults = Faults()
        self.is_moving = False
        """Whether its clock is being moved: nobody else fires timers meanwhile."""
        self.on_swap: Callable[[str], object] = lambda vendor: None
        """Called when the state of a mirror is being replaced, maybe from another thread."""
        self._keeper: Keeper | None = None
        self.agenda = Agenda(self)

    @property
    def forging(self) -> bool:
        """Whether accepted webhooks are sent again as forgeries, to see if they are verified."""
        return self._forging or self.forges_on_request

    @forging.setter
    def forging(self, on: bool) -> None:
        self._forging = on
        self.forged.clear()

    # Opening and closing.

    def open(self) -> None:
        """Fill each mirror with its seed, or with what is kept of it, unless it is open already.

        Raises:
            sqlite3.Error, OSError: the files can't be read or written.
        """
        if self.is_open:
            return
        self.log, self.ids = Log(self.id, self.clock), Ids(f"session {self.name}")
        self.deliveries = Deliveries(self.writes, self.log, self.ids, self.clock, self.wall)
        stores = {vendor: Store(self.writes) for vendor in self.mirrors}
        if self.folder is not None:
            self._keeper = self.keeping = Keeper(self.folder, self)
            self._keeper.on_long = lambda: self.on_long(self)
        if self._keeper is None or self._keeper.is_new:
            fixtures = self.beginnings()
            if self._keeper is not None:
                self._keeper.begin(fixtures)
            for vendor, store in stores.items():
                store.thaw(fixtures[vendor])
        else:
            self._keeper.recall(stores)
            self.unknown = self.log.last
        for vendor, mirror in self.mirrors.items():
            mirror.bind(stores[vendor], self)
        self.is_open, self.due = True, self.first_due()
        if not self.log.last:
            self.tell(action="start", at=iso(self.started))
        elif self.due is not None or self.deliveries.next_due() is not None:
            self.on_work(self)

    def beginnings(self) -> dict[str, Frozen]:
        """Return the states that the mirrors begin with; any thread may ask."""
        return {
            vendor: self.images.get(type(mirror), mirror.fixture, self.started)
            for vendor, mirror in self.mirrors.items()
        }

    def close(self) -> None:
        """Let go of the state. The session can't be used afterwards."""
        if self.is_open:
            self.last = Seen(self.requests, self.webhooks_sent)
            self.log.close()
        if self._keeper is not None:
            self._keeper.close()
        self.is_open = False

    @property
    def requests(self) -> int:
        """How many calls were answered."""
        return self.log.counts.get(CALL, 0) if self.is_open else self.last.requests

    @property
    def webhooks_sent(self) -> int:
        """How many tries to send a webhook the log tells of."""
        return self.log.counts.get(SENT, 0) if self.is_open else self.last.webhooks

    # Webhooks.

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

    # The whole state.

    def freeze(self, vendors: Iterable[str] | None = None) -> dict[str, Frozen]:
        """Return the states of mirrors, or of all, as values."""
        self.open()
        chosen = [self.mirrors[vendor] for vendor in (vendors or self.mirrors)]
        with self.transaction():
            for mirror in chosen:
                mirror.keep_counters()
        at = self.clock.now().timestamp()
        return {mirror.vendor: mirror.store.freeze(at) for mirror in chosen}

    def reset(
        self, fixtures: Mapping[str, str], states: Mapping[str, Frozen] | None = None
    ) -> None:
        """Replace mirrors' states by fixtures. Ids, ports, keys and the log stay.

        `states` are what `freeze` made of the fixtures with something on top. Where it is all
        mirrors, the clock goes back to when the session, or those states, began.
        """
        self.open()
        at = None
        if not states:
            is_whole = len(fixtures) == len(self.mirrors)
            began = self.beginning() if is_whole else self.clock.now()
            kinds = {vendor: type(self.mirrors[vendor]) for vendor in fixtures}
            states = {
                vendor: self.images.get(kinds[vendor], fixture, began)
                for vendor, fixture in fixtures.items()
            }
            at = began.timestamp()
        steps = [
            {"action": "reset", "mirror": vendor, "seed": f"{vendor}:{fixture}"}
            for vendor, fixture in fixtures.items()
        ]
        self._replace(states, {}, steps, at)
        for vendor, fixture in fixtures.items():
            mirror = self.mirrors[vendor]
            mirror.fixture = fixture
            mirror.forget_limits()
            if url := self.forwards.get(vendor):
                with self.unit(mirror, self.clock.now()):
                    mirror.subscribe(url)

    def beginning(self) -> datetime:
        """Return where the clock goes when all is reset: its first instant, or the real time."""
        return self.started if self.clock.standing is not None else self.wall()

    def snapshot(self, name: str | None, vendors: Iterable[str] | None = None) -> str:
        """Keep the states of mirrors, or of all, and return the snapshot's id."""
        states = self.freeze(vendors)
        with self.transaction():
            id = self.fresh_snapshot_id()
            for vendor in states:
                self._tell(action="snapshot", mirror=vendor, snapshotId=id)
            self.snapshots[id] = Snapshot(name, dict(states))
            if self._keeper is not None:
                self._keeper.tell_snapshot(id, name, states)
        return id

    def fresh_snapshot_id(self) -> str:
        """Make a snapshot's id."""
        return f"snap_{self.ids.token(10, LETTERS)}"

    def snapshot_state(self, id: str, vendor: str) -> Frozen:
        """Return what a snapshot kept of a mirror."""
        kept = self.snapshots[id].states[vendor]
        if kept is None and self._keeper is not None:
            kept = self._keeper.state(vendor, id)
        assert kept is not None
        return kept

    def restore(self, states: Mapping[str, Frozen], ids: Mapping[str, str]) -> float:
        """Bring back states, all or none; `ids` name their snapshots, by vendor.

        The clock goes back with all mirrors. Where some stay, it goes on, and the timers of the
        others have as long to go as they had then; the seconds by which their dates lie in the
        past are returned.
        """
        self.open()
        steps = [
            {"action": "restore", "mirror": vendor, "snapshotId": id} for vendor, id in ids.items()
        ]
        return self._replace(states, ids, steps)

    def inherit(self, states: Mapping[str, Frozen], parent: "Session") -> None:
        """Begin with the past of another session: its states and its time."""
        self.open()
        self.forked_from = parent.id
        for vendor, mirror in self.mirrors.items():
            mirror.fixture = parent.mirrors[vendor].fixture
        self._replace(states, {}, [{"action": "fork", "sessionForked": parent.id}])
        self.inherited = self.log.last

    def _replace(
        self,
        states: Mapping[str, Frozen],
        ids: Mapping[str, str],
        steps: Iterable[Mapping[str, str]],
        at: float | None = None,
    ) -> float:
        """Swap states; with `at`, they are fixtures that fit that instant."""
        now, is_fixture = self.clock.now().timestamp(), at is not None
        if at is None:
            is_whole = len(states) == len(self.mirrors)
            at = max(each.at for each in states.values()) if is_whole else now
        mark = self.clock.mark()
        try:
            with self.transaction():
                if at != now:
                    self.clock.go_to(datetime.fromtimestamp(at, UTC))
                for vendor, frozen in states.items():
                    self._swap(vendor, frozen, ids.get(vendor), now)
                    if not is_fixture:
                        self.mirrors[vendor].store.delay_timers(at - frozen.at)
                for step in steps:
                    self._tell(**step)
        except BaseException:
            self.clock.go_back(mark)
            raise
        for vendor in states:
            self.mirrors[vendor].recall()
        self.on_work(self)
        return max(at - frozen.at for frozen in states.values())

    def _swap(self, vendor: str, frozen: Frozen, snapshot: str | None, now: float) -> None:
        self.deliveries.cancel(vendor)
        self.on_swap(vendor)
        store, key = self.mirrors[vendor].store, snapshot if snapshot in self.snapshots else None
        if self._keeper is not None and key is None:
            key = self._keeper.keep(vendor, frozen)
        self.writes.append((store, ALL, key, store.freeze(now)))
        store.thaw(frozen)

    def image(self) -> Callable[[], Callable[[], None]]:
        """Return what writes an image of this moment, in any thread.

        It returns what makes the journal follow the image, which the loop must call.
        """
        assert self._keeper is not None
        states = self.freeze()
        snapshots = {id: (each.name, list(each.states)) for id, each in self.snapshots.items()}
        return self._keeper.image(states, Base({}, snapshots, self.ids.count, self.clock.save()))

    def hold(self, *, is_held: bool) -> None:
        """Stop the clock until it is moved, or let it run again."""
        if is_held:
            self.clock.stop()
        else:
            self.clock.run()
        self.tell(action="clock_stop" if is_held else "clock_run")

    def tell(self, **lifecycle: Any) -> None:
        """Log a step in the session's own life."""
        with self.transaction():
            self._tell(**lifecycle)
        self.on_work(self)

    def _tell(self, **lifecycle: Any) -> None:
        data = {key: value for key, value in lifecycle.items() if value is not None}
        self.log.append("session.lifecycle", data.get("mirror"), data)
