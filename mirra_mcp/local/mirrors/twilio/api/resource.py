"""What every Twilio resource does alike: SIDs, accounts, dates, pages, links."""

from collections.abc import Callable
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api import errors, pages
from mirra_mcp.local.mirrors.twilio.api.dates import iso, rfc2822
from mirra_mcp.local.mirrors.twilio.api.params import HEX, Values, check
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.wire.model import Doc

ACCOUNT = "/2010-04-01/Accounts/{account}"
"""How the paths of the 2010 API begin; its `account` is checked before a verb is called."""
AT_ONCE = 200
"""Documents that a filtered list reads at a time."""


class TwilioResource(Resource):
    """A noun of one of Twilio's APIs.

    A document's `id` is its SID. `account_sid` says whose it is and must be among the indexes:
    `get` and `listed` see only the documents of the account that the call is for. Outside of a
    call, in timers and stories, every account's are seen.
    """

    prefix: ClassVar[str] = ""
    """The two letters that SIDs begin with."""
    is_2010: ClassVar[bool] = False
    """Whether it belongs to the 2010 API: dates in RFC 2822, `uri` instead of `url`."""
    hears: ClassVar[tuple[str, ...]] = ()
    """The webhooks whose receiver's answer the noun acts on."""
    indexes: ClassVar[tuple[str, ...]] = ("account_sid",)
    filters: ClassVar[Values] = {}
    """What the parameters of its lists may be."""
    unshown = ("url", "links")
    """They differ by where the mirror listens."""

    mirror: Peers

    # Documents.

    def new_id(self) -> str:
        """Make a SID."""
        return self.prefix + self.mirror.ids.token(32, HEX)

    def stamp(self) -> str:
        """Write the time as this API does."""
        return rfc2822(self.now) if self.is_2010 else iso(self.now)

    def new(self, **fields: Any) -> Doc:
        """Lay out a document with its SID, its account and its dates."""
        doc = super().new(**fields)
        if "sid" in self.blank:
            doc["sid"] = doc["id"]
        if "account_sid" in self.blank and not doc["account_sid"]:
            doc["account_sid"] = self.mirror.account_sid
        for name in ("date_created", "date_updated"):
            if name in self.blank and doc[name] is None:
                doc[name] = self.stamp()
        return doc

    def change(self, doc: Doc, **fields: Any) -> Doc:
        """Write some fields of a document and when that was."""
        return self.save(doc | fields | {"date_updated": self.stamp()})

    def get(self, id: str) -> Doc:
        """Return a copy of a document of the account that the call is for.

        Raises:
            VendorError: there is none.
        """
        doc = self.peek(id)
        account = self.mirror.account
        if doc is None or (account and doc.get("account_sid", account) != account):
            raise self.missing(id)
        return doc

    def missing(self, id: str) -> VendorError:
        """Say that the path that was called leads to nothing."""
        return errors.not_found(self.mirror.path or f"/2010-04-01/{self.plural}/{id}")

    def path_of(self, doc: Doc) -> str | None:
        """Return the path of a document whose `url` is told."""
        return None

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return, by name, the paths of what belongs to a document."""
        return {}

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: URLs lead to this mirror, whichever host they were on."""
        shown = {key: value for key, value in doc.items() if key[0] != "_" and key != "id"}
        if "url" in shown and (path := self.path_of(doc)):
            shown["url"] = self.mirror.url + path
        if "links" in shown:
            links = self.links_of(doc)
            shown["links"] = {name: self.mirror.url + path for name, path in links.items()}
        return shown

    # Lists.

    def listed(
        self,
        call: Call,
        noun: str | None = None,
        *,
        keep: Callable[[Doc], bool] | None = None,
        default: int = pages.DEFAULT,
        newest_first: bool = True,
        **where: Any,
    ) -> Doc:
        """Return a page of the call's account, newest first; `where` names indexed fields.

        `keep` says which of them are listed, by what no index knows.

        Raises:
            VendorError: the page can't be found.
        """
        check(call.query, self.filters)
        at = pages.cut(call, default)
        if "account_sid" in self.indexes and self.mirror.account:
            where.setdefault("account_sid", self.mirror.account)
        found = self._paged(at, keep, newest_first, where)
        if self.is_2010:
            return pages.page_2010(call, noun or self.plural, at, found)
        return pages.page_v1(call, noun or self.plural, at, found, self.mirror.base_of(call))

    def _paged(
        self,
        at: pages.Cut,
        keep: Callable[[Doc], bool] | None,
        newest_first: bool,
        where: dict[str, Any],
    ) -> pages.Found:
        backwards = at.before is not None
        cursor = at.before if backwards else at.after
        skip = at.number * at.size if cursor is None else 0
        wanted = at.size + 1
        docs: list[Doc] = []
        while len(docs) < wanted:
            limit = max(AT_ONCE, skip) if keep or skip else wanted
            bound = {"before" if backwards else "after": cursor}
            try:
                page = self.page(limit=limit, newest_first=newest_first, **bound, **where)
            except LookupError:
                raise pages.bad_token() from None
            fitting = [doc for doc in page.docs if keep is None or keep(doc)]
            if backwards:
                docs = fitting + docs
            else:
                docs += fitting[skip:]
                skip = max(0, skip - len(fitting))
            if not page.has_more:
                break
            cursor = page.docs[0 if backwards else -1]["id"]
        if backwards:
            more_before, docs = len(docs) > at.size, docs[-at.size :]
            has_previous, has_next = more_before, True
        else:
            has_previous, has_next = at.number > 0, len(docs) > at.size
            docs = docs[: at.size]
        return pages.Found(
            [self.view(doc) for doc in docs],
            f"PA{docs[-1]['id']}" if docs and has_next else None,
            f"PB{docs[0]['id']}" if docs and has_previous else None,
        )

    # What others do.

    def number_gone(self, number: Doc) -> None:
        """Let go of a phone number that leaves its account."""

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Act on the answer to one of the webhooks that this noun `hears`."""

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Act on one of those webhooks that nobody took."""


class Credentials(TwilioResource):
    """A noun that says who may call: what is known of callers is forgotten when it changes."""

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Insert or update a document, and forget who called."""
        self.mirror.callers.clear()
        return super().save(doc, event=event, **event_data)

    def drop(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> None:
        """Delete a document, and forget who called."""
        self.mirror.callers.clear()
        super().drop(doc, event=event, **event_data)
