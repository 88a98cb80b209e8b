"""A session as the tests of the page use it: its mirrors by HTTP, and its pages' addresses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx


class Place:
    """One session."""

    def __init__(self, http: httpx.Client, session: dict[str, Any]) -> None:
        """Keep what starting it answered."""
        self.http = http
        self.session = session
        self.id: str = session["sessionId"]
        self.mirrors = {each["vendor"]: each for each in session["mirrors"]}

    def link(self, path: str = "/timeline") -> str:
        """Return a new one-time link to one of its pages."""
        link = self.http.get(f"/v1/sessions/{self.id}").json()["dashboardUrl"]
        return re.sub(r"\?key=", f"{path}{'&' if '?' in path else '?'}key=", link)

    def url(self, path: str = "/timeline") -> str:
        """Return the address of one of its pages, for a browser that has been let in."""
        parts = urlsplit(self.link(path))
        query = re.sub(r"&?key=[^&]*", "", parts.query)
        return f"{parts.scheme}://{parts.netloc}{parts.path}{f'?{query}' if query else ''}"

    def call(self, vendor: str, method: str, path: str, **sent: Any) -> httpx.Response:
        """Call a mirror as an app does: with the vendor's key; `data`, `json` as in httpx."""
        mirror = self.mirrors[vendor]
        env = mirror["env"]
        auth = None
        headers = dict(sent.pop("headers", {}))
        if vendor == "twilio":
            auth = (env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"])
        else:
            headers["authorization"] = f"Bearer {env[KEYS[vendor]]}"
        url = f"{mirror['url']}{path}"
        return httpx.request(method, url, headers=headers, auth=auth, timeout=30, **sent)

    def tell(self, path: str, **body: Any) -> Any:
        """Ask the control plane for something about the session: `tell("/clock", advance="1d")`."""
        answer = self.http.post(f"/v1/sessions/{self.id}{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def simulate(self, vendor: str, event: str, **params: Any) -> Any:
        """Let something happen to the account."""
        url = f"{self.mirrors[vendor]['url']}/_mirra/simulate"
        answer = httpx.post(url, json={"event": event, **params}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self, *types: str) -> list[dict[str, Any]]:
        """Return the log's entries of some types, or all."""
        query = {"limit": "1000", "types": ",".join(types)}
        headers = {"accept": "application/json"}
        answer = self.http.get(f"/v1/sessions/{self.id}/events", params=query, headers=headers)
        found: list[dict[str, Any]] = answer.json()["events"]
        return found

    def heard(self, type: str) -> None:
        """Wait until something of a type is told after the newest call."""
        calls = self.log("traffic.request_completed")
        query = {"after": str(calls[-1]["id"]), "types": type, "wait": "10"}
        headers = {"accept": "application/json"}
        answer = self.http.get(f"/v1/sessions/{self.id}/events", params=query, headers=headers)
        assert answer.json()["events"], f"no {type} came"

    def end(self) -> None:
        """End it."""
        self.http.delete(f"/v1/sessions/{self.id}")


KEYS = {"stripe": "STRIPE_SECRET_KEY", "resend": "RESEND_API_KEY"}


@contextmanager
def living(place: Place) -> Iterator[Place]:
    """Use a session, and end it."""
    try:
        yield place
    finally:
        place.end()
