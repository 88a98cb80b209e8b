"""A webhook receiver on loopback that answers, stalls or hangs up as it is told."""

import json
import queue
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Received:
    """One delivery as the receiver saw it."""

    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    url: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The parameters of a form, or of a GET request's query."""
        text = urlsplit(self.url).query if self.method == "GET" else self.body.decode()
        return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))


@dataclass(frozen=True)
class Reply:
    """An answer with a body."""

    text: str
    status: int = 200
    content_type: str = "text/xml"
    location: str = ""


@dataclass
class Receiver:
    """What came in, and what to answer next: a status, a reply, or `stall`."""

    url: str = ""
    inbox: "queue.Queue[Received]" = field(default_factory=queue.Queue)
    answers: deque[int | str | Reply] = field(default_factory=deque)
    go_on: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Received:
        """Wait for the next delivery."""
        return self.inbox.get(timeout=5)


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port, maybe with a certificate to show."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver.answers.popleft() if receiver.answers else 200
            origin = receiver.url.removesuffix("/hook")
            receiver.inbox.put(Received(headers, body, self.command, origin + self.path))
            if answer == "stall":
                receiver.go_on.wait(20)
                answer = 200
            reply = answer if isinstance(answer, Reply) else Reply("", int(answer))
            content = reply.text.encode()
            self.send_response(reply.status)
            if content:
                self.send_header("content-type", reply.content_type)
            if reply.location:
                self.send_header("location", reply.location)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    scheme = "http" if tls is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield receiver
    finally:
        receiver.go_on.set()
        server.shutdown()
        server.server_close()
