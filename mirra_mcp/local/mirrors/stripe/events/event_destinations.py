"""Event destinations of the v2 API: where snapshots and thin events go.

Source: https://docs.stripe.com/api/v2/core/event-destinations
"""

from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.clock import iso
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.stripe.api import errors, v2
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.versions.releases import DEFAULT
from mirra_mcp.local.mirrors.stripe.api.webhooks.types import matches
from mirra_mcp.local.mirrors.stripe.events.subscribers import Subscribers
from mirra_mcp.local.mirrors.stripe.events.webhook_endpoints import check_types, check_url
from mirra_mcp.wire.model import Doc

PING = "v2.core.event_destination.ping"


class Included(StripeParams):
    """What may be asked for besides: `webhook_endpoint.url`, `webhook_endpoint.signing_secret`."""

    include: list[str] = []


class CreateDestination(Included):
    """Parameters of a new destination."""

    name: str
    type: Literal["amazon_eventbridge", "azure_event_grid", "webhook_endpoint"]
    event_payload: Literal["snapshot", "thin"]
    enabled_events: list[str]
    description: str = ""
    events_from: list[str] = ["@self"]
    metadata: dict[str, str] = {}
    snapshot_api_version: str | None = None
    webhook_endpoint: dict[str, Any] | None = None


class UpdateDestination(Included):
    """Parameters of a changed destination."""

    name: str = ""
    enabled_events: list[str] = []
    description: str = ""
    metadata: dict[str, str | None] = {}
    webhook_endpoint: dict[str, Any] = {}


class ListDestinations(Included, v2.Paged):
    """Filters of the list."""


class EventDestinations(Subscribers):
    """The account's event destinations."""

    entity, plural = "event_destination", "event_destinations"
    address_fields = ("_url",)
    object, prefix, id_length = "v2.core.event_destination", "ed_test", 24
    path = "/v2/core/event_destinations"
    blank: ClassVar[Doc] = {
        "created": "",
        "description": "",
        "enabled_events": [],
        "event_payload": "thin",
        "events_from": ["@self"],
        "livemode": False,
        "metadata": {},
        "name": "",
        "status": "enabled",
        "type": "webhook_endpoint",
        "updated": "",
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such destination."""
        return v2.not_found(f"Event destination {id} not found.")

    def wanting(self, event: str, payload: str) -> list[Target]:
        """List where an event goes as a `snapshot` or `thin`."""
        scope = "@accounts" if self.stripe.account else "@self"
        return [
            Target(doc["id"], doc["_url"], doc["_secret"])
            for doc in self.enabled()
            if doc["event_payload"] == payload
            and scope in doc["events_from"]
            and any(matches(each, event) for each in doc["enabled_events"])
        ]

    def takes(self, start: str) -> bool:
        """Tell whether a type of thin event is wanted that begins so."""
        return any(
            each.startswith((start, "*"))
            for doc in self.enabled()
            for each in doc["enabled_events"]
        )

    @property
    def kind(self) -> str:
        """Destinations are the platform's."""
        return self.plural

    def version_of(self, id: str) -> str | None:
        """Return the API version of a destination's snapshots."""
        doc = self.peek(id)
        return doc.get("snapshot_api_version") if doc else None

    @route("POST /v2/core/event_destinations")
    def create(self, params: CreateDestination, call: Call) -> Doc:
        """Make a destination. Its secret is told only when `include` asks for it."""
        if params.type != "webhook_endpoint":
            raise errors.not_modelled(
                "POST", call.path, "Of destinations, only webhook endpoints are mirrored."
            )
        url = str((params.webhook_endpoint or {}).get("url") or "")
        if not url:
            raise errors.invalid(
                "Missing required param: webhook_endpoint.url.",
                "webhook_endpoint.url",
                "parameter_missing",
            )
        self._check(url, params.enabled_events, params.event_payload)
        given = params.given()
        for name in ("include", "webhook_endpoint"):
            given.pop(name, None)
        if params.event_payload == "snapshot":
            given["snapshot_api_version"] = params.snapshot_api_version or DEFAULT
        secret = self.new_secret()
        now = iso(self.now)
        doc = self.new(**given, created=now, updated=now, _url=url, _secret=secret)
        return self._shown(self.save(doc), params.include, secret=secret)

    @route("GET /v2/core/event_destinations/{id}")
    def retrieve(self, id: str, params: Included) -> Doc:
        """Return one destination."""
        return self._shown(self.get(id), params.include)

    @route("POST /v2/core/event_destinations/{id}")
    def update(self, id: str, params: UpdateDestination) -> Doc:
        """Change a destination; metadata that is null goes."""
        doc, given = self.get(id), params.given()
        given.pop("include", None)
        url = str((given.pop("webhook_endpoint", None) or {}).get("url", doc["_url"]))
        types = given.get("enabled_events") or doc["enabled_events"]
        self._check(url, types, doc["event_payload"])
        return self._kept({**self.patched(doc, given), "_url": url}, params.include)

    @route("GET /v2/core/event_destinations")
    def index(self, params: ListDestinations) -> Doc:
        """List destinations."""
        page = v2.paged(self, params)
        page["data"] = [self._shown(doc, params.include) for doc in page["data"]]
        return page

    @route("DELETE /v2/core/event_destinations/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a destination."""
        doc = self.get(id)
        self.drop(doc)
        self.stripe.give_up(doc["_url"])
        return {"id": id, "object": self.object}

    @route("POST /v2/core/event_destinations/{id}/disable")
    def disable(self, id: str) -> Doc:
        """Stop sending."""
        details = {"disabled": {"reason": "user"}}
        return self._kept(self.get(id) | {"status": "disabled", "status_details": details})

    @route("POST /v2/core/event_destinations/{id}/enable")
    def enable(self, id: str) -> Doc:
        """Send again."""
        doc = self.get(id) | {"status": "enabled"}
        doc.pop("status_details", None)
        return self._kept(doc)

    @route("POST /v2/core/event_destinations/{id}/ping")
    def ping(self, id: str) -> Doc:
        """Send a ping to a destination. Source: the v2 API of the official SDKs."""
        doc = self.get(id)
        event = self.stripe.core_events.record(PING, v2.related(self.object, id, self.path))
        self.stripe.send_thin(event, [Target(doc["id"], doc["_url"], doc["_secret"])])
        return self.stripe.core_events.view(event)

    def _check(self, url: str, types: list[str], payload: str) -> None:
        check_url(url)
        if payload == "snapshot":
            check_types(types)
        else:
            v2.check_types(types)

    def _kept(self, doc: Doc, include: list[str] | None = None) -> Doc:
        return self._shown(self.save(doc | {"updated": iso(self.now)}), include or [])

    def _shown(self, doc: Doc, include: list[str], *, secret: str = "") -> Doc:
        shown = self.view(doc)
        endpoint = {}
        if "webhook_endpoint.url" in include:
            endpoint["url"] = doc["_url"]
        if secret and "webhook_endpoint.signing_secret" in include:
            endpoint["signing_secret"] = secret
        return shown | ({"webhook_endpoint": endpoint} if endpoint else {})
