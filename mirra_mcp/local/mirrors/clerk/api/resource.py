"""What every Clerk resource does alike: ids with a prefix, times, lists, `resource_not_found`."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.params import MaybePaged, Paging
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.wire.model import Doc

KSUID_TAIL = 26


class ClerkResource(Resource):
    """A noun of Clerk's API."""

    object: ClassVar[str] = ""
    """The `object` field of its documents."""
    prefix: ClassVar[str] = ""
    """What its ids begin with: `user` in `user_2g7np7Hrk0SN6kj5EDMLDaKNL0S`."""
    title: ClassVar[str] = ""
    """How Clerk's errors call it: `user` in "No user was found with id user_1"."""

    mirror: Peers

    def new_id(self) -> str:
        """Make an id: the prefix and 27 letters and digits, as of a KSUID of these years."""
        return f"{self.prefix}_3{self.mirror.ids.token(KSUID_TAIL)}"

    def missing(self, id: str) -> VendorError:
        """Say that nothing has this id.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `UserNotFound`)
        """
        return errors.not_found(f"No {self.title} was found with id {id}")

    def new(self, **fields: Any) -> Doc:
        """Lay out a document in the vendor's order, created and updated now unless told."""
        doc = {**self.blank, **fields}
        if not doc.get("id"):
            doc["id"] = self.new_id()
        now = stamp(self.now)
        for name in ("created_at", "updated_at"):
            if doc.get(name, 0) is None:
                doc[name] = now
        return doc

    def touch(self, doc: Doc, **fields: Any) -> Doc:
        """Return a document with changed fields, updated now; it isn't saved yet."""
        return doc | fields | {"updated_at": stamp(self.now)}

    def listed(self, params: Paging, **where: Any) -> list[Doc]:
        """Return what a list shows of one page, newest first."""
        return [self.view(doc) for doc in self.paged(params, **where)]

    def paged(self, params: Paging, **where: Any) -> list[Doc]:
        """Return the documents of one page, newest first."""
        return self.find(limit=params.offset + params.limit, **where)[params.offset :]

    def counted(self, params: Paging, **where: Any) -> Doc:
        """Return one page with how many there are in all: `{"data", "total_count"}`."""
        return {"data": self.listed(params, **where), "total_count": self.count(**where)}

    def listed_as_asked(self, params: MaybePaged, **where: Any) -> Any:
        """Return one page as an array, or with the total if `paginated` asks for it."""
        return self.counted(params, **where) if params.paginated else self.listed(params, **where)

    def gone(self, doc: Doc, **more: Any) -> Doc:
        """Return what is told of a deleted document."""
        return {"object": self.object, "id": doc["id"], "deleted": True, **more}


def page_of(rows: list[Doc], params: Paging, view: Callable[[Doc], Doc]) -> Doc:
    """Return one page of rows that were already picked, with how many there are."""
    shown = rows[params.offset : params.offset + params.limit]
    return {"data": [view(row) for row in shown], "total_count": len(rows)}


def ordered(docs: list[Doc], order_by: str, fields: Iterable[str]) -> list[Doc]:
    """Sort documents, which are given newest first; `-` before the field: the greatest first.

    Source: https://clerk.com/docs/reference/backend-api (`order_by`)

    Raises:
        VendorError: the list can't be sorted by that.
    """
    field = order_by.lstrip("+-")
    if field not in fields:
        raise errors.not_allowed("order_by", order_by)
    downward = order_by.startswith("-")
    if field == "created_at" and downward:
        return sorted(docs, key=lambda doc: -doc[field])
    oldest_first = list(reversed(docs))
    return sorted(
        oldest_first, key=lambda doc: (doc[field] is not None, doc[field]), reverse=downward
    )
