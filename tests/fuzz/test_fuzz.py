"""Whatever comes in over HTTP is answered: no 500, no traceback, no hang, a log that can be read.

`MIRRA_FUZZ=100 pytest tests/fuzz` makes a hundred times as many requests, others each time.
"""

import json
import socket
import time
from collections.abc import Sequence
from random import Random

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from mirra_mcp.local.api.app import ROUTES as CONTROL
from mirra_mcp.local.kit.admin import VERBS as ADMIN
from mirra_mcp.local.marketplace.door import ROUTES as MARKETPLACE
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.wire import admin, installations, marketplace, runs, sessions
from tests.fuzz.requests import SCALE, Sent, Throw, ids_in, names_of, requests, value
from tests.fuzz.targets import BUSY, HANDFUL, NEVER_ENDING, SLOWEST, Target, speaking


def fuzz(target: Target, url: str, throw: Throw, number: int, *vendors: str) -> None:
    """Make so many requests, a handful at a time; a failing handful is told as short as can be."""
    with speaking(url) as send:

        @settings(
            max_examples=max(int(number * SCALE) // HANDFUL, 1),
            deadline=None,
            database=None,
            derandomize=SCALE == 1,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(st.integers(0, 2**32), min_size=HANDFUL, max_size=HANDFUL))
        def run(seeds: list[int]) -> None:
            for seed in seeds:
                sent = throw(Random(seed))
                began = time.monotonic()
                status, body = send(sent)
                assert status < 500 or status == 501 or (status == 503 and b"no_ports" in body), (
                    body
                )
                assert time.monotonic() - began < SLOWEST, sent
                assert target.heard.records == [], (sent, target.heard.records.pop())

        run()
    target.can_be_read(*vendors)
    assert target.heard.records == []


@pytest.mark.parametrize(
    ("vendor", "number"), [("stripe", 1200), ("twilio", 800), ("resend", 600), ("clerk", 400)]
)
def test_the_mirrors_answer_everything(target: Target, vendor: str, number: int) -> None:
    kind = MIRRORS[vendor]
    endpoints = [(each.method, each.path, names_of(each.params)) for each in kind.routes()]
    throw = requests(endpoints, target.known(vendor), target.key(vendor), kind.encoding)
    fuzz(target, target.url(vendor), throw, number, vendor)


BODIES: dict[str, type[BaseModel]] = {
    "/_mirra/state/reset": admin.ResetState,
    "/_mirra/state/snapshot": admin.TakeSnapshot,
    "/_mirra/state/restore": admin.RestoreSnapshot,
    "/_mirra/webhooks/retry": admin.RetryWebhook,
    "/_mirra/webhooks/forge": admin.ForgeWebhooks,
}


@pytest.mark.parametrize(("vendor", "number"), [("stripe", 200), ("twilio", 200), ("resend", 200)])
def test_their_admin_endpoints_answer_everything(target: Target, vendor: str, number: int) -> None:
    kind, known = MIRRORS[vendor], target.known(vendor)
    endpoints: list[tuple[str, str, Sequence[str]]] = [
        (method, path, names_of(BODIES.get(path)) or ["entity", "id", "where", "limit", "cursor"])
        for path, verbs in ADMIN.items()
        for method in verbs
        if path != "/_mirra/simulate"
    ]
    fuzz(target, target.url(vendor), requests(endpoints, known, {}), number // 2, vendor)

    def simulated(dice: Random) -> Sent:
        event = dice.choice(list(kind.stories.values()))
        names = [field.alias or name for name, field in event.params.model_fields.items()]
        given = {name: value(dice, known, names) for name in names if dice.randrange(3)}
        body = json.dumps({**given, "event": event.event}).encode()
        return Sent("POST", "/_mirra/simulate", {"content-type": "application/json"}, body)

    fuzz(target, target.url(vendor), simulated, number, vendor)


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
    fuzz(target, target.local.url, requests(endpoints, known, headers), 500)


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
    fuzz(target, target.local.url, requests(endpoints, known, target.token), 500)


def test_bytes_that_are_no_http_harm_nobody(target: Target) -> None:
    dice = Random(1 if SCALE == 1 else None)
    urls = [target.local.url, *(target.url(vendor) for vendor in BUSY)]
    good = b"POST /v1/customers?a=1 HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\n\r\n{}"
    for _ in range(int(200 * SCALE)):
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
