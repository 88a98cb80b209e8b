"""Where an account's owner goes: onboarding, embedded components, the Express dashboard.

Source: https://docs.stripe.com/api/account_links, https://docs.stripe.com/api/account_sessions and
https://docs.stripe.com/api/accounts/login_link
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import CreateLink, CreateSession
from mirra_mcp.wire.model import Doc

LINK_LIFETIME = 300
"""Seconds. Source: https://docs.stripe.com/api/account_links/object"""
SESSION_LIFETIME = 3600


class AccountLinks(StripeResource):
    """Addresses that can be used once; nothing is kept of them."""

    entity, plural = "account_link", "account_links"
    object, path = "account_link", "/v1/account_links"
    keeps = False

    def described(self, params: CreateLink) -> Doc:
        """Describe an onboarding; the address is for the caller to add.

        Source: https://docs.stripe.com/api/account_links/create

        Raises:
            VendorError: an address to return to is missing, or the account may not be updated so.
        """
        doc = self.stripe.accounts.named_account(params.account)
        collects = doc["controller"].get("requirement_collection")
        if params.type == "account_update" and collects != "application":
            raise errors.invalid(
                "You cannot create `account_update` type Account Links for this account.", "type"
            )
        self.stripe.accounts.link(doc)
        return {
            "object": self.object,
            "created": self.at,
            "expires_at": self.at + LINK_LIFETIME,
            "url": "",
        }


class AccountSessions(StripeResource):
    """What a page needs to show Stripe's components for an account."""

    entity, plural = "account_session", "account_sessions"
    object, path = "account_session", "/v1/account_sessions"
    keeps = False

    @route("POST /v1/account_sessions")
    def create(self, params: CreateSession) -> Doc:
        """Make the client secret of embedded components.

        Source: https://docs.stripe.com/api/account_sessions/create
        """
        doc = self.stripe.accounts.named_account(params.account)
        self.stripe.accounts.link(doc)
        return {
            "object": self.object,
            "account": doc["id"],
            "client_secret": f"accs_secret__{self.mirror.ids.token(48)}",
            "components": {
                name: {"enabled": False, "features": {}, **each}
                for name, each in params.components.items()
            },
            "expires_at": self.at + SESSION_LIFETIME,
            "livemode": False,
        }


class LoginLinks(StripeResource):
    """Addresses of Express dashboards."""

    entity, plural = "login_link", "login_links"
    object = "login_link"
    keeps = False

    def described(self, account: str) -> Doc:
        """Describe a way into an account's Express dashboard; the address is to be added.

        Source: https://docs.stripe.com/api/accounts/login_link/create

        Raises:
            VendorError: the account has no Express dashboard, or isn't onboarded.
        """
        doc = self.stripe.accounts.get(account)
        if doc["controller"].get("stripe_dashboard", {}).get("type") != "express":
            raise errors.invalid(
                "Cannot create a login link for an account that does not have access to the Express"
                " Dashboard."
            )
        if not doc["details_submitted"]:
            raise errors.invalid(
                "Cannot create a login link for an account that has not completed onboarding."
            )
        return {
            "object": self.object,
            "created": self.at,
            "url": "",
        }
