"""The client of the state of all mirrors of a session at once (extension)."""

from mirra_mcp.client import extensions
from mirra_mcp.client.api import Api
from mirra_mcp.wire.sessions import ForkSession, Session
from mirra_mcp.wire.states import (
    Differences,
    QueryResult,
    QuerySession,
    ResetSession,
    RestoreSession,
    SessionReset,
    SessionRestored,
    SessionSnapshot,
    TakeSessionSnapshot,
)


class StatesClient:
    """One session's state; each call happens to all mirrors or to none."""

    def __init__(self, api: Api, path: str) -> None:
        self._api, self._path = api, path

    async def fork(self, fork: ForkSession) -> Session:
        """Start a session with the same past and a future of its own."""
        return await self._api.post(f"{self._path}/fork", fork, Session, extension=extensions.FORKS)

    async def snapshot(self, name: str | None = None) -> SessionSnapshot:
        """Keep the state of all mirrors, and the time."""
        return await self._api.post(
            f"{self._path}/snapshot",
            TakeSessionSnapshot(name=name),
            SessionSnapshot,
            extension=extensions.STATES,
        )

    async def restore(
        self, snapshot_id: str | None = None, snapshots: dict[str, str] | None = None
    ) -> SessionRestored:
        """Bring a snapshot back, or one of each mirror."""
        return await self._api.post(
            f"{self._path}/restore",
            RestoreSession(snapshot_id=snapshot_id, snapshots=snapshots or {}),
            SessionRestored,
            repeatable=True,
            extension=extensions.STATES,
        )

    async def reset(self, seeds: dict[str, str] | None = None) -> SessionReset:
        """Put all mirrors back to their fixtures, and time with them."""
        return await self._api.post(
            f"{self._path}/reset",
            ResetSession(seeds=seeds or {}),
            SessionReset,
            repeatable=True,
            extension=extensions.STATES,
        )

    async def changes(
        self,
        *,
        since: int | str | None = None,
        until: int | str | None = None,
        against: str | None = None,
        mirror: str | None = None,
        entity: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Differences:
        """Read what is different between two moments: entries of the log, or snapshots.

        From how the session began to now, unless said; with `against`, from that session's moment
        `since`, now unless said.
        """
        query = {
            "since": since, "until": until, "against": against, "mirror": mirror,
            "entity": entity, "limit": limit, "cursor": cursor,
        }  # fmt: skip
        return await self._api.get(
            f"{self._path}/changes", Differences, query=query, extension=extensions.HISTORY
        )

    async def query(
        self, sql: str, *, at: int | str | None = None, limit: int = 100
    ) -> QueryResult:
        """Run one SELECT over what the mirrors hold, a table an entity: `stripe.customers`."""
        return await self._api.post(
            f"{self._path}/query",
            QuerySession(sql=sql, at=at, limit=limit),
            QueryResult,
            repeatable=True,
            extension=extensions.QUERIES,
        )
