"""A Mirra to throw requests at, what is heard from it, and a line to it."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

import httpx

from mirra_mcp.local.app import LocalMirra
from tests.fuzz.requests import Sent, ids_in

SLOWEST = 20.0
"""Seconds that an answer may take."""
HANDFUL = 20
"""Requests that are thrown in a row."""
BUSY = {
    "clerk": "empty",
    "resend": "transactional-busy",
    "stripe": "subscription-lifecycle",
    "twilio": "empty",
}
NEVER_ENDING = {"accept": "application/json"}
"""Streams aren't read to their end here."""


class Heard(logging.Handler):
    """Keeps what would be a traceback on standard error."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.levelno >= logging.ERROR:
            self.records.append(self.format(record))


class Target:
    """A Mirra of all mirrors with a session of each, and what was heard from it."""

    def __init__(self, local: LocalMirra, heard: Heard) -> None:
        self.local, self.heard = local, heard
        self.token = {"authorization": f"Bearer {local.token}"}
        self.http = httpx.Client(base_url=local.url, headers=self.token, timeout=60, verify=False)
        self.sessions: dict[str, dict[str, Any]] = {}
        for vendor, fixture in BUSY.items():
            wanted = {
                "mirrors": [vendor],
                "seeds": {vendor: fixture},
                "clock": "2026-05-04T12:00:00Z",
            }
            answer = self.http.post("/v1/sessions", json=wanted)
            assert answer.status_code == 201, answer.text
            self.sessions[vendor] = answer.json()

    def url(self, vendor: str) -> str:
        return str(self.sessions[vendor]["mirrors"][0]["url"])

    def known(self, vendor: str) -> list[str]:
        state = httpx.get(f"{self.url(vendor)}/_mirra/state?limit=4", timeout=60).json()
        return [*dict.fromkeys(ids_in(state["state"]))][:200] or ["x"]

    def key(self, vendor: str) -> dict[str, str]:
        env = self.sessions[vendor]["mirrors"][0]["env"]
        if vendor == "twilio":
            pair = f"{env['TWILIO_ACCOUNT_SID']}:{env['TWILIO_AUTH_TOKEN']}"
            return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        key = next(
            value for name, value in env.items() if name.endswith(("_API_KEY", "_SECRET_KEY"))
        )
        return {"authorization": f"Bearer {key}"}

    def can_be_read(self, *vendors: str) -> None:
        """Log, stream, webhooks and state of the sessions of these, or of all."""
        for vendor, session in self.sessions.items():
            if vendors and vendor not in vendors:
                continue
            path = f"/v1/sessions/{session['sessionId']}"
            if self.http.get(path).json()["status"] != "ready":
                continue
            after, last = 0, -1
            while after != last:
                last = after
                page = self.http.get(
                    f"{path}/events?after={after}&limit=1000", headers=NEVER_ENDING
                )
                assert page.status_code == 200, page.text[:500]
                after = page.json()["nextAfter"]
            with self.http.stream("GET", f"{path}/events") as stream:
                seen = 0
                for line in stream.iter_lines():
                    if line.startswith("data: "):
                        json.loads(line[6:])
                        seen += 1
                    if seen == after:
                        break
            assert self.http.get(f"{path}/webhooks?limit=100").status_code == 200
            state = httpx.get(f"{self.url(vendor)}/_mirra/state", timeout=60)
            assert state.status_code == 200, state.text[:500]


@contextmanager
def speaking(url: str) -> Iterator[Callable[[Sent], tuple[int, bytes]]]:
    """One connection for many requests."""
    parts = httpx.URL(url)
    line = HTTPConnection(parts.host, parts.port, timeout=SLOWEST)

    def send(sent: Sent) -> tuple[int, bytes]:
        headers = {
            name: value.encode("latin-1", "replace").decode("latin-1").strip()
            for name, value in sent.headers.items()
        }
        try:
            line.request(sent.method, sent.path, sent.body, headers)
            answer: HTTPResponse = line.getresponse()
            return answer.status, answer.read()
        except (HTTPException, ConnectionError):
            line.close()  # closed by the other side between two requests: once more
            line.request(sent.method, sent.path, sent.body, headers)
            answer = line.getresponse()
            return answer.status, answer.read()

    try:
        yield send
    finally:
        line.close()
