"""Signing in at a company's identity provider: the way there, and the way back.

Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/authentication-flows
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.signing import factors
from mirra_mcp.local.mirrors.clerk.signing.attempts import LIFETIME, Attempts
from mirra_mcp.wire.model import Doc

STRATEGY = "enterprise_sso"


class EnterpriseSignIns(Attempts):
    """What sign-ins do where the domain of an address has an enterprise connection."""

    def _onward(self, doc: Doc) -> Doc:
        """Go on after the first factor."""
        raise NotImplementedError

    def claimed(self, identifier: str, strategy: str | None) -> Doc | None:
        """Return the connection by which whoever has an identifier must sign in, if there is one.

        Raises:
            VendorError: a connection is asked for, and there is none; or the identifier is no
                address, and the account came in by a connection.
        """
        connection = self.mirror.enterprise_connections.for_email(identifier)
        if connection is not None:
            return connection
        if strategy == STRATEGY:
            raise no_connection()
        if "@" not in identifier:
            user = self.mirror.users.known_by(identifier)
            if user is not None and self.mirror.enterprise_accounts.is_managed(user["id"]):
                raise errors.refusal(
                    422,
                    "sign_in_must_use_enterprise_connection_identifier",
                    "sign in with must use enterprise connection email address",
                    "Your account is linked to an enterprise connection. You must sign in with an "
                    "email address.",
                )
        return None

    def led(self, doc: Doc, identifier: str, connection: Doc) -> Doc:
        """Return an attempt that the identity provider decides."""
        factor = {
            "strategy": STRATEGY,
            "enterprise_connection_id": connection["id"],
            "enterprise_connection_name": connection["name"],
        }
        return doc | {
            "identifier": identifier.strip().lower(),
            "status": "needs_first_factor",
            "supported_first_factors": [factor],
        }

    def sent_away(self, doc: Doc, redirect_url: str | None) -> Doc:
        """Send whoever signs in to the identity provider.

        Raises:
            VendorError: the address has no connection any more.
        """
        connections = self.mirror.enterprise_connections
        connection = connections.for_email(doc["identifier"] or "")
        if connection is None:
            raise no_connection()
        way = connections.way(connection, doc["id"], doc["identifier"], redirect_url)
        return self.save(doc | {"first_factor_verification": self._verification(connection, way)})

    def returned(self, connection: Doc, user: Doc, email: str) -> Doc:
        """Sign in whom the identity provider vouches for: who waits for it, or at a new browser.

        Fires: session.created, if no second factor is needed
        """
        waiting = (
            each
            for each in self.find(identifier=email, status="needs_first_factor")
            if each["first_factor_verification"] and each["abandon_at"] > stamp(self.now)
        )
        doc = next(waiting, None)
        if doc is None:
            client = self.mirror.clients.open()
            doc = self.led(
                self.new(_client_id=client["id"], abandon_at=stamp(self.now + LIFETIME)),
                email,
                connection,
            )
        shown = self._verification(connection, None) | {"status": "verified"}
        return self._onward(
            doc
            | {
                "_user_id": user["id"],
                "user_data": factors.user_data(user),
                "supported_second_factors": factors.second(self.mirror, user) or None,
                "first_factor_verification": shown,
            }
        )

    def _verification(self, connection: Doc, way: str | None) -> Doc:
        connections = self.mirror.enterprise_connections
        protocol = connections.protocol(connection)
        return {
            "object": f"verification_{protocol}",
            "status": "unverified",
            "strategy": "saml" if protocol == "saml" else connections.strategy(connection),
            "external_verification_redirect_url": way,
            "attempts": None,
            "expire_at": stamp(self.now + LIFETIME),
        }


def no_connection() -> VendorError:
    """Say that an address has no connection.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
        `EnterpriseSSOSignInConnectionMissing`)
    """
    return errors.refusal(
        422,
        "enterprise_sso_sign_in_connection_missing",
        "No Enterprise Connection for this sign-in",
        "The current sign-in does not have a corresponding Enterprise Connection. Please check the "
        "domain of the provided email address.",
    )
