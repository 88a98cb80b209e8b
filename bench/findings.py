"""Tries small inputs that once went wrong, and prints which hold: `python -m bench.findings`.

To add one, write a function that asserts what should come, under `@finding("what it is")`.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings


class Ground:
    """An embedded Mirra with one session of all mirrors."""

    def __init__(self, local: LocalMirra) -> None:
        headers = {"authorization": f"Bearer {local.token}"}
        self.http = httpx.Client(base_url=local.url, headers=headers, timeout=60, verify=False)
        body = {"mirrors": ["stripe", "resend", "twilio"]}
        session = self.http.post("/v1/sessions", json=body).json()
        self.path = f"/v1/sessions/{session['sessionId']}"
        self.urls = {each["vendor"]: each["url"] for each in session["mirrors"]}
        self.env = {k: v for each in session["mirrors"] for k, v in each["env"].items()}

    def post(self, vendor: str, path: str, body: bytes, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(self.urls[vendor] + path, content=body, headers=sent, timeout=60)

    def log(self) -> httpx.Response:
        headers = {"accept": "application/json"}
        return self.http.get(f"{self.path}/events?limit=1000", headers=headers)


FINDINGS: list[tuple[str, Callable[[Ground], None]]] = []


def finding(what: str) -> Callable[[Callable[[Ground], None]], Callable[[Ground], None]]:
    def mark(check: Callable[[Ground], None]) -> Callable[[Ground], None]:
        FINDINGS.append((what, check))
        return check

    return mark


@finding("R1 a body 255 levels deep leaves a log that can be read")
def deep(ground: Ground) -> None:
    for vendor in ground.urls:
        assert ground.post(vendor, "/x", b"[" * 255 + b"]" * 255).status_code < 500
    assert ground.log().status_code == 200


@finding("R5 hosts and origins that make no sense are refused")
def hosts(ground: Ground) -> None:
    for name, value in (("host", "["), ("host", "::1]"), ("origin", "http://[x]")):
        assert ground.http.get("/v1/sessions", headers={name: value}).status_code == 403


@finding("R6 numbers of 5,000 digits are refused")
def digits(ground: Ground) -> None:
    headers = {"accept": "application/json"}
    for name in ("limit", "after"):
        query = f"{ground.path}/events?{name}={'9' * 5000}"
        assert ground.http.get(query, headers=headers).status_code == 400


@finding("R7 Stripe's integers are bounded")
def integers(ground: Ground) -> None:
    key = f"Bearer {ground.env['STRIPE_SECRET_KEY']}"
    body = b"frozen_time=18446744073709551616"
    answer = ground.post(
        "stripe", "/v1/test_helpers/test_clocks", body, authorization=key,
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 400


@finding("R11 a line break in a received email's subject is refused")
def subject(ground: Ground) -> None:
    body = b'{"event": "email.received", "subject": "a\\nb: c"}'
    assert ground.post("resend", "/_mirra/simulate", body).status_code == 400


@finding("R15 secrets of forms and queries are masked in the log")
def secrets(ground: Ground) -> None:
    ground.post("stripe", "/v1/x?token=planted-1", b"card[cvc]=987654&password=planted-2")
    told = ground.log().text
    assert "planted" not in told
    assert "987654" not in told


@finding("R17 a page can't reset a mirror")
def page(ground: Ground) -> None:
    headers = {"origin": "http://localhost:3000", "content_type": "text/plain"}
    assert ground.post("stripe", "/_mirra/state/reset", b"{}", **headers).status_code == 403


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, LocalMirra(Settings(data_dir=Path(folder))) as it:
        ground, failed = Ground(it), 0
        for what, check in FINDINGS:
            try:
                check(ground)
            except AssertionError:
                failed += 1
                print(f"not held  {what}")
            else:
                print(f"held      {what}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
