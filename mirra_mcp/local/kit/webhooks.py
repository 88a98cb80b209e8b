"""Webhooks: where they go, what goes over the wire, how it went, and a delivery as it is kept."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from mirra_mcp.wire.events import Attempt, Delivery
from mirra_mcp.wire.model import Doc

OPEN, SEND, CLOSE = "OPEN", "SEND", "CLOSE"
"""Methods of what goes over a WebSocket: the connection is made, spoken over, and closed."""
WIRED = frozenset((OPEN, SEND, CLOSE))
TAKEN = 200
"""The status of what went over a WebSocket, where messages have none of their own."""


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint that wants an event."""

    id: str
    url: str
    secret: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes over the wire in one attempt: over a WebSocket, a JSON list of texts."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes
    most: int = 0
    """Bytes of the answer that mean something, if they are more than of other webhooks."""


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
    fault: str | None = None
    """The rule that made it go so."""

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


class Held(Exception):
    """A call can't be answered before a webhook's receiver has: all of it is done again then.

    The verb that raises it finds the outcome in its call's `heard`, under `key`.
    """

    def __init__(self, key: str, event: str, data: Doc, target: Target) -> None:
        super().__init__(key)
        self.key, self.event, self.data, self.target = key, event, data, target


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

    @property
    def wire(self) -> str | None:
        """The WebSocket that it goes over, if it does: what the event is about."""
        return self.ref if self.method in WIRED else None

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


def svix_schedule() -> tuple[timedelta, ...]:
    """Return the waits between tries of Svix, which several vendors use.

    Source: https://docs.svix.com/retries
    """
    minutes = (5 / 60, 5, 30, 120, 300, 600, 600)
    return tuple(timedelta(minutes=each) for each in minutes)
