"""The Stripe mirror: who may call, how requests and answers look, and how events go out.

Source: https://docs.stripe.com/api
"""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, ClassVar

import orjson

from mirra_mcp.local.kit.mirror import Fixture, Mirror
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.kit.stories import Story, stories_of
from mirra_mcp.local.kit.webhooks import Parcel, Target
from mirra_mcp.local.mirrors.stripe import simulate
from mirra_mcp.local.mirrors.stripe.api import access, errors, v2
from mirra_mcp.local.mirrors.stripe.api.access import OWN_ACCOUNT
from mirra_mcp.local.mirrors.stripe.api.endpoints import parameters
from mirra_mcp.local.mirrors.stripe.api.endpoints.gaps import LIMITS, gaps_of, told
from mirra_mcp.local.mirrors.stripe.api.expand import expanded
from mirra_mcp.local.mirrors.stripe.api.forms import encoding, uploads
from mirra_mcp.local.mirrors.stripe.api.forms.idempotency import PerAccount
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.refusals import Refusals
from mirra_mcp.local.mirrors.stripe.api.versions.releases import (
    DEFAULT,
    check_version,
    read,
    shaped,
)
from mirra_mcp.local.mirrors.stripe.api.webhooks import signing
from mirra_mcp.local.mirrors.stripe.api.webhooks.types import MIRRORED
from mirra_mcp.local.mirrors.stripe.billing.usage import streams
from mirra_mcp.local.mirrors.stripe.connect.accounts.layout import OWN
from mirra_mcp.local.mirrors.stripe.connect.oauth import tokens
from mirra_mcp.local.mirrors.stripe.nouns import NOUNS
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import DECLINE_CODES
from mirra_mcp.local.mirrors.stripe.seeds.fixtures import FIXTURES
from mirra_mcp.local.mirrors.stripe.seeds.meanings import MEANINGS
from mirra_mcp.local.mirrors.stripe.seeds.phrases import PHRASES
from mirra_mcp.local.mirrors.stripe.simulate.accounts import of_any_account
from mirra_mcp.vendors import VENDORS
from mirra_mcp.wire.model import Doc

OTHER_HOSTS = VENDORS["stripe"].unmirrored
KEY = "sk_test_mirra000000000000000000"
PUBLISHABLE = "pk_test_mirra000000000000000000"
NAMING = (b"on_behalf_of", b"destination")
"""What bodies hold that may name a connected account."""


def _object(body: Any) -> Doc:
    """Return the JSON of a v2 call's body.

    Raises:
        ValueError: it is no object.
    """
    if not isinstance(body, dict):
        raise ValueError("objects only")
    return body


