"""What the tests of every vendor do with an account: a session of its own, on a standing clock."""

from typing import Any, ClassVar

import httpx

from mirra_mcp.wire.model import Doc

NOON = "2026-05-04T12:00:00Z"
"""The instant at which every account starts; its clock moves only when it is told to."""


class MirrorAccount:
    """The control plane, raw HTTP, the clock, the state, and what the world does."""

    vendor: ClassVar[str]

    def __init__(
        self,
        url: str,
        token: str,
        seed: str | None = None,
        name: str | None = None,
        **fields: Any,
    ) -> None:
        self.control = _client(url, headers={"authorization": f"Bearer {token}"})
        wanted: Doc = {"mirrors": [self.vendor], "clock": NOON}
        if seed:
            wanted["seeds"] = {self.vendor: seed}
        if name:
            wanted["name"] = name
        wanted |= fields
        session = self.ask("POST", "/v1/sessions", wanted)
        self.id: str = session["sessionId"]
        self.url: str = session["mirrors"][0]["url"]
        self.env: dict[str, str] = session["mirrors"][0]["env"]
        self.http = _client(self.url, **self.credentials())

    def credentials(self) -> dict[str, Any]:
        """Return what makes a raw HTTP client the account's: its headers, or its auth."""
        raise NotImplementedError

    def close(self) -> None:
        """End the session."""
        self.end()
        self.control.close()
        self.http.close()

    def end(self) -> None:
        """End the session; ending it again changes nothing."""
        self.ask("DELETE", f"/v1/sessions/{self.id}")

    def ask(self, method: str, path: str, body: Doc | None = None) -> Any:
        """Call Mirra's control plane."""
        answer = self.control.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def advance(self, by: str) -> Doc:
        """Move the session's clock: `1 day`, `3d`."""
        moved: Doc = self.ask("POST", f"/v1/sessions/{self.id}/clock", {"advance": by})
        return moved

    def webhooks(self, *types: str) -> list[Doc]:
        """Return the webhooks so far, oldest first, as Mirra tells them."""
        found: list[Doc] = []
        cursor: str | None = None
        while True:
            query = f"limit=100&cursor={cursor}" if cursor else "limit=100"
            page = self.ask("GET", f"/v1/sessions/{self.id}/webhooks?{query}")
            found += page["webhooks"]
            cursor = page.get("nextCursor")
            if not cursor:
                break
        return [each for each in reversed(found) if not types or each["type"] in types]

    def state(self, entity: str) -> list[Doc]:
        """Return the documents of an entity, newest first."""
        answer = self.http.get("/_mirra/state", params={"entity": entity, "limit": 1000})
        docs: list[Doc] = answer.json()["state"][entity]
        return docs

    def simulate(self, event: str, **given: Any) -> Doc:
        """Let the world do something to the account."""
        answer = self.http.post("/_mirra/simulate", json={"event": event, **given})
        assert answer.is_success, answer.text
        told: Doc = answer.json()
        return told


def _client(url: str, **options: Any) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=30, trust_env=False, verify=False, **options)
