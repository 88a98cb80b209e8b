"""Events: what happened to the account's objects. Source: https://docs.stripe.com/api/events"""

import fnmatch
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.params import ListParams
from mirra_mcp.local.mirrors.stripe.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.versions import DEFAULT, shaped
from mirra_mcp.wire.model import Doc


class ListEvents(ListParams):
    """Filters of the list."""

    type: str | None = None
    types: list[str] | None = None
    delivery_success: bool | None = None


class Events(StripeResource):
    """The account's events, newest first."""

    entity, plural = "event", "events"
    object, prefix, path = "event", "evt", "/v1/events"
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

    def record(self, type: str, data: Doc) -> Doc:
        """Keep an event about an object as it is now."""
        request = {"id": self.stripe.request_id, "idempotency_key": self.stripe.idempotency_key}
        waiting = len(self.stripe.endpoints(type))
        doc = self.new(data=data, type=type, request=request, pending_webhooks=waiting)
        if self.stripe.account:
            doc["account"] = self.stripe.account
        self.mirror.store.put(self.kind, doc, self.indexes)
        return doc

    def rendered(self, doc: Doc, version: str) -> Doc:
        """Return an event with its object in an API version."""
        data = dict(doc["data"])
        data["object"] = shaped(data["object"], version)
        if "previous_attributes" in data:
            data["previous_attributes"] = shaped(
                {"object": data["object"].get("object"), **data["previous_attributes"]},
                version,
                whole=False,
            )
            data["previous_attributes"].pop("object", None)
        return {**doc, "api_version": version, "data": data}

    def rendered_by_id(self, id: str, version: str) -> Doc:
        """Return a kept event in an API version."""
        return self.rendered(self.get(id), version)

    @route("GET /v1/events/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one event."""
        return self.rendered(self.get(id), DEFAULT)

    @route("GET /v1/events")
    def index(self, params: ListEvents) -> Doc:
        """List events, by type (`charge.*` works) and time."""
        wanted = params.types or ([params.type] if params.type else [])
        if len(wanted) == 1 and "*" not in wanted[0]:
            return self.listed(params, type=wanted[0])
        if not wanted:
            return self.listed(params)
        return self.listed(
            params, keep=lambda doc: any(fnmatch.fnmatch(doc["type"], each) for each in wanted)
        )
