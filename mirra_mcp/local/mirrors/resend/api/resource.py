"""What every Resend resource does alike: UUID ids, creation times, pages, `not_found`."""

import re
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.pages import listing
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.wire.model import Doc

ALL = 1_000_000
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class ResendResource(Resource):
    """A noun of Resend's API."""

    title: ClassVar[str] = ""
    """How Resend's errors call it: `Email` in "Email not found"."""
    object: ClassVar[str] = ""
    """The `object` field of its documents."""
    page_size: ClassVar[int | None] = 20
    """How many documents a list holds without `limit`; None: all of them."""

    mirror: Peers

    only_uuids: ClassVar[bool] = False
    """Whether anything but a UUID is refused as an id, not just missed."""

    def missing(self, id: str) -> VendorError:
        """Say that nothing has this id, or that it can't be one."""
        if self.only_uuids and not is_uuid(id):
            return errors.invalid_parameter()
        return errors.not_found(self.title)

    def new(self, **fields: Any) -> Doc:
        """Lay out a document in the vendor's order, created now unless `fields` say when."""
        doc = {**self.blank, **fields}
        if not doc.get("id"):
            doc["id"] = self.new_id()
        if doc.get("created_at", "now") is None:
            doc["created_at"] = stamp(self.now)
        return doc

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a document; all of it, unless the noun says less."""
        return self.view(doc)

    def listed(self, params: Paging, **where: Any) -> Doc:
        """Return one page, newest first, in the envelope of every list.

        Source: https://resend.com/docs/api-reference/pagination
        """
        if params.after and params.before:
            raise errors.both_cursors()
        limit = params.limit or self.page_size or ALL
        try:
            page = self.page(limit=limit, after=params.after, before=params.before, **where)
        except LookupError:
            raise errors.not_found(self.title) from None
        return listing([self.brief(doc) for doc in page.docs], page.has_more)

    def ref(self, doc: Doc, **more: Any) -> Doc:
        """Return the short answer of many writes: `{"object", "id"}`."""
        return {"object": self.object, "id": doc["id"], **more}


class RememberingResource(ResendResource):
    """A noun that every call asks: answers are remembered until one of its documents changes."""

    def __init__(self, mirror: Peers) -> None:
        super().__init__(mirror)
        self.memo: dict[str, Any] = {}

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Insert or update a document, and forget the answers."""
        self.memo.clear()
        return super().save(doc, event=event, **event_data)

    def drop(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> None:
        """Delete a document, and forget the answers."""
        self.memo.clear()
        super().drop(doc, event=event, **event_data)


def is_uuid(text: str) -> bool:
    """Say whether `text` is written as a UUID."""
    return UUID.fullmatch(text) is not None
