"""Accounts: the session's own, and standard connected ones.

Source: https://docs.stripe.com/api/accounts
"""

from mirra_mcp.local.mirrors.stripe.resource import StripeResource


class Accounts(StripeResource):
    """Connected accounts; they belong to the platform, whoever the call acts for."""

    entity, plural = "account", "accounts"
    object, prefix, path, id_length = "account", "acct", "/v1/accounts", 16

    @property
    def kind(self) -> str:
        """Accounts are the platform's."""
        return self.plural
