"""The timelines that somebody looks at: each reads its session's log once, and then what is new."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from starlette.requests import Request

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.page.timeline.threads import Threads
from mirra_mcp.local.page.visits import Visit
from mirra_mcp.wire.events import Event

AT_ONCE = 1000
RECENT = 2000
"""Entries that are read at first of a log that is longer."""
KEPT = 5000
"""Entries that are kept of a log that can only be read once."""
UNPAGED = ("mirra.not_offered", "mirra.client.event_stream")
"""What a Mirra refuses with that has the log as a stream alone."""
WAIT = 20.0
"""Seconds that Mirra may hold an answer back when there is nothing new."""
QUIET = 0.4
"""Seconds without an event after which a stream has told all there was."""
MOST = 4
"""Sessions whose timelines are kept ready."""


class Chronicle:
    """The timeline of one session."""

    def __init__(self, mirra: MirraClient, session_id: str, mirror: str, *, exact: bool) -> None:
        """Read nothing yet; `mirror` is any of the session's."""
        self._mirra, self._id, self._mirror, self._exact = mirra, session_id, mirror, exact
        self._lock = asyncio.Lock()
        self._streams = False
        """Whether this Mirra has the log as a stream alone."""
        self._streamed: list[Event] = []
        """The newest entries that such a stream told."""
        self.threads = Threads(exact=exact)

    async def catch_up(self, wait: float = 0.0, *, whole: bool = False) -> None:
        """Read what is new; with nothing there, wait for it so many seconds.

        At first only the newest entries are read, unless the `whole` log is wanted.

        Raises:
            MirraError: the log can't be read.
        """
        if wait:
            await self._hear(wait)
        async with self._lock:
            if whole and self.threads.start:
                self.threads = Threads(exact=self._exact)
            elif not whole and not self.threads.last:
                start = max(await self._newest() - RECENT, 0)
                self.threads = Threads(exact=self._exact, start=start)
            while await self._read():
                pass

    async def _newest(self) -> int:
        """Return the number of the newest entry: where a search that finds nothing ends."""
        try:
            page = await self._mirra.events_page(
                self._id, limit=1, types=["evaluation.criterion_graded"], mirror=self._mirror
            )
        except MirraError as error:
            if error.code not in UNPAGED:
                raise
            return 0
        return page.next_after

    async def entries(
        self, first: int, last: int, types: Sequence[str] = (), mirror: str | None = None
    ) -> list[Event]:
        """Return entries of the log as they were told, of some types and of one mirror or of all.

        Raises:
            MirraError: the log can't be read.
        """
        if self._streams:
            return [
                each
                for each in self._streamed
                if first <= each.id <= last and (not types or each.type in types)
                if mirror is None or each.data.get("mirror") == mirror
            ]
        found: list[Event] = []
        after = first - 1
        while after < last:
            page = await self._mirra.events_page(
                self._id,
                after=after,
                limit=min(last - after, AT_ONCE),
                types=types or None,
                mirror=mirror,
            )
            found += [each for each in page.events if each.id <= last]
            if not page.events:
                break
            after = page.events[-1].id
        return found

    async def _hear(self, wait: float) -> None:
        if self._streams:
            await asyncio.sleep(1)
            return
        after = self.threads.last
        await self._mirra.events_page(self._id, after=after, limit=1, wait=wait)

    async def _read(self) -> bool:
        """Read a page; tell whether there is more."""
        if self._streams:
            found = await self._stream()
            self._streamed = [*self._streamed, *found][-KEPT:]
            self.threads.read(found, is_end=True)
            return False
        after = self.threads.last
        try:
            page = await self._mirra.events_page(self._id, after=after, limit=AT_ONCE)
        except MirraError as error:
            if error.code not in UNPAGED:
                raise
            self._streams = True
            return True
        more = len(page.events) == AT_ONCE
        self.threads.read(page.events, is_end=not more)
        return more

    async def _stream(self) -> list[Event]:
        found: list[Event] = []
        async with aclosing(self._mirra.events(self._id, after=self.threads.last)) as stream:
            while True:
                try:
                    async with asyncio.timeout(QUIET):
                        found.append(await anext(stream))
                except (TimeoutError, StopAsyncIteration):
                    return found


async def chronicle(seeing: Visit, *, whole: bool = False) -> Chronicle:
    """Return the timeline of the session that a page is about, up to now.

    Of a long log only the newest entries, unless the `whole` is wanted.

    Raises:
        MirraError: its log can't be read.
    """
    session = seeing.session
    assert session is not None
    known = _known(seeing.request)
    found = known.pop(session.session_id, None)
    if found is None:
        exact, mirror = session.clock is not None, session.mirrors[0].vendor
        found = Chronicle(seeing.mirra, session.session_id, mirror, exact=exact)
    known[session.session_id] = found
    while len(known) > MOST:
        del known[next(iter(known))]
    try:
        await found.catch_up(whole=whole)
    except MirraError as error:
        if error.code != "mirra.session.ended" or not found.threads.last:
            raise
    return found


def _known(request: Request) -> dict[str, Chronicle]:
    state = request.app.state
    if not hasattr(state, "chronicles"):
        state.chronicles = {}
    known: dict[str, Chronicle] = state.chronicles
    return known
