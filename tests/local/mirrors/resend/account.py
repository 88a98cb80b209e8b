"""A Resend account in a session of its own, with a clock that moves only when it is told to."""

from typing import Any

import httpx
import resend

from mirra_mcp.wire.model import Doc

NOON = "2026-05-04T12:00:00Z"
NOW = "2026-05-04 12:00:00+00"
"""How Resend writes the instant at which every account starts."""


class Account:
    """What a test does besides calling the SDK: raw HTTP, the clock, the state, the webhooks."""

    def __init__(self, url: str, token: str, seed: str | None = None) -> None:
        self.control = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
            verify=False,
        )
        wanted: Doc = {"mirrors": ["resend"], "clock": NOON}
        if seed:
            wanted["seeds"] = {"resend": seed}
        session = self.ask("POST", "/v1/sessions", wanted)
        self.id: str = session["sessionId"]
        self.url: str = session["mirrors"][0]["url"]
        self.env: dict[str, str] = session["mirrors"][0]["env"]
        self.http = httpx.Client(
            base_url=self.url,
            headers={"authorization": f"Bearer {self.env['RESEND_API_KEY']}"},
            timeout=30,
            trust_env=False,
            verify=False,
        )

    def close(self) -> None:
        """End the session."""
        self.ask("DELETE", f"/v1/sessions/{self.id}")
        self.control.close()
        self.http.close()

    def ask(self, method: str, path: str, body: Doc | None = None) -> Any:
        """Call Mirra's control plane."""
        answer = self.control.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def advance(self, by: str) -> Doc:
        """Move the session's clock."""
        moved: Doc = self.ask("POST", f"/v1/sessions/{self.id}/clock", {"advance": by})
        return moved

    def told(self, *types: str) -> list[tuple[str, Doc]]:
        """Return the webhooks so far, oldest first: type and data."""
        found: list[Doc] = []
        cursor: str | None = None
        while True:
            query = f"limit=100&cursor={cursor}" if cursor else "limit=100"
            page = self.ask("GET", f"/v1/sessions/{self.id}/webhooks?{query}")
            found += page["webhooks"]
            cursor = page.get("nextCursor")
            if not cursor:
                break
        return [
            (each["type"], each["payload"]["data"])
            for each in reversed(found)
            if not types or each["type"] in types
        ]

    def state(self, entity: str) -> list[Doc]:
        """Return the documents of an entity, newest first."""
        answer = self.http.get("/_mirra/state", params={"entity": entity, "limit": 1000})
        docs: list[Doc] = answer.json()["state"][entity]
        return docs

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the vendor's API without the SDK: status and body."""
        answer = self.http.request(method, path, **({} if body is None else {"json": body}))
        return answer.status_code, answer.json()

    def simulate(self, **given: Any) -> Doc:
        """Let the world do something to the account."""
        answer = self.http.post("/_mirra/simulate", json=given)
        assert answer.is_success, answer.text
        told: Doc = answer.json()
        return told

    def verify_domain(self, name: str = "acme.com") -> str:
        """Let the account send from a domain."""
        domain = resend.Domains.create({"name": name})
        resend.Domains.verify(domain["id"])
        self.advance("1 hour")
        return domain["id"]


def plain(answer: Any) -> Any:
    """Return what the SDK returned, without the response headers that it adds."""
    return {key: value for key, value in dict(answer).items() if key != "http_headers"}


def refusal(status: int, name: str, message: str) -> Doc:
    """Return the body of one of Resend's errors."""
    return {"statusCode": status, "message": message, "name": name}
