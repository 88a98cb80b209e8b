"""The instance: what it asks of its users, and the keys that verify its tokens.

Source: https://clerk.com/docs/reference/backend-api (Instance Settings, JWKS)
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.instance.environment import environment
from mirra_mcp.local.mirrors.clerk.instance.params import UpdateRestrictions
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
        "sign_up_mode": "public",
        "allowlist": False,
        "blocklist": False,
    }

    def settings(self) -> Doc:
        """Return what the instance is set to."""
        return {**self.blank, **(self.peek(ONLY) or {})}

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

    @route("PATCH /v1/instance/restrictions")
    def restrict(self, params: UpdateRestrictions) -> Doc:
        """Let the allowlist or the blocklist hold, or not.

        Source: https://clerk.com/docs/reference/backend-api (Update instance restrictions)
        """
        if params.allowlist_blocklist_disabled_on_sign_in is False:
            raise errors.not_implemented("The lists hold for sign-ups alone.")
        if params.block_email_subaddresses or params.block_disposable_email_domains:
            raise errors.not_implemented("Subaddresses and disposable addresses aren't blocked.")
        mode = self.settings()["sign_up_mode"]
        if params.allowlist and mode != "public":
            raise errors.refusal(
                422,
                "sign_up_mode_restricted_invalid_value",
                "is not allowed",
                f"`allowlist` isn't allowed to be `true` when sign-up mode is set to {mode}",
                param_name="allowlist",
            )
        given = {"allowlist": params.allowlist, "blocklist": params.blocklist}
        changed = {name: value for name, value in given.items() if value is not None}
        settings = self.set(**changed) if changed else self.settings()
        return {
            "object": "instance_restrictions",
            "allowlist": settings["allowlist"],
            "blocklist": settings["blocklist"],
            "allowlist_blocklist_disabled_on_sign_in": True,
            "block_email_subaddresses": False,
            "block_disposable_email_domains": False,
        }

    def check_open(self) -> None:
        """Let somebody without an invitation sign up.

        Raises:
            VendorError: only the invited may.
        Source: https://clerk.com/docs/guides/secure/restricting-access (Access mode)
        """
        mode = self.settings()["sign_up_mode"]
        if mode == "restricted":
            raise errors.refusal(
                403,
                "sign_up_mode_restricted",
                "Sign-ups restricted",
                "New sign-ups are currently restricted.",
            )
        if mode == "waitlist":
            raise errors.refusal(
                403,
                "sign_up_restricted_waitlist",
                "Sign-ups restricted with waitlist",
                "Sign-ups are currently unavailable. Join the waitlist, and you will be notified "
                "when access becomes available.",
            )

    def check_listed(self, identifiers: list[str]) -> None:
        """Let identifiers sign up. What is on both lists is allowed.

        Raises:
            VendorError: some are blocked, or aren't on the allowlist.
        Source: https://clerk.com/docs/guides/secure/restricting-access (Allowlist, Blocklist)
        """
        settings = self.settings()
        has_allowlist = settings["allowlist"] and settings["sign_up_mode"] == "public"
        refused = []
        for each in identifiers:
            allowed = self.mirror.allowlist_identifiers.matching(each) if has_allowlist else set()
            blocked = (
                self.mirror.blocklist_identifiers.matching(each) if settings["blocklist"] else set()
            )
            if (has_allowlist and not allowed) or blocked - allowed:
                refused.append(each)
        if refused:
            verb = "is" if len(refused) == 1 else "are"
            raise errors.refusal(
                403,
                "not_allowed_access",
                "Access not allowed.",
                f"{', '.join(refused)} {verb} not allowed to access this application.",
                identifiers=refused,
            )

    @route("GET /v1/environment")
    @route("PATCH /v1/environment")
    def environment(self) -> Doc:
        """Return what a browser must know of the instance before anybody signs in.

        Source: https://clerk.com/docs/reference/frontend-api (Get the environment)
        """
        return environment(self.mirror, self.settings())

    @route("GET /v1/health")
    @route("GET /v1/proxy-health")
    def health(self) -> Doc:
        """Say that the instance answers.

        Source: https://clerk.com/docs/reference/frontend-api (Get Health)
        """
        return {"status": "healthy"}
