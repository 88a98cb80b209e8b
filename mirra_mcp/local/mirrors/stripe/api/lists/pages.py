"""Pages of rows that are no documents of their own: lines, summaries.

Source: https://docs.stripe.com/api/pagination
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import BOTH_CURSORS, ListParams
from mirra_mcp.wire.model import Doc


def page_of(rows: Sequence[Doc], params: ListParams, url: str, title: str) -> Doc:
    """Return the page of rows that the cursors ask for.

    Raises:
        VendorError: a cursor names no row, or both were given.
    """
    ids = [row["id"] for row in rows]
    for name in ("starting_after", "ending_before"):
        cursor = getattr(params, name)
        if cursor is not None and cursor not in ids:
            raise errors.missing(title, cursor, name, status=400)
    if params.starting_after is not None and params.ending_before is not None:
        raise errors.invalid(BOTH_CURSORS)
    if params.ending_before is not None:
        before = list(rows[: ids.index(params.ending_before)])
        shown, more = before[-params.limit :], len(before) > params.limit
    else:
        first = 0 if params.starting_after is None else ids.index(params.starting_after) + 1
        shown = list(rows[first : first + params.limit])
        more = len(rows) > first + params.limit
    return {"object": "list", "data": shown, "has_more": more, "url": url}
