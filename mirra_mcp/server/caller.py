"""Who calls: a caller's own way to Mirra, and the session that is meant."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.errors import Refusal, listed, nearest
from mirra_mcp.settings import Settings
from mirra_mcp.wire.sessions import MirrorInfo, Session

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient
    from mirra_mcp.client.marketplace import MarketplaceClient
    from mirra_mcp.client.mirror import MirrorClient
    from mirra_mcp.server.live import Live
    from mirra_mcp.server.sdk import Request
    from mirra_mcp.wire.admin import Encoding

Connect = Callable[[str | None], Awaitable["MirraClient"]]
"""Gives a client of Mirra: for the caller's own token (HTTP, hosted), or with None, the one of
this process. It is asked once a token, when first needed, and again when nothing answers any more
where its client leads; the server closes what it got."""

FAREWELL = 5.0
"""Seconds that ending this server's sessions may take."""


class Access:
    """The clients of Mirra, one a token, and the sessions that this server must end."""

    def __init__(self, connect: Connect, settings: Settings | None = None) -> None:
        """Connect when somebody first needs it."""
        self._connect = connect
        self.settings = settings or Settings()
        self._marketplace: MarketplaceClient | None = None
        self._clients: dict[str | None, MirraClient] = {}
        self._lost: list[MirraClient | MarketplaceClient] = []
        self._lock = anyio.Lock()
        self._own: dict[str, str | None] = {}
        self._runs: dict[str, str | None] = {}
        self._encodings: dict[tuple[str, str], Encoding] = {}

    async def client(self, token: str | None) -> "MirraClient":
        """Return the client that speaks for the token.

        Raises:
            Refusal: Mirra can't be started or reached.
        """
        if token in self._clients:
            return self._clients[token]
        async with self._lock:
            if token not in self._clients:
                with anyio.CancelScope(shield=True):
                    try:
                        self._clients[token] = await self._connect(token)
                    except OSError as error:
                        raise Refusal(
                            "mirra.unavailable",
                            f"Mirra can't be started: {error}",
                            "`mirra-mcp doctor` tells what is wrong.",
                        ) from error
        return self._clients[token]

    async def marketplace(self) -> "MarketplaceClient":
        """Return the client of the marketplace: the one that is set, else the embedded one.

        Raises:
            Refusal: none is set, and there is no embedded one beside a hosted Mirra.
        """
        settings = self.settings
        if self._marketplace is None and settings.is_marketplace_hosted:
            from mirra_mcp.client.marketplace import MarketplaceClient

            url, key = settings.marketplace_url, settings.marketplace_key
            self._marketplace = MarketplaceClient(url, key)
        if self._marketplace is None and settings.is_hosted:
            raise Refusal(
                "mirra.marketplace.no_key",
                "No key of the hosted marketplace is set, and MIRRA_TOKEN is none.",
                "Set MIRRA_API_KEY, or unset MIRRA_TOKEN to use the embedded marketplace.",
            )
        if self._marketplace is None:
            self._marketplace = (await self.client(None)).marketplace()
        return self._marketplace

    async def forget(self, token: str) -> None:
        """Close the client of a token that Mirra doesn't know."""
        if client := self._clients.pop(token, None):
            await client.aclose()

    async def encoding(self, info: MirrorInfo, mirror: "MirrorClient") -> "Encoding":
        """Return how the vendor's API wants its bodies; asked once a mirror version."""
        known = self._encodings.get((info.vendor, info.version))
        if known is None:
            known = (await mirror.metadata()).encoding
            self._encodings[info.vendor, info.version] = known
        return known

    def lose(self, token: str | None) -> None:
        """Connect anew at the next call: nothing answers any more where this client leads."""
        if client := self._clients.pop(token, None):
            self._lost.append(client)
        if self._marketplace and not self.settings.is_marketplace_hosted:
            self._lost.append(self._marketplace)
            self._marketplace = None

    def adopt(self, session: Session, token: str | None) -> None:
        """Note an ephemeral session that this server started: it ends with it."""
        self._own[session.session_id] = token

    def release(self, session_id: str) -> None:
        """Note that a session has ended already."""
        self._own.pop(session_id, None)

    def adopt_run(self, run_id: str, token: str | None) -> None:
        """Note a run whose driver is a caller of this server: without it, nobody finishes it."""
        self._runs[run_id] = token

    def release_run(self, run_id: str) -> None:
        """Note that a run is over."""
        self._runs.pop(run_id, None)

    async def close(self) -> None:
        """Cancel our runs and end our ephemeral sessions, in bounded time; close the clients."""
        with anyio.move_on_after(FAREWELL, shield=True):
            async with anyio.create_task_group() as tasks:
                for run_id, token in self._runs.items():
                    tasks.start_soon(self._cancel, run_id, token)
                for session_id, token in self._own.items():
                    tasks.start_soon(self._end, session_id, token)
        with anyio.move_on_after(1, shield=True):
            for client in (*self._clients.values(), *self._lost, self._marketplace):
                if client is not None:
                    await client.aclose()

    async def _cancel(self, run_id: str, token: str | None) -> None:
        if token not in self._clients:
            return
        try:
            await (await self.client(token)).cancel_run(run_id)
        except (MirraError, Refusal):
            return

    async def _end(self, session_id: str, token: str | None) -> None:
        if token not in self._clients:
            return  # its Mirra is gone, and the session with it
        try:
            await (await self.client(token)).end_session(session_id)
        except (MirraError, Refusal):
            return  # it is gone already, or Mirra is: either way nothing is left to end


