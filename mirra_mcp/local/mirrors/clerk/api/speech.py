"""How Clerk speaks: JSON, refusals with a trace, rate limits, webhooks that Svix signs.

Source: https://clerk.com/docs/reference/backend-api
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mirra_mcp.local.kit import forms, svix
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.ratelimit import RateLimiter
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.kit.webhooks import Letter, Parcel, svix_schedule
from mirra_mcp.local.mirrors.clerk.api import browsers, errors, invalid
from mirra_mcp.local.mirrors.clerk.api.browsers import FRONTEND_HOST
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.identity import Identity, jwt
from mirra_mcp.local.mirrors.clerk.api.versions import LATEST
from mirra_mcp.wire.model import Doc

RATE_LIMIT, RATE_WINDOW = 100, timedelta(seconds=10)
"""Of a development instance.

Source: https://clerk.com/docs/guides/how-clerk-works/system-limits
"""
WEBHOOK_SECRET = "whsec_bWlycmEtY2xlcmstd2ViaG9vay1rZXkt"
NO_VERSION_IN_PATH = ("/api_keys", "/m2m_tokens", "/oauth_applications/access_tokens")
"""What the Node SDK calls without `/v1`.

Source: https://github.com/clerk/javascript (packages/backend/src/api/factory.ts)
"""
OAUTH = "/oauth/"
"""Where the instance is an OAuth server, which says no as OAuth does."""
JSON = "application/json"
"""Without a charset: the Node SDK reads no other answer as JSON.

Source: https://github.com/clerk/javascript (packages/backend/src/api/request.ts)
"""
REPEATED = {"email_address"}
"""What a browser's form may say several times: those who are invited at once."""
HEX = "0123456789abcdef"
PUBLISHABLE_KEY = "pk_test_" + b64encode(f"{FRONTEND_HOST}$".encode()).decode()
"""Source: https://clerk.com/docs/guides/development/clerk-environment-variables"""
FAULTS: Mapping[str, Callable[[], VendorError]] = {
    "rate_limit": partial(errors.too_many_requests, int(RATE_WINDOW.total_seconds())),
    "api_error": errors.unexpected,
}
"""What a fault rule can make the mirror answer."""


