"""Connections: how many, how long a request may take to arrive, and whose they are."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mirra_mcp.local.kit.guard import is_local
from mirra_mcp.local.kit.routes import Answer

Pairs = list[tuple[bytes, bytes]]
AtOnce = Callable[[str, str, Pairs, bytes], Answer | None]
"""Answers a call that is there in full: method, target, headers, body; None: it has to wait."""

PLAIN = {b"GET": "GET", b"POST": "POST", b"PUT": "PUT", b"PATCH": "PATCH", b"DELETE": "DELETE"}
"""The methods of calls that may be answered at once."""
LARGEST = 64 * 1024
"""Bytes of the body of such a call, at most."""
IDLE = 30.0
"""Seconds that a connection may stand still after an answer."""
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
    """One connection, as uvicorn serves it, with bounds.

    A plain call is held back until all of it is there. If it can be answered at once, its answer
    goes out in one write, without a task around it, which is half of what a short call costs.
    uvicorn serves the others.
    """

    most = MOST

    def __init__(self, *args: Any, at_once: AtOnce | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at_once = at_once
        self._held: list[bytes] | None = None
        """The body so far of a call that is held back."""
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
        if self._at_once is not None and self._is_plain():
            self._held = []
        else:
            super().on_headers_complete()

    def _is_plain(self) -> bool:
        """Tell whether a call may be held back: none is under way, and it asks for nothing odd."""
        parser = self.parser
        return (
            parser.get_method() in PLAIN
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and self.url[:1] == b"/"
            and b"#" not in self.url
        )

    def on_body(self, body: bytes) -> None:
        """Hold it back, unless that becomes too much."""
        if self._held is None:
            super().on_body(body)
            return
        self._held.append(body)
        if sum(map(len, self._held)) > LARGEST:
            self._let_go()

    def on_message_complete(self) -> None:
        """Wait for nothing more, and answer at once if that is possible."""
        self._since = None
        if self._held is not None:
            assert self._at_once is not None
            method, target = PLAIN[self.parser.get_method()], self.url.decode("latin-1")
            answer = self._at_once(method, target, self.headers, b"".join(self._held))
            if answer is not None:
                self._held = None
                self._write(answer)
                return
            self._let_go()
        super().on_message_complete()

    def _let_go(self) -> None:
        """Leave a call that was held back to uvicorn."""
        held, self._held = self._held or [], None
        super().on_headers_complete()
        for part in held:
            super().on_body(part)

    def _write(self, answer: Answer) -> None:
        body = answer.encoded()
        lines = [f"{name}: {value}\r\n" for name, value in answer.head(len(body))]
        lines += [
            f"{name.decode()}: {value.decode()}\r\n"
            for name, value in self.server_state.default_headers
        ]
        head = "".join(lines).encode("latin-1", "replace")
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[answer.status], head, body))
        self.server_state.total_requests += 1
        self._since, self._limit = self.loop.time(), IDLE

    def shutdown(self) -> None:
        """End after the answer to a call that is under way."""
        if self._held is not None:
            self._let_go()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        super().connection_lost(exc)
        self.app_state = {}

    def is_late(self, now: float) -> bool:
        """Tell whether a request has taken too long to arrive, or none has come for long."""
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
