"""A webhook receiver on a free loopback port, and the check that a handler of yours should make.

Source: https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

import base64
import binascii
import hmac
import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        """The body, parsed."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    def is_signed_with(self, secret: str) -> bool:
        """Whether one of its signatures was made with this `whsec_...` secret."""
        message_id, sent = self.headers.get("svix-id", ""), self.headers.get("svix-timestamp", "")
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return False
        signed = f"{message_id}.{sent}.".encode() + self.body
        expected = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        offered = self.headers.get("svix-signature", "").split()
        return any(hmac.compare_digest(f"v1,{expected}", each) for each in offered)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A server that answers 200 and keeps what it was sent."""

    url: str
    inbox: queue.Queue[Received]

    def next(self, *, timeout: float) -> Received | None:
        """Wait for the next webhook; None when none came in time."""
        try:
            return self.inbox.get(timeout=timeout)
        except queue.Empty:
            return None


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen for webhooks until the block ends."""
    inbox: queue.Queue[Received] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()
            inbox.put(Received({k.lower(): v for k, v in self.headers.items()}, body))

        def log_message(self, *_: Any) -> None:
            """Say nothing: standard error is the user's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_address[1]}/webhooks", inbox)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
