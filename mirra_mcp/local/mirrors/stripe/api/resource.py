"""What every Stripe resource does alike: ids, times, lists, updates and events."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    BOTH_CURSORS,
    Created,
    ListParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc

CHUNK = 200
NAMED_BY_OBJECT = {
    "charge", "coupon", "dispute", "file", "invoice", "invoiceitem", "invoice_payment", "mandate",
    "payment_link", "payment_method", "payout", "plan", "price", "promotion_code", "refund",
    "review", "tax_rate", "token", "webhook_endpoint",
}  # fmt: skip
ID_PARAMS = {name: name for name in NAMED_BY_OBJECT} | {
    "billing_portal.configuration": "configuration",
    "checkout.session": "session",
    "file_link": "link",
    "payment_intent": "intent",
    "radar.early_fraud_warning": "early_fraud_warning",
    "setup_intent": "intent",
    "shipping_rate": "shipping_rate_token",
    "subscription_item": "item",
    "subscription_schedule": "schedule",
    "test_helpers.test_clock": "test_clock",
    "transfer": "transfer",
}
"""What the id in an object's path is called, where it isn't simply `id`.

Source: the endpoints of https://github.com/stripe/stripe-python
"""


class StripeResource(Resource):
    """A noun of Stripe's API."""

    object: ClassVar[str]
    """The `object` field of its documents, and how errors call it unless `title` says otherwise."""
    prefix: ClassVar[str] = ""
    id_length: ClassVar[int] = 24
    title: ClassVar[str] = ""
    path: ClassVar[str] = ""
    """The list's URL: `/v1/customers`."""
    names_itself: ClassVar[bool] = False
    """Whether callers may choose ids, so that a prefix doesn't tell the noun."""
    includes: ClassVar[Mapping[str, Callable[[Any, Doc], Any]]] = {}
    """Fields that are there only when `expand` asks for them: how to make each of a document."""

    has_accounts = True
    mirror: Peers

    @property
    def stripe(self) -> Peers:
        """The whole mirror: how nouns reach each other."""
        return self.mirror

    @property
    def kind(self) -> str:
        """Each connected account keeps its documents apart."""
        account = self.mirror.account
        return f"{self.plural}@{account}" if account else self.plural

    @property
    def whose(self) -> str:
        """The account that this call acts for, as the addresses of pages name it."""
        return self.mirror.account or "own"

    def as_account(self, account: str) -> AbstractContextManager[None]:
        """Read and write the documents of the account that a page's address names.

        Another word than an id, `own` or `pay`, is the session's own account.
        """
        return self.mirror.acting_for(account if account.startswith("acct_") else None)

    def absolute(self, place: str | None) -> str | None:
        """Return the address of one of the mirror's own pages, kept without its origin."""
        return f"{self.mirror.url}{place}" if place and place[0] == "/" else place

    @property
    def at(self) -> int:
        """The time of this call in epoch seconds."""
        return int(self.now.timestamp())

    def new_id(self) -> str:
        """Make an id in Stripe's form."""
        return f"{self.prefix}_{self.mirror.ids.token(self.id_length)}"

    def new(self, **fields: Any) -> Doc:
        """Lay out a document created now; it isn't saved yet."""
        doc = {"id": "", "object": self.object, **self.blank, **fields}
        if not doc["id"]:
            doc["id"] = self.new_id()
            self.mirror.fresh.add(doc["id"])
        if "created" in doc and doc["created"] is None:
            doc["created"] = self.at
        return doc

    def missing(self, id: str) -> VendorError:
        """Say `No such customer: 'cus_x'` with 404."""
        param = ID_PARAMS.get(self.object, "id")
        return errors.missing(self.title or self.object.replace("_", " "), id, param)

    def named(self, id: str, param: str) -> Doc:
        """Return the document that a parameter names.

        Raises:
            VendorError: `resource_missing` about `param`, with 400.
        """
        doc = self.peek(id)
        if doc is None:
            title = self.title or self.object.replace("_", " ")
            raise errors.missing(title, id, param, status=400)
        return doc

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Write a document; an event of its change tells the attributes that it had before."""
        before = None
        if doc["id"] in self.mirror.fresh:  # nobody can have written it before
            self.mirror.fresh.discard(doc["id"])
            self.mirror.store.add(self.kind, doc, self.indexes)
        else:
            before = self.mirror.store.put(self.kind, doc, self.indexes)
        self.mirror.changed(self, before, doc)
        if event:
            data: Doc = {"object": self.view(doc)}
            if before is not None and event.endswith(".updated"):
                old, new = self.view(before), data["object"]
                data["previous_attributes"] = {
                    key: old[key] for key in old if old[key] != new.get(key)
                }
            self.mirror.emit(event, data | event_data)
        return doc

    def drop(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> None:
        """Delete a document."""
        before = self.mirror.store.delete(self.kind, doc["id"], self.indexes)
        self.mirror.changed(self, before, None)
        if event:
            self.mirror.emit(event, {"object": self.view(doc), **event_data})

    def deleted(self, doc: Doc) -> Doc:
        """Return the stub that a deletion answers."""
        return {"id": doc["id"], "object": self.object, "deleted": True}

    def patched(self, doc: Doc, given: Doc) -> Doc:
        """Return a document with what was sent put in: metadata merged, the rest replaced."""
        changed = dict(doc)
        for name, value in given.items():
            changed[name] = (
                merged(doc.get("metadata") or {}, value) if name == "metadata" else value
            )
        return changed

    def listed(
        self,
        params: ListParams,
        *,
        url: str | None = None,
        keep: Callable[[Doc], bool] | None = None,
        **where: Any,
    ) -> Doc:
        """Return a page of documents, newest first; `keep` filters by what no index knows.

        Source: https://docs.stripe.com/api/pagination

        Raises:
            VendorError: both cursors were given, or one names nothing.
        """
        after, before = params.starting_after, params.ending_before
        if after is not None and before is not None:
            for name, id in (("starting_after", after), ("ending_before", before)):
                self.named(id, name)
            raise errors.invalid(BOTH_CURSORS)
        created = params.created
        bounds = Created(gte=created, lte=created) if isinstance(created, int) else created
        found: list[Doc] = []
        backwards = before is not None
        cursor = before if backwards else after
        while len(found) <= params.limit:
            try:
                page = self.page(
                    limit=CHUNK if keep or bounds else params.limit + 1,
                    after=None if backwards else cursor,
                    before=cursor if backwards else None,
                    **where,
                )
            except LookupError:
                name = "ending_before" if backwards else "starting_after"
                title = self.title or self.object.replace("_", " ")
                raise errors.missing(title, str(cursor), name, status=400) from None
            docs = page.docs[::-1] if backwards else page.docs
            found += [
                doc
                for doc in docs
                if (bounds is None or bounds.holds(doc.get("created") or 0))
                and (keep is None or keep(doc))
            ]
            if not page.has_more or not docs:
                break
            cursor = docs[-1]["id"]
        has_more = len(found) > params.limit
        found = found[: params.limit]
        if backwards:
            found.reverse()
        return {
            "object": "list",
            "data": [self.view(doc) for doc in found],
            "has_more": has_more,
            "url": url or self.path,
        }


class Addressed(StripeResource):
    """A noun whose documents have addresses of pages on the mirror itself.

    They are kept, and told by the state, without the mirror's origin: its port may be another one
    tomorrow, and is another one in a fork.
    """

    addresses: ClassVar[tuple[str, ...]] = ("url",)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a document."""
        shown = super().view(doc)
        for name in self.addresses:
            shown[name] = self.absolute(shown.get(name))
        return shown
