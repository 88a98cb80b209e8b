"""The deliveries of a session: vendor events on their way to those that subscribed to them."""

import sqlite3
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, ClassVar, Protocol

import orjson

from mirra_mcp.local.kit.clock import Clock, Wall, iso
from mirra_mcp.local.kit.events import Log
from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.kit.webhooks import Letter, Outcome, Parcel, Target
from mirra_mcp.wire.events import DeliveryPage
from mirra_mcp.wire.model import Doc

COLUMNS = (
    "seq, id, mirror, type, status, message, url, secret, ref, payload, headers, created, next,"
    " attempts, after, method"
)
_WRITTEN = COLUMNS.split(", ")[1:]
_values = attrgetter(*_WRITTEN)
_INSERT = (
    f"INSERT INTO main.deliveries ({', '.join(_WRITTEN)}) VALUES ({', '.join('?' * len(_WRITTEN))})"
)


class Sender(Protocol):
    """What a mirror tells about its webhooks."""

    vendor: ClassVar[str]
    webhook_secret: ClassVar[str]
    message_prefix: ClassVar[str]
    event_id_key: ClassVar[str | None]
    now: datetime

    def payload_for(self, target: Target, payload: Doc) -> Doc:
        """Return the body as one endpoint gets it."""

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        """Return what goes over the wire."""

    def signature_of(self, headers: dict[str, str]) -> str:
        """Pick the signature from a webhook's headers."""

    def retry(self, parcel: Parcel, outcome: Outcome, tries: int) -> timedelta | None:
        """Return how long to wait for the next try, or None to give up."""


class Deliveries:
    """The deliveries of one session, written in the transaction of what caused them."""

    def __init__(
        self, db: sqlite3.Connection, log: Log, ids: Ids, clock: Clock, wall: Wall
    ) -> None:
        self._db, self._log = db, log
        self._ids, self._clock, self._wall = ids, clock, wall
        self.sent = log.count("webhook.dispatched")
        """How many tries the log tells of."""
        self.has_mail = False
        """Whether webhooks were written that nobody has looked at yet."""

    def add(
        self, mirror: Sender, event: str, payload: Doc, ref: str | None, targets: list[Target]
    ) -> list[str]:
        """Address a vendor event to every endpoint that wants it; return the delivery ids.

        An event that nobody subscribed to is kept and logged all the same, signed with the
        mirror's own secret, so that it can be seen.
        """
        now = mirror.now
        message = mirror.message_prefix + self._ids.token(27)
        body = orjson.dumps(payload)
        ids = []
        for target in targets:
            ids.append(f"dlv_{self._ids.token(16)}")
            own = mirror.payload_for(target, payload)
            content = body if own is payload else orjson.dumps(own)
            parcel = Parcel(
                0, ids[-1], mirror.vendor, event, "pending", message, target.url, target.secret,
                ref, content, None, iso(now), now.timestamp(), b"[]", self._log.last,
                target.method,
            )  # fmt: skip
            self._insert(parcel)
            self.has_mail = True
        if not ids:
            ids.append(f"dlv_{self._ids.token(16)}")
            parcel = Parcel(
                0, ids[0], mirror.vendor, event, "unsubscribed", message, None,
                mirror.webhook_secret, ref, body, None, iso(now), None, b"[]", self._log.last,
            )  # fmt: skip
            letter = mirror.letter(parcel, self._wall())
            parcel.headers = orjson.dumps(letter.headers)
            self._insert(parcel)
            self._tell(mirror, parcel, letter, 0, None)
        return ids

    def _insert(self, parcel: Parcel) -> None:
        self._db.execute(_INSERT, _values(parcel))

    def tried(self, parcel: Parcel, mirror: Sender, letter: Letter, done: Outcome) -> str:
        """Write down an attempt and when the next one is due, if any; return the new status."""
        now = self._clock.now()
        tried: list[Any] = orjson.loads(parcel.attempts)
        attempt: dict[str, Any] = {"at": iso(now), "durationMs": round(done.duration_ms, 1)}
        if done.error is None:
            attempt["responseStatus"] = done.status
            if not done.is_accepted and done.body:
                attempt["responseBody"] = done.body.decode(errors="replace")
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
        self._tell(mirror, parcel, letter, len(tried), done)
        return status

    def _tell(
        self, mirror: Sender, parcel: Parcel, letter: Letter, attempt: int, done: Outcome | None
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
        self._log.append("webhook.dispatched", mirror.vendor, data)
        self.sent += 1

    def due(self, now: datetime, limit: int = 100) -> list[Parcel]:
        """Return what should be tried by `now`, oldest first."""
        self.has_mail = False
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM main.deliveries WHERE status='pending' AND next<=?"
            " ORDER BY next, seq LIMIT ?",
            (now.timestamp(), limit),
        ).fetchall()
        return [Parcel(*row) for row in rows]

    def take(self, parcels: list[Parcel]) -> None:
        """Plan no more tries of what is being tried now."""
        taken = [(each.seq,) for each in parcels]
        self._db.executemany("UPDATE main.deliveries SET next=NULL WHERE seq=?", taken)

    def resume(self) -> None:
        """Plan anew what was under way when the process ended."""
        self._db.execute(
            "UPDATE main.deliveries SET next=0 WHERE status='pending' AND next IS NULL"
        )

    def next_due(self) -> float | None:
        """Return the instant of the next try that is planned, as epoch seconds."""
        sql = "SELECT MIN(next) FROM main.deliveries WHERE status='pending'"
        return self._db.execute(sql).fetchone()[0]  # type: ignore[no-any-return]

    def newest(self, entry: int | None = None) -> int:
        """Return the number of the newest delivery, now or when the log's newest was `entry`."""
        row = self._db.execute(
            "SELECT MAX(seq) FROM main.deliveries WHERE ?1 IS NULL OR after<=?1", (entry,)
        ).fetchone()
        return row[0] or 0

    def since(self, seq: int) -> list[Parcel]:
        """List the deliveries after number `seq`, oldest first."""
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM main.deliveries WHERE seq>? ORDER BY seq", (seq,)
        )
        return [Parcel(*row) for row in rows]

    def to(self, vendor: str, url: str, limit: int) -> list[Parcel]:
        """List what a mirror sent to an address, newest first."""
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM main.deliveries WHERE mirror=? AND url=?"
            " ORDER BY seq DESC LIMIT ?",
            (vendor, url, limit),
        )
        return [Parcel(*row) for row in rows]

    def find(self, id: str) -> Parcel | None:
        """Return one delivery."""
        sql = f"SELECT {COLUMNS} FROM main.deliveries WHERE id=?"
        row = self._db.execute(sql, (id,)).fetchone()
        return Parcel(*row) if row else None

    def again(self, id: str) -> None:
        """Plan one more try of a delivery, now."""
        self._db.execute(
            "UPDATE main.deliveries SET status='pending', next=? WHERE id=?",
            (self._clock.now().timestamp(), id),
        )
        self.has_mail = True

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
