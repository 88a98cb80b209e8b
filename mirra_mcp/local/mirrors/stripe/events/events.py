"""Events: what happened to the account's objects. Source: https://docs.stripe.com/api/events"""

from typing import ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.api.versions.releases import DEFAULT, shaped
from mirra_mcp.local.mirrors.stripe.api.webhooks.types import matches
from mirra_mcp.wire.model import Doc

KEPT = 30 * 24 * 3600
"""Seconds that events can be asked for. Source: https://docs.stripe.com/api/events"""
MOST_TYPES = 20


class ListEvents(ListParams):
    """Filters of the list."""

    type: str | None = None
    types: list[str] | None = None
    delivery_success: bool | None = None


class Events(StripeResource):
    """The account's events, newest first."""

    entity, plural = "event", "events"
    object, prefix, path = "event", "evt", "/v1/events"
    is_record = True
    indexes = ("type",)
    blank: ClassVar[Doc] = {
        "api_version": DEFAULT,
        "created": None,
        "data": {},
        "livemode": False,
        "pending_webhooks": 0,
        "request": None,
        "type": "",
    }

    def record(self, type: str, data: Doc, waiting: int) -> Doc:
        """Keep an event about an object as it is now, which so many endpoints wait for."""
        request = {"id": self.stripe.request_id, "idempotency_key": self.stripe.idempotency_key}
        doc = self.new(data=data, type=type, request=request, pending_webhooks=waiting)
        if self.stripe.account:
            doc["account"] = self.stripe.account
        if self.mirror.lane:
            doc["_clock"] = self.mirror.lane
        self.mirror.fresh.discard(doc["id"])
        self.mirror.store.add(self.kind, doc, self.indexes)  # its id has just been made up
        return doc

    def rendered(self, doc: Doc, version: str) -> Doc:
        """Return an event with its object in an API version."""
        data = dict(doc["data"])
        data["object"] = shaped(doc["data"]["object"], version)
        if "previous_attributes" in data:
            before = shaped({**doc["data"]["object"], **data["previous_attributes"]}, version)
            data["previous_attributes"] = _difference(before, data["object"])
        return {**self.view(doc), "api_version": version, "data": data}

    def rendered_by_id(self, id: str, version: str) -> Doc:
        """Return a kept event in an API version."""
        return self.rendered(self.get(id), version)

    def delivered(self, id: str, account: str | None) -> None:
        """Take note that one more endpoint has accepted an event."""
        with self.stripe.acting_for(account):
            doc = self.peek(id)
            if doc is not None and doc["pending_webhooks"]:
                doc["pending_webhooks"] -= 1
                self.mirror.store.put(self.kind, doc, self.indexes)

    @route("GET /v1/events/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one event, in the version that it was made in."""
        doc = self.get(id)
        if not self._is_kept(doc):
            raise self.missing(id)
        return self.rendered(doc, DEFAULT)

    @route("GET /v1/events")
    def index(self, params: ListEvents) -> Doc:
        """List the events of 30 days, by type (`charge.*` works), time and success.

        Source: https://docs.stripe.com/api/events/list
        """
        if params.type and params.types:
            raise _both()
        wanted = params.types or ([params.type] if params.type else [])
        if len(wanted) > MOST_TYPES:
            raise errors.invalid(f"You may specify at most {MOST_TYPES} types of events.", "types")
        success = params.delivery_success
        if success is None and len(wanted) == 1 and "*" not in wanted[0]:
            page = self.listed(params, type=wanted[0])
        elif success is None and not wanted:
            page = self.listed(params)
        else:
            page = self.listed(params, keep=lambda doc: _fits(doc, wanted, success))
        kept = [doc for doc in page["data"] if self._is_kept(self.get(doc["id"]))]
        if len(kept) < len(page["data"]):
            page["has_more"] = False
        page["data"] = [self.rendered(doc, DEFAULT) for doc in kept]
        return page

    def _is_kept(self, doc: Doc) -> bool:
        """Tell whether an event is of the last 30 days; a test clock's are never too old."""
        return "_clock" in doc or doc["created"] >= self.at - KEPT


def _fits(doc: Doc, types: list[str], success: bool | None) -> bool:
    if types and not any(matches(each, doc["type"]) for each in types):
        return False
    return success is None or success == (doc["pending_webhooks"] == 0)


def _difference(before: Doc, now: Doc) -> Doc:
    """Return the attributes that changed as they were; of nested objects only what changed there.

    Source: https://docs.stripe.com/api/events/object (data.previous_attributes)
    """
    found: Doc = {}
    for name in [key for key in before if before[key] != now.get(key)]:
        old, new = before[name], now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
            found[name] = {key: old.get(key) for key in changed}
        else:
            found[name] = old
    return found


def _both() -> VendorError:
    return errors.invalid("You may only specify one of these parameters: type, types.", "types")
