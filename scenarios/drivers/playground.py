"""What the example drivers share: calls over HTTP, a webhook handler, and the session's clock.

A driver is any command. These use nothing but Python's standard library, so that they run anywhere;
yours would start your application and talk to it.
"""

import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE = 300
"""Seconds that a webhook's timestamp may be old, as the vendors' libraries have it."""


def call(
    method: str,
    url: str,
    *,
    key: str = "",
    body: dict[str, Any] | None = None,
    form: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Make a call, with a JSON body or a form, and return the answer's JSON."""
    sent = {"authorization": f"Bearer {key}"} if key else {}
    content = None
    if body is not None:
        sent["content-type"], content = "application/json", json.dumps(body).encode()
    elif form is not None:
        sent["content-type"] = "application/x-www-form-urlencoded"
        content = urllib.parse.urlencode(form, doseq=True).encode()
    asked = urllib.request.Request(url, content, sent | (headers or {}), method=method)
    try:
        with _direct.open(asked, timeout=20) as answer:
            return dict(json.loads(answer.read() or b"{}"))
    except urllib.error.HTTPError as refused:
        raise SystemExit(f"{method} {url}: {refused.code} {refused.read().decode()}") from None


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def mirror(vendor: str) -> str:
    """Return the address of a vendor's mirror in this attempt."""
    return str(json.loads(os.environ["MIRRA_MIRRORS"])[vendor])


def advance(span: str) -> None:
    """Let the session's time pass; when this returns, every webhook due by then was delivered."""
    session, url = os.environ["MIRRA_SESSION_ID"], os.environ["MIRRA_API_URL"]
    key = os.environ["MIRRA_TOKEN"]
    call("POST", f"{url}/v1/sessions/{session}/clock", key=key, body={"advance": span})


def simulate(vendor: str, event: str, **params: Any) -> dict[str, Any]:
    """Let the world do something to the account: a bounce, a declined card."""
    return call("POST", f"{mirror(vendor)}/_mirra/simulate", body={"event": event, **params})


def is_recent(timestamp: str) -> bool:
    """Whether a webhook's timestamp is of these minutes."""
    return timestamp.isdecimal() and abs(time.time() - int(timestamp)) <= TOLERANCE


Answer = int | tuple[str, str]
"""A status, or what is answered with 200: its content type and its text."""
Webhook = Callable[[dict[str, str], bytes], Answer]
"""Takes a webhook's headers, in lower case and with its `:path`, and its raw body."""


@contextmanager
def handling(take: Webhook) -> Iterator[str]:
    """Serve webhooks on a free port of this machine; gives their address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = take(headers | {":path": self.path}, body)
            status, kind, text = (answer, "", "") if isinstance(answer, int) else (200, *answer)
            content = text.encode()
            self.send_response(status)
            if kind:
                self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    finally:
        server.shutdown()
        server.server_close()
