"""The instance: what it asks of its users, and the keys that verify its tokens.

Source: https://clerk.com/docs/reference/backend-api (Instance Settings, JWKS)
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

ONLY = "the_instance"
"""The id under which the one document is kept."""


class Instances(ClerkResource):
    """The one instance of a mirror."""

    entity, plural = "instance", "instance"
    object = title = "instance"
    prefix = "ins"
    names = ()
    blank = {
        "object": "instance",
        "id": ONLY,
        "environment_type": "development",
        "requires_email_address": True,
        "requires_phone_number": False,
        "requires_username": False,
        "requires_password": True,
    }

    def settings(self) -> Doc:
        """Return what the instance is set to."""
        return self.peek(ONLY) or dict(self.blank)

    def set(self, **settings: Any) -> Doc:
        """Change what the instance is set to."""
        return self.save(self.settings() | settings)

    @route("GET /v1/jwks")
    @route("GET /.well-known/jwks.json")
    def jwks(self) -> Doc:
        """Return the public keys that verify the instance's tokens.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve the JSON Web Key Set)
        """
        return {"keys": [self.mirror.identity.jwk()]}

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of the instance."""
        shown = {"id": self.mirror.identity.id}
        return {
            "object": "instance",
            **shown,
            "environment_type": doc["environment_type"],
            "allowed_origins": None,
        }

    @route("GET /v1/instance")
    def retrieve(self) -> Doc:
        """Return the instance.

        Source: https://clerk.com/docs/reference/backend-api (Fetch the current instance)
        """
        return self.view(self.settings())
