"""A Resend account in a session of its own, with a clock that moves only when it is told to."""

from typing import Any

import resend

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.account import MirrorAccount

NOW = "2026-05-04 12:00:00+00"
"""How Resend writes the instant at which every account starts."""


class Account(MirrorAccount):
    """What a test does besides calling the SDK."""

    vendor = "resend"

    def credentials(self) -> Doc:
        """Return its key, as a header."""
        return {"headers": {"authorization": f"Bearer {self.env['RESEND_API_KEY']}"}}

    def told(self, *types: str) -> list[tuple[str, Doc]]:
        """Return the webhooks so far, oldest first: type and data."""
        return [(each["type"], each["payload"]["data"]) for each in self.webhooks(*types)]

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the vendor's API without the SDK: status and body."""
        answer = self.http.request(method, path, **({} if body is None else {"json": body}))
        return answer.status_code, answer.json()

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
