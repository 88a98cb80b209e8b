"""Live events: one follower a watched session or run, subscribers of both protocol eras.

A follower reads the session's event stream, or waits for a run's news, only while somebody is
subscribed. Notifications say "read again", never what happened, and at most one a URI goes out per
interval: a burst of thousands of events must not overflow a client's stream, nor one slow client
delay the others.
"""

import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Literal

import anyio
import mcp.types as t
from anyio.abc import TaskGroup
from mcp.server.connection import Connection
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated
from mcp.shared.exceptions import MCPError

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.errors import Refusal
from mirra_mcp.wire.events import Event
from mirra_mcp.wire.runs import Run

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient
    from mirra_mcp.server.caller import Caller

log = logging.getLogger(__name__)

INTERVAL = 0.05
NEWS = 10.0
"""Seconds that one question for a run's news may wait."""
_SUBSCRIBABLE = re.compile(
    r"mirra://(?:sessions/(?P<session>[^/?]+)(?:/events|/state/[^/?]+)?|runs/(?P<run>[^/?]+))"
)

Kind = Literal["session", "run"]
Watch = tuple[str | None, Kind, str]
"""Whose token, which session or run: callers never share a follower."""


class Notifier:
    """`mark(uri)`: it is sent within the interval, once however often it was marked."""

    def __init__(self, send: Callable[[str], Awaitable[None]], interval: float = INTERVAL) -> None:
        """Tell one audience, by `send`."""
        self._send, self._interval = send, interval
        self._marked: dict[str, None] = {}
        self._wake = anyio.Event()
        self.scope = anyio.CancelScope()

    def mark(self, uri: str) -> None:
        """Say that the resource has changed."""
        self._marked[uri] = None
        self._wake.set()

    async def run(self) -> None:
        """Send until the scope is cancelled."""
        with self.scope:
            while True:
                await self._wake.wait()
                self._wake, batch, self._marked = anyio.Event(), self._marked, {}
                for uri in batch:
                    await self._send(uri)
                await anyio.sleep(self._interval)


class Audience:
    """A connection of the 2025 era: its subscriptions, and a notifier that only it can stall."""

    def __init__(self, caller: "Caller", connection: Connection) -> None:
        """Begin with no subscription."""
        self.token = caller.token
        self.uris: set[str] = set()
        self.notifier = Notifier(connection.send_resource_updated)


