"""The Resend mirror: what it has, who may call, and how SDKs find it.

Source: https://resend.com/docs/api-reference/introduction
"""

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.stories import stories_of
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.resend.account.webhooks.event_names import EVENTS
from mirra_mcp.local.mirrors.resend.api import errors, files, gaps
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.api.speech import FAULTS, WEBHOOK_SECRET
from mirra_mcp.local.mirrors.resend.nouns import NOUNS
from mirra_mcp.local.mirrors.resend.seeds import FIXTURES
from mirra_mcp.local.mirrors.resend.seeds.meanings import MEANINGS
from mirra_mcp.local.mirrors.resend.seeds.phrases import PHRASES
from mirra_mcp.local.mirrors.resend.simulate import MODULES
from mirra_mcp.wire.model import Doc

SENDS = frozenset({"POST /emails", "POST /emails/batch"})
FOR_SENDING_KEYS = SENDS | {"GET /usage"}
NOBODY: Doc = {"_permission": "full_access", "_last_used_at": None, "id": None}
"""Who downloads a file or unsubscribes: the address is the permission."""
API_KEY = "re_mirra_full_access"


class Resend(Peers):
    """One Resend account."""

    vendor = "resend"
    version = "0.3.1"
    api_version = "1.5.0"
    description = "Email: sending, receiving, domains, contacts, broadcasts."
    resources = NOUNS
    stories = stories_of(*MODULES)
    fixtures = FIXTURES
    phrases = PHRASES
    meanings = MEANINGS
    limits = gaps.LIMITS
    fault_errors = FAULTS
    gaps = gaps.ENDPOINTS
    webhook_events = EVENTS

    def recall(self) -> None:
        """Read the counters after the state has been replaced or rolled back."""
        super().recall()
        self.quota.load()
        for noun in (self.api_keys, self.domains, self.webhooks):
            noun.memo.clear()

    # who may do what

    def authenticate(self, call: Call) -> Doc:
        """Return the API key that a call came with.

        Source: https://resend.com/docs/api-reference/introduction
        """
        self._taken = self.limiter.take(call.now)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if call.path.startswith(files.PUBLIC):
            return NOBODY
        if not call.headers.get("user-agent", "").strip():
            raise errors.no_user_agent()
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

    # webhooks

    def endpoints(self, event: str) -> list[Target]:
        """List the enabled webhooks that want an event."""
        secrets = self.webhooks.secrets
        return [
            Target(hook["id"], hook["endpoint"], secrets(hook))
            for hook in self.webhooks.wanting(event)
        ]

    def subscribe(self, url: str) -> bool:
        """Send every event to an address."""
        self.webhooks.subscribe(url)
        return True

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
