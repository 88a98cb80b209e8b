"""The allowlist: who alone may sign up, where it is enabled.

Source: https://clerk.com/docs/guides/secure/restricting-access (Allowlist)
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.access.identifiers import ListedIdentifiers
from mirra_mcp.local.mirrors.clerk.access.params import CreateAllowlistIdentifier, CreateInvitation
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.params import MaybePaged
from mirra_mcp.wire.model import Doc


class AllowlistIdentifiers(ListedIdentifiers):
    """The identifiers that may sign up."""

    entity, plural = "allowlist_identifier", "allowlist_identifiers"
    object, prefix = "allowlist_identifier", "alid"
    blank = {
        "object": "allowlist_identifier",
        "id": "",
        "invitation_id": None,
        "identifier": "",
        "identifier_type": "",
        "created_at": None,
        "updated_at": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: of an invitation only if there is one."""
        shown = super().view(doc)
        if shown["invitation_id"] is None:
            del shown["invitation_id"]
        return shown

    @route("GET /v1/allowlist_identifiers")
    def list(self, params: MaybePaged) -> Any:
        """List who may sign up.

        Source: https://clerk.com/docs/reference/backend-api (List all identifiers on the
            allow-list)
        """
        return self.listed_as_asked(params)

    @route("POST /v1/allowlist_identifiers")
    def create(self, params: CreateAllowlistIdentifier) -> Doc:
        """Let an identifier sign up, and with `notify` invite it.

        Fires: email.created, if it is invited
        Source: https://clerk.com/docs/reference/backend-api (Add identifier to the allow-list)
        """
        doc = self.add(params.identifier)
        if params.notify and doc["identifier_type"] == "phone_number":
            raise errors.not_implemented("Nobody is invited by text.")
        is_address = doc["identifier_type"] == "email_address" and doc["identifier"][0] != "*"
        if params.notify and is_address:
            invitation = CreateInvitation(email_address=doc["identifier"])
            self.mirror.invitations.check(invitation)
            doc["invitation_id"] = self.mirror.invitations.invite(invitation)["id"]
        return self.view(self.save(doc))

    @route("DELETE /v1/allowlist_identifiers/{identifier_id}")
    def delete(self, identifier_id: str) -> Doc:
        """Take an identifier off the list.

        Source: https://clerk.com/docs/reference/backend-api (Delete identifier from allow-list)
        """
        doc = self.get(identifier_id)
        self.drop(doc)
        return self.gone(doc)
