"""Deliveries: vendor events on their way to the endpoints that subscribed to them."""

import logging
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson

from mirra_mcp.local.kit.clock import iso
from mirra_mcp.wire.events import Attempt, Delivery, DeliveryPage
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.kit.mirror import Mirror
    from mirra_mcp.local.kit.session import Session

log = logging.getLogger("mirra_mcp.local")

COLUMNS = (
    "seq, id, mirror, type, status, message, url, secret, ref, payload, headers, created, next,"
    " attempts, after, method"
)
_WRITTEN = COLUMNS.split(", ")[1:]
_values = attrgetter(*_WRITTEN)
_INSERT = (
    f"INSERT INTO main.deliveries ({', '.join(_WRITTEN)}) VALUES ({', '.join('?' * len(_WRITTEN))})"
)


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint that wants an event."""

    id: str
    url: str
    secret: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes over the wire in one attempt."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went: an HTTP status, or why there is none."""

    status: int | None
    error: str | None
    duration_ms: float
    is_final: bool = False
    """Whether another try would be pointless."""
    headers: dict[str, str] = field(default_factory=dict)
    """The receiver's, in lower case."""
    body: bytes = b""
    """The beginning of the receiver's answer: one byte more than the mirror reads, if longer."""

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Parcel:
    """A delivery as it is stored."""

    seq: int
    id: str
    mirror: str
    type: str
    status: str
    message: str
    url: str | None
    secret: str
    ref: str | None
    payload: bytes
    headers: bytes | None
    created: str
    next: float | None
    attempts: bytes
    after: int
    method: str = "POST"

    def to_wire(self) -> Delivery:
        """Return the delivery as the API shows it."""
        due = None if self.next is None else datetime.fromtimestamp(self.next).astimezone()
        return Delivery(
            delivery_id=self.id,
            mirror=self.mirror,
            type=self.type,
            status=self.status,  # type: ignore[arg-type]  # written by this module
            url=self.url,
            payload=orjson.loads(self.payload),
            headers=orjson.loads(self.headers) if self.headers else {},
            created_at=datetime.fromisoformat(self.created),
            next_attempt_at=due,
            attempts=[Attempt.model_validate(each) for each in orjson.loads(self.attempts)],
            after_event=self.after,
        )


