"""Thin events of the v2 API: what happened, with a reference to the object and without it.

Source: https://docs.stripe.com/api/v2/core/events
"""

from typing import ClassVar

from mirra_mcp.local.kit.clock import iso
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import v2
from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class Range(Nested):
    """A range of instants, as ISO text."""

    gt: str | None = None
    gte: str | None = None
    lt: str | None = None
    lte: str | None = None

    def holds(self, at: str) -> bool:
        """Tell whether an instant is inside the range."""
        return (
            (self.gt is None or at > self.gt)
            and (self.gte is None or at >= self.gte)
            and (self.lt is None or at < self.lt)
            and (self.lte is None or at <= self.lte)
        )


class ListCoreEvents(v2.Paged):
    """Filters of the list."""

    created: Range | None = None
    object_id: str | None = None
    types: list[str] = []


class CoreEvents(StripeResource):
    """Thin events; they are kept from the first thin destination on."""

    entity, plural = "thin_event", "core_events"
    object, prefix, id_length = "v2.core.event", "evt_test", 27
    is_record = True
    path = "/v2/core/events"
    indexes = ("type", "_about")
    blank: ClassVar[Doc] = {"created": "", "livemode": False, "type": ""}

    def missing(self, id: str) -> VendorError:
        """Say that there is no such event."""
        return v2.not_found(f"Event {id} not found.")

    def record(
        self, type: str, about: Doc | None, snapshot: str | None = None, *, data: Doc | None = None
    ) -> Doc:
        """Keep a thin event, about an object if there is one."""
        of = {"related_object": about} if about else {}
        doc = self.new(type=type, created=iso(self.now), **of, _about=(about or {}).get("id"))
        request = self.stripe.request_id
        if request:
            key = self.stripe.idempotency_key or ""
            doc["reason"] = {
                "type": "request",
                "request": {"id": request, "idempotency_key": key},
            }
        if data:
            doc["data"] = data
        if snapshot:
            doc["snapshot_event"] = snapshot
        if self.stripe.account:
            doc["context"] = self.stripe.account
        self.mirror.store.add(self.kind, doc, self.indexes)
        return doc

    def announce(self, type: str, about: Doc | None, data: Doc) -> None:
        """Keep a thin event without a snapshot, and send it to the destinations that want it."""
        event = self.record(type, about, data=data)
        if targets := self.stripe.event_destinations.wanting(type, "thin"):
            self.stripe.send_thin(event, targets)

    @route("GET /v2/core/events/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one event."""
        return self.view(self.get(id))

    @route("GET /v2/core/events")
    def index(self, params: ListCoreEvents) -> Doc:
        """List events, newest first."""
        where = {"_about": params.object_id} if params.object_id else {}
        page = v2.paged(self, params, **where)
        page["data"] = [
            self.view(doc)
            for doc in page["data"]
            if (not params.types or doc["type"] in params.types)
            and (params.created is None or params.created.holds(doc["created"]))
        ]
        return page