@dataclass(frozen=True)
class Running:
    """What the server's lifespan holds."""

    access: Access
    live: "Live"
    is_shared: bool
    """Whether each caller brings a token of its own."""
    is_local: bool = True
    """Whether the client started this process, so that its files and variables are the caller's."""
    is_here: bool = True
    """Whether the client runs on this machine, so that a person there can open a loopback page."""


@dataclass(frozen=True)
class Caller:
    """One request, and what its tool or resource may use."""

    running: Running
    request: "Request"
    token: str | None

    async def mirra(self) -> "MirraClient":
        """Return this caller's client."""
        return await self.running.access.client(self.token)

    async def marketplace(self) -> "MarketplaceClient":
        """Return the client of the marketplace.

        Raises:
            Refusal: this caller has none.
        """
        if self.running.is_shared:
            raise Refusal(
                "mirra.marketplace.not_shared",
                "This server's callers bring a Mirra token each, and no key of the marketplace.",
                "Start a mirra-mcp of your own, with MIRRA_API_KEY set, to use the marketplace.",
            )
        return await self.running.access.marketplace()

    async def progress(self, done: float, total: float, message: str) -> None:
        """Tell a client that asked for it how far we are."""
        await self.request.session.report_progress(done, total, message)

    async def session(self, session: str | None) -> Session:
        """Return the live session of that id or name; without one, the only one there is.

        Raises:
            Refusal: none or several are live, or the one named isn't; candidates are listed.
        """
        mirra = await self.mirra()
        if session is not None and session.startswith("ses_"):
            try:
                found = await mirra.get_session(session)
            except MirraError as error:
                if error.status != 404:
                    raise
            else:
                return _ready(found)
        ready = (await mirra.list_sessions(status="ready", limit=100)).sessions
        if session is None and len(ready) == 1:
            return ready[0]
        if session is None:
            raise _not_one(ready)
        for candidate in ready:
            if session in (candidate.session_id, candidate.name):
                return candidate
        raise _unknown(session, ready)

    async def mirror(
        self, session: str | None, mirror: str | None
    ) -> tuple[Session, MirrorInfo, "MirrorClient"]:
        """Return the session, its mirror of that vendor (or its only one), and a client of it.

        Raises:
            Refusal: it isn't clear, or not so, which one is meant.
        """
        found = await self.session(session)
        info = pick(found, mirror)
        return found, info, (await self.mirra()).mirror(info.url)


def pick(session: Session, mirror: str | None) -> MirrorInfo:
    """Return the session's mirror of that vendor, or its only one.

    Raises:
        Refusal: the session has no such mirror, or several and none was named.
    """
    vendors = [info.vendor for info in session.mirrors]
    for info in session.mirrors:
        if info.vendor == mirror or (mirror is None and len(vendors) == 1):
            return info
    if mirror is None:
        raise Refusal(
            "mirra.session.mirror_ambiguous",
            f"{session.session_id} has several mirrors: {listed(vendors)}.",
            "Say which one you mean with `mirror`.",
        )
    raise Refusal(
        "mirra.session.mirror_not_in_session",
        f"{session.session_id} has no mirror '{mirror}'.{nearest(mirror, vendors)}",
        f"It has: {listed(vendors)}. Another mirror needs another session: mirra_session_start.",
    )


def _ready(session: Session) -> Session:
    if session.status == "ready":
        return session
    raise Refusal(
        f"mirra.session.{session.status}",
        f"{session.session_id} is not live: its status is '{session.status}'.",
        "Start another with mirra_session_start, or see what is live with mirra_session_list.",
    )


def _not_one(ready: list[Session]) -> Refusal:
    if not ready:
        return Refusal(
            "mirra.session.none",
            "No session is live.",
            'Start one first, as with mirra_session_start {"mirrors": ["resend"]}.',
        )
    return Refusal(
        "mirra.session.ambiguous",
        f"{len(ready)} sessions are live: {_candidates(ready)}.",
        f'Say which one you mean, as with "session": "{ready[0].session_id}".',
    )


def _unknown(session: str, ready: list[Session]) -> Refusal:
    words = [word for each in ready for word in (each.session_id, each.name) if word]
    return Refusal(
        "mirra.session.not_found",
        f"No live session '{session}'.{nearest(session, words)}",
        f"Live sessions: {_candidates(ready)}.",
    )


def _candidates(ready: list[Session]) -> str:
    def line(session: Session) -> str:
        vendors = "+".join(info.vendor for info in session.mirrors)
        return f"{session.session_id} ({session.name or vendors})"

    more = f" and {len(ready) - 10} more" if len(ready) > 10 else ""
    return listed(line(session) for session in ready[:10]) + more


_current: ContextVar[Caller] = ContextVar("caller")


def current() -> Caller:
    """Return whose request this is."""
    return _current.get()


async def remember(ctx: "Request", call_next: Callable[["Request"], Awaitable[Any]]) -> Any:
    """Middleware: know the caller during a request, and what it listens to."""
    running: Running = ctx.lifespan_context
    caller = Caller(running, ctx, _token(ctx) if running.is_shared else None)
    _current.set(caller)
    if ctx.method != "subscriptions/listen":
        return await call_next(ctx)
    wanted = ((ctx.params or {}).get("notifications") or {}).get("resourceSubscriptions") or []
    async with running.live.watching(caller, [str(uri) for uri in wanted]):
        return await call_next(ctx)


def _token(ctx: "Request") -> str:
    """Return the bearer token of this very message, never one remembered from another."""
    assert ctx.request is not None, "callers with tokens of their own come over HTTP"
    token: str = ctx.request.user.access_token.token
    return token
