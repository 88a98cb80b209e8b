"""A port for every mirror, all served by one uvicorn server on one loop."""

import asyncio
import errno
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import uvicorn

from mirra_mcp.local.kit.connections import Connection, Pairs
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.settings import Settings

App = Callable[[Any, Any, Any], Awaitable[None]]
_TAKEN = {errno.EADDRINUSE} | ({errno.EACCES} if sys.platform == "win32" else set())
GRACE = 1.0
"""Seconds that an answer under way gets when the server ends."""


class Site(Protocol):
    """What is behind a port: an app that can answer plain calls at once."""

    def at_once(self, method: str, target: str, headers: Pairs, body: bytes) -> Answer | None:
        """Answer a call, if nobody has to be waited for."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer any call."""


class Ports:
    """Listens on loopback ports and hands each one's requests to the app behind it."""

    def __init__(self, settings: Settings, control: App, otherwise: App) -> None:
        self._host = settings.host
        self._mirrors_at = settings.mirror_host or settings.host
        self._mirrors_named = settings.mirror_name
        self._within = settings.mirror_ports
        self._control = control
        self._otherwise = otherwise
        self._sites: dict[int, Site] = {}
        self._servers: dict[int, asyncio.Server] = {}
        config = uvicorn.Config(
            self._dispatch,
            http=Connection,
            interface="asgi3",
            proxy_headers=False,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
        )
        config.load()
        self.server = Server(config)

    async def _dispatch(self, scope: Any, receive: Any, send: Any) -> None:
        port = scope["server"][1]
        if port == self.control_port:
            await self._control(scope, receive, send)
        else:
            await self._sites.get(port, self._otherwise)(scope, receive, send)

    def bind(self, port: int) -> socket.socket:
        """Take the port of the control plane; 0 is any free one.

        Raises:
            OSError: it is taken, or this machine lacks the mirrors' address, which it names then.
        """
        if self._mirrors_at != self._host:
            try:
                _bound(self._mirrors_at, 0).close()
            except OSError as error:
                raise OSError(error.errno, error.strerror, self._mirrors_at) from None
        sock = _bound(self._host, port)
        self.control_port: int = sock.getsockname()[1]
        return sock

    @property
    def control_url(self) -> str:
        """Return where the control plane is."""
        return f"http://{_bracketed(self._host)}:{self.control_port}"

    async def open(self, site: Site, port: int = 0) -> int:
        """Serve `site` on a free port, or on `port` if that is free; return the port.

        Raises:
            OSError: no port or file handle is left.
            Refusal: all ports that it may have are taken.
        """
        sock = self._free(port)
        taken: int = sock.getsockname()[1]
        config = self.server.config

        def at_once(method: str, target: str, headers: Pairs, body: bytes) -> Answer | None:
            here = self._sites.get(taken)
            return None if here is None else here.at_once(method, target, headers, body)

        def protocol() -> asyncio.Protocol:
            state = self.server.server_state
            return Connection(config=config, server_state=state, app_state={}, at_once=at_once)

        loop = asyncio.get_running_loop()
        self._servers[taken] = await loop.create_server(protocol, sock=sock, backlog=256)
        self._sites[taken] = site
        return taken

    def _free(self, port: int) -> socket.socket:
        within = self._within
        wanted = (port, *within) if port and within and port in within else (within or (port, 0))
        for each in dict.fromkeys(wanted):
            if each in self._servers:
                continue
            try:
                return _bound(self._mirrors_at, each)
            except OSError as error:
                if not each or (within and error.errno not in _TAKEN):
                    raise
        assert within is not None
        raise _all_taken(within, sum(each in self._servers for each in within))

    def url(self, port: int) -> str:
        """Return the address of the mirror on a port."""
        return f"http://{_bracketed(self._mirrors_named)}:{port}"

    def close(self, port: int) -> None:
        """Stop listening on a mirror's port."""
        self._sites.pop(port, None)
        if server := self._servers.pop(port, None):
            server.close()


class Server(uvicorn.Server):
    """uvicorn, which looks every 0.1 s whether it should end; this one is told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def end(self) -> None:
        """Stop serving now."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Keep the `date` of answers current until the end, and close what takes too long."""
        loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            now = loop.time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection) and connection.is_late(now):
                    connection.cut()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers that are under way end; who doesn't read them to the end is cut off."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._idle(GRACE)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self._idle(GRACE)

    async def _idle(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)  # uvicorn tells nobody when the last one goes


def _all_taken(within: range, ours: int) -> Refusal:
    others = len(within) - ours
    by = [f"{ours} by mirrors of this Mirra"] if ours else []
    by += [f"{others} by other programs"] if others else []
    return Refusal(
        409,
        "mirra.session.no_ports",
        f"No port is left for another mirror: mirrors may have {within.start}-{within.stop - 1},"
        f" and all of these are taken, {' and '.join(by)}.",
        "End sessions that are no longer needed, or stop what else uses these ports, or give more"
        " of them with --mirror-ports or MIRRA_MIRROR_PORTS.",
    )


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        can_reuse = sys.platform != "win32"  # there it would let two servers share a port
        if port and can_reuse:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        if can_reuse:  # its connections, too, when they linger after a crash: they inherit this
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.listen(256)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _bracketed(host: str) -> str:
    """Return a host as URLs name it."""
    return f"[{host}]" if ":" in host else host
