"""OAuth grants: none, for nobody can grant anything to an application here.

Source: https://resend.com/docs/api-reference/oauth/list-grants
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.wire.model import Doc


class OAuthGrants(ResendResource):
    """What the account's owner allowed applications to do."""

    entity, plural, title, object = "oauth_grant", "oauth_grants", "OAuth grant", "oauth_grant"
    only_uuids = True
    blank = {
        "id": None,
        "client_id": None,
        "scopes": [],
        "created_at": None,
        "revoked_at": None,
        "revoked_reason": None,
        "client": None,
    }

    @route("GET /oauth/grants")
    def list(self, params: Paging) -> Doc:
        """List the grants."""
        return self.listed(params)

    @route("DELETE /oauth/grants/{id}")
    def revoke(self, id: str) -> Doc:
        """Take back a grant."""
        told = {"revoked_at": stamp(self.now), "revoked_reason": "revoked_via_api"}
        return self.ref(self.save(self.get(id) | told)) | told
