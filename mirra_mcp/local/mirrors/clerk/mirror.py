"""The Clerk mirror: what it has, who may call, and how SDKs find it.

Source: https://clerk.com/docs/reference/backend-api
"""

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.stories import stories_of
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.clerk.api import browsers, errors, versions
from mirra_mcp.local.mirrors.clerk.api.gaps import told
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.api.speech import FAULTS, WEBHOOK_SECRET
from mirra_mcp.local.mirrors.clerk.instance.event_names import EVENTS
from mirra_mcp.local.mirrors.clerk.nouns import NOUNS
from mirra_mcp.local.mirrors.clerk.seeds import FIXTURES
from mirra_mcp.local.mirrors.clerk.seeds.meanings import MEANINGS
from mirra_mcp.local.mirrors.clerk.seeds.phrases import PHRASES
from mirra_mcp.local.mirrors.clerk.simulate import MODULES
from mirra_mcp.wire.model import Doc

SECRET_KEY = "sk_test_mirraFullAccess"
FOR_MACHINES = "/m2m_tokens"
"""Where machines call, which have secret keys of their own.

Source: https://clerk.com/docs/reference/backend-api (M2M Tokens)
"""
BACKEND: Doc = {"id": "backend"}
BROWSER: Doc = {"id": "browser"}


class Clerk(Peers):
    """One development instance of an application."""

    vendor = "clerk"
    version = "0.1.0"
    api_version = versions.LATEST
    description = "Sign-up and sign-in: users, sessions, tokens, organizations."
    resources = NOUNS
    stories = stories_of(*MODULES)
    fixtures = FIXTURES
    phrases = PHRASES
    meanings = MEANINGS
    limits = told.LIMITS
    fault_errors = FAULTS
    gaps = told.ENDPOINTS
    webhook_events = EVENTS

    # who may do what

    def authenticate(self, call: Call) -> Doc:
        """Return who calls: a backend with the secret key, a machine with its own, or a browser.

        Source: https://clerk.com/docs/reference/backend-api
        """
        self.asked_version = versions.version_of(call)
        self.agent = {"user_agent": call.headers.get("user-agent", ""), "ip": "127.0.0.1"}
        if browsers.is_browsers(call):
            self.origin = call.headers.get("origin")
            return BROWSER
        scheme, _, key = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise errors.invalid_authorization_header()
        if key.strip() == SECRET_KEY:
            return BACKEND
        if call.path.removeprefix("/v1").startswith(FOR_MACHINES):
            machine = self.machines.of_key(key.strip())
            if machine is not None:
                return {"id": machine["id"]}
        raise errors.invalid_secret_key()

    def admit(self, call: Call, spec: str) -> None:
        """Hold a call against the rate limit, where a story enforces it.

        Source: https://clerk.com/docs/guides/how-clerk-works/system-limits
        """
        if spec == "GET /v1/jwks" or not self.setting("rate_limited"):
            return
        taken = self.limiter.take(call.now)
        if not taken.allowed:
            raise errors.too_many_requests(taken.reset_seconds)

    def install(self) -> None:
        """Lay out the roles and permissions that every instance begins with."""
        self.permissions.install()
        self.roles.install()
        self.role_sets.install()

    # webhooks

    def endpoints(self, event: str) -> list[Target]:
        """List the endpoints that want an event."""
        return [
            Target(each["id"], each["url"], each["signing_secret"])
            for each in self.webhook_endpoints.wanting(event)
        ]

    def subscribe(self, url: str) -> bool:
        """Send every event to an address."""
        self.webhook_endpoints.subscribe(url)
        return True

    # what a session tells about it

    def env(self) -> dict[str, str]:
        """Return the variables that point Clerk's SDKs here."""
        return {
            "CLERK_SECRET_KEY": SECRET_KEY,
            "CLERK_PUBLISHABLE_KEY": self.publishable_key,
            "CLERK_API_URL": self.url,
            "CLERK_JWT_KEY": self.identity.pem(),
            "CLERK_WEBHOOK_SIGNING_SECRET": WEBHOOK_SECRET,
            "CLERK_TELEMETRY_DISABLED": "1",
        }

    def setup(self) -> dict[str, str]:
        """Return, per SDK, the line that points it here."""
        return {
            "python": f'Clerk(bearer_auth="{SECRET_KEY}", server_url="{self.url}/v1")',
            "node": f'createClerkClient({{ secretKey: "{SECRET_KEY}", apiUrl: "{self.url}" }})',
        }
