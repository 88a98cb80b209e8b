"""Metadata: what an app keeps on a user.

Source: https://clerk.com/docs/guides/users/extending
"""

import orjson

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.users.users.documents import UserDocuments
from mirra_mcp.local.mirrors.clerk.users.users.params import UpdateMetadata
from mirra_mcp.wire.model import Doc

FIELDS: tuple[str, ...] = ("public_metadata", "private_metadata", "unsafe_metadata")
LARGEST = 8 * 1024
"""Bytes of one kind of metadata.

Source: https://clerk.com/docs/guides/users/extending (Metadata is limited to 8KB)
"""


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


def merged(old: Doc, new: Doc) -> Doc:
    """Return an object with another merged into it: null removes, objects merge."""
    result = dict(old)
    for name, value in new.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result


def check_size(fields: Doc) -> None:
    """Refuse metadata over 8 KB.

    Raises:
        VendorError: one kind is larger.
    """
    for name, value in fields.items():
        if name in FIELDS and len(orjson.dumps(value)) > LARGEST:
            raise errors.refusal(
                422,
                "form_param_exceeds_allowed_size",
                "exceeds maximum size",
                f"{name} exceeds the maximum allowed size of {LARGEST} bytes.",
                param_name=name,
            )
