"""Metadata: what an app keeps on a user.

Source: https://clerk.com/docs/guides/users/extending
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api.metadata import check_size, merged
from mirra_mcp.local.mirrors.clerk.users.users.documents import UserDocuments
from mirra_mcp.local.mirrors.clerk.users.users.params import UpdateMetadata
from mirra_mcp.wire.model import Doc


class UserMetadata(UserDocuments):
    """The endpoints of metadata alone."""

    @route("PATCH /v1/users/{user_id}/metadata")
    def merge_metadata(self, user_id: str, params: UpdateMetadata) -> Doc:
        """Merge metadata into what is there, deeply; a null takes a name away.

        Source: https://clerk.com/docs/reference/backend-api (Merge and update a user's metadata)
        """
        user = self.get(user_id)
        given = params.model_dump(exclude_none=True)
        fields = {name: merged(user[name], value) for name, value in given.items()}
        check_size(fields)
        return self.view(self.change(user, **fields))

    @route("PUT /v1/users/{user_id}/metadata")
    def replace_metadata(self, user_id: str, params: UpdateMetadata) -> Doc:
        """Put other metadata in the place of what is there; what isn't given stays.

        Source: https://clerk.com/docs/reference/backend-api (Replace a user's metadata)
        """
        user = self.get(user_id)
        fields = params.model_dump(exclude_none=True)
        check_size(fields)
        return self.view(self.change(user, **fields))
