"""The state of all mirrors of a session at once (extension)."""

from datetime import datetime

from mirra_mcp.wire.admin import ResetDone, Restored
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
