"""The blocklist: who may not sign up, where it is enabled.

Source: https://clerk.com/docs/guides/secure/restricting-access (Blocklist)
"""

import re

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.access.identifiers import ListedIdentifiers, Values
from mirra_mcp.local.mirrors.clerk.access.params import CreateBlocklistIdentifier
from mirra_mcp.local.mirrors.clerk.api.params import Paging
from mirra_mcp.wire.model import Doc

YAHOO = re.compile(r"(?:yahoo\.(?:com|[a-z]{2}|com?\.[a-z]{2})|(?:ymail|rocketmail|y7mail)\.com)")
SEPARATORS = re.compile(r"[+=#]")
YAHOOS_SEPARATORS = re.compile(r"[+=#-]")


class BlocklistIdentifiers(ListedIdentifiers):
    """The identifiers that may not sign up."""

    entity, plural = "blocklist_identifier", "blocklist_identifiers"
    object, prefix = "blocklist_identifier", "blid"
    blank = {
        "object": "blocklist_identifier",
        "id": "",
        "identifier": "",
        "identifier_type": "",
        "created_at": None,
        "updated_at": None,
    }

    def meant(self, value: str) -> Values:
        """Return everything that means an identifier: of a subaddress, the address without, too.

        Source: https://clerk.com/docs/guides/secure/restricting-access (Block email subaddresses)
        """
        local, at, domain = value.rpartition("@")
        if not at:
            return super().meant(value)
        separators = YAHOOS_SEPARATORS if YAHOO.fullmatch(domain) else SEPARATORS
        base = separators.split(local, maxsplit=1)[0]
        return [*super().meant(value), f"{base}@{domain}"]

    @route("GET /v1/blocklist_identifiers")
    def list(self, params: Paging) -> Doc:
        """List who may not sign up.

        Source: https://clerk.com/docs/reference/backend-api (List all identifiers on the
            block-list)
        """
        return self.counted(params)

    @route("POST /v1/blocklist_identifiers")
    def create(self, params: CreateBlocklistIdentifier) -> Doc:
        """Keep an identifier from signing up.

        Source: https://clerk.com/docs/reference/backend-api (Add identifier to the block-list)
        """
        return self.view(self.save(self.add(params.identifier)))

    @route("DELETE /v1/blocklist_identifiers/{identifier_id}")
    def delete(self, identifier_id: str) -> Doc:
        """Take an identifier off the list.

        Source: https://clerk.com/docs/reference/backend-api (Delete identifier from block-list)
        """
        doc = self.get(identifier_id)
        self.drop(doc)
        return self.gone(doc)
