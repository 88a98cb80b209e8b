"""A Clerk instance in a session of its own, with a clock that moves only when it is told to."""

from base64 import urlsafe_b64decode
from typing import Any

import httpx
import orjson
from clerk_backend_api import Clerk
from clerk_backend_api.models import ClerkBaseError, ClerkErrors

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.account import MirrorAccount

NOON = 1_777_896_000_000
"""How Clerk writes the instant at which every account starts."""


class Account(MirrorAccount):
    """What a test does besides calling the SDK."""

    vendor = "clerk"

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.wire = httpx.Client(timeout=30, trust_env=False)
        self.sdk = Clerk(
            bearer_auth=self.env["CLERK_SECRET_KEY"],
            server_url=f"{self.env['CLERK_API_URL']}/v1",
            client=self.wire,
        )

    def close(self) -> None:
        """End the session, and hang up."""
        self.wire.close()
        super().close()

    def credentials(self) -> Doc:
        """Return its key, as a header."""
        return {"headers": {"authorization": f"Bearer {self.env['CLERK_SECRET_KEY']}"}}

    def told(self, *types: str) -> list[tuple[str, Doc]]:
        """Return the webhooks so far, oldest first: type and data."""
        return [(each["type"], each["payload"]["data"]) for each in self.webhooks(*types)]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Call the vendor's API without the SDK: status and body."""
        given = {"clerk-api-version": "2026-05-12"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        sent = {} if body is None else {"json": body}
        answer = self.http.request(method, path, headers=given, **sent)
        return answer.status_code, answer.json()

    def user(self, email: str = "alice@example.com", **fields: Any) -> Any:
        """Make a user with an email address and a password."""
        given: Doc = {"email_address": [email], "password": "correct horse battery"} | fields
        return self.sdk.users.create(**given)

    def claims(self, token: str) -> Doc:
        """Return what a token says."""
        part = token.split(".")[1]
        claims: Doc = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return claims


def refusal(error: ClerkErrors) -> tuple[int, str, str, Doc]:
    """Return what one of Clerk's errors says: status, code, long message, meta."""
    first = error.data.errors[0]
    meta = first.meta if isinstance(first.meta, dict) else {}
    return error.status_code, first.code, first.long_message, meta


def said(refused: ClerkBaseError) -> tuple[int, str, str]:
    """Return what an error says in whatever class the SDK put it: status, code, long message."""
    first = orjson.loads(refused.body)["errors"][0]
    return refused.status_code, first["code"], first["long_message"]


def error(body: Doc) -> tuple[str, str, Doc]:
    """Return the same of a raw answer: code, long message, meta."""
    first = body["errors"][0]
    return first["code"], first["long_message"], first.get("meta", {})
