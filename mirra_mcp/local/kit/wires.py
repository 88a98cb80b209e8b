"""WebSockets that mirrors hold open with an application: what is sent over them, and what comes.

A mirror opens one by a delivery whose method is `OPEN`, speaks by those with `SEND`, and hangs up
by one with `CLOSE`; which of them it is, the delivery's `ref` says. What the application sends is
handed to the mirror in the order in which it came, several messages at a time if they came fast.
"""

import asyncio
import contextlib
import logging
import ssl
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import orjson

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.webhooks import CLOSE, OPEN, TAKEN, Letter, Outcome, Parcel

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

log = logging.getLogger("mirra_mcp.local")

OPENS_WITHIN = 10.0
"""Seconds that an application has to accept a connection."""
TAKES_WITHIN = 10.0
"""Seconds that it has to take what is sent to it."""
CLOSES_WITHIN = 1.0
"""Seconds that it has to close its end."""
LONGEST = 1024 * 1024
"""Bytes of a message; at a longer one the connection is closed with 1009."""
AT_ONCE = 64
"""Messages that a mirror acts on in one transaction, and that wait for it at most."""
BROKEN = 1006
"""The code of a connection that ended without one."""


@dataclass(eq=False)
class Wire:
    """An open connection."""

    id: str
    session: Session
    mirror: Mirror
    socket: "ClientConnection"
    came: "asyncio.Queue[str | bytes | None]" = field(
        default_factory=lambda: asyncio.Queue(AT_ONCE)
    )
    deadline: float = 0.0
    """Until when an answer is awaited, in the loop's time."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    @property
    def code(self) -> int:
        """Why it was closed: by the application, or over what the application sent."""
        protocol = self.socket.protocol
        if protocol.close_sent is not None and not protocol.close_rcvd_then_sent:
            return int(protocol.close_sent.code)
        return self.socket.close_code or BROKEN


class Wires:
    """The open connections of a process."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Wire] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def post(
        self, session: Session, mirror: Mirror, parcel: Parcel, letter: Letter
    ) -> Outcome:
        """Make, use or close a connection as a delivery says."""
        start = perf_counter()
        error = None
        wire = self._open.get((session.id, parcel.wire or ""))
        if parcel.method == OPEN and wire is None:
            error = await self._make(session, mirror, parcel, letter)
            wire = self._open.get((session.id, parcel.wire or ""))
        elif wire is None and parcel.method != CLOSE:
            error = "The connection is closed."
        if error is None and wire is not None:
            error = await self._say(wire, parcel, letter)
        took = (perf_counter() - start) * 1000
        return Outcome(None if error else TAKEN, error, took, is_final=True)

    async def _make(
        self, session: Session, mirror: Mirror, parcel: Parcel, letter: Letter
    ) -> str | None:
        """Open a connection; return what went wrong."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus, WebSocketException

        class Straight(connect):
            """A connection to the very address: a redirect is a refusal, as it may lead away."""

            def process_redirect(self, exc: Exception) -> Exception | str:
                return exc

        agent = letter.headers.get("user-agent")
        is_secure = letter.url.startswith("wss:")
        context = await asyncio.to_thread(ssl.create_default_context) if is_secure else None
        try:
            socket = await Straight(
                letter.url,
                additional_headers={
                    name: value for name, value in letter.headers.items() if name != "user-agent"
                },
                user_agent_header=agent,
                ssl=context,
                compression=None,
                proxy=None,
                open_timeout=OPENS_WITHIN,
                close_timeout=CLOSES_WITHIN,
                ping_interval=None,
                max_size=LONGEST,
            )
        except InvalidStatus as refused:
            status = refused.response.status_code
            return f"The receiver answered {status} instead of opening a WebSocket."
        except TimeoutError:
            return f"The receiver did not answer within {OPENS_WITHIN:.0f} s."
        except ConnectionError:
            return f"Nothing accepts connections at {letter.url}."
        except (WebSocketException, OSError, ValueError, EOFError) as broken:
            return f"The receiver broke off: {type(broken).__name__}."
        wire = Wire(parcel.wire or "", session, mirror, socket)
        if not session.is_open:
            await socket.close()
            return "The session is over."
        loop = asyncio.get_running_loop()
        session.on_swap = lambda vendor: loop.call_soon_threadsafe(self.cut, session.id, vendor)
        self._open[session.id, wire.id] = wire
        wire.tasks = [
            asyncio.ensure_future(self._listen(wire)),
            asyncio.ensure_future(self._hand_over(wire)),
        ]
        return None

    async def _say(self, wire: Wire, parcel: Parcel, letter: Letter) -> str | None:
        """Send what a delivery holds; return what went wrong."""
        from websockets.exceptions import ConnectionClosed

        seconds = wire.mirror.awaits(parcel)
        if seconds:
            wire.deadline = asyncio.get_running_loop().time() + seconds
            wire.answered.clear()
        try:
            async with asyncio.timeout(TAKES_WITHIN):
                for text in orjson.loads(letter.content):
                    await wire.socket.send(text)
        except ConnectionClosed:
            return "The receiver closed the connection."
        except TimeoutError:
            wire.socket.transport.abort()
            return f"The receiver did not take it within {TAKES_WITHIN:.0f} s."
        if parcel.method == CLOSE:
            self._forget(wire)
        return None

    async def _listen(self, wire: Wire) -> None:
        """Take what comes, as fast as the mirror acts on it."""
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            while True:
                await wire.came.put(await wire.socket.recv())
        await wire.came.put(None)

    async def _hand_over(self, wire: Wire) -> None:
        """Let the mirror act on what came, until the connection is closed."""
        is_over = False
        while not is_over:
            texts = [await wire.came.get()]
            while not wire.came.empty() and len(texts) < AT_ONCE:
                texts.append(wire.came.get_nowait())
            is_over = texts[-1] is None
            said = [each for each in texts if each is not None]
            async with wire.session.lock:
                if not wire.session.is_open or (wire.session.id, wire.id) not in self._open:
                    return
                if is_over:
                    self._open.pop((wire.session.id, wire.id))
                self._act(wire, said, is_over=is_over)
            await asyncio.sleep(0)

    def _act(self, wire: Wire, said: list[str | bytes], *, is_over: bool) -> None:
        session, mirror = wire.session, wire.mirror
        is_done = is_over
        try:
            with session.unit(mirror, session.clock.now()):
                if said:
                    is_done = mirror.over_wire(wire.id, said) or is_done
                if is_over:
                    mirror.wire_closed(wire.id, wire.code)
        except Exception:
            log.exception("The mirror %s failed over what came to it.", mirror.vendor)
            session.errors += 1
        if is_done:
            wire.deadline = 0.0
            wire.answered.set()

    def _forget(self, wire: Wire) -> None:
        """Close a connection beside everything else."""
        self._open.pop((wire.session.id, wire.id), None)
        wire.deadline = 0.0
        wire.answered.set()
        task = asyncio.ensure_future(_close(wire))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def settle(self, session: Session, most: float) -> bool:
        """Wait until an answer that is awaited has come; tell whether there was any to wait for."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for wire in self._open.values():
            if wire.session is session and wire.deadline > now:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(wire.deadline - now, most)):
                        await wire.answered.wait()
                        return True
                wire.deadline = 0.0
                return True
        return False

    def drop(self, session: Session, parcel: Parcel) -> None:
        """Close what was opened for a delivery that had been given up meanwhile."""
        wire = self._open.get((session.id, parcel.wire or ""))
        if wire is not None and parcel.method == OPEN:
            self._forget(wire)

    def cut(self, session: str, vendor: str | None = None) -> None:
        """Close what is open for a session, or for one of its mirrors."""
        for wire in list(self._open.values()):
            if wire.session.id == session and vendor in (None, wire.mirror.vendor):
                self._forget(wire)

    async def close(self) -> None:
        """Close everything."""
        for wire in list(self._open.values()):
            self._forget(wire)
        await asyncio.gather(*self._closing, return_exceptions=True)


async def _close(wire: Wire) -> None:
    """Say goodbye; what still comes meanwhile is for nobody."""
    try:
        await wire.socket.close()
    finally:
        for task in wire.tasks:
            task.cancel()
        await asyncio.gather(*wire.tasks, return_exceptions=True)