class Deliveries:
    """The deliveries of one session, written in the transaction of what caused them."""

    def __init__(self, session: "Session", db: sqlite3.Connection) -> None:
        self._session = session
        self._db = db

    def add(
        self, mirror: "Mirror", event: str, payload: Doc, ref: str | None, targets: list[Target]
    ) -> list[str]:
        """Address a vendor event to every endpoint that wants it; return the delivery ids.

        An event that nobody subscribed to is kept and logged all the same, signed with the
        mirror's own secret, so that it can be seen.
        """
        session, now = self._session, mirror.now
        message = mirror.message_prefix + session.ids.token(27)
        body = orjson.dumps(payload)
        ids = []
        for target in targets:
            ids.append(f"dlv_{session.ids.token(16)}")
            own = mirror.payload_for(target, payload)
            content = body if own is payload else orjson.dumps(own)
            parcel = Parcel(
                0, ids[-1], mirror.vendor, event, "pending", message, target.url, target.secret,
                ref, content, None, iso(now), now.timestamp(), b"[]", session.log.last,
                target.method,
            )  # fmt: skip
            self._insert(parcel)
            session.has_mail = True
        if not ids:
            ids.append(f"dlv_{session.ids.token(16)}")
            parcel = Parcel(
                0, ids[0], mirror.vendor, event, "unsubscribed", message, None,
                mirror.webhook_secret, ref, body, None, iso(now), None, b"[]", session.log.last,
            )  # fmt: skip
            letter = mirror.letter(parcel, session.wall())
            parcel.headers = orjson.dumps(letter.headers)
            self._insert(parcel)
            self._log(mirror, parcel, letter, 0, None)
        return ids

    def _insert(self, parcel: Parcel) -> None:
        self._db.execute(_INSERT, _values(parcel))

    def conclude(self, parcel: Parcel, mirror: "Mirror", letter: Letter, done: Outcome) -> None:
        """Write down how an attempt went, and let the mirror make of it what the vendor would.

        A mirror that fails over an answer loses what it wanted to write, never the attempt.
        """
        session = self._session
        try:
            with session.unit(mirror, session.clock.now()):
                status = self._record(parcel, mirror, letter, done)
                if done.is_accepted:
                    mirror.answered(parcel, done.status or 0, done.headers, done.body)
                elif status == "failed":
                    mirror.undelivered(parcel, done)
        except Exception:
            log.exception("The mirror %s failed over an answer to %s.", parcel.mirror, parcel.id)
            session.errors += 1
            with session.transaction():
                self._record(parcel, mirror, letter, done)

    def _record(self, parcel: Parcel, mirror: "Mirror", letter: Letter, done: Outcome) -> str:
        """Write down an attempt and when the next one is due, if any; return the new status."""
        now = self._session.clock.now()
        tried: list[Any] = orjson.loads(parcel.attempts)
        attempt: dict[str, Any] = {"at": iso(now), "durationMs": round(done.duration_ms, 1)}
        if done.error is None:
            attempt["responseStatus"] = done.status
        else:
            attempt["error"] = done.error
        tried.append(attempt)
        status, due = "failed", None
        if done.is_accepted:
            status = "delivered"
        elif not done.is_final and (wait := mirror.retry(parcel, done, len(tried))) is not None:
            status, due = "pending", (now + wait).timestamp()
        if parcel.next is not None:
            status, due = "pending", parcel.next  # asked for again while this try was under way
        self._db.execute(
            "UPDATE main.deliveries SET status=?, next=?, headers=?, attempts=? WHERE seq=?",
            (status, due, orjson.dumps(letter.headers), orjson.dumps(tried), parcel.seq),
        )
        self._log(mirror, parcel, letter, len(tried), done)
        return status

    def _log(
        self, mirror: "Mirror", parcel: Parcel, letter: Letter, attempt: int, done: Outcome | None
    ) -> None:
        data: dict[str, Any] = {"mirror": mirror.vendor, "type": parcel.type}
        if mirror.event_id_key and parcel.ref:
            data[mirror.event_id_key] = parcel.ref
        data["signature"] = mirror.signature_of(letter.headers)
        data["deliveryId"] = parcel.id
        data["url"] = None if parcel.url is None else letter.url
        if letter.method != "POST":
            data["method"] = letter.method
        data["payload"] = orjson.Fragment(parcel.payload)
        data["headers"] = letter.headers
        data["attempt"] = attempt
        if done is not None:
            data |= {"responseStatus": done.status} if done.error is None else {"error": done.error}
        self._session.log.append("webhook.dispatched", mirror.vendor, data)
        self._session.webhooks_sent += 1

    def take(self, now: datetime, limit: int = 100) -> list[Parcel]:
        """Return what should be tried by `now`, oldest first; it isn't planned any more then."""
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM main.deliveries WHERE status='pending' AND next<=?"
            " ORDER BY next, seq LIMIT ?",
            (now.timestamp(), limit),
        ).fetchall()
        self._session.has_mail = False
        if rows:
            taken = [(row[0],) for row in rows]
            with self._session.transaction():
                self._db.executemany("UPDATE main.deliveries SET next=NULL WHERE seq=?", taken)
        return [Parcel(*row) for row in rows]

    def resume(self) -> None:
        """Plan anew what was under way when the process ended."""
        self._db.execute(
            "UPDATE main.deliveries SET next=0 WHERE status='pending' AND next IS NULL"
        )

    def next_due(self) -> float | None:
        """Return the instant of the next try that is planned, as epoch seconds."""
        sql = "SELECT MIN(next) FROM main.deliveries WHERE status='pending'"
        return self._db.execute(sql).fetchone()[0]  # type: ignore[no-any-return]

    def find(self, id: str) -> Parcel | None:
        """Return one delivery."""
        sql = f"SELECT {COLUMNS} FROM main.deliveries WHERE id=?"
        row = self._db.execute(sql, (id,)).fetchone()
        return Parcel(*row) if row else None

    def again(self, id: str) -> None:
        """Plan one more try of a delivery, now."""
        self._db.execute(
            "UPDATE main.deliveries SET status='pending', next=? WHERE id=?",
            (self._session.clock.now().timestamp(), id),
        )
        self._session.has_mail = True

    def cancel(self, vendor: str, url: str | None = None) -> None:
        """Give up what a mirror has not delivered yet, to one address or to all.

        Its world is being replaced, or the endpoint is gone.
        """
        self._db.execute(
            "UPDATE main.deliveries SET status='canceled', next=NULL"
            " WHERE mirror=? AND status='pending' AND (?2 IS NULL OR url=?2)",
            (vendor, url),
        )

    def page(self, filters: dict[str, Any], limit: int, below: int | None) -> DeliveryPage:
        """List deliveries, newest first; `filters` name columns."""
        clauses, args = ["1"], []
        for name, value in filters.items():
            clauses.append(f"{name}>=?" if name == "after" else f"{name}=?")
            args.append(value)
        if below is not None:
            clauses.append("seq<?")
            args.append(below)
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM main.deliveries WHERE {' AND '.join(clauses)}"
            " ORDER BY seq DESC LIMIT ?",
            (*args, limit + 1),
        ).fetchall()
        parcels = [Parcel(*row) for row in rows[:limit]]
        cursor = str(parcels[-1].seq) if len(rows) > limit else None
        return DeliveryPage(webhooks=[each.to_wire() for each in parcels], next_cursor=cursor)


def svix_schedule() -> tuple[timedelta, ...]:
    """Return the waits between tries of Svix, which several vendors use.

    Source: https://docs.svix.com/retries
    """
    minutes = (5 / 60, 5, 30, 120, 300, 600, 600)
    return tuple(timedelta(minutes=each) for each in minutes)
