"""The log as threads: each call, simulated event and timer with all that it caused.

An entry is looked at once. What a thread keeps of it is what a list shows and a search looks
through; everything else is read anew when somebody opens the thread.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote_plus

from mirra_mcp.wire.events import Event
from mirra_mcp.wire.model import Doc

Kind = Literal["call", "act", "time", "session", "grade"]
KEPT = 20_000
"""Threads that are kept, the newest; older ones are still in Mirra's log."""
HEADS = ("traffic.request_completed", "session.lifecycle")
SEARCHED = 4_000
"""Characters of each thread that a search looks through."""


@dataclass(slots=True)
class Trip:
    """A webhook on its way, as far as the log tells."""

    id: str
    type: str
    url: str | None
    tries: int = 0
    status: int | None = None
    error: str = ""
    entry: int = 0
    """The newest entry that tells of it."""
    fooled: int = 0
    """Forged copies that the receiver took."""
    forged: int = 0

    @property
    def state(self) -> str:
        """Return how it fares: `unheard`, `taken` or `refused`."""
        if self.url is None:
            return "unheard"
        return "taken" if self.status is not None and 200 <= self.status < 300 else "refused"


@dataclass(slots=True)
class Thread:
    """Something that happened, and what it caused."""

    id: int
    """The entry that tells of it: a link to it stays good."""
    kind: Kind
    at: str
    mirror: str | None = None
    title: str = ""
    method: str = ""
    status: int | None = None
    duration: float | None = None
    error: str = ""
    first: int = 0
    """The entry with which what it caused begins."""
    last: int = 0
    changes: int = 0
    entities: dict[str, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    trips: dict[str, Trip] = field(default_factory=dict)
    touched: int = 0
    """The newest entry that belongs to it."""
    text: str = ""

    @property
    def refused(self) -> int:
        """Return how many webhooks weren't taken."""
        return sum(each.state == "refused" for each in self.trips.values())

    @property
    def forged(self) -> int:
        """Return how many forged copies were sent."""
        return sum(each.forged for each in self.trips.values())

    @property
    def fooled(self) -> int:
        """Return how many forged copies were taken."""
        return sum(each.fooled for each in self.trips.values())

    @property
    def has_failed(self) -> bool:
        """Whether anything of it went wrong."""
        return bool((self.status or 0) >= 400 or self.refused or self.fooled)

    def said(self, *words: object) -> None:
        """Let a search find words."""
        if len(self.text) < SEARCHED:
            told = " ".join(_flat(each) for each in words if each)
            self.text = f"{self.text} {told.casefold()}"[:SEARCHED]


def _flat(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


class Threads:
    """The threads of one session, in the order in which they began."""

    def __init__(self, *, exact: bool = True, start: int = 0) -> None:
        """Begin with none.

        Args:
            exact: Whether the log says where what a call caused begins.
            start: The entry after which reading begins; what belongs to earlier ones is left out.
        """
        self._exact = exact
        self.start = start
        self._is_cut = start > 0
        """Whether entries may still come whose thread began before."""
        self._loose: list[Event] = []
        self._struck: list[Event] = []
        self._trips: dict[str, Thread] = {}
        self._parts: dict[int, Thread] = {}
        """By entry, what was written together with a thread."""
        self._owners: dict[int, Thread] = {}
        """By entry, what came of it later."""
        self._ids: list[int] = []
        self._all: dict[int, Thread] = {}
        self.last = start
        """The newest entry that was read."""

    def read(self, events: Iterable[Event], *, is_end: bool) -> None:
        """Take entries in; `is_end` if nothing of the same instant may follow."""
        for event in events:
            self._take(event)
            self.last = event.id
        if is_end:
            self._settle(self._loose)
            self._loose = []
        while len(self._ids) > KEPT:
            self._forget(self._ids.pop(0))

    def find(self, id: int) -> Thread | None:
        """Return a thread by the number of any entry that it is made of."""
        return self._all.get(id) or self._parts.get(id) or self._owners.get(id)

    def newest(self) -> Iterable[Thread]:
        """Yield all, the newest first."""
        return (self._all[id] for id in reversed(self._ids))

    def touched(self, after: int) -> list[Thread]:
        """List those that something was added to after an entry, the newest first."""
        return [each for each in self.newest() if each.touched > after]

    def _take(self, event: Event) -> None:
        data = event.data
        if self._is_cut:
            self._is_cut = event.type not in HEADS
            return
        if event.type == "state.changed" or (
            event.type == "webhook.dispatched" and data.get("url") is None
        ):
            self._loose.append(event)
        elif event.type == "webhook.dispatched":
            self._sent(event)
        elif event.type == "webhook.verification":
            self._verified(event)
        elif event.type == "fault.struck":
            self._fault(event)
        else:
            self._begin(event)

    def _begin(self, event: Event) -> None:
        data = event.data
        first = data.get("since") or self._guess(event)
        own = [each for each in self._loose if first and each.id >= first]
        self._settle(self._loose[: len(self._loose) - len(own)])
        self._loose = []
        thread = _headed(event)
        newest = self._all[self._ids[-1]] if self._ids else None
        if newest is not None and _is_one(newest, thread) and not own:
            newest.mirror, newest.last, newest.touched = None, event.id, event.id
            self._parts[event.id] = newest
            return
        thread.first = own[0].id if own else event.id
        if thread.kind == "call":
            for each in self._struck:
                thread.faults.append(str(each.data.get("faultId", "")))
                self._owners[each.id] = thread
            self._struck = []
        self._add(thread)
        for each in own:
            self._give(thread, each)
        thread.last = thread.touched = event.id

    def _guess(self, event: Event) -> int | None:
        """Return where a call's changes begin in a log that doesn't say so: at its instant."""
        if self._exact or event.type != "traffic.request_completed":
            return None
        first = None
        for each in reversed(self._loose):
            if each.data.get("at") != event.data.get("at"):
                break
            first = each.id
        return first

    def _settle(self, loose: list[Event]) -> None:
        """Make threads of what no call caused: a timer that fell due, a fixture."""
        thread: Thread | None = None
        for each in loose:
            at, mirror = str(each.data.get("at", "")), each.data.get("mirror")
            if thread is None or (thread.at, thread.mirror) != (at, mirror):
                thread = Thread(each.id, "time", at, mirror, first=each.id)
                self._add(thread)
            self._give(thread, each)
            thread.last = each.id

    def _add(self, thread: Thread) -> None:
        self._ids.append(thread.id)
        self._all[thread.id] = thread

    def _give(self, thread: Thread, event: Event) -> None:
        """Add a change, or an event that nobody heard."""
        self._parts[event.id] = thread
        thread.touched = event.id
        data = event.data
        if event.type != "state.changed":
            self._trip(thread, event)
            return
        thread.changes += 1
        entity = str(data.get("entity", ""))
        thread.entities[entity] = None
        thread.said(entity, data.get("entityId"), data.get("after"))
        if thread.kind == "time":
            thread.title = _became(data) if thread.changes == 1 else ", ".join(thread.entities)

    def _sent(self, event: Event) -> None:
        self._settle(self._loose)
        self._loose = []
        id = str(event.data.get("deliveryId", ""))
        if id not in self._trips and event.data.get("afterEvent", self.start) < self.start:
            return
        thread = self._trips.get(id) or self._cause(event)
        self._trip(thread, event)
        thread.touched = event.id
        self._owners[event.id] = thread

    def _cause(self, event: Event) -> Thread:
        """Return the thread in which a webhook was set off."""
        after = event.data.get("afterEvent")
        if isinstance(after, int):
            if (owner := self._parts.get(after)) is not None:
                return owner
            at = bisect_right(self._ids, after)
            if at < len(self._ids) and self._all[self._ids[at]].first - 1 <= after:
                return self._all[self._ids[at]]
        else:
            ref = _reference(event.data)
            for thread in self.newest():
                if ref and ref.casefold() in thread.text:
                    return thread
        thread = Thread(event.id, "time", str(event.data.get("at", "")), event.data.get("mirror"))
        thread.first = thread.last = event.id
        thread.title = str(event.data.get("type", ""))
        self._add(thread)
        return thread

    def _trip(self, thread: Thread, event: Event) -> None:
        data = event.data
        id = str(data.get("deliveryId", ""))
        trip = thread.trips.get(id)
        if trip is None:
            url = data.get("url")
            trip = Trip(id, str(data.get("type", "")), None if url is None else str(url))
            thread.trips[id] = trip
            self._trips[id] = thread
            thread.said(trip.type, trip.url, id, _reference(data))
        trip.tries = max(trip.tries, int(data.get("attempt") or 0))
        status = data.get("responseStatus")
        trip.status = status if isinstance(status, int) else None
        trip.error = str(data.get("error") or "")
        trip.entry = event.id

    def _verified(self, event: Event) -> None:
        thread = self._trips.get(str(event.data.get("deliveryId", "")))
        if thread is None or event.data.get("forgery") == "none":
            return
        trip = thread.trips[str(event.data["deliveryId"])]
        trip.forged += 1
        trip.fooled += not event.data.get("rejected") and "error" not in event.data
        thread.touched = event.id
        self._owners[event.id] = thread

    def _fault(self, event: Event) -> None:
        thread = self._trips.get(str(event.data.get("deliveryId", "")))
        if "deliveryId" not in event.data:
            self._struck.append(event)
        elif thread is not None:
            thread.faults.append(str(event.data.get("faultId", "")))
            thread.touched = event.id
            self._owners[event.id] = thread

    def _forget(self, id: int) -> None:
        thread = self._all.pop(id)
        for trip in thread.trips:
            self._trips.pop(trip, None)
        for owned in (self._parts, self._owners):
            for entry in range(thread.first, thread.touched + 1):
                if owned.get(entry) is thread:
                    del owned[entry]


def _is_one(before: Thread, after: Thread) -> bool:
    """Tell whether two entries tell of one thing that happened to several mirrors."""
    return after.kind == "session" and after.mirror is not None and after.title == before.title


def _headed(event: Event) -> Thread:
    """Return the thread that an entry begins."""
    data = event.data
    at, mirror = str(data.get("at", "")), data.get("mirror")
    thread = Thread(event.id, "session", at, mirror, last=event.id, touched=event.id)
    if event.type == "traffic.request_completed":
        thread.kind, thread.method = "call", str(data.get("method", ""))
        thread.title, thread.status = str(data.get("path", "")), data.get("status")
        thread.duration = data.get("durationMs")
        thread.error = sentence(data.get("error"))
        thread.said(thread.method, thread.title, str(thread.status))
        thread.said(_plain(data.get("query")), _plain(data.get("request")))
        thread.said(data.get("error"), data.get("idempotencyKey"))
    elif event.type == "evaluation.criterion_graded":
        thread.kind, thread.title = "grade", str(data.get("label", ""))
        thread.said(thread.title, data.get("result"), data.get("explanation"))
    else:
        action = str(data.get("action", event.type))
        thread.kind = "act" if action == "simulate" else "session"
        thread.title = str(data.get("event", "")) if action == "simulate" else _told(action, data)
        thread.said(action, thread.title, data.get("params"))
    return thread


def _became(data: Doc) -> str:
    """Return what a single change of a document is, in words: `email: last_event delivered`."""
    entity, after = str(data.get("entity", "")), data.get("after")
    if not isinstance(data.get("before"), dict) or not isinstance(after, dict):
        return entity
    short = [f"{name} {value}" for name, value in after.items() if isinstance(value, str)][:2]
    return f"{entity}: {', '.join(short)}"[:200] if short else entity


def _plain(given: object) -> object:
    """Return a form or a query as people write it."""
    return unquote_plus(given) if isinstance(given, str) else given


def _told(action: str, data: Doc) -> str:
    """Return what became of the session, in words."""
    words = {
        "start": "The session started",
        "end": "The session ended",
        "expire": "The session expired",
        "reset": f"Reset to {data.get('seed') or 'its fixture'}",
        "restore": f"Restored to {data.get('snapshotId') or 'a snapshot'}",
        "snapshot": f"Snapshot {data.get('snapshotId') or ''}",
        "clock": f"The clock moved by {_span(data.get('seconds'))}",
        "clock_stop": "The clock was stopped",
        "clock_run": "The clock runs again",
        "fork": "Forked",
    }
    return words.get(action, action)


def _span(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return "some time"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds} s"


def _reference(data: Doc) -> str:
    """Return the id of what a webhook is about: the vendor's own word for it, such as `emailId`."""
    for name, value in data.items():
        if name.endswith("Id") and name not in ("deliveryId", "sessionId", "faultId"):
            return str(value)
    return ""


def sentence(error: object) -> str:
    """Return what a vendor's error says in words."""
    if not isinstance(error, dict):
        return "" if error is None else str(error)
    inner = error.get("error", error)
    return str(inner.get("message") or "") if isinstance(inner, dict) else str(inner)
