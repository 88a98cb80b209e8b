"""Sessions: `POST|GET /v1/sessions`, `GET|DELETE /v1/sessions/{id}`.

Source: https://docs.mirra.run/reference/api
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from mirra_mcp.wire.model import Body, Wire

SessionStatus = Literal["provisioning", "ready", "failed", "ended", "expired"]
SessionMode = Literal["ephemeral", "persistent"]


class CreateSession(Body):
    """What `POST /v1/sessions` takes."""

    mirrors: list[str] = Field(min_length=1)
    seeds: dict[str, str] = {}
    persistent: bool = False
    name: str | None = None
    timeout_seconds: int | None = Field(default=None, gt=0)
    clock: datetime | None = None
    """Extension: stop the session's clock at this instant; it then moves only when advanced."""
    webhooks: dict[str, str] | None = None
    """Extension: per vendor the URL that gets all of its webhooks, signed with the secret in the
    mirror's `env`, as if it had been registered. A reset registers it again."""


class MirrorInfo(Wire):
    """One running mirror of a session."""

    vendor: str
    url: str
    version: str
    env: dict[str, str] = {}
    """Extension: variables that point the vendor's SDKs here, keys and secrets included."""
    hosts: list[str] | None = None
    """Extension: where the API itself is called, as the document of a mirror made from one says."""
    setup: dict[str, str] = {}
    """Extension: per language, the one or two lines that point the vendor's SDK at this mirror."""


class SessionStats(Wire):
    """Counts since the session was created."""

    requests: int = 0
    webhooks: int = 0
    errors: int = 0


class InheritedEndpoint(Wire):
    """An address that webhooks of a fork's parent go to."""

    mirror: str
    url: str
    is_called: bool


class Session(Wire):
    """A set of mirrors with their own state, clock, log and URLs."""

    session_id: str
    status: SessionStatus
    mirrors: list[MirrorInfo]
    created_at: datetime
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    name: str | None = None
    mode: SessionMode | None = None
    seeds: dict[str, str] = {}
    clock: datetime | None = None
    """Extension: the session's own time when this was answered."""
    stats: SessionStats | None = None
    dashboard_url: str | None = None
    """Where a person can watch it. The embedded Mirra's link opens one browser, once."""
    inbox_url: str | None = None
    """Extension: the newest mail alone, for browser tests; `to`, `subject` and `wait` narrow it."""
    snapshot_ids: dict[str, str] | None = None
    """Extension: the archived final state, per mirror, of a persistent session that has ended."""
    forked_from: str | None = None
    """Extension: the session whose past this one has."""
    sends_webhooks: bool | None = None
    """Extension: false for a fork that doesn't call the endpoints of its past."""
    inherited_endpoints: list[InheritedEndpoint] | None = None
    """Extension: the webhook endpoints that a fork found, and whether it calls them."""


class ForkSession(Body):
    """What `POST /v1/sessions/{id}/fork` takes (extension)."""

    name: str | None = None
    snapshot_id: str | None = None
    """Where it goes on from, by id or name; without it from the present."""
    at: int | str | None = None
    """Instead: the entry of the parent's log as of which it goes on."""
    webhooks: bool | dict[str, str] = False
    """True: the endpoints that it inherits are called, too. Or per vendor an address that gets all
    its webhooks; those that it inherits are left out."""
    timeout_seconds: int | None = Field(default=None, gt=0)


class SessionPage(Wire):
    """One page of sessions, newest first."""

    sessions: list[Session]
    next_cursor: str | None = None


class ForwardWebhooks(Body):
    """What `POST /v1/sessions/{id}/webhooks` takes (extension)."""

    webhooks: dict[str, str] = Field(min_length=1)
    """Per vendor the URL that gets all of its webhooks, as in `CreateSession`."""


class MoveClock(Body):
    """What `POST /v1/sessions/{id}/clock` takes: one of the two."""

    advance: str | None = None
    """A span as `3d`; `stop` lets time stand until it is moved, `run` lets it flow again."""
    to: datetime | None = None


class Fired(Wire):
    """A timer that fell due while the clock moved."""

    mirror: str
    timer: str
    at: datetime
    webhooks: list[str] = []
    """Types of the vendor events that it caused, in order."""


class Tried(Wire):
    """A try at delivering a webhook, and what its receiver answered."""

    mirror: str
    type: str
    delivery_id: str
    url: str | None = None
    attempt: int
    response_status: int | None = None
    error: str | None = None


class ClockMoved(Wire):
    """What moving the clock did."""

    at: datetime
    fired: list[Fired] = []
    fired_count: int = 0
    deliveries: list[Tried] = []
    delivery_count: int = 0