class Stripe(Refusals, Peers):
    """Stripe in test mode."""

    vendor, version, api_version = "stripe", "0.7.3", DEFAULT
    description = (
        "Payments and billing: cards, refunds, disputes, subscriptions, invoices, Checkout,"
        " Connect."
    )
    encoding = "form"
    resources = NOUNS
    stories: ClassVar[dict[str, Story]] = of_any_account(dict(stories_of(*simulate.MODULES)))
    fixtures: ClassVar[dict[str, Fixture]] = FIXTURES
    phrases = PHRASES
    meanings = MEANINGS
    gaps: ClassVar[dict[str, str]] = gaps_of(NOUNS)
    limits = LIMITS
    fault_errors = errors.FAULTS
    declines = DECLINE_CODES
    webhook_events = MIRRORED
    webhook_secret = "whsec_mirra0000000000000000000000000000"
    message_prefix = ""
    event_id_key = "objectId"
    idempotency = PerAccount(keep_errors=True, replay_header=("idempotent-replayed", "true"))
    logged_headers = (*Mirror.logged_headers, "stripe-version", "stripe-account")
    retry_schedule = tuple(timedelta(hours=each) for each in (1, 2, 4))

    last_header: str | None = None
    last_key: str = ""

    def install(self) -> None:
        """Lay out a fresh test account."""
        self.account = None
        own = self.accounts.lay_out(OWN_ACCOUNT, **OWN)
        self.accounts.save(own)

    def recall(self) -> None:
        """Read anew what is kept in memory: the state has been replaced."""
        super().recall()
        self.webhook_endpoints.forget()
        self.event_destinations.forget()

    @classmethod
    def gaps_told(cls) -> list[str]:
        """Tell the endpoints that aren't there by their reasons."""
        return told(cls.gaps)

    # Requests.

    def find(self, call: Call) -> tuple[Any, dict[str, str]] | set[str]:
        """Return the endpoint that a call is for; on hosts of what isn't mirrored there is none."""
        other = OTHER_HOSTS.get(call.headers.get("x-mirra-host", ""))
        return super().find(call) if other is None else (f"{other} is not mirrored.", {})

    def authenticate(self, call: Call) -> str:
        """Return the key. Any well-formed test key is the session's own account.

        Source: https://docs.stripe.com/api/authentication
        """
        self.account = self.idempotency_key = None
        self.call_version = DEFAULT
        self.fresh.clear()
        if self.session is not None:
            self.request_id = f"req_{self.session.ids.token(14)}"
        if call.path.startswith(access.PAGES):
            return access.NOBODY
        header = call.headers.get("authorization", "")
        if call.path == streams.STREAM:
            token = header.removeprefix("Bearer ").strip()
            streams.holder_of(self, token)
            return token
        if call.path in tokens.OAUTH:
            return tokens.secret_of(header, self._read(call), call.method, call.path)
        if header == self.last_header:
            return self.last_key
        key = access.key_of(header)
        access.check_key(key, call.method, call.path)
        if not key.startswith("pk_"):
            self.last_header, self.last_key = header, key
        return key

    def admit(self, call: Call, spec: str) -> None:
        """Take note of version, account and idempotency key, and read the parameters."""
        if call.caller == access.NOBODY:
            return
        headers = call.headers
        if call.path[-1] == "/":
            raise self.unknown_path(call)
        if self.calls_refused:
            self.calls_refused -= 1
            raise errors.rate_limited()
        self.call_version = check_version(headers.get("stripe-version"), call.path)
        self.idempotency_key = headers.get("idempotency-key")
        account = headers.get("stripe-account") or headers.get("stripe-context")
        holder = tokens.holder_of(self, call.caller)
        if holder:
            account = holder["account"]
        if call.path == streams.STREAM:
            account = streams.holder_of(self, call.caller)["account"]
        if account and account != OWN_ACCOUNT:
            self._act_for(account, call, holder)
        if call.path.startswith(access.ACCOUNTS):
            self._check_reach(call)
        if call.caller[0] == "r":
            self._check_permission(call)
        form = self._read(call)
        if not call.path.startswith("/v2/"):
            parameters.check(spec, form, self.call_version)
        call.__dict__["form"] = form = read(form, self.call_version, call.path)
        sent = call.body or call.query_string.encode()
        if any(mark in sent for mark in NAMING):
            self.accounts.check_named(form)

    def _act_for(self, account: str, call: Call, holder: Doc | None) -> None:
        """Act for a connected account from here on, as far as its owner allows."""
        doc = self.accounts.reached(account)
        if doc is None:
            raise errors.no_access(call.caller, account)
        scope = (holder or doc).get("scope") or doc.get("_scope") or tokens.READ_WRITE
        tokens.check_scope(scope, call.method, account)
        self.account = account

    def _check_reach(self, call: Call) -> None:
        """Refuse a path of an account that has let the platform go."""
        id = call.path.partition("/accounts/")[2].partition("/")[0]
        if self.accounts.peek(id) is not None and self.accounts.reached(id) is None:
            raise errors.no_access(call.caller, id)

    def _check_permission(self, call: Call) -> None:
        granted = self.setting(f"key:{call.caller}")
        wanted = access.permission(call.method, call.path)
        if granted is not None and not access.allows(granted, wanted):
            raise errors.no_permission(call.caller, self.account or OWN_ACCOUNT, wanted)

    def _read(self, call: Call) -> Any:
        """Return the parameters: a form, in body or query; JSON or an upload where it must be.

        SDKs send what a DELETE takes in the query, curl in the body: Stripe reads both.

        Source: https://docs.stripe.com/api/subscriptions/cancel
        """
        if call.method == "GET" or not call.body:
            return encoding.parse(call.query_string)
        kind = call.headers.get("content-type", "")
        try:
            if call.path.startswith("/v2/"):
                return _object(call.json)
            if kind.startswith("multipart/form-data"):
                return uploads.parse(kind, call.body)
            if kind.startswith("application/json"):
                raise ValueError("form-encoded bodies only")
            text = call.body.decode("utf-8")
            return encoding.parse(f"{call.query_string}&{text}" if call.query_string else text)
        except ValueError:
            raise self.malformed(call) from None

    def read_body(self, call: Call) -> Any:
        """Return the parameters, read when the call was admitted."""
        return call.__dict__["form"]

    def read_query(self, call: Call) -> Any:
        """Return the parameters, read when the call was admitted."""
        return call.__dict__["form"]

    def read_fields(self, call: Call) -> Any:
        """Return the parameters of a call that isn't admitted yet."""
        return self._read(call)

    def decorate(self, call: Call, status: int) -> dict[str, str]:
        """Return the headers of every answer, and end the call.

        Source: https://docs.stripe.com/api/request_ids
        """
        headers = {"stripe-version": self.call_version}
        if self.request_id:
            headers["request-id"] = self.request_id
        if self.idempotency_key and call.method == "POST":
            headers["idempotency-key"] = self.idempotency_key
        if self.account:
            headers["stripe-account"] = self.account
        self.account = self.request_id = self.idempotency_key = None
        return headers

    def shape(self, call: Call, answer: Answer) -> Answer:
        """Expand what was asked for, in the caller's API version."""
        body = answer.body
        if isinstance(body, dict):
            paths = call.__dict__["form"].get("expand")
            if paths and "error" not in body:
                paths = paths if isinstance(paths, list) else [paths]
                body = expanded(self, body, [str(each) for each in paths], self.call_version)
            if call.path in tokens.OAUTH:
                return answer
            answer.body = shaped(body, self.call_version)
            if "error" in body:
                self._name_log(call, answer)
        if self.idempotency_key and self.request_id:
            answer.headers["original-request"] = self.request_id
        return answer

    def refused(self, call: Call, answer: Answer) -> None:
        """Add to a refusal where its log would be found."""
        if self.session is not None:  # the first id was taken back with all that the call did
            self.request_id = f"req_{self.session.ids.token(14)}"
            if self.idempotency_key and call.method == "POST":
                answer.headers.setdefault("original-request", self.request_id)
        if call.caller == access.NOBODY:
            self.show_refusal(call, answer)
            return
        self._name_log(call, answer)

    def _name_log(self, call: Call, answer: Answer) -> None:
        told = answer.body.get("error") if isinstance(answer.body, dict) else None
        if self.request_id and isinstance(told, dict) and not call.path.startswith("/v2/"):
            seconds = int(call.now.timestamp())
            url = f"https://dashboard.stripe.com/test/logs/{self.request_id}?t={seconds}"
            told = {**told, "request_log_url": url}
            answer.body = {"error": dict(sorted(told.items()))}

    # Events.

    def emit(self, event: str, data: Doc, *, to: list[Target] | None = None) -> None:
        """Keep an event as an object of its own, and send it; a fixture's past is only kept."""
        if self.kept_back is not None and self.account == self.kept_for:
            self.kept_back.append((event, deepcopy(data)))
            return
        targets = self.endpoints(event) if to is None else to
        doc = self.events.record(event, data, len(targets))
        if self.session is None:
            return
        clock = self.now
        if self.lane and self.session.log.at:  # a test clock doesn't delay the mail
            self.now = self.session.log.at
        self.send(event, doc, targets, self.store.body(self.events.kind, doc["id"]))
        if thin := self.event_destinations.wanting(f"v1.{event}", "thin"):
            about = data["object"]
            reference = v2.related(about["object"], about.get("id", ""), v2.place_of(about))
            told = self.core_events.record(f"v1.{event}", reference, doc["id"])
            super().emit(told["type"], told, to=thin)
        self.now = clock

    def tells_accounts(self) -> bool:
        """Tell whether a destination takes thin events of accounts."""
        return self.session is not None and self.event_destinations.takes("v2.core.account")

    def tell_thin(self, type: str, about: Doc, account: str, data: Doc | None) -> None:
        """Tell a thin event of a connected account to the destinations that want it."""
        with self.acting_for(account):
            if targets := self.event_destinations.wanting(type, "thin"):
                self.send_thin(self.core_events.record(type, about, data=data), targets)

    def answered(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Count an endpoint that has accepted an event."""
        event = orjson.loads(parcel.payload)
        if event["object"] == "event":
            self.events.delivered(event["id"], event.get("account"))

    def payload(self, event: str, data: Doc) -> Doc:
        """Return the event as the account's own version has it; a thin one as it is."""
        if data["object"] != "event":  # what it tells besides is there for who fetches it
            shown = self.core_events.view(data)
            return {name: value for name, value in shown.items() if name != "data"}
        return self.events.rendered(data, DEFAULT)

    def payload_for(self, target: Target, payload: Doc) -> Doc:
        """Return the event in the version that the endpoint was registered with."""
        if payload["object"] != "event":
            return payload
        noun = self.webhook_endpoints if target.id[:3] == "we_" else self.event_destinations
        version = noun.version_of(target.id) or DEFAULT
        return payload if version == DEFAULT else self.events.rendered_by_id(payload["id"], version)

    def event_ref(self, data: Doc) -> str | None:
        """Return the id of the object that an event is about."""
        if data["object"] != "event":
            return (data.get("related_object") or data)["id"]  # type: ignore[no-any-return]  # text
        found: str | None = data["data"]["object"].get("id")
        return found

    def endpoints(self, event: str) -> list[Target]:
        """List the enabled endpoints that want an event; who let the platform go tells nobody."""
        if self.account and self.accounts.reached(self.account) is None:
            return []
        found = self.webhook_endpoints.wanting(event)
        return found + self.event_destinations.wanting(event, "snapshot")

    def subscribe(self, url: str) -> bool:
        """Send every event to an address."""
        self.webhook_endpoints.subscribe(url, self.webhook_secret)
        return True

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """Sign a webhook."""
        return signing.headers(secret, at, body)

    def signature_of(self, headers: dict[str, str]) -> str:
        """Return the `Stripe-Signature` header."""
        return headers["stripe-signature"]

    # Using it.

    def env(self) -> dict[str, str]:
        """Return what points SDKs and handlers at this mirror."""
        return {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_API_KEY": KEY,
            "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE,
            "STRIPE_API_BASE": self.url,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            "STRIPE_CLIENT_ID": self.application,
        }

    def setup(self) -> dict[str, str]:
        """Return the lines that point the official SDKs at this mirror."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return {
            "python": f'client = stripe.StripeClient("{KEY}", '
            f'base_addresses={{"api": "{self.url}", "files": "{self.url}", '
            f'"meter_events": "{self.url}"}})',
            "node": f'const stripe = new Stripe("{KEY}", '
            f'{{host: "{host}", port: {port or 80}, protocol: "http"}});',
        }