class Speech(Mirror):
    """A mirror that speaks as Clerk's API does, whatever it is about."""

    encoding = "json"
    event_id_key = "userId"
    retry_schedule = svix_schedule()
    """Source: https://clerk.com/docs/guides/development/webhooks/overview#retry"""
    webhook_secret = WEBHOOK_SECRET
    logged_headers = (*Mirror.logged_headers, "clerk-api-version", "x-clerk-sdk", "origin")

    application = "Mirra"
    """What the application is called in messages and on its pages."""
    frontend_api = f"https://{FRONTEND_HOST}"
    publishable_key = PUBLISHABLE_KEY

    asked_version: str = LATEST
    """The version of the API that the present call is written for."""
    agent: Doc
    """Who makes the present call, as webhooks tell it."""
    origin: str | None = None
    """The origin of the page that makes the present call: who is meant by a token's `azp`."""

    def __init__(self, url: str, fixture: str) -> None:
        super().__init__(url, fixture)
        self.limiter = RateLimiter(RATE_LIMIT, RATE_WINDOW)
        self.identities: dict[str, Identity] = {}
        self.agent = {}

    # which instance this is

    @property
    def identity(self) -> Identity:
        """The instance's own id and signing key: another in each session."""
        kept = self.setting("seed") if hasattr(self, "store") else None
        seed = kept or self.seed
        if seed not in self.identities:
            self.identities[seed] = Identity(seed)
        return self.identities[seed]

    def keep_identity(self) -> Identity:
        """Return the same, which stays the instance's in copies of the session from now on."""
        if self.session is not None and self.setting("seed") is None:
            self.set_setting("seed", self.seed)
        return self.identity

    @property
    def machine_now(self) -> datetime:
        """What time it is for an app: it reads the machine's clock, which nobody moves.

        Where the session's clock stands still, that is the time for apps, too: what they are told
        replays, and they refuse it once it is over.
        """
        return self.now if self.session is None else self.now - self.session.clock.ahead

    def ticket(
        self, kind: str, id: str, until: datetime, redirect_url: str | None = None
    ) -> tuple[str, str]:
        """Return a ticket, of an invitation or a sign-in token, and the link that leads to it.

        Source: https://clerk.com/docs/guides/users/inviting
        """
        claims = {
            "eid": self.identity.id,
            "exp": int(until.timestamp()),
            "iid": self.identity.id,
            "sid": id,
            "st": kind,
        }
        if redirect_url:
            claims["rurl"] = redirect_url
        made = jwt(self.keep_identity(), claims)
        return made, f"{self.frontend_api}/v1/tickets/accept?ticket={made}"

    # requests

    def find(self, call: Call) -> tuple[Any, dict[str, str]] | set[str]:
        """Return the endpoint that a call is for."""
        path, method = call.path, call.method
        if method == "POST" and "_method=" in call.query_string:
            method = call.query.get("_method", method).upper()
        if path.startswith(NO_VERSION_IN_PATH):
            path = f"/v1{path}"
        if browsers.is_within(path, (browsers.PREFIX,)):
            return set()
        found = self.router().find(method, path)
        if browsers.is_shared(call) and (isinstance(found, set) or not isinstance(found[0], str)):
            return self.router().find(method, f"{browsers.PREFIX}{path}")
        return found

    def read_body(self, call: Call) -> Any:
        """Return the JSON; of a browser's form each name with its value; of an upload nothing.

        Raises:
            ValueError: it can't be read.
        """
        kind = call.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            form: dict[str, str] = {}
            for name, value in forms.pairs(call.body.decode("utf-8")):
                plain = name.removesuffix("[]")
                form[plain] = f"{form[plain]},{value}" if plain in REPEATED & set(form) else value
            return form
        if kind.startswith("multipart/"):
            return {}
        return call.json

    def read_query(self, call: Call) -> dict[str, list[str]]:
        """Return the query, each name with its values."""
        found: dict[str, list[str]] = {}
        for name, value in call.query_all:
            found.setdefault(name, []).append(value)
        return found

    def call_verb(self, verb: str, args: str) -> None:
        """Do what a timer was set for: nobody's request."""
        self.agent, self.origin = {}, None
        super().call_verb(verb, args)

    def forget_limits(self) -> None:
        """Start counting requests anew."""
        self.limiter.clear()

    def decorate(self, call: Call, status: int) -> dict[str, str]:
        """Return the headers of every answer, and end the call."""
        self.agent, self.origin, self.asked_version = {}, None, LATEST
        told = {"content-type": JSON} if status >= 400 else {}
        return told | browsers.headers(call)

    def shape(self, call: Call, answer: Answer) -> Answer:
        """Say of an answer that it is JSON, unless it is a page."""
        answer.headers.setdefault("content-type", JSON)
        return answer

    # how it says no

    def refused(self, call: Call, answer: Answer) -> None:
        """Give a refusal the trace by which Clerk's support finds it."""
        if isinstance(answer.body, dict) and "errors" in answer.body:
            trace = self.session.ids.token(32, HEX) if self.session is not None else "0" * 32
            answer.body["clerk_trace_id"] = trace

    def counted(self, call: Call, refusal: VendorError) -> Answer:
        """Answer with a refusal that was counted: what the call wrote stays."""
        answer = Answer(refusal.status, refusal.body, dict(refusal.headers))
        self.refused(call, answer)
        return answer

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Tell the first thing wrong with the parameters."""
        is_query = call.method in ("GET", "DELETE")
        if call.path.startswith(OAUTH):
            return invalid.oauth_request(problems)
        if call.path.removeprefix("/v1").startswith(NO_VERSION_IN_PATH):
            return invalid.bad_request(problems, is_query=is_query)
        return invalid.refusal(problems, is_query=is_query)

    def malformed(self, call: Call) -> VendorError:
        """Refuse a body that can't be read."""
        return errors.unreadable()

    def too_large(self, call: Call) -> VendorError:
        """Refuse a body over the limit."""
        return errors.too_large(self.max_body)

    def unknown_path(self, call: Call) -> VendorError:
        """Refuse a path that isn't Clerk's."""
        return errors.not_found()

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Refuse a method that the path doesn't have: Clerk's router knows no such route."""
        return errors.not_found()

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that Clerk has this endpoint and the mirror doesn't."""
        return errors.not_implemented(reason)

    def crashed(self, call: Call) -> VendorError:
        """Answer when the mirror itself broke."""
        return errors.unexpected()

    # webhooks

    def payload(self, event: str, data: Doc) -> Doc:
        """Return the body of a webhook.

        Source: https://github.com/clerk/openapi-specs (webhooks, WebhookEventPayload) and
            https://clerk.com/docs/guides/development/webhooks/overview (milliseconds)
        """
        return {
            "data": data,
            "event_attributes": {
                "http_request": {
                    "client_ip": self.agent.get("ip", ""),
                    "user_agent": self.agent.get("user_agent", ""),
                }
            },
            "instance_id": self.keep_identity().id,
            "object": "event",
            "timestamp": stamp(self.now),
            "type": event,
        }

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        """Return a webhook as Svix sends it for Clerk."""
        return svix.letter(parcel, at)

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """Return Svix's three headers."""
        return svix.headers(secret, message_id, at, body)

    def signature_of(self, headers: dict[str, str]) -> str:
        """Return the signature among the headers of a webhook."""
        return headers["svix-signature"]
