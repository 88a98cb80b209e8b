"""A noun of a vendor's API: its documents, its state machine and its verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.wire.model import Doc


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents of a list, and whether more follow."""

    docs: list[Doc]
    has_more: bool


class Resource:
    """The base of every noun. Documents are plain JSON with the vendor's fields.

    Keys that begin with `_` are the mirror's own: kept with the document, never shown.
    """

    entity: ClassVar[str]
    plural: ClassVar[str]
    blank: ClassVar[Doc] = {}
    indexes: ClassVar[tuple[str, ...]] = ()
    moves: ClassVar[Mapping[str, set[str]]] = {}
    status_field: ClassVar[str] = "status"
    secret_fields: ClassVar[tuple[str, ...]] = ()
    unshown: ClassVar[tuple[str, ...]] = ()
    """Fields of the API that state and log leave out."""

    # How prose speaks of these documents: read by the checks of scenarios.
    synonyms: ClassVar[tuple[str, ...]] = ()
    """Other words for one of them: `mail` for an email. Their plurals follow by themselves."""
    names: ClassVar[tuple[str, ...]] = ("name", "email")
    """The fields by whose value prose calls one, besides its id."""
    words: ClassVar[Mapping[str, str]] = {}
    """Other words for fields: `sender` for `from`; several fields are separated by spaces."""
    verbs: ClassVar[Mapping[str, tuple[str, Any]]] = {}
    """What can become of one, as a participle: `unsubscribed` sets a field to a value."""
    statuses: ClassVar[tuple[str, ...]] = ()
    """The values of the status field that `moves` doesn't tell."""
    more_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that `blank` doesn't have, as they are left out when empty."""
    address_fields: ClassVar[tuple[str, ...]] = ()
    """The fields that hold addresses which webhooks go to."""
    callback_fields: ClassVar[tuple[str, ...]] = ()
    """The same of documents that matter only while something is under way: a timer names them."""
    is_record: ClassVar[bool] = False
    """Whether its documents only tell what became of others."""
    keeps: ClassVar[bool] = True
    """Whether it keeps documents of its own: what keeps none is no part of the state."""
    has_accounts: ClassVar[bool] = False
    """Whether documents of other accounts are kept beside the own one's."""

    def __init__(self, mirror: Any) -> None:
        self.mirror = mirror

    @property
    def now(self) -> datetime:
        """The session's time, the same throughout one call."""
        return self.mirror.now  # type: ignore[no-any-return]

    @property
    def kind(self) -> str:
        """The name under which the store keeps the documents, each account's own."""
        return self.plural

    def new_id(self) -> str:
        """Make an id in the vendor's form."""
        return self.mirror.ids.uuid()  # type: ignore[no-any-return]

    def new(self, **fields: Any) -> Doc:
        """Lay out a document in the vendor's order of fields; it isn't saved yet."""
        doc = {"id": "", **self.blank, **fields}
        if not doc["id"]:
            doc["id"] = self.new_id()
        return doc

    def missing(self, id: str) -> VendorError:
        """Say in the vendor's words that there is no such document."""
        raise NotImplementedError(f"{type(self).__name__} must say how a miss is answered")

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Say in the vendor's words that the document can't become `status`."""
        raise NotImplementedError(f"{type(self).__name__} can't move {doc['id']} to {status}")

    def peek(self, id: str) -> Doc | None:
        """Return a copy of a document, or None."""
        return self.mirror.store.get(self.kind, id)  # type: ignore[no-any-return]

    def get(self, id: str) -> Doc:
        """Return a copy of a document.

        Raises:
            VendorError: there is none.
        """
        doc = self.peek(id)
        if doc is None:
            raise self.missing(id)
        return doc

    def find(
        self, *, limit: int | None = None, newest_first: bool = True, **where: Any
    ) -> list[Doc]:
        """List the documents whose indexed fields are (or contain) the given values."""
        self._must_be_indexed(where)
        return self.mirror.store.select(  # type: ignore[no-any-return]
            self.kind, where, limit=limit, newest_first=newest_first
        )

    def first(self, **where: Any) -> Doc | None:
        """Return the newest document that matches, or None."""
        self._must_be_indexed(where)
        return self.mirror.store.newest(self.kind, where)  # type: ignore[no-any-return]

    def count(self, **where: Any) -> int:
        """Count the documents that match."""
        self._must_be_indexed(where)
        return self.mirror.store.count(self.kind, where)  # type: ignore[no-any-return]

    def page(
        self,
        *,
        limit: int,
        after: str | None = None,
        before: str | None = None,
        newest_first: bool = True,
        **where: Any,
    ) -> Page:
        """Return the `limit` documents that follow `after`, or come just ahead of `before`.

        Raises:
            LookupError: the cursor names no document.
        """
        self._must_be_indexed(where)
        cursor = after if after is not None else before
        backwards = after is None and before is not None
        bounds: dict[str, int] = {}
        if cursor is not None:
            position = self.mirror.store.position(self.kind, cursor)
            if position is None:
                raise LookupError(cursor)
            bounds["above" if newest_first == backwards else "below"] = position
        docs = self.mirror.store.select(
            self.kind, where, limit=limit + 1, newest_first=newest_first != backwards, **bounds
        )
        has_more = len(docs) > limit
        docs = docs[:limit]
        return Page(docs[::-1] if backwards else docs, has_more)

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Insert or update a document by its id, and tell `event` to the webhooks."""
        before = self.mirror.store.put(self.kind, doc, self.indexes)
        self.mirror.changed(self, before, doc)
        if event:
            self.mirror.emit(event, self.event_data(event, doc, **event_data))
        return doc

    def drop(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> None:
        """Delete a document, and tell `event` to the webhooks."""
        before = self.mirror.store.delete(self.kind, doc["id"], self.indexes)
        self.mirror.changed(self, before, None)
        if event:
            self.mirror.emit(event, self.event_data(event, doc, **event_data))

    def move(self, doc: Doc, status: str, *, event: str | None = None, **event_data: Any) -> Doc:
        """Let the document take the next status of its state machine.

        Raises:
            VendorError: `moves` has no such step.
        """
        if status not in self.moves.get(doc[self.status_field], ()):
            raise self.illegal_move(doc, status)
        return self.save(doc | {self.status_field: status}, event=event, **event_data)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a document."""
        return {key: value for key, value in doc.items() if key[0] != "_"}

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook about a document."""
        return self.view(doc) | extra

    def shown(self, doc: Doc) -> Doc:
        """Return what the state dump and the log show: the document with its secrets masked."""
        left_out = self.unshown
        shown = {key: value for key, value in doc.items() if key[0] != "_" and key not in left_out}
        for name in self.secret_fields:
            if isinstance(shown.get(name), str):
                shown[name] = mask(shown[name])
        return shown

    def columns(self) -> list[str]:
        """List the fields that a document may have, for tables of them."""
        return [each for each in ("id", *self.blank, *self.more_fields) if each[0] != "_"]

    def shows(self, before: Doc, after: Doc) -> bool:
        """Tell whether anything that is shown differs between two states of a document."""
        names = [name for name in before if name not in after]
        names += [
            name for name, value in after.items() if name not in before or before[name] != value
        ]
        if any(name in self.secret_fields for name in names):
            return self.shown(before) != self.shown(after)
        return any(name[0] != "_" and name not in self.unshown for name in names)

    def told(self, doc: Doc) -> Doc:
        """Return what checks of scenarios read: what is shown, and what other endpoints tell."""
        return self.shown(doc)

    def _must_be_indexed(self, where: dict[str, Any]) -> None:
        for name in where:
            if name not in self.indexes:
                raise TypeError(f"{type(self).__name__} has no index on {name}")


def mask(secret: str) -> str:
    """Show a secret's kind and last four characters."""
    head, mark, _ = secret.rpartition("_")
    return f"{head}{mark}…{secret[-4:]}"
