"""Whatever comes in over HTTP is answered: no 500, no traceback, no hang, a log that can be read.

`MIRRA_FUZZ=100 pytest tests/fuzz` makes a hundred times as many requests, others each time.
"""

import base64
import json
import logging
import random
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from mirra_mcp.local.api.app import ROUTES as CONTROL
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.kit.admin import VERBS as ADMIN
from mirra_mcp.local.marketplace.door import ROUTES as MARKETPLACE
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.settings import Settings
from mirra_mcp.wire import admin, installations, marketplace, runs, sessions
from tests.fuzz.requests import SCALE, Sent, ids_in, names_of, requests

SLOWEST = 20.0
BUSY = {"resend": "transactional-busy", "stripe": "subscription-lifecycle", "twilio": "empty"}
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

    def can_be_read(self) -> None:
        """Log, stream, webhooks and state of every session that is left."""
        for vendor, session in self.sessions.items():
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


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    heard = Heard()
    logging.getLogger().addHandler(heard)
    try:
        with LocalMirra(Settings(data_dir=tmp_path_factory.mktemp("mirra"))) as local:
            target = Target(local, heard)
            yield target
            target.http.close()
    finally:
        logging.getLogger().removeHandler(heard)


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


def fuzz(
    target: Target,
    url: str,
    strategy: st.SearchStrategy[Sent],
    number: int,
) -> None:
    with speaking(url) as send:

        @settings(
            max_examples=max(int(number * SCALE), 1),
            deadline=None,
            database=None,
            derandomize=SCALE == 1,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def run(sent: Sent) -> None:
            began = time.monotonic()
            status, body = send(sent)
            assert status < 500 or status == 501 or (status == 503 and b"no_ports" in body), body
            assert time.monotonic() - began < SLOWEST
            assert target.heard.records == [], target.heard.records.pop()

        run()
    target.can_be_read()
    assert target.heard.records == []


@pytest.mark.parametrize(("vendor", "number"), [("stripe", 350), ("twilio", 220), ("resend", 180)])
def test_the_mirrors_answer_everything(target: Target, vendor: str, number: int) -> None:
    kind = MIRRORS[vendor]
    endpoints = [(each.method, each.path, names_of(each.params)) for each in kind.routes()]
    strategy = requests(endpoints, target.known(vendor), target.key(vendor), kind.encoding)
    fuzz(target, target.url(vendor), strategy, number)


BODIES: dict[str, type[BaseModel]] = {
    "/_mirra/state/reset": admin.ResetState,
    "/_mirra/state/snapshot": admin.TakeSnapshot,
    "/_mirra/state/restore": admin.RestoreSnapshot,
    "/_mirra/webhooks/retry": admin.RetryWebhook,
    "/_mirra/webhooks/forge": admin.ForgeWebhooks,
}


@pytest.mark.parametrize(("vendor", "number"), [("stripe", 60), ("twilio", 60), ("resend", 60)])
def test_their_admin_endpoints_answer_everything(target: Target, vendor: str, number: int) -> None:
    kind, known = MIRRORS[vendor], target.known(vendor)
    endpoints: list[tuple[str, str, Sequence[str]]] = [
        (method, path, names_of(BODIES.get(path)) or ["entity", "id", "where", "limit", "cursor"])
        for path, verbs in ADMIN.items()
        for method in verbs
        if path != "/_mirra/simulate"
    ]
    fuzz(target, target.url(vendor), requests(endpoints, known, {}), number // 2)

    @st.composite
    def simulated(draw: st.DrawFn) -> Sent:
        event = draw(st.sampled_from(list(kind.stories.values())))
        names = [field.alias or name for name, field in event.params.model_fields.items()]
        sent = draw(requests([("POST", "/_mirra/simulate", names)], known, {}))
        try:
            body = json.loads(sent.body or b"{}")
        except ValueError:
            return sent
        if isinstance(body, dict):
            few = {name: value for name, value in body.items() if name in names}
            body = json.dumps({**few, "event": event.event}).encode()
            return Sent("POST", sent.path, sent.headers, body)
        return sent

    fuzz(target, target.url(vendor), simulated(), number)


def test_the_control_plane_answers_everything(target: Target) -> None:
    models: dict[str, type[BaseModel]] = {
        "/v1/sessions": sessions.CreateSession,
        "/v1/sessions/{id}/clock": sessions.MoveClock,
        "/v1/runs": runs.CreateRun,
        "/v1/scenarios/check": runs.CheckScenario,
        "/v1/scenarios/draft": runs.DraftScenario,
    }
    query = ["limit", "cursor", "after", "wait", "types", "mirror", "status", "mode", "afterEvent"]
    endpoints: list[tuple[str, str, Sequence[str]]] = [
        (method, path, names_of(models.get(path)) or query)
        for path, verbs in CONTROL
        for method in verbs
        if (method, path) != ("DELETE", "/v1/sessions/{id}")
    ]
    known = [each["sessionId"] for each in target.sessions.values()] + list(MIRRORS)
    headers = target.token | NEVER_ENDING
    fuzz(target, target.local.url, requests(endpoints, known, headers), 150)


def test_the_marketplace_answers_everything(target: Target) -> None:
    pages = target.http.get("/api/sdk/v1/marketplace").json()
    known = [*dict.fromkeys(ids_in(pages))][:50] or ["x"]
    bodies: list[type[BaseModel]] = [
        marketplace.CreateResource,
        marketplace.UpdateResource,
        installations.Authenticate,
    ]
    names = [name for each in bodies for name in names_of(each)]
    endpoints: list[tuple[str, str, Sequence[str]]] = [
        (method, path, [*names, "resourceId", "method", "params", "parameters"])
        for path, verbs in MARKETPLACE
        for method in verbs
    ]
    fuzz(target, target.local.url, requests(endpoints, known, target.token), 150)


def test_bytes_that_are_no_http_harm_nobody(target: Target) -> None:
    dice = random.Random(1 if SCALE == 1 else None)
    urls = [target.local.url, *(target.url(vendor) for vendor in BUSY)]
    good = b"POST /v1/customers?a=1 HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\n\r\n{}"
    for _ in range(int(120 * SCALE)):
        sent = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            sent[dice.randrange(len(sent))] = dice.randrange(256)
        parts = httpx.URL(dice.choice(urls))
        with socket.create_connection((parts.host, parts.port or 0), timeout=SLOWEST) as line:
            line.sendall(bytes(sent))
            line.shutdown(socket.SHUT_WR)
            answer = line.makefile("rb").read()
        assert not answer.startswith((b"HTTP/1.1 500", b"HTTP/1.1 502")), bytes(sent)
        assert target.heard.records == [], (bytes(sent), target.heard.records)
    target.can_be_read()
