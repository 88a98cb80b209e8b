"""The Stripe mirror: who may call, how requests and answers look, and how events go out.

Source: https://docs.stripe.com/api
"""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.idempotency import Idempotency
from mirra_mcp.local.kit.mirror import Fixture, Mirror
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.kit.stories import Story, stories_of
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.stripe import errors, forms, signing, simulate
from mirra_mcp.local.mirrors.stripe.events import EVENT_TYPES
from mirra_mcp.local.mirrors.stripe.expand import expanded
from mirra_mcp.local.mirrors.stripe.gaps import GAPS, LIMITS
from mirra_mcp.local.mirrors.stripe.includes import INCLUDES
from mirra_mcp.local.mirrors.stripe.params import refusal
from mirra_mcp.local.mirrors.stripe.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.resources.nouns import Nouns
from mirra_mcp.local.mirrors.stripe.seeds.fixtures import FIXTURES
from mirra_mcp.local.mirrors.stripe.versions import DEFAULT, check_version, shaped
from mirra_mcp.wire.model import Doc

KEY = "sk_test_mirra000000000000000000"
PUBLISHABLE = "pk_test_mirra000000000000000000"


class Stripe(Nouns, Mirror):
    """Stripe in test mode."""

    vendor, version, api_version = "stripe", "0.7.3", DEFAULT
    description = "Payments and billing: customers, payments, subscriptions, invoices, events."
    encoding = "form"
    resources = Nouns.ALL
    stories: ClassVar[dict[str, Story]] = dict(stories_of(*simulate.MODULES))
    fixtures: ClassVar[dict[str, Fixture]] = FIXTURES
    gaps: ClassVar[dict[str, str]] = GAPS
    limits = LIMITS
    webhook_events = EVENT_TYPES
    webhook_secret = "whsec_mirra0000000000000000000000000000"
    message_prefix = ""
    event_id_key = "objectId"
    idempotency = Idempotency(keep_errors=True, replay_header=("idempotent-replayed", "true"))
    retry_schedule = tuple(timedelta(hours=each) for each in (1, 2, 4, 8, 12, 12, 12, 12, 12))

    account: str | None = None
    """The connected account that this call acts for, from `Stripe-Account`."""
    request_id: str | None = None
    idempotency_key: str | None = None
    call_version: str = DEFAULT
    kept_back: list[tuple[str, Doc]] | None = None

    def install(self) -> None:
        """Lay out a fresh test account."""
        self.account = None

    # Requests.

    def read_body(self, call: Call) -> Any:
        """Read the form; JSON for the v2 API."""
        if call.path.startswith("/v2/"):
            return call.json
        kind = call.headers.get("content-type", "")
        if kind.startswith("application/json"):
            raise ValueError("form-encoded bodies only")
        return forms.parse(call.body.decode("utf-8"))

    def read_query(self, call: Call) -> Any:
        """Read a query, which is a form too."""
        return forms.parse(call.query_string)

    def authenticate(self, call: Call) -> str:
        """Return the key. Any well-formed test key is the session's own account.

        Source: https://docs.stripe.com/api/authentication
        """
        self.account = self.request_id = self.idempotency_key = None
        self.call_version = DEFAULT
        if self.session is not None:
            self.request_id = f"req_{self.session.ids.token(14)}"
        key = _key_of(call.headers.get("authorization", ""))
        if not key:
            raise errors.no_key()
        if key.startswith(("sk_live_", "rk_live_", "pk_live_")):
            raise errors.live_key()
        if not key.startswith(("sk_test_", "rk_test_")) or not key[8:].isalnum():
            raise errors.bad_key(key)
        return key

    def admit(self, call: Call, spec: str) -> None:
        """Take note of version, account and idempotency key."""
        self.call_version = check_version(call.headers.get("stripe-version"), call.path)
        self.idempotency_key = call.headers.get("idempotency-key")
        if account := call.headers.get("stripe-account"):
            if self.accounts.peek(account) is None:
                raise errors.error(
                    403,
                    "invalid_request_error",
                    f"The provided key '{errors_key(call.caller)}' does not have access to account"
                    f" '{account}' (or that account does not exist). Application access may have"
                    " been revoked.",
                    code="account_invalid",
                )
            self.account = account

    def decorate(self, call: Call, status: int) -> dict[str, str]:
        """Return the headers of every answer. Source: https://docs.stripe.com/api/request_ids"""
        headers = {"stripe-version": self.call_version}
        if self.request_id:
            headers["request-id"] = self.request_id
        if self.idempotency_key and call.method == "POST":
            headers["idempotency-key"] = self.idempotency_key
        if self.account:
            headers["stripe-account"] = self.account
        return headers

    def shape(self, call: Call, answer: Answer) -> Answer:
        """Expand what was asked for, in the caller's API version."""
        if isinstance(answer.body, dict) and "error" not in answer.body:
            given = self.read_query(call)
            if call.method == "POST" and not call.path.startswith("/v2/"):
                given = self.read_body(call)
            paths = given.get("expand", [])
            body = answer.body
            if paths:
                paths = paths if isinstance(paths, list) else [paths]
                body = expanded(self, body, [str(each) for each in paths])
            answer.body = shaped(body, self.call_version)
        elif isinstance(answer.body, dict):
            answer.body = shaped(answer.body, self.call_version)
        return answer

    # Documents.

    def by_id(self, id: str) -> Doc | None:
        """Return what an id names, whatever kind of object it is."""
        prefix = id.rpartition("_")[0]
        for noun in self.nouns.values():
            if isinstance(noun, StripeResource) and noun.prefix and noun.prefix == prefix:
                doc = noun.peek(id)
                if doc is not None:
                    return noun.view(doc)
        for plural in ("products", "prices", "coupons", "plans"):
            other = self.nouns.get(plural)
            if other is not None and (doc := other.peek(id)) is not None:
                return other.view(doc)
        return None

    def includable(self, doc: Doc, name: str) -> Any:
        """Return a field that is there only when asked for, such as `customer.subscriptions`."""
        include = INCLUDES.get((str(doc.get("object")), name))
        return include(self, doc) if include else None

    # Events.

    def emit(self, event: str, data: Doc) -> None:
        """Keep an event as an object of its own, and send it."""
        if self.session is None:
            return
        if self.kept_back is not None:
            self.kept_back.append((event, deepcopy(data)))
            return
        doc = self.events.record(event, data)
        clock = self.now
        if self.lane and self.session.log.at:  # a test clock doesn't delay the mail
            self.now = datetime.fromisoformat(self.session.log.at)
        super().emit(event, doc)
        self.now = clock

    @contextmanager
    def held(self) -> Iterator[list[tuple[str, Doc]]]:
        """Keep back the events that are told inside: what caused them must be told first.

        Whoever holds them emits them afterwards, one by one.
        """
        outer, self.kept_back = self.kept_back, []
        try:
            yield self.kept_back
        finally:
            self.kept_back = outer

    def payload(self, event: str, data: Doc) -> Doc:
        """Return the event as the account's own version has it."""
        return self.events.rendered(data, DEFAULT)

    def payload_for(self, target: Target, payload: Doc) -> Doc:
        """Return the event in the version that the endpoint was registered with."""
        endpoint = self.webhook_endpoints.peek(target.id)
        version = (endpoint or {}).get("api_version") or DEFAULT
        return payload if version == DEFAULT else self.events.rendered_by_id(payload["id"], version)

    def event_ref(self, data: Doc) -> str | None:
        """Return the id of the object that an event is about."""
        found: str | None = data["data"]["object"].get("id")
        return found

    def endpoints(self, event: str) -> list[Target]:
        """List the enabled endpoints that want an event."""
        return self.webhook_endpoints.wanting(event)

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """Sign a webhook."""
        return signing.headers(secret, at, body)

    def signature_of(self, headers: dict[str, str]) -> str:
        """Return the `Stripe-Signature` header."""
        return headers["stripe-signature"]

    # Refusals.

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Refuse the first problem; missing parameters come after unknown ones."""
        unknown = [each for each in problems if each.type == "extra_forbidden"]
        return refusal((unknown or problems)[0])

    def malformed(self, call: Call) -> VendorError:
        """Refuse a body that is no form."""
        kind = call.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return errors.invalid(
                "Invalid request (check that your POST content type is"
                " application/x-www-form-urlencoded). If you have any questions, we can help at"
                " https://support.stripe.com/."
            )
        return errors.invalid("Invalid request: the body could not be parsed.")

    def too_large(self, call: Call) -> VendorError:
        """Refuse a body that is too large."""
        return errors.error(413, "invalid_request_error", "Request entity too large.")

    def unknown_path(self, call: Call) -> VendorError:
        """Say that there is no such URL."""
        return errors.error(
            404,
            "invalid_request_error",
            f"Unrecognized request URL ({call.method}: {call.path}). If you are trying to list"
            " objects, remove the trailing slash. If you are trying to retrieve an object, make"
            " sure you passed a valid (non-empty) identifier in your code. Please see"
            " https://stripe.com/docs or we can help at https://support.stripe.com/.",
        )

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Stripe knows no 405: a wrong method is an unknown URL."""
        return self.unknown_path(call)

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that Stripe has this endpoint and the mirror doesn't."""
        return errors.not_modelled(call.method, call.path, reason)

    def crashed(self, call: Call) -> VendorError:
        """Say that the mirror itself failed."""
        return errors.error(500, "api_error", "An error occurred inside the Mirra mirror.")

    def idempotency_conflict(self, call: Call) -> VendorError:
        """Source: https://docs.stripe.com/api/idempotent_requests"""
        key = call.headers.get("idempotency-key", "")
        return errors.error(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{key}' if you meant to execute a"
            " different request.",
        )

    def idempotency_invalid(self, key: str) -> VendorError | None:
        """Refuse keys over 255 characters."""
        if len(key) > 255:
            return errors.invalid(
                "Idempotency keys can be at most 255 characters long.",
                code="idempotency_key_too_long",
            )
        return None

    # Using it.

    def env(self) -> dict[str, str]:
        """Return what points SDKs and handlers at this mirror."""
        return {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_API_KEY": KEY,
            "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE,
            "STRIPE_API_BASE": self.url,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
        }

    def setup(self) -> dict[str, str]:
        """Return the lines that point the official SDKs at this mirror."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return {
            "python": f'client = stripe.StripeClient("{KEY}", '
            f'base_addresses={{"api": "{self.url}"}})',
            "node": f'const stripe = new Stripe("{KEY}", '
            f'{{host: "{host}", port: {port or 80}, protocol: "http"}});',
        }


def errors_key(key: str) -> str:
    """Show a key as Stripe's errors do."""
    return f"{key[:8]}***{key[-4:]}"


def _key_of(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
