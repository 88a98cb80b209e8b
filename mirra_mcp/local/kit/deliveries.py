"""The deliveries of a session: vendor events on their way to those that subscribed to them.

An event that nobody subscribed to is kept as its data alone. It becomes a signed delivery, as of
the instant when it happened, when somebody looks.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

import orjson

from mirra_mcp.local.kit.clock import Clock, Wall, iso
from mirra_mcp.local.kit.compact import compact
from mirra_mcp.local.kit.events import Log
from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.kit.store import Write
from mirra_mcp.local.kit.tables import take_out
from mirra_mcp.local.kit.webhooks import Letter, Outcome, Parcel, Target
from mirra_mcp.wire.events import DeliveryPage
from mirra_mcp.wire.model import Doc

SENT = "webhook.dispatched"


class Sender(Protocol):
    """What a mirror tells about its webhooks."""

    vendor: ClassVar[str]
    webhook_secret: ClassVar[str]
    message_prefix: ClassVar[str]
    event_id_key: ClassVar[str | None]
    now: datetime

    def payload(self, event: str, data: Doc) -> Doc:
        """Return a webhook's body: of the event, the data and `now` alone."""

    def event_ref(self, data: Doc) -> str | None:
        """Return the id of what an event is about."""

    def payload_for(self, target: Target, payload: Doc) -> Doc:
        """Return the body as one endpoint gets it."""

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        """Return what goes over the wire."""

    def signature_of(self, headers: dict[str, str]) -> str:
        """Pick the signature from a webhook's headers."""

    def retry(self, parcel: Parcel, outcome: Outcome, tries: int) -> timedelta | None:
        """Return how long to wait for the next try, or None to give up."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A try at a delivery, for the log; or that there was nobody to try."""

    sender: Sender
    parcel: Parcel
    letter: Letter
    attempt: int
    done: Outcome | None

    def told(self) -> Doc:
        """Return what the log tells of it."""
        data: dict[str, Any] = {"mirror": self.sender.vendor, "type": self.parcel.type}
        if self.sender.event_id_key and self.parcel.ref:
            data[self.sender.event_id_key] = self.parcel.ref
        data["signature"] = self.sender.signature_of(self.letter.headers)
        data["deliveryId"] = self.parcel.id
        data["url"] = None if self.parcel.url is None else self.letter.url
        if self.letter.method != "POST":
            data["method"] = self.letter.method
        data["payload"] = orjson.loads(self.parcel.payload)
        data["headers"] = self.letter.headers
        data["afterEvent"] = self.parcel.after
        data["attempt"] = self.attempt
        if (done := self.done) is not None:
            data |= {"responseStatus": done.status} if done.error is None else {"error": done.error}
            if done.fault is not None:
                data["fault"] = done.fault
        return data


@dataclass(slots=True, eq=False)
class Unsent:
    """An event that nobody subscribed to, and all that it would be signed with."""

    sender: Sender
    seq: int
    type: str
    data: bytes
    at: datetime
    wall: datetime
    ids: Ids
    after: int
    next: None = None
    url: None = None
    status: str = "unsubscribed"

    @property
    def mirror(self) -> str:
        """The vendor."""
        return self.sender.vendor

    @property
    def id(self) -> str:
        """The delivery's id: the message's was made first."""
        return f"dlv_{Ids(self.ids.seed, self.ids.count + 1).token(16)}"

    def parcel(self) -> Parcel:
        """Return the event as a delivery, signed at the instant when it happened."""
        return self._signed()[0]

    def told(self) -> Doc:
        """Return what the log tells of it."""
        return Tried(self.sender, *self._signed(), 0, None).told()

    def _signed(self) -> tuple[Parcel, Letter]:
        sender, now = self.sender, self.sender.now
        sender.now = self.at
        try:
            data = orjson.loads(self.data)
            payload, ref = sender.payload(self.type, data), sender.event_ref(data)
        finally:
            sender.now = now
        ids = Ids(self.ids.seed, self.ids.count)
        message = sender.message_prefix + ids.token(27)
        parcel = Parcel(
            self.seq, self.id, self.mirror, self.type, self.status, message, None,
            sender.webhook_secret, ref, orjson.dumps(payload), None, iso(self.at), None, b"[]",
            self.after,
        )  # fmt: skip
        letter = sender.letter(parcel, self.wall)
        parcel.headers = orjson.dumps(letter.headers)
        return parcel, letter


