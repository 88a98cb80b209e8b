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

    @route("GET /v1/environment")
    def environment(self) -> Doc:
        """Return what a browser must know of the instance before anybody signs in.

        Source: https://clerk.com/docs/reference/frontend-api (Get the environment)
        """
        settings = self.settings()
        kinds = ("email_address", "phone_number", "username", "password")
        attributes = {
            kind: {"enabled": True, "required": settings[f"requires_{kind}"]} for kind in kinds
        }
        return {
            "object": "environment",
            "id": self.mirror.identity.id,
            "auth_config": {
                "object": "auth_config",
                "single_session_mode": True,
                "test_mode": True,
                "url_based_session_syncing": True,
            },
            "display_config": {
                "object": "display_config",
                "instance_environment_type": settings["environment_type"],
                "application_name": self.mirror.application,
            },
            "user_settings": {"attributes": attributes},
            "maintenance_mode": False,
        }
