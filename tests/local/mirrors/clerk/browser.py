"""A browser, or a native app, at a Clerk instance: forms in, its client's token kept."""

from typing import Any

import httpx

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.clerk.client import Account


class Browser:
    """Somebody who signs up, in and out."""

    def __init__(self, account: Account, origin: str = "http://localhost:3000") -> None:
        self.account, self.origin = account, origin
        self.token = ""

    def call(self, method: str, path: str, **form: str) -> tuple[int, Any]:
        """Call the Frontend API: status and body."""
        answer = httpx.request(
            method,
            f"{self.account.url}/v1{path}",
            params={"__clerk_api_version": "2026-05-12", "_is_native": "1"},
            headers={"authorization": self.token, "origin": self.origin},
            data=form or None,
        )
        self.token = answer.headers.get("authorization", self.token)
        return answer.status_code, answer.json()

    def post(self, path: str, **form: str) -> Doc:
        """Call it, and return what it responds."""
        status, body = self.call("POST", path, **form)
        assert status == 200, body
        response: Doc = body["response"]
        return response

    def sign_up(self, email: str = "alice@example.com", **form: str) -> Doc:
        """Sign up with an email address and a password, and verify the address."""
        given = {"email_address": email, "password": "correct horse battery"} | form
        attempt = self.post("/client/sign_ups", **given)
        path = f"/client/sign_ups/{attempt['id']}"
        self.post(f"{path}/prepare_verification", strategy="email_code")
        return self.post(f"{path}/attempt_verification", strategy="email_code", code=self.code())

    def code(self) -> str:
        """Return the code that was sent last."""
        return str(self.account.state("sent_codes")[0]["code"])