class Deliveries:
    """The deliveries of one session, written in the transaction of what caused them."""

    def __init__(self, writes: list[Write], log: Log, ids: Ids, clock: Clock, wall: Wall) -> None:
        self._writes, self._log = writes, log
        self._ids, self._clock, self._wall = ids, clock, wall
        self._kept: list[Parcel | Unsent] = []
        self._planned: list[tuple[float, int]] = []
        """When the next tries are due, and of which."""
        self._seqs: dict[str, int] = {}
        """The deliveries with an address, by id."""
        self._pending: set[int] = set()
        """The deliveries that may still be tried, one that is being tried included."""
        self.silent: set[str] = set()
        """Addresses that get nothing: a fork must not call its parent's app unnoticed."""
        self.called: set[str] = set()
        """Addresses that something was sent to, or was to be."""
        self.has_mail = False
        """Whether webhooks were written that nobody has looked at yet."""

    def add(
        self, mirror: Sender, event: str, data: Doc, targets: list[Target], body: bytes | None
    ) -> Iterable[int]:
        """Address a vendor event to every endpoint that wants it; return the deliveries' numbers.

        An event that nobody subscribed to is kept and logged all the same, signed with the
        mirror's own secret, so that it can be seen. `body` is the data's JSON, where it is known.
        """
        first = len(self._kept) + 1
        if self.silent:
            targets = [each for each in targets if each.url not in self.silent]
        if not targets:
            ids = Ids(self._ids.seed, self._ids.count)
            self._ids.count += 2
            unsent = Unsent(
                mirror, first, event, body or compact(data), mirror.now, self._wall(), ids,
                self._log.last,
            )  # fmt: skip
            self._keep(first, unsent)
            self._log.append(SENT, mirror.vendor, unsent)
            return (first,)
        now, payload, ref = mirror.now, mirror.payload(event, data), mirror.event_ref(data)
        message = mirror.message_prefix + self._ids.token(27)
        content = compact(payload)
        for seq, target in enumerate(targets, first):
            own = mirror.payload_for(target, payload)
            parcel = Parcel(
                seq, f"dlv_{self._ids.token(16)}", mirror.vendor, event, "pending", message,
                target.url, target.secret, ref,
                content if own is payload else compact(own), None, iso(now),
                now.timestamp(), b"[]", self._log.last, target.method,
            )  # fmt: skip
            self._keep(seq, parcel)
        self.has_mail = True
        return range(first, first + len(targets))

    def _keep(self, seq: int, parcel: Parcel | Unsent) -> None:
        before = self._kept[seq - 1] if seq <= len(self._kept) else None
        self._writes.append((self, "", seq, before))
        self.back("", seq, parcel)

    def back(self, table: str, seq: int, parcel: Parcel | Unsent | None) -> None:
        """Make a delivery what it is or was; None: it never was."""
        if seq <= len(self._kept):
            before = self._kept[seq - 1]
            if before.next is not None:
                take_out(self._planned, (before.next, seq))
            self._pending.discard(seq)
            if parcel is None:
                self._kept.pop()
                if isinstance(before, Parcel):
                    self._seqs.pop(before.id, None)
                return
            self._kept[seq - 1] = parcel
        elif parcel is not None:
            self._kept.append(parcel)
        if isinstance(parcel, Parcel):
            if parcel.url is not None:
                self._seqs[parcel.id] = seq
                self.called.add(parcel.url)
            if parcel.status == "pending":
                self._pending.add(seq)
            if parcel.next is not None:
                insort(self._planned, (parcel.next, seq))

    def row(self, table: str, seq: int) -> Parcel | None:
        """Return a delivery as it is now."""
        return self._at(seq)

    def _at(self, seq: int) -> Parcel:
        return whole(self._kept[seq - 1])

    def tried(self, parcel: Parcel, mirror: Sender, letter: Letter, done: Outcome) -> str:
        """Write down an attempt and when the next one is due, if any; return the new status."""
        now = self._clock.now()
        tries: list[Any] = orjson.loads(parcel.attempts)
        attempt: dict[str, Any] = {"at": iso(now), "durationMs": round(done.duration_ms, 1)}
        if done.error is None:
            attempt["responseStatus"] = done.status
            if not done.is_accepted and done.body:
                attempt["responseBody"] = done.body.decode(errors="replace")
        else:
            attempt["error"] = done.error
        tries.append(attempt)
        status, due = "failed", None
        if done.is_accepted:
            status = "delivered"
        elif not done.is_final and (wait := mirror.retry(parcel, done, len(tries))) is not None:
            status, due = "pending", (now + wait).timestamp()
        if parcel.next is not None:
            status, due = "pending", parcel.next  # asked for again while this try was under way
        headers, attempts = compact(letter.headers), compact(tries)
        after = replace(parcel, status=status, next=due, headers=headers, attempts=attempts)
        self._keep(parcel.seq, after)
        self._log.append(SENT, mirror.vendor, Tried(mirror, parcel, letter, len(tries), done))
        return status

    def due(self, now: datetime, limit: int = 100) -> list[Parcel]:
        """Return what should be tried by `now`, oldest first."""
        self.has_mail = False
        end = bisect_right(self._planned, (now.timestamp(), len(self._kept)))
        return [self._at(seq) for _, seq in self._planned[: min(end, limit)]]

    def take(self, parcels: list[Parcel]) -> None:
        """Plan no more tries of what is being tried now."""
        for each in parcels:
            self._keep(each.seq, replace(each, next=None))

    def recall(self, parcels: Iterable[Parcel]) -> None:
        """Go on with what a journal has kept; what was under way is planned anew."""
        for each in parcels:
            under_way = each.status == "pending" and each.next is None
            self.back("", each.seq, replace(each, next=0.0) if under_way else each)

    def next_due(self) -> float | None:
        """Return the instant of the next try that is planned, as epoch seconds."""
        return self._planned[0][0] if self._planned else None

    def newest(self, entry: int | None = None) -> int:
        """Return the number of the newest delivery, now or when the log's newest was `entry`."""
        if entry is None:
            return len(self._kept)
        return bisect_right(self._kept, entry, key=lambda each: each.after)

    def since(self, seq: int) -> list[Parcel]:
        """List the deliveries after number `seq`, oldest first."""
        return [whole(each) for each in self._kept[seq:]]

    def to(self, vendor: str, url: str, limit: int) -> list[Parcel]:
        """List what a mirror sent to an address, newest first."""
        return list(self._newest(limit, None, {"mirror": vendor, "url": url}))

    def find(self, id: str) -> Parcel | None:
        """Return one delivery."""
        if id in self._seqs:
            return self._at(self._seqs[id])
        unsent = (each for each in reversed(self._kept) if isinstance(each, Unsent))
        return next((each.parcel() for each in unsent if each.id == id), None)

    def id_of(self, seq: int) -> str:
        """Return a delivery's id by its number."""
        return self._at(seq).id

    def again(self, id: str, wait: timedelta = timedelta()) -> None:
        """Plan one more try of a delivery: now, or after a while."""
        parcel = self._at(self._seqs[id])
        due = (self._clock.now() + wait).timestamp()
        self._keep(parcel.seq, replace(parcel, status="pending", next=due))
        self.has_mail = True

    def cancel(self, vendor: str, url: str | None = None) -> None:
        """Give up what a mirror has not delivered yet, to one address or to all.

        Its world is being replaced, or the endpoint is gone.
        """
        for seq in sorted(self._pending):
            each = self._at(seq)
            if each.mirror == vendor and url in (None, each.url):
                self._keep(seq, replace(each, status="canceled", next=None))

    def page(self, filters: dict[str, Any], limit: int, below: int | None) -> DeliveryPage:
        """List deliveries, newest first; `filters` name fields."""
        found = list(self._newest(limit + 1, below, filters))
        cursor = str(found[limit - 1].seq) if len(found) > limit else None
        return DeliveryPage(webhooks=[each.to_wire() for each in found[:limit]], next_cursor=cursor)

    def _newest(self, limit: int, below: int | None, filters: dict[str, Any]) -> Iterator[Parcel]:
        end = len(self._kept) if below is None else min(below - 1, len(self._kept))
        start = 0
        if after := filters.get("after"):
            start = bisect_left(self._kept, after, key=lambda each: each.after)
        wanted = [(name, value) for name, value in filters.items() if name != "after"]
        for at in range(end - 1, start - 1, -1):
            each = self._kept[at]
            if all(getattr(each, name) == value for name, value in wanted):
                yield whole(each)
                limit -= 1
                if not limit:
                    return


def whole(kept: Parcel | Unsent) -> Parcel:
    """Return a delivery in full."""
    return kept if isinstance(kept, Parcel) else kept.parcel()
