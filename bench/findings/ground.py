"""What the checks stand on: an embedded Mirra, its sessions, a receiver, an agent, the command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from mcp import Client

from bench.common import AGENT, authorization, key_of
from mirra_mcp.client import forms
from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.settings import Settings
from tests.local.receiver import Receiver, receiving

NOON = "2026-05-04T12:00:00Z"
"""A clock that moves only by hand."""


class Wrong(Exception):
    """Something else came than should."""


def expect(held: object, said: object = "") -> None:
    """Go on if it holds.

    Raises:
        Wrong: it doesn't; `said` is what came.
    """
    if not held:
        raise Wrong(str(said)[:300])


@dataclass(frozen=True)
class Finding:
    """A row: its id, what should come, and how to see it."""

    id: str
    what: str
    check: Callable[["Ground"], None]


FINDINGS: list[Finding] = []


def finding(id: str, what: str) -> Callable[[Callable[["Ground"], None]], None]:
    """List the function as the check of a row; it raises `Wrong` where the row isn't held."""

    def mark(check: Callable[["Ground"], None]) -> None:
        FINDINGS.append(Finding(id, what, check))

    return mark


class Mirror:
    """One mirror of a session, spoken to as an app would."""

    def __init__(self, ground: "Ground", session: dict[str, Any], told: dict[str, Any]) -> None:
        self.ground, self.session, self.told = ground, session, told
        self.vendor, self.url, self.env = told["vendor"], told["url"], told["env"]
        self.headers = {"authorization": authorization(key_of(self.vendor, self.env))}
        self.headers["user-agent"] = AGENT

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        """Send bytes as they are, without a key unless one is given; `_` in names is `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = httpx.Request(method, self.url + path, content=body, headers=named)
        return self.ground.plain.send(request)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Call the vendor's API as its SDK would."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None
        if body is not None and (self.vendor == "resend" or path.startswith("/_mirra/")):
            named.setdefault("content-type", "application/json")
            content = json.dumps(body).encode()
        elif body is not None:
            named.setdefault("content-type", "application/x-www-form-urlencoded")
            content = forms.encode(body, repeats=self.vendor == "twilio").encode()
        return self.ground.plain.request(
            method, self.url + path, content=content, headers=self.headers | named
        )

    def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call the API; it must succeed.

        Raises:
            Wrong: it didn't.
        """
        answer = self.call(method, path, body, **headers)
        expect(answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def refused(
        self, method: str, path: str, body: Any = None, status: int = 400, **more: str
    ) -> Any:
        """Call the API; it must refuse with this status. Returns Stripe's `error`, or the body."""
        answer = self.call(method, path, body, **more)
        expect(answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}")
        told = answer.json()
        return told["error"] if self.vendor == "stripe" else told

    def simulate(self, event: str, **params: Any) -> Any:
        """Let the world act."""
        return self.ok("POST", "/_mirra/simulate", {"event": event, **params})

    def advance(self, text: str) -> Any:
        """Move the clock."""
        return self.ground.control("POST", f"{self.path}/clock", {"advance": text})

    def log(self, **query: Any) -> list[dict[str, Any]]:
        """Read the session's log."""
        page = self.ground.http.get(
            f"{self.path}/events",
            params={"limit": 1000, **query},
            headers={"accept": "application/json"},
        )
        expect(page.status_code == 200, page.text)
        return list(page.json()["events"])

    def deliveries(self, **query: Any) -> list[dict[str, Any]]:
        """Read the session's webhooks, newest first."""
        return list(self.ground.control("GET", f"{self.path}/webhooks", **query)["webhooks"])

    @property
    def path(self) -> str:
        """The session, at the control plane."""
        return f"/v1/sessions/{self.session['sessionId']}"


class Ground:
    """An embedded Mirra."""

    def __init__(self, local: LocalMirra, folder: Path) -> None:
        self.local, self.folder = local, folder
        self.plain = httpx.Client(timeout=60, verify=False, trust_env=False)
        headers = {"authorization": f"Bearer {local.token}"}
        self.http = httpx.Client(base_url=local.url, headers=headers, timeout=60, verify=False)

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the control plane; it must succeed."""
        answer = self.http.request(method, path, json=body, params=query or None)
        expect(answer.status_code < 300, answer.text)
        return answer.json()

    def start(self, vendor: str, seed: str = "empty", **fields: Any) -> Mirror:
        """Start a session of one mirror, whose clock moves only by hand."""
        return self.world({vendor: seed}, **fields)[vendor]

    def world(self, seeds: dict[str, str], **fields: Any) -> dict[str, Mirror]:
        """Start a session of these mirrors."""
        wanted = {"mirrors": [*seeds], "seeds": seeds, "clock": NOON, **fields}
        made = self.control("POST", "/v1/sessions", wanted)
        return {told["vendor"]: Mirror(self, made, told) for told in made["mirrors"]}

    @contextmanager
    def hearing(self, vendor: str, seed: str = "empty") -> Iterator[tuple[Mirror, Receiver]]:
        """Start a session of one mirror whose webhooks a receiver gets."""
        with receiving() as receiver:
            yield self.start(vendor, seed, webhooks={vendor: receiver.url}), receiver

    def graded(
        self,
        seeds: dict[str, str],
        act: Callable[[dict[str, Mirror]], object],
        sentences: dict[str, bool | None],
        setup: str = "",
    ) -> None:
        """Run a scenario: let `act` happen, and hold each sentence against what it should come to.

        None: no pattern may grade it.

        Raises:
            Wrong: one came to something else.
        """
        lines = "".join(f"- check: {each}\n" for each in sentences)
        (fixture,) = {*seeds.values()}
        text = (
            f"# A\n\n## Setup\n{setup}\n\n## Prompt\nGo.\n\n## Success Criteria\n{lines}\n"
            f"## Config\nmirrors: {', '.join(seeds)}\nfixture: {fixture}\n"
        )
        run = self.control("POST", "/v1/runs", {"scenarioMarkdown": text})
        session = self.control("GET", f"/v1/sessions/{run['sessionId']}")
        act({told["vendor"]: Mirror(self, session, told) for told in session["mirrors"]})
        self.control("POST", f"/v1/runs/{run['runId']}/finish", {})
        done = self.control("GET", f"/v1/runs/{run['runId']}?wait=20")
        came = {each["label"]: each for each in done["attempts"][0]["criteria"]}
        words = {True: "pass", False: "fail", None: "ungraded"}
        for sentence, should in sentences.items():
            one = came[sentence]
            expect(one["result"] == words[should], f"{sentence}: {one}")

    def agent(self, **settings: Any) -> AbstractAsyncContextManager[Client]:
        """Connect an MCP client to a server of this Mirra."""

        async def connect(token: str | None) -> MirraClient:
            return MirraClient(self.local.url, token or self.local.token)

        return Client(build_server(connect, Settings(**settings)))

    def command(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `mirra-mcp` as a process, with data of its own."""
        kept = {name: each for name, each in os.environ.items() if not name.startswith("MIRRA_")}
        kept |= {"MIRRA_DATA_DIR": str(self.folder / "command"), "HOME": str(self.folder)} | env
        return subprocess.run(
            [sys.executable, "-m", "mirra_mcp", *words],
            env=kept, capture_output=True, text=True, timeout=60, encoding="utf-8", check=False,
        )  # fmt: skip
