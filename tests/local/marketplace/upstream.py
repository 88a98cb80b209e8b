"""A resource's own API on loopback, scripted byte by byte, that remembers what it was sent."""

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Script = Callable[[Request, socket.socket], bytes | None]


def answer(body: Any, status: int = 200, **headers: str) -> bytes:
    """An honest HTTP answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = {"content-type": "application/json", "content-length": str(len(content))}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + content


@dataclass
class Upstream:
    """The API: `scripts` by path; everything else is answered with what was asked."""

    port: int = 0
    scripts: dict[str, Script] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, path: str, reply: bytes | Script) -> None:
        """Answer a path with these bytes, or as a function says."""
        self.scripts[path] = reply if callable(reply) else lambda request, sock: reply

    def last(self) -> Request:
        return self.requests[-1]

    def echo(self, request: Request) -> bytes:
        return answer({"path": request.path, "query": request.query})


@contextmanager
def serving() -> Iterator[Upstream]:
    """Listen until the test is done."""
    upstream = Upstream()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            request = _read(self.rfile)
            if request is None:
                return
            upstream.requests.append(request)
            script = upstream.scripts.get(request.path)
            reply = script(request, self.request) if script else upstream.echo(request)
            if reply:
                self.wfile.write(reply)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 200

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A caller that hangs up is what some of these tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        upstream.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield upstream
        finally:
            upstream.ending.set()
            server.shutdown()
            thread.join(5)


def _read(file: Any) -> Request | None:
    line = file.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    while (raw := file.readline().decode("latin-1").strip()) != "":
        name, _, value = raw.partition(":")
        headers[name.lower()] = value.strip()
    body = file.read(int(headers.get("content-length", "0")))
    return Request(line[0], line[1], headers, body)
