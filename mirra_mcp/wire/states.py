"""The state of all mirrors of a session at once (extension)."""

from datetime import datetime
from typing import Any

from pydantic import Field

from mirra_mcp.wire.admin import Change, ResetDone, Restored
from mirra_mcp.wire.model import Body, Wire


class TakeSessionSnapshot(Body):
    """`POST /v1/sessions/{id}/snapshot`."""

    name: str | None = None


class SessionSnapshot(Wire):
    """The state of all mirrors, kept, and the time of it."""

    snapshot_id: str
    name: str | None = None
    mirrors: list[str]
    at: datetime


class RestoreSession(Body):
    """`POST /v1/sessions/{id}/restore`: one of the two."""

    snapshot_id: str | None = None
    """A snapshot of the session, or what a mirror's own snapshot was called."""
    snapshots: dict[str, str] = {}
    """A snapshot of each mirror that is to be restored."""


class SessionRestored(Wire):
    """What a restore brought back, and the session's time then."""

    at: datetime
    mirrors: list[Restored]


class ResetSession(Body):
    """`POST /v1/sessions/{id}/reset`: fixtures by mirror; the others go back to their first."""

    seeds: dict[str, str] = {}


class SessionReset(Wire):
    """What a reset left behind, and the session's time then."""

    at: datetime
    mirrors: list[ResetDone]


class Moment(Wire):
    """A moment of a session: as of an entry of its log, or as a snapshot kept it."""

    session_id: str
    event: int | None = None
    """The entry of the log; 0 is how the session began."""
    snapshot_id: str | None = None
    at: datetime
    """By the session's clock."""


class Difference(Change):
    """A document that is not the same at two moments: the fields that differ."""

    mirror: str
    account: str | None = None
    """Whose it is, where a vendor keeps documents of several accounts apart."""


class Differences(Wire):
    """`GET /v1/sessions/{id}/changes`: what is different between two moments."""

    since: Moment
    until: Moment
    changes: list[Difference]
    """In the order of mirrors, entities and creation; `before` null: new, `after` null: gone."""
    counts: dict[str, dict[str, int]] = {}
    """How many were `created`, `changed`, `deleted`, by table: `stripe.charges`."""
    next_cursor: str | None = None


class QuerySession(Body):
    """`POST /v1/sessions/{id}/query`: one SELECT over the state of a session's mirrors."""

    sql: str = Field(min_length=1, max_length=20_000)
    at: int | str | None = None
    """An entry of the log or a snapshot as of which to look, instead of now."""
    limit: int = Field(default=100, ge=1, le=1000)
    """Rows that are returned at most."""


class QueryResult(Wire):
    """Rows that a query found."""

    columns: list[str]
    rows: list[list[Any]]
    is_cut: bool = False
    """Whether there are more rows than are returned."""
    as_of: Moment
    duration_ms: float
