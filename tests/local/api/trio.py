"""A session with all three vendors, spoken to over HTTP."""

from typing import Any

import httpx

NOON = "2026-05-04T12:00:00Z"
KEYS = {"stripe": "STRIPE_API_KEY", "resend": "RESEND_API_KEY"}


class Trio:
    """A session with all three vendors, on a clock that stands."""

    def __init__(self, control: httpx.Client, **fields: Any) -> None:
        self.control = control
        body = {"mirrors": ["stripe", "resend", "twilio"], "clock": NOON, **fields}
        body.setdefault("seeds", {"stripe": "subscription-lifecycle"})
        answer = control.post("/v1/sessions", json=body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["sessionId"]
        self.urls = {each["vendor"]: each["url"] for each in answer.json()["mirrors"]}

    def ask(self, verb: str, status: int = 200, **body: Any) -> dict[str, Any]:
        answer = self.control.post(f"/v1/sessions/{self.id}/{verb}", json=body)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def act(self, vendor: str, verb: str, **body: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.urls[vendor]}/_mirra/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def dump(self) -> dict[str, Any]:
        return {v: httpx.get(f"{url}/_mirra/state").json()["state"] for v, url in self.urls.items()}

    def now(self) -> str:
        return str(self.control.get(f"/v1/sessions/{self.id}").json()["clock"])

    def log(self) -> list[dict[str, Any]]:
        answer = self.control.get(
            f"/v1/sessions/{self.id}/events",
            params={"types": "session.lifecycle", "limit": 1000},
            headers={"accept": "application/json"},
        )
        return [each["data"] for each in answer.json()["events"]]
