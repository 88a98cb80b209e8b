"""The typed client of Mirra's control plane, hosted or embedded alike.

Source: https://docs.mirra.run/reference/api
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mirra_mcp.client import extensions
from mirra_mcp.client.api import Api
from mirra_mcp.client.calls import RateLimit, Sleep
from mirra_mcp.client.closing import ClosingClient
from mirra_mcp.client.connection import Connection
from mirra_mcp.client.documents import with_documents
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.faults import FaultCalls
from mirra_mcp.client.mirror import MirrorClient, MirrorResponse
from mirra_mcp.client.states import StatesClient
from mirra_mcp.client.urls import base_url, refuse_plain_http, segment, usable_token
from mirra_mcp.wire.admin import Catalog, Metadata
from mirra_mcp.wire.events import DeliveryPage, Event, EventPage
from mirra_mcp.wire.mirrors import CreateMirror, DocumentMirror
from mirra_mcp.wire.runs import (
    CheckScenario,
    CreateRun,
    Draft,
    DraftScenario,
    FinishRun,
    Run,
    RunPage,
    RunStarted,
    RunStatus,
    ScenarioReading,
)
from mirra_mcp.wire.sessions import (
    ClockMoved,
    CreateSession,
    ForwardWebhooks,
    MoveClock,
    Session,
    SessionMode,
    SessionPage,
    SessionStatus,
)

if TYPE_CHECKING:
    from mirra_mcp.client.marketplace import MarketplaceClient

__all__ = ["MirraClient", "MirrorClient", "MirrorResponse", "RateLimit"]

SILENCE = 45.0
"""Seconds without a byte after which an event stream is dead: it has a comment each 15 s."""
GRADING = 120.0
"""Seconds that grading an attempt may take beyond a usual answer: a judge thinks."""
_FIRST_POLL, _LONGEST_POLL = 0.05, 1.0


class MirraClient(FaultCalls, ClosingClient):
    """Mirra's whole HTTP API, typed. Each failure is a `MirraError`."""

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        timeout: float = 30.0,
        retries: int = 3,
        sleep: Sleep | None = None,
    ) -> None:
        """Make calls of the Mirra at `url`; nothing is opened before the first.

        Args:
            url: Where the control plane is.
            token: Sent to the control plane only; None sends none.
            timeout: Seconds that one exchange may take, from connecting to the last byte.
            retries: How often a call is repeated, where `client/retries.py` allows it.
            sleep: Waits between attempts; `anyio.sleep` by default.

        Raises:
            MirraError: the URL or the token can't be used, or the token would travel in clear.
        """
        base = base_url(url, setting="MIRRA_API_URL")
        token = usable_token(token)
        if token:
            refuse_plain_http(base)
        connection = Connection(token, timeout=timeout, retries=retries, sleep=sleep)
        super().__init__(base, "mirra", connection)

    @property
    def rate_limit(self) -> RateLimit | None:
        """Return what the latest answer said about the workspace's calls, if it did."""
        return self._api.rate_limit

    def mirror(self, url: str) -> MirrorClient:
        """Return the client of one mirror: same connections, no token.

        Raises:
            MirraError: the URL can't be used.
        """
        base = base_url(url, setting="The mirror's URL")
        return MirrorClient(Api(base, "mirror", self._connection))

    def marketplace(self) -> "MarketplaceClient":
        """Return a client of the marketplace that stands beside this control plane."""
        from mirra_mcp.client.marketplace import MarketplaceClient

        return MarketplaceClient(self.url, self._connection.token)

    # Sessions

    async def create_session(self, session: CreateSession) -> Session:
        """Ask for a session; it may still be provisioning when this returns.

        A mirror that is the path of an OpenAPI document (`petstore.yaml`) is made first.

        Raises:
            MirraError: something that was asked for can't be had; nothing was started.
        """
        session = await with_documents(session, self._made_of)
        return await self._api.post("/v1/sessions", session, Session)

    async def _made_of(self, path: str) -> str:
        return (await self.create_mirror(CreateMirror(path=path))).name

    async def wait_until_ready(
        self,
        session_id: str,
        *,
        timeout: float = 60.0,  # noqa: ASYNC109 - waits with `sleep`, which may be no clock
        on_poll: Callable[[Session], Awaitable[None]] | None = None,
    ) -> Session:
        """Ask for a session until its mirrors are up; `on_poll` is told each time they aren't.

        Raises:
            MirraError: it failed or ended, or `timeout` seconds were waited in vain.
        """
        waited, pause = 0.0, _FIRST_POLL
        while (session := await self.get_session(session_id)).status == "provisioning":
            if on_poll:
                await on_poll(session)
            if waited >= timeout:
                raise MirraError(
                    f"Session {session_id} is still provisioning after {timeout:g} s.",
                    code="mirra.client.not_ready",
                    request=f"GET {_session(session_id)}",
                    hint="Ask for it again later, or end it and start another.",
                )
            await self._connection.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, _LONGEST_POLL)
        if session.status != "ready":
            raise MirraError(
                f"Session {session_id} has {session.status}; it won't become ready.",
                code=f"mirra.session.{session.status}",
                request=f"GET {_session(session_id)}",
                hint="Start another session.",
            )
        return session

    async def get_session(self, session_id: str) -> Session:
        """Read a session, with its counts."""
        return await self._api.get(_session(session_id), Session)

    async def list_sessions(
        self,
        *,
        status: SessionStatus | None = None,
        mode: SessionMode | None = None,
        workspace: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> SessionPage:
        """Read a page of sessions, newest first."""
        query = {
            "status": status, "mode": mode, "workspace": workspace, "limit": limit,
            "cursor": cursor,
        }  # fmt: skip
        return await self._api.get("/v1/sessions", SessionPage, query=query)

    async def end_session(self, session_id: str) -> Session:
        """End a session: once, however often it is asked for.

        A Mirra that answers with no session leaves us what we know: its id, and that it ended.
        """
        now = datetime.now(UTC)
        known = Session(
            session_id=session_id, status="ended", mirrors=[], created_at=now, ended_at=now
        )
        try:
            return await self._api.delete(_session(session_id), Session, otherwise=known)
        except MirraError as error:
            if error.code != "mirra.session.ended":
                raise
            return await self.get_session(session_id)

    async def move_clock(
        self, session_id: str, *, advance: str | None = None, to: datetime | None = None
    ) -> ClockMoved:
        """Move a session's clock on, by a span as `3d` or to an instant (extension)."""
        return await self._api.post(
            f"{_session(session_id)}/clock",
            MoveClock(advance=advance, to=to),
            ClockMoved,
            extension=extensions.CLOCK,
        )

    def states(self, session_id: str) -> StatesClient:
        """Return the client of the state of all mirrors of a session at once."""
        return StatesClient(self._api, _session(session_id))

    # What a session has seen

    async def events_page(
        self,
        session_id: str,
        *,
        after: int = 0,
        limit: int = 100,
        types: Iterable[str] | None = None,
        mirror: str | None = None,
        wait: float | None = None,
    ) -> EventPage:
        """Read a page of the log; with nothing there, `wait` up to so many seconds (extension)."""
        query = {
            "after": after,
            "limit": limit,
            "types": ",".join(types) if types is not None else None,
            "mirror": mirror,
            "wait": wait,
        }
        return await self._api.get(
            f"{_session(session_id)}/events",
            EventPage,
            query=query,
            wait=wait or 0.0,
            extension=extensions.EVENT_PAGES,
        )

    async def events(
        self, session_id: str, *, after: int | None = None, silence: float = SILENCE
    ) -> AsyncGenerator[Event, None]:
        """Yield the log as it grows, each event once, until the session has ended.

        The stream reconnects by itself. Leave it early with `contextlib.aclosing`.

        Raises:
            MirraError: there is no such session, or no connection can be made any more.
        """
        from mirra_mcp.client.events import follow

        stream = follow(
            self._api.call("GET", f"{_session(session_id)}/events"),
            self._connection,
            after=after,
            silence=silence,
            has_ended=lambda: self._has_ended(session_id),
        )
        try:
            async for event in stream:
                yield event
        finally:
            await stream.aclose()

    async def _has_ended(self, session_id: str) -> bool:
        try:
            session = await self.get_session(session_id)
        except MirraError as error:
            return error.status in (404, 410)
        return session.status in ("ended", "expired", "failed")

    async def webhooks(
        self,
        session_id: str,
        *,
        mirror: str | None = None,
        type: str | None = None,
        after_event: int | None = None,
        status: str | None = None,
        delivery: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
        wait: float | None = None,
    ) -> DeliveryPage:
        """Read a page of webhooks, newest first; with none, `wait` so many seconds (extension)."""
        query = {
            "mirror": mirror, "type": type, "afterEvent": after_event, "status": status,
            "deliveryId": delivery, "limit": limit, "cursor": cursor, "wait": wait,
        }  # fmt: skip
        return await self._api.get(
            f"{_session(session_id)}/webhooks",
            DeliveryPage,
            query=query,
            wait=wait or 0.0,
            extension=extensions.DELIVERIES,
        )

    async def forward_webhooks(self, session_id: str, urls: dict[str, str]) -> None:
        """Send all webhooks of these vendors to their URLs from now on (extension)."""
        body, path = ForwardWebhooks(webhooks=urls), f"{_session(session_id)}/webhooks"
        await self._api.post(path, body, ForwardWebhooks, extension=extensions.DELIVERIES)

    # Catalog and runs

    async def catalog(self) -> Catalog:
        """Read which mirrors there are (extension)."""
        return await self._api.get("/v1/catalog", Catalog, extension=extensions.CATALOG)

    async def catalog_entry(self, vendor: str) -> Metadata:
        """Read what a vendor's mirror is and covers (extension)."""
        path = f"/v1/catalog/{segment(vendor, of='vendor')}"
        return await self._api.get(path, Metadata, extension=extensions.CATALOG)

    async def create_mirror(self, mirror: CreateMirror) -> DocumentMirror:
        """Make a mirror from an OpenAPI document (extension).

        Raises:
            MirraError: the document or its behaviour can't be used.
        """
        return await self._api.post(
            "/v1/mirrors", mirror, DocumentMirror, extension=extensions.MIRRORS
        )

    async def create_run(self, run: CreateRun) -> RunStarted:
        """Start a run of a scenario."""
        return await self._api.post("/v1/runs", run, RunStarted)

    async def get_run(
        self, run_id: str, *, wait: float | None = None, after: int | None = None
    ) -> Run:
        """Read where a run stands, or its verdict; `wait` up to so many seconds for news.

        News is a new attempt, a new phase, or the end, `after` those of which `progress.news` told.
        A Mirra that doesn't know these extensions answers at once.
        """
        query = {"wait": wait, "after": after}
        return await self._api.get(_run(run_id), Run, query=query, wait=wait or 0.0)

    async def list_runs(
        self,
        *,
        status: RunStatus | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> RunPage:
        """Read a page of runs, newest first (extension)."""
        query = {"status": status, "limit": limit, "cursor": cursor}
        return await self._api.get("/v1/runs", RunPage, query=query, extension=extensions.RUN_LIST)

    async def finish_run(self, run_id: str, finish: FinishRun) -> Run:
        """Say that this attempt's work is done, so that it is graded (extension)."""
        return await self._api.post(
            f"{_run(run_id)}/finish",
            finish,
            Run,
            wait=GRADING,
            extension=extensions.RUN_FINISH,
        )

    async def cancel_run(self, run_id: str) -> Run:
        """Stop a run (extension)."""
        return await self._api.delete(_run(run_id), Run, extension=extensions.RUN_CANCEL)

    async def check_scenario(self, scenario: CheckScenario) -> ScenarioReading:
        """Read how a scenario would be graded, and what is wrong with it (extension)."""
        return await self._api.post(
            "/v1/scenarios/check",
            scenario,
            ScenarioReading,
            repeatable=True,
            extension=extensions.SCENARIO_CHECK,
        )

    async def draft_scenario(self, draft: DraftScenario) -> Draft:
        """Make a scenario of what a session has seen (extension)."""
        return await self._api.post(
            "/v1/scenarios/draft",
            draft,
            Draft,
            repeatable=True,
            extension=extensions.SCENARIO_DRAFT,
        )


def _session(session_id: str) -> str:
    return f"/v1/sessions/{segment(session_id, of='session id')}"


def _run(run_id: str) -> str:
    return f"/v1/runs/{segment(run_id, of='run id')}"
