"""Whatever comes in as MCP is answered: no 500, no traceback, no hang, no library's words."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mirra_mcp.client.client import MirraClient
from mirra_mcp.server import cards
from tests.fuzz.messages import messages
from tests.fuzz.requests import SCALE
from tests.fuzz.targets import HANDFUL, Target, speaking
from tests.transport.serving import serving

HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "fuzz", "version": "1"},
    },
}  # fmt: skip
ACCEPT = {"accept": "application/json, text/event-stream"}
FOREIGN = (b"Traceback", b"pydantic", b"validation error for", b"Input should be")


@pytest.fixture(scope="module")
def door(target: Target) -> Iterator[str]:
    """Where MCP is served, before the Mirra of the other tests."""

    async def connect(token: str | None) -> MirraClient:
        return MirraClient(target.local.url, token or target.local.token)

    with serving(connect) as url:
        yield url


def test_mcp_answers_everything(target: Target, door: str) -> None:
    opened = httpx.post(f"{door}/mcp", json=HELLO, headers=ACCEPT, timeout=20)
    session = opened.headers["mcp-session-id"]
    tools = {name: each["input"] for name, each in cards.schemas().items()}
    known = [each["sessionId"] for each in target.sessions.values()]
    known += [*target.sessions, *target.known("resend")[:20]]
    throw = messages(tools, known, session)

    with speaking(door) as send:

        @settings(
            max_examples=max(int(600 * SCALE) // HANDFUL, 1),
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
                status, body = send(sent)
                assert status < 500, (sent, body)
                assert not any(word in body for word in FOREIGN), (sent, body)
                for answer in answers(body):
                    assert answer["jsonrpc"] == "2.0"
                    assert {"result", "error", "method"} & answer.keys(), (sent, body)
                assert target.heard.records == [], (sent, target.heard.records.pop())

        run()
    target.can_be_read("resend")


def answers(body: bytes) -> Iterator[dict[str, Any]]:
    """The JSON-RPC messages of an answer: JSON, or a stream of events."""
    text = body.decode()
    if text.startswith("{"):
        yield json.loads(text)
    for line in text.splitlines():
        if line.startswith("data: {"):
            yield json.loads(line[6:])
