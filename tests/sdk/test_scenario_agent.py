"""An MCP client plays the driver of a scenario, three attempts long, each better than the last.

Source: https://docs.mirra.run/concepts/scenarios
"""

import json
import queue
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from svix.webhooks import Webhook, WebhookVerificationError

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.settings import Settings
from tests.server.conftest import Agent, Mode
from tests.standing.project import ROOT

pytestmark = pytest.mark.anyio

SCENARIO = ROOT / "scenarios" / "welcome-email.md"


@dataclass
class Handler:
    """The webhook handler of the app that the agent writes."""

    verifies: bool = True
    secret: str = ""
    url: str = ""
    bounced: "queue.Queue[str]" = field(default_factory=queue.Queue)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        if self.verifies:
            try:
                Webhook(self.secret).verify(body, headers)
            except WebhookVerificationError:
                return 401
        event = json.loads(body)
        if event["type"] == "email.bounced":
            self.bounced.put(event["data"]["to"][0])
        return 200


@contextmanager
def handling(*, verifies: bool) -> Iterator[Handler]:
    """Run the handler on a free port."""
    handler = Handler(verifies)

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(handler.take(headers, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield handler
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Protocol 2026-07-28, or the handshake of 2025-11-25 and before."""
    era: Mode = request.param
    return era


@pytest.fixture
async def agent(tmp_path: Path, mode: Mode) -> AsyncIterator[Agent]:
    """An agent on an embedded Mirra of its own."""
    with LocalMirra(Settings(data_dir=tmp_path / "data")) as local:

        async def connect(token: str | None) -> MirraClient:
            return MirraClient(local.url, local.token)

        async with Client(build_server(connect, Settings()), mode=mode) as client:
            yield Agent(client)


async def attempt(agent: Agent, *, verifies: bool, minds_bounces: bool) -> None:
    """Do what the prompt asks, well or less well."""

    async def request(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await agent.call("mirra_session_request", method="POST", path=path, body=body)
        assert answer["status"] in (200, 201), answer["body"]
        found: dict[str, Any] = answer["body"]
        return found

    with handling(verifies=verifies) as handler:
        events = ["email.sent", "email.bounced"]
        hook = await request("/webhooks", {"endpoint": handler.url, "events": events})
        handler.secret = hook["signing_secret"]
        email = await request(
            "/emails",
            {
                "from": "hello@mail.acme.com",
                "to": ["alice@example.com"],
                "subject": "Welcome to Acme",
                "text": "Hi Alice, glad that you are here.",
            },
        )
        await agent.call(
            "mirra_session_simulate", event="email.bounced", params={"emailId": email["id"]}
        )
        await agent.call("mirra_session_clock", advance="10 seconds")
        address = await anyio.to_thread.run_sync(handler.bounced.get, True, 5)
        if minds_bounces:
            await request("/contacts", {"email": address, "unsubscribed": True})


async def graded(agent: Agent, run: str, number: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Finish an attempt, judging what is left to judge; return the answer and the results."""
    waits = await agent.call("mirra_run_finish", run=run, attempt=number)
    assert waits["phase"] == "judging"
    verdicts = []
    for packet in waits["judge"]:
        assert "Hi Alice, glad that you are here." in packet["packet"]
        verdicts.append({"criterion": packet["criterion"], "result": "pass"})
    answer = await agent.call("mirra_run_finish", run=run, attempt=number, verdicts=verdicts)
    last = answer["attempts"][-1]
    assert last["attempt"] == number
    shown = {each["label"]: each["result"] for each in last["criteria"]}
    return answer, {label: result for label, result in shown.items() if result != "pass"}


async def test_an_agent_gets_better_from_attempt_to_attempt(agent: Agent) -> None:
    begun = await agent.call("mirra_scenario_run", path=str(SCENARIO), timeout_seconds=600)
    text = SCENARIO.read_text(encoding="utf-8")
    hidden = [line[2:] for line in text.splitlines() if line.startswith(("- check:", "- judge:"))]
    assert (begun["attempt"], begun["of"], len(hidden)) == (1, 3, 8)
    for criterion in hidden:
        assert criterion.partition(": ")[2] not in json.dumps(begun)
    assert begun["prompt"].startswith("When `alice@example.com` signs up")
    run = begun["runId"]

    await attempt(agent, verifies=False, minds_bounces=False)
    answer, failures = await graded(agent, run, 1)
    assert failures == {
        "The webhook signature was verified": "fail",
        "The contact `alice@example.com` is unsubscribed": "fail",
    }
    assert (answer["status"], answer["attempt"], answer["phase"]) == (
        "running",
        2,
        "waiting_for_driver",
    )

    state = await agent.call("mirra_session_state", entity="emails")
    assert state["mirrors"][0]["documents"].get("emails", []) == []
    await attempt(agent, verifies=True, minds_bounces=False)
    answer, failures = await graded(agent, run, 2)
    assert failures == {"The contact `alice@example.com` is unsubscribed": "fail"}

    await attempt(agent, verifies=True, minds_bounces=True)
    answer, failures = await graded(agent, run, 3)
    assert failures == {}
    assert answer["status"] == "complete"
    assert answer["summary"] == "Score 88%: 21 of 24 gradings passed."
    scores = {each["label"]: each["passed"] for each in answer["criteria"]}
    assert scores["The webhook signature was verified"] == 2
    assert scores["The contact `alice@example.com` is unsubscribed"] == 1
    assert answer["standardError"] > 0
    kept = await agent.call("mirra_run_get", run=run)
    assert kept["satisfactionScore"] == answer["satisfactionScore"]
