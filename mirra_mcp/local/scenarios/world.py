"""What an attempt has done to a session: its log, its webhooks, and the state that it left.

Nothing is read before it is asked for, and of the log only what came after the attempt's
beginning, so that a world costs nothing to make however full the session is.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import orjson

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.webhooks import Parcel
from mirra_mcp.wire.events import Attempt, Event
from mirra_mcp.wire.model import Doc

MOST_ENTRIES = 200_000
"""Entries of the log that are looked at, the oldest first."""

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an attempt begins: cheap to take, and all that a world needs to remember."""

    entry: int
    """The log's newest number."""
    delivery: int
    """The number of the newest webhook."""
    at: datetime

    @classmethod
    def of(cls, session: Session) -> "Mark":
        """Take the mark of this moment."""
        session.open()
        return cls(session.log.last, session.deliveries.newest(), session.clock.now())

    @classmethod
    def after(cls, session: Session, entry: int) -> "Mark":
        """Take the mark of the moment when the log's newest number was `entry`."""
        session.open()
        newest = session.deliveries.newest(entry)
        events = session.log.page(entry - 1, 1).events
        return cls(entry, newest, at_of(events[0].data) if events else session.started)


@dataclass(frozen=True, slots=True)
class Change:
    """A document that was made (`before` is None), changed, or deleted (`after` is None)."""

    entry: int
    at: datetime
    mirror: str
    entity: str
    id: str
    before: Doc | None
    after: Doc | None


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a vendor's API."""

    entry: int
    at: datetime
    mirror: str
    method: str
    path: str
    query: str
    status: int
    headers: Mapping[str, str]
    key: str | None
    """The idempotency key."""
    body: Any = None
    error: Any = None
    fault: str | None = None
    """The fault rule that struck it."""

    def __str__(self) -> str:
        """Name it as a log would."""
        return f"{self.method} {self.path} -> {self.status}"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A vendor event on its way to one address, or to nobody."""

    seq: int
    id: str
    mirror: str
    type: str
    status: str
    message: str
    """The same for all the addresses of one event."""
    url: str | None
    payload: Doc
    created: datetime
    attempts: Sequence[Attempt]
    entry: int
    """The log's newest number when the event was told."""

    @property
    def accepted(self) -> Attempt | None:
        """The first attempt that was answered 2xx."""
        return next((each for each in self.attempts if is_accepted(each.response_status)), None)


@dataclass(frozen=True, slots=True)
class Verification:
    """A copy of a webhook, real or forged, and how the handler took it."""

    entry: int
    mirror: str
    type: str
    forgery: str
    """`none` for the real one."""
    status: int | None
    url: str
    error: str | None = None


class MirrorView:
    """One mirror's documents, as the attempt left them; of every account, secrets masked."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._plurals = {noun.entity: plural for plural, noun in mirror.nouns.items()}

    def documents(
        self, plural: str, where: Mapping[str, Any] | None = None, mention: str | None = None
    ) -> Iterator[Doc]:
        """List documents, oldest first.

        `where` may only narrow by indexed fields; without it, `mention` is a text that must be
        in the document somewhere.
        """
        noun, store = self._noun(plural), self._mirror.store
        for kind in self._kinds(plural):
            if mention is not None and not where:
                docs = store.mentioning(kind, mention)
            else:
                docs = store.select(kind, dict(where or {}), newest_first=False)
            for doc in docs:
                yield noun.told(doc)

    def document(self, plural: str, id: str) -> Doc | None:
        """Return one document, or None."""
        noun = self._noun(plural)
        for kind in self._kinds(plural):
            if doc := self._mirror.store.get(kind, id):
                return noun.told(doc)
        return None

    def plural_of(self, entity: str) -> str | None:
        """Return under what plural an entity's documents are kept, if there is such an entity."""
        return self._plurals.get(entity)

    def entities(self) -> frozenset[str]:
        """Return what the mirror's documents are called, one and many."""
        return frozenset((*self._plurals, *self._plurals.values()))

    def count(self, plural: str) -> int:
        """Count the documents of a kind."""
        counts = self._mirror.store.counts()
        return sum(counts[kind] for kind in self._kinds(plural))

    def plurals(self) -> list[str]:
        """List the kinds of documents that there are any of."""
        return [plural for plural in self._mirror.nouns if self.count(plural)]

    def newest(self, plural: str, limit: int) -> list[Doc]:
        """List the newest documents of a kind, the newest first."""
        noun, found = self._noun(plural), list[Doc]()
        for kind in self._kinds(plural):
            found += self._mirror.store.select(kind, {}, newest_first=True, limit=limit)
        return [noun.shown(doc) for doc in found[:limit]]

    def _noun(self, plural: str) -> Resource:
        return self._mirror.nouns[plural]

    def _kinds(self, plural: str) -> list[str]:
        return [k for k in self._mirror.store.counts() if k.partition("@")[0] == plural]


