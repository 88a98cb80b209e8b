"""Enterprise accounts: what an identity provider knows of a user who came in by it.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml, EnterpriseAccount, SAMLAccount)
"""

from typing import Any

from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

KEPT = ("email_address", "first_name", "last_name", "provider_user_id")


class EnterpriseAccounts(ClerkResource):
    """The accounts of users at their companies' identity providers."""

    entity, plural = "enterprise_account", "enterprise_accounts"
    object, prefix, title = "enterprise_account", "entacc", "enterprise account"
    names = ("email_address",)
    indexes = ("user_id", "enterprise_connection_id")
    blank = {
        "id": "",
        "object": "enterprise_account",
        "user_id": "",
        "email_address": "",
        "first_name": None,
        "last_name": None,
        "provider_user_id": None,
        "enterprise_connection_id": "",
        "public_metadata": {},
        "last_authenticated_at": None,
    }

    def link(self, user_id: str, connection: Doc, identity: Doc) -> Doc:
        """Keep that a user came in by a connection, now."""
        found = self.between(user_id, connection["id"])
        doc = found or self.new(user_id=user_id, enterprise_connection_id=connection["id"])
        about = {name: identity[name] for name in KEPT}
        about["public_metadata"] = identity["public_metadata"]
        return self.save(doc | about | {"last_authenticated_at": stamp(self.now)})

    def between(self, user_id: str, connection_id: str) -> Doc | None:
        """Return the account of a user at a connection, if it has one."""
        mine = self.find(user_id=user_id)
        return next(
            (each for each in mine if each["enterprise_connection_id"] == connection_id), None
        )

    def forget(self, **where: Any) -> None:
        """Drop the accounts of a user or a connection that is being deleted."""
        for doc in self.find(**where):
            self.drop(doc)

    def of(self, user_id: str) -> Doc:
        """Return what a user shows of its accounts: those of SAML twice, the old way and the new.

        `{"enterprise_accounts", "saml_accounts"}`
        """
        mine = self.find(user_id=user_id, newest_first=False)
        shown = [self._shown(doc) for doc in mine]
        saml = [_as_saml(each) for each in shown if each["protocol"] == "saml"]
        return {"enterprise_accounts": shown, "saml_accounts": saml}

    def is_managed(self, user_id: str) -> bool:
        """Tell whether a user has an account at a connection that lets people in."""
        return any(
            self.mirror.enterprise_connections.get(each["enterprise_connection_id"])["active"]
            for each in self.find(user_id=user_id)
        )

    def _shown(self, doc: Doc) -> Doc:
        connections = self.mirror.enterprise_connections
        connection = connections.get(doc["enterprise_connection_id"])
        protocol = connections.protocol(connection)
        strategy = "saml" if protocol == "saml" else connections.strategy(connection)
        about = {name: doc[name] for name in ("id", *KEPT, "public_metadata")}
        return {
            "object": "enterprise_account",
            **about,
            "protocol": protocol,
            "provider": connection["provider"],
            "active": connection["active"],
            "enterprise_connection_id": connection["id"],
            "verification": {
                "object": f"verification_{protocol}",
                "status": "verified",
                "strategy": strategy,
                "external_verification_redirect_url": None if protocol == "saml" else "",
                "attempts": None,
                "expire_at": doc["last_authenticated_at"],
            },
            "enterprise_connection": connections.brief(connection),
            "last_authenticated_at": doc["last_authenticated_at"],
        }


def _as_saml(account: Doc) -> Doc:
    """Return an account as it was shown before there were others than SAML's."""
    left_out = ("protocol", "enterprise_connection_id", "enterprise_connection")
    shown = {name: value for name, value in account.items() if name not in left_out}
    connection = dict(account["enterprise_connection"])
    del connection["protocol"], connection["logo_public_url"]
    return shown | {"object": "saml_account", "saml_connection": connection}
