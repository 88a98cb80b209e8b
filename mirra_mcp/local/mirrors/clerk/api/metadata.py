"""Metadata: what an app keeps on a user, an organization, a membership.

Source: https://clerk.com/docs/guides/users/extending
"""

import orjson

from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.wire.model import Doc

FIELDS: tuple[str, ...] = ("public_metadata", "private_metadata", "unsafe_metadata")
LARGEST = 8 * 1024
"""Bytes of one kind of metadata.

Source: https://clerk.com/docs/guides/users/extending (Metadata is limited to 8KB)
"""


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


def read(text: str, param: str) -> Doc:
    """Return the object that a form writes as JSON.

    Raises:
        VendorError: it isn't one.
    """
    try:
        found = orjson.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise errors.wrong_type(param, "string", "object")
    return found


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