class World:
    """An attempt, from its beginning to now. Read it before the session goes on."""

    def __init__(self, session: Session, mark: Mark) -> None:
        session.open()
        self.session, self.mark = session, mark
        self.mirrors = {vendor: MirrorView(each) for vendor, each in session.mirrors.items()}
        self._by_type: dict[str, list[Event]] = {}
        self.memo: dict[object, Any] = {}
        """What checks have worked out already, for the others."""

    @cached_property
    def events(self) -> Sequence[Event]:
        """All entries of the attempt."""
        return self._read(())

    def of_type(self, type: str) -> Sequence[Event]:
        """List the log's entries of one type; only these are read."""
        if type not in self._by_type:
            self._by_type[type] = self._read((type,))
        return self._by_type[type]

    def _read(self, types: tuple[str, ...]) -> list[Event]:
        return self.session.log.page(self.mark.entry, MOST_ENTRIES, types).events

    @cached_property
    def changes(self) -> Sequence[Change]:
        """What became of documents, in order."""
        return [
            Change(
                each.id, at_of(each.data), each.data["mirror"], each.data["entity"],
                each.data["entityId"], each.data.get("before"), each.data.get("after"),
            )
            for each in self.of_type("state.changed")
        ]  # fmt: skip

    @cached_property
    def requests(self) -> Sequence[Request]:
        """The calls of vendors' APIs, in order."""
        found = []
        for each in self.of_type("traffic.request_completed"):
            data = each.data
            headers = {name.lower(): value for name, value in data.get("headers", {}).items()}
            key = data.get("idempotencyKey") or headers.get("idempotency-key")
            if key:
                headers.setdefault("idempotency-key", key)
            found.append(
                Request(
                    each.id, at_of(data), data["mirror"], data["method"], data["path"],
                    data.get("query", ""), data["status"], headers, key, data.get("request"),
                    data.get("error"), data.get("fault"),
                )
            )  # fmt: skip
        return found

    @cached_property
    def verifications(self) -> Sequence[Verification]:
        """The log of signature verifications, in order."""
        return [
            Verification(
                each.id, each.data["mirror"], each.data["type"], each.data["forgery"],
                each.data.get("responseStatus"), each.data.get("url") or "", each.data.get("error"),
            )
            for each in self.of_type("webhook.verification")
        ]  # fmt: skip

    def call_of(self, change: Change) -> Request | None:
        """Return the call that changed something: the entries ahead of its own, of one instant.

        What a timer did just before has an earlier one.
        """
        number = bisect_left(self._ends, change.entry)
        if number == len(self._ends):
            return None
        request = self.requests[number]
        is_its = (change.at, change.mirror) == (request.at, request.mirror)
        return request if is_its else None

    @cached_property
    def _ends(self) -> list[int]:
        return [each.entry for each in self.requests]

    @cached_property
    def changes_of(self) -> Mapping[tuple[str, str], Sequence[Change]]:
        """The changes by mirror and entity."""
        found: dict[tuple[str, str], list[Change]] = {}
        for each in self.changes:
            found.setdefault((each.mirror, each.entity), []).append(each)
        return found

    @cached_property
    def _changes_by_id(self) -> Mapping[tuple[str, str, str], Sequence[Change]]:
        found: dict[tuple[str, str, str], list[Change]] = {}
        for each in self.changes:
            found.setdefault((each.mirror, each.entity, each.id), []).append(each)
        return found

    def changes_to(self, mirror: str, entity: str, id: str) -> Sequence[Change]:
        """Return the changes of one document, in order."""
        return self._changes_by_id.get((mirror, entity, id), ())

    @cached_property
    def entry_of(self) -> Mapping[tuple[str, int], int]:
        """The log's number of each attempt at a webhook, by delivery and attempt."""
        return {
            (each.data["deliveryId"], each.data.get("attempt", 0)): each.id
            for each in self.of_type("webhook.dispatched")
        }

    @cached_property
    def deliveries(self) -> Sequence[Dispatch]:
        """The webhooks of the attempt, in order."""
        return [_dispatch(each) for each in self.session.deliveries.since(self.mark.delivery)]

    def level(self, event: Event) -> Level:
        """Return how bad an entry of the log is.

        A refused or failed call is an error; a rate limit is a warning, for the caller is meant
        to try again. So is a webhook that was taken at a later try; one that never was, an error.
        """
        data = event.data
        if event.type == "traffic.request_completed":
            return (
                "info" if data["status"] < 400 else "warning" if data["status"] == 429 else "error"
            )
        if event.type != "webhook.dispatched" or not data.get("url"):
            return "info"
        if is_accepted(data.get("responseStatus")):
            return "info"
        return "warning" if data["deliveryId"] in self._accepted else "error"

    @cached_property
    def _accepted(self) -> set[str]:
        return {each.id for each in self.deliveries if each.accepted}


def _dispatch(parcel: Parcel) -> Dispatch:
    return Dispatch(
        parcel.seq, parcel.id, parcel.mirror, parcel.type, parcel.status, parcel.message,
        parcel.url, orjson.loads(parcel.payload), datetime.fromisoformat(parcel.created),
        [Attempt.model_validate(each) for each in orjson.loads(parcel.attempts)], parcel.after,
    )  # fmt: skip


def is_accepted(status: int | None) -> bool:
    """Tell whether a receiver took a webhook."""
    return status is not None and 200 <= status < 300


def at_of(data: Doc) -> datetime:
    """Return when a log entry was written."""
    return datetime.fromisoformat(data["at"])
