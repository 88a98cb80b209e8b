"""Connections: how many, how long a request may take to arrive, and whose they are."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mirra_mcp.local.kit.guard import is_local

HEAD = 20.0
"""Seconds that the head of a request may take to arrive, from its first byte or the connection."""
BODY = 120.0
"""Seconds that its body may take."""
MOST = 10_000
"""Connections at a time; fewer where the system grants fewer file handles."""
_FULL = (
    b'{"error":{"code":"mirra.busy","message":"Too many connections are open.",'
    b'"hint":"Close those that are no longer needed."}}'
)
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
)


class Connection(HttpToolsProtocol):
    """One connection, as uvicorn serves it, with bounds."""

    most = MOST

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._since: float | None = None
        self._limit = HEAD
        self._owner: int | None = None
        self._is_owner_known = False
        self.app_state = {**self.app_state, "connection": self}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, or say that there are too many."""
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > self.most:
            transport.write(FULL)
            transport.close()

    def on_message_begin(self) -> None:
        """Begin to wait for the head."""
        self._since, self._limit = self.loop.time(), HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to wait for the body."""
        self._since, self._limit = self.loop.time(), BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for nothing more."""
        self._since = None
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        super().connection_lost(exc)
        self.app_state = {}

    def is_late(self, now: float) -> bool:
        """Tell whether a request has taken too long to arrive."""
        return self._since is not None and now - self._since > self._limit

    def cut(self) -> None:
        """Close it without a word, at once."""
        self.transport.abort()

    def is_of_another_user(self) -> bool:
        """Tell whether another user's process is at the other end; False where none can tell.

        Another machine's is: mirrors in a container listen on more than loopback.

        Linux lists the connections of this machine with their owners.
        """
        if self.client and not is_local(self.client[0]):
            return True
        if not self._is_owner_known and self.client and self.server:
            self._owner = owner_of(self.client[1], cast("int", self.server[1]))
            self._is_owner_known = True
        return self._owner not in (None, 0, _me())


def owner_of(port: int, peer: int) -> int | None:
    """Return the user id behind a connection from `port` to `peer` on this machine, if known."""
    if not sys.platform.startswith("linux"):
        return None
    ends = (f":{port:04X}", f":{peer:04X}")
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split(maxsplit=8)
            if fields[1].endswith(ends[0]) and fields[2].endswith(ends[1]):
                return int(fields[7])
    return None


def _me() -> int | None:
    return None if sys.platform == "win32" else os.getuid()
