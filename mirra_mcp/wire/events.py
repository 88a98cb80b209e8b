"""The session's log as others see it: `GET /v1/sessions/{id}/events` and `/webhooks`.

Source: https://docs.mirra.run/reference/api
"""

from datetime import datetime
from typing import Literal

from mirra_mcp.wire.model import Doc, Wire

EventType = Literal[
    "traffic.request_completed",
    "webhook.dispatched",
    "webhook.verification",
    "fault.struck",
    "state.changed",
    "session.lifecycle",
    "evaluation.criterion_graded",
]


class Event(Wire):
    """One entry of the log. `id` counts up from 1 in each session, without gaps.

    `data` always has `sessionId` and `at`, and by type:

    - `traffic.request_completed`: `mirror, method, path, query?, status, durationMs, request?,
      headers?, error?, idempotencyKey?, fault?, since?, elsewhere?` (`headers`: the few that the
      mirror lets be logged; `since`: the entry with which what it caused begins; `elsewhere`: the
      other session that has an id which this one refused)
    - `webhook.dispatched`: `mirror, type, <vendor's id key, as emailId>, signature, deliveryId,
      url|null, payload, headers, afterEvent, attempt, responseStatus|error, fault?` (`afterEvent`:
      the log's newest id when the vendor event fired)
    - `webhook.verification`: `mirror, deliveryId, type, url, forgery, rejected,
      responseStatus|error`
      (`forgery`: `none` for the accepted webhook, else `bad_signature`, `stale_timestamp` or
      `tampered_body` for a copy that a handler should refuse)
    - `fault.struck`: `mirror, faultId, effect, error?`, and `method, path` of a call or
      `deliveryId, type, responseStatus?` of a webhook
    - `state.changed`: `mirror, entity, entityId, before|null, after|null` (changed fields only)
    - `session.lifecycle`: `action, mirror?, seed?, snapshotId?`; of `simulate` also
      `event, params, since?`, of `clock` also `seconds` (`clock_stop` and `clock_run` have none)
    - `evaluation.criterion_graded`: `runId, attempt, index, label, kind, result, explanation?,
      evidence?, error?, gradedBy?, escalated?` (`evidence`: its first lines)
    """

    id: int
    type: str
    data: Doc


class EventPage(Wire):
    """A page of the log, oldest first; ask again with `after=next_after`."""

    events: list[Event]
    next_after: int


class Attempt(Wire):
    """One try at delivering a webhook."""

    at: datetime
    response_status: int | None = None
    response_body: str | None = None
    """The beginning of what the receiver answered when it didn't accept."""
    error: str | None = None
    duration_ms: float | None = None


class Delivery(Wire):
    """A vendor event on its way to one endpoint, or to none (`url` null) if nobody subscribed."""

    delivery_id: str
    mirror: str
    type: str
    status: Literal["pending", "delivered", "failed", "unsubscribed", "canceled"]
    url: str | None = None
    payload: Doc
    headers: dict[str, str] = {}
    created_at: datetime
    next_attempt_at: datetime | None = None
    attempts: list[Attempt] = []
    after_event: int = 0
    """The log's newest id when the vendor event fired."""


class DeliveryPage(Wire):
    """A page of deliveries, newest first."""

    webhooks: list[Delivery]
    next_cursor: str | None = None
