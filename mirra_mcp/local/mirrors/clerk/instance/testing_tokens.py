"""Testing tokens: what end-to-end tests show so that Clerk doesn't take them for bots.

Source: https://clerk.com/docs/guides/development/testing/overview#testing-tokens
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

LIFETIME = 3_600
"""Seconds from the time that a token begins with.

Source: https://github.com/clerk/openapi-specs (TestingToken)
"""
TAIL = 41


class TestingTokens(ClerkResource):
    """The tokens of tests; each is told once, and none is kept."""

    entity, plural = "testing_token", "testing_tokens"
    object = "testing_token"
    keeps = False

    @route("POST /v1/testing_tokens")
    def create(self) -> Doc:
        """Give out a token: `expires_at` is in seconds.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a new testing token)
        """
        now = int(self.now.timestamp())
        token = f"{now}-c_{self.mirror.ids.token(TAIL)}"
        return {"object": self.object, "token": token, "expires_at": now + LIFETIME}
