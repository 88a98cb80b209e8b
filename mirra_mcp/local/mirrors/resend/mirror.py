"""The Resend mirror: keys, limits, errors and webhooks that all its resources share.

Source: https://resend.com/docs/api-reference/introduction
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.idempotency import Idempotency
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.ratelimit import RateLimiter, Taken
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.stories import stories_of
from mirra_mcp.local.kit.webhooks import Target, svix_schedule
from mirra_mcp.local.mirrors.resend import errors, files, gaps, invalid, signing
from mirra_mcp.local.mirrors.resend.events import EVENTS
from mirra_mcp.local.mirrors.resend.quota import Quota
from mirra_mcp.local.mirrors.resend.resources import RESOURCES
from mirra_mcp.local.mirrors.resend.seeds import FIXTURES
from mirra_mcp.local.mirrors.resend.seeds.phrases import PHRASES
from mirra_mcp.local.mirrors.resend.simulate import account, emails
from mirra_mcp.local.mirrors.resend.wire import iso
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.resend.resources.api_keys import ApiKeys
    from mirra_mcp.local.mirrors.resend.resources.automation_runs import AutomationRuns
    from mirra_mcp.local.mirrors.resend.resources.automations import Automations
    from mirra_mcp.local.mirrors.resend.resources.broadcasts import Broadcasts
    from mirra_mcp.local.mirrors.resend.resources.contact_imports import ContactImports
    from mirra_mcp.local.mirrors.resend.resources.contact_properties import ContactProperties
    from mirra_mcp.local.mirrors.resend.resources.contacts import Contacts
    from mirra_mcp.local.mirrors.resend.resources.domain_claims import DomainClaims
    from mirra_mcp.local.mirrors.resend.resources.domains import Domains
    from mirra_mcp.local.mirrors.resend.resources.emails import Emails
    from mirra_mcp.local.mirrors.resend.resources.events import Events
    from mirra_mcp.local.mirrors.resend.resources.logs import Logs
    from mirra_mcp.local.mirrors.resend.resources.received_emails import ReceivedEmails
    from mirra_mcp.local.mirrors.resend.resources.segments import Segments
    from mirra_mcp.local.mirrors.resend.resources.suppressions import Suppressions
    from mirra_mcp.local.mirrors.resend.resources.templates import Templates
    from mirra_mcp.local.mirrors.resend.resources.topics import Topics
    from mirra_mcp.local.mirrors.resend.resources.webhooks import Webhooks

SENDS = frozenset({"POST /emails", "POST /emails/batch"})
FOR_SENDING_KEYS = SENDS | {"GET /usage"}
NOBODY: Doc = {"_permission": "full_access", "_last_used_at": None, "id": None}
"""Who downloads a file or unsubscribes: the address is the permission."""
PUBLIC = (files.PREFIX, "/unsubscribe/")
RATE_LIMIT = 10
OWNER = "owner@example.com"
API_KEY = "re_mirra_full_access"
WEBHOOK_SECRET = "whsec_bWlycmEtcmVzZW5kLXdlYmhvb2sta2V5"


class OncePerEndpoint(Idempotency):
    """A key counts for the endpoint that it was sent to."""

    __slots__ = ()

    def key_of(self, call: Call) -> str | None:
        """Return the path and the key, with a space between them."""
        key = Idempotency.key_of(self, call)
        return None if key is None else f"{call.path} {key}"


class Resend(Mirror):
    """One Resend account."""

    vendor = "resend"
    version = "0.3.1"
    api_version = "1.5.0"
    description = "Email: sending, receiving, domains, contacts, broadcasts, Svix-signed webhooks."
    encoding = "json"
    resources = RESOURCES
    stories = stories_of(emails, account)
    fixtures = FIXTURES
    phrases = PHRASES
    limits = gaps.LIMITS
    gaps = gaps.ENDPOINTS
    webhook_events = EVENTS
    event_id_key = "emailId"
    retry_schedule = svix_schedule()
    """Source: https://resend.com/docs/webhooks/retries-and-replays"""
    webhook_secret = WEBHOOK_SECRET
    logged_headers = (*Mirror.logged_headers, "x-batch-validation")
    idempotency = OncePerEndpoint(paths=frozenset({"/emails", "/emails/batch"}))
    """Source: https://resend.com/docs/dashboard/emails/idempotency-keys"""

    if TYPE_CHECKING:
        api_keys: ApiKeys
        domain_claims: DomainClaims
        domains: Domains
        emails: Emails
        logs: Logs
        received_emails: ReceivedEmails
        suppressions: Suppressions
        automation_runs: AutomationRuns
        automations: Automations
        broadcasts: Broadcasts
        contact_imports: ContactImports
        contact_properties: ContactProperties
        contacts: Contacts
        events: Events
        segments: Segments
        templates: Templates
        topics: Topics
        webhooks: Webhooks

    def __init__(self, url: str, fixture: str) -> None:
        super().__init__(url, fixture)
        self.owner = OWNER
        self.quota = Quota(self)
        self.limiter = RateLimiter(RATE_LIMIT, timedelta(seconds=1))
        self._taken = Taken(True, RATE_LIMIT, RATE_LIMIT, 1)

    def recall(self) -> None:
        """Read the counters after the state has been replaced or rolled back."""
        super().recall()
        self.quota.load()
        for noun in (self.api_keys, self.domains, self.webhooks):
            noun.memo.clear()

    def keep_counters(self) -> None:
        """Write the counters if they have moved."""
        self.quota.keep()
        super().keep_counters()

    def forget_limits(self) -> None:
        """Start counting requests anew."""
        self.limiter.clear()

    def event_ref(self, data: Doc) -> str | None:
        """Return the email that an event is about, else its document."""
        return data.get("email_id") or data.get("id")

    # who may do what

    def authenticate(self, call: Call) -> Doc:
        """Return the API key that a call came with.

        Source: https://resend.com/docs/api-reference/introduction
        """
        self._taken = self.limiter.take(call.now)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if call.path.startswith(PUBLIC):
            return NOBODY
        if scheme.lower() != "bearer" or not token:
            raise errors.missing_api_key()
        key = self.api_keys.by_token(token)
        if key is None:
            raise errors.invalid_api_key()
        return key

    def admit(self, call: Call, route_spec: str) -> None:
        """Hold a call against its key's permission, the rate limit and the quota of emails.

        Source: https://resend.com/docs/api-reference/errors
        """
        if not self._taken.allowed and self.quota.rate_limited:
            raise errors.rate_limit_exceeded(self._taken.limit, self._taken.reset_seconds)
        if call.caller["_permission"] != "full_access" and route_spec not in FOR_SENDING_KEYS:
            raise errors.restricted_api_key()
        if call.caller is not NOBODY:
            self.api_keys.used(call.caller)
        if route_spec in SENDS:
            if self.quota.exceeded:
                raise errors.quota_exceeded(self.quota.exceeded)
            if self.quota.suspended:
                raise errors.suspended()

    # how it says no

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Tell the first thing wrong with the parameters."""
        return invalid.refusal(problems)

    def malformed(self, call: Call) -> VendorError:
        """Refuse a body that isn't JSON."""
        return errors.validation_error("The request body must be valid JSON.", 400)

    def too_large(self, call: Call) -> VendorError:
        """Refuse a body above the size of any email."""
        return errors.validation_error("The request body is too large.", 413)

    def unknown_path(self, call: Call) -> VendorError:
        """Refuse a path that isn't Resend's."""
        return errors.unknown_endpoint()

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Refuse a method that the path doesn't have."""
        return errors.method_not_allowed()

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that Resend has this endpoint and the mirror doesn't."""
        return errors.not_implemented(reason)

    def crashed(self, call: Call) -> VendorError:
        """Answer when the mirror itself broke."""
        return errors.application_error()

    def idempotency_invalid(self, key: str) -> VendorError | None:
        """Refuse an empty key and one above 256 characters."""
        given = key.partition(" ")[2]
        return None if 1 <= len(given) <= 256 else errors.invalid_idempotency_key()

    def idempotency_conflict(self, call: Call) -> VendorError:
        """Refuse a key that came with another payload."""
        return errors.invalid_idempotent_request()

    def decorate(self, call: Call, status: int) -> dict[str, str]:
        """Return the headers that tell where the caller stands with rate limit and quota.

        Where the limit isn't enforced, a request always remains: clients that hold back at none
        would wait for nothing.

        Source: https://resend.com/docs/api-reference/rate-limit
        """
        taken = self._taken
        headers = {
            "ratelimit-limit": str(taken.limit),
            "ratelimit-policy": f"{taken.limit};w=1",
            "ratelimit-remaining": str(taken.remaining or int(not self.quota.rate_limited)),
            "ratelimit-reset": str(taken.reset_seconds),
            "x-resend-monthly-quota": str(self.quota.this_month()["used"]),
        }
        if self.quota.is_free:
            headers["x-resend-daily-quota"] = str(self.quota.today()["used"])
        return headers

    # webhooks

    def payload(self, event: str, data: Doc) -> Doc:
        """Return the body of a webhook.

        Source: https://resend.com/docs/webhooks/introduction
        """
        return {"type": event, "created_at": iso(self.now), "data": data}

    def endpoints(self, event: str) -> list[Target]:
        """List the enabled webhooks that want an event."""
        secrets = self.webhooks.secrets
        return [
            Target(hook["id"], hook["endpoint"], secrets(hook))
            for hook in self.webhooks.wanting(event)
        ]

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """Return Svix's three headers."""
        return signing.headers(secret, message_id, at, body)

    def signature_of(self, headers: dict[str, str]) -> str:
        """Return the signature among the headers of a webhook."""
        return headers["svix-signature"]

    # what a session tells about it

    def install(self) -> None:
        """Make the account: one API key with full access. A reset brings back the same."""
        self.api_keys.issue("Mirra", token=API_KEY)

    def env(self) -> dict[str, str]:
        """Return the variables that point Resend's SDKs here."""
        return {
            "RESEND_API_KEY": API_KEY,
            "RESEND_API_URL": self.url,
            "RESEND_BASE_URL": self.url,
            "RESEND_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }

    def setup(self) -> dict[str, str]:
        """Return, per SDK, the line that points it here."""
        return {
            "python": f'resend.api_url = "{self.url}"; resend.api_key = "{API_KEY}"',
            "node": f'process.env.RESEND_BASE_URL = "{self.url}"; '
            f'const resend = new Resend("{API_KEY}");',
        }
