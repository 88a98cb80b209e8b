"""Speaking to an embedded Mirra over HTTP, as any program would."""

from dataclasses import dataclass
from typing import Any

import httpx

KEY = {"authorization": "Bearer toy"}
PLAIN = httpx.Client(
    verify=False, timeout=10, limits=httpx.Limits(max_keepalive_connections=0), trust_env=False
)
"""Makes each call on a connection of its own. It loads no certificates: that takes ten times as
long as a call, and nothing here speaks TLS."""


@dataclass
class World:
    """The control plane, and sessions of the toy mirror."""

    http: httpx.Client

    def start(self, **fields: Any) -> "Toyland":
        answer = self.http.post("/v1/sessions", json={"mirrors": ["toy"], **fields})
        assert answer.status_code == 201, answer.text
        return Toyland(self.http, answer.json())


@dataclass
class Toyland:
    """One session with a toy mirror."""

    control: httpx.Client
    session: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.session["sessionId"])

    @property
    def url(self) -> str:
        return str(self.session["mirrors"][0]["url"])

    def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        kwargs.setdefault("headers", KEY)
        return PLAIN.request(method, self.url + path, **kwargs)

    def send(self, to: str = "alice", **fields: Any) -> dict[str, Any]:
        answer = self.call("POST", "/parcels", json={"to": to, **fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def admin(self, verb: str, **body: Any) -> dict[str, Any]:
        answer = self.call("POST", f"/_mirra/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refused(self, verb: str, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = self.call("POST", f"/_mirra/{verb}", json=body)
        return answer.status_code, answer.json()["error"]

    def state(self, query: str = "") -> dict[str, Any]:
        return dict(self.call("GET", f"/_mirra/state{query}").json())

    def advance(self, text: str) -> dict[str, Any]:
        answer = self.control.post(f"/v1/sessions/{self.id}/clock", json={"advance": text})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def events(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.control.get(
            f"/v1/sessions/{self.id}/events",
            params=query,
            headers={"accept": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        return list(answer.json()["events"])

    def webhooks(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.control.get(f"/v1/sessions/{self.id}/webhooks", params=query)
        return list(answer.json()["webhooks"])

    def end(self) -> dict[str, Any]:
        return dict(self.control.delete(f"/v1/sessions/{self.id}").json())
