"""Pages of rows that are worked out for one answer instead of being stored.

Source: https://resend.com/docs/api-reference/pagination
"""

from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.wire.model import Doc

PAGE_SIZE = 20


def paged(rows: list[Doc], params: Paging, title: str) -> Doc:
    """Return the page that the query asks for; the cursor is a row's `id`.

    Raises:
        VendorError: both cursors were given, or no row has that id.
    """
    if params.after and params.before:
        raise errors.both_cursors()
    limit = params.limit or PAGE_SIZE
    cursor = params.after or params.before
    if cursor is None:
        return listing(rows[:limit], len(rows) > limit)
    at = next((index for index, row in enumerate(rows) if row["id"] == cursor), None)
    if at is None:
        raise errors.not_found(title)
    if params.after:
        rest = rows[at + 1 :]
        return listing(rest[:limit], len(rest) > limit)
    ahead = rows[:at]
    return listing(ahead[-limit:], len(ahead) > limit)


def listing(docs: list[Doc], has_more: bool) -> Doc:
    """Wrap documents in the envelope of every list."""
    return {"object": "list", "has_more": has_more, "data": docs}