class Live:
    """Who watches what, and the followers that this takes."""

    def __init__(self, bus: InMemorySubscriptionBus, tasks: TaskGroup) -> None:
        """Run the notifiers and the followers in `tasks`; `bus` serves the 2026 era."""
        self._tasks = tasks
        self._watched: Counter[str] = Counter()
        self._watches: Counter[Watch] = Counter()
        self._followers: dict[Watch, anyio.CancelScope] = {}
        self._audiences: dict[Connection, Audience] = {}
        self._bus = Notifier(lambda uri: bus.publish(ResourceUpdated(uri=uri)))
        tasks.start_soon(self._bus.run)

    @asynccontextmanager
    async def watching(self, caller: "Caller", uris: Iterable[str]) -> AsyncIterator[None]:
        """Watch the URIs as long as the block lasts: a `subscriptions/listen` of the 2026 era.

        Raises:
            MCPError: one of them can't be watched.
        """
        watched: list[str] = []
        try:
            for uri in uris:
                await self._watch(caller, uri)
                watched.append(uri)
            yield
        finally:
            for uri in watched:
                self._unwatch(caller.token, uri)

    async def subscribe(self, caller: "Caller", connection: Connection, uri: str) -> None:
        """Watch the URI for a connection of the 2025 era, until it unsubscribes or closes.

        Raises:
            MCPError: it can't be watched.
        """
        if connection not in self._audiences:
            self._audiences[connection] = audience = Audience(caller, connection)
            self._tasks.start_soon(audience.notifier.run)
            connection.exit_stack.callback(self._leave, connection)
        audience = self._audiences[connection]
        if uri in audience.uris:
            return
        audience.uris.add(uri)
        try:
            await self._watch(caller, uri)
        except BaseException:
            audience.uris.remove(uri)
            raise

    async def unsubscribe(self, caller: "Caller", connection: Connection, uri: str) -> None:
        """Stop watching; a URI that isn't watched is left alone."""
        audience = self._audiences.get(connection)
        if audience is not None and uri in audience.uris:
            audience.uris.remove(uri)
            self._unwatch(audience.token, uri)

    def _leave(self, connection: Connection) -> None:
        audience = self._audiences.pop(connection)
        audience.notifier.scope.cancel()
        for uri in audience.uris:
            self._unwatch(audience.token, uri)

    async def _watch(self, caller: "Caller", uri: str) -> None:
        target = _target(uri)
        if target is None:
            return
        kind, name = target
        try:
            mirra = await caller.mirra()
            if kind == "run":
                follow = partial(self._follow_run, mirra, await mirra.get_run(name))
            else:
                await mirra.get_session(name)
                follow = partial(self._follow, mirra, name, await _end_of_log(mirra, name))
        except (MirraError, Refusal) as error:
            raise MCPError(t.INVALID_PARAMS, error.message, {"uri": uri}) from error
        self._watched[uri] += 1
        watch = (caller.token, *target)
        self._watches[watch] += 1
        if watch not in self._followers:
            self._followers[watch] = anyio.CancelScope()
            self._tasks.start_soon(self._keep, watch, follow)

    def _unwatch(self, token: str | None, uri: str) -> None:
        target = _target(uri)
        if target is None:
            return
        self._watched -= Counter([uri])
        watch = (token, *target)
        self._watches -= Counter([watch])
        if not self._watches[watch] and watch in self._followers:
            self._followers.pop(watch).cancel()

    async def _keep(self, watch: Watch, follow: Callable[[], Awaitable[None]]) -> None:
        scope = self._followers[watch]
        with scope:
            try:
                await follow()
            except MirraError as error:
                log.warning("Lost sight of %s: %s", watch[-1], error.message)
        if self._followers.get(watch) is scope:
            del self._followers[watch]

    async def _follow(self, mirra: "MirraClient", session: str, after: int) -> None:
        async with aclosing(mirra.events(session, after=after)) as events:
            async for event in events:
                self._tell(session, event)

    async def _follow_run(self, mirra: "MirraClient", run: Run) -> None:
        while run.status == "running":
            asked = anyio.current_time()
            seen = run.progress.news if run.progress else None
            found = await mirra.get_run(run.run_id, wait=NEWS, after=seen)
            if found != run:
                run = found
                self._mark(f"mirra://runs/{run.run_id}")
            elif anyio.current_time() - asked < NEWS / 2:
                await anyio.sleep(1)  # a Mirra that doesn't know `wait`

    def _tell(self, session: str, event: Event) -> None:
        root = f"mirra://sessions/{session}"
        touched = [f"{root}/events"]
        if event.type in ("state.changed", "session.lifecycle") and "mirror" in event.data:
            touched.append(f"{root}/state/{event.data['mirror']}")
        if event.type == "session.lifecycle":
            touched.append(root)
        for uri in touched:
            self._mark(uri)

    def _mark(self, uri: str) -> None:
        if self._watched[uri]:
            self._bus.mark(uri)
            for audience in self._audiences.values():
                if uri in audience.uris:
                    audience.notifier.mark(uri)


async def _end_of_log(mirra: "MirraClient", session: str) -> int:
    """Return the id of the newest entry: a page that hardly anything matches passes over the rest.

    A Mirra without pages is followed from the beginning.
    """
    try:
        page = await mirra.events_page(session, limit=1, types=["evaluation.criterion_graded"])
    except MirraError as error:
        if error.status in (200, 404):
            return 0
        raise
    return page.next_after


def _target(uri: str) -> tuple[Kind, str] | None:
    """Return the session or run whose news touch the resource; None for URIs of others.

    Raises:
        MCPError: one of ours that never changes by itself.
    """
    if not uri.startswith("mirra://"):
        return None
    if match := _SUBSCRIBABLE.fullmatch(uri):
        return ("run", match["run"]) if match["run"] else ("session", match["session"])
    raise MCPError(
        t.INVALID_PARAMS,
        f"{uri} can't be subscribed to. Subscribe to mirra://sessions/{{id}}/events, "
        "mirra://sessions/{id}, mirra://sessions/{id}/state/{mirror} or mirra://runs/{id}, "
        "without a query.",
        {"uri": uri},
    )
