"""Webhook endpoints: where events go. Source: https://docs.stripe.com/api/webhook_endpoints"""

import fnmatch
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.stripe import errors
from mirra_mcp.local.mirrors.stripe.events import EVENT_TYPES
from mirra_mcp.local.mirrors.stripe.params import ListParams, Metadata, StripeParams
from mirra_mcp.local.mirrors.stripe.resource import StripeResource
from mirra_mcp.wire.model import Doc


class CreateEndpoint(StripeParams):
    """Parameters of a new endpoint."""

    url: str
    enabled_events: list[str]
    api_version: str | None = None
    connect: bool = False
    description: str | None = None
    metadata: Metadata = {}


class UpdateEndpoint(StripeParams):
    """Parameters of a changed endpoint."""

    url: str = ""
    enabled_events: list[str] = []
    description: str | None = None
    disabled: bool = False
    metadata: Metadata = {}


class WebhookEndpoints(StripeResource):
    """The endpoints of the account."""

    entity, plural = "webhook_endpoint", "webhook_endpoints"
    object, prefix, path = "webhook_endpoint", "we", "/v1/webhook_endpoints"
    title = "webhook endpoint"
    secret_fields = ("_secret",)
    blank: ClassVar[Doc] = {
        "api_version": None,
        "application": None,
        "created": None,
        "description": None,
        "enabled_events": [],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": "",
    }

    def wanting(self, event: str) -> list[Target]:
        """List the enabled endpoints that subscribed to an event, the first registered first."""
        return [
            Target(doc["id"], doc["url"], doc["_secret"])
            for doc in self.find(newest_first=False)
            if doc["status"] == "enabled"
            and any(fnmatch.fnmatch(event, each) for each in doc["enabled_events"])
        ]

    @route("POST /v1/webhook_endpoints")
    def create(self, params: CreateEndpoint) -> Doc:
        """Register an endpoint; its secret is shown this once."""
        self._check(params.url, params.enabled_events)
        fields = params.given()
        connect = fields.pop("connect", False)
        secret = f"whsec_{self.mirror.ids.token(32)}"
        doc = self.save(self.new(**fields, _secret=secret, _connect=connect))
        return {**self.view(doc), "secret": secret}

    @route("GET /v1/webhook_endpoints/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one endpoint."""
        return self.view(self.get(id))

    @route("POST /v1/webhook_endpoints/{id}")
    def update(self, id: str, params: UpdateEndpoint) -> Doc:
        """Change an endpoint."""
        doc, given = self.get(id), params.given()
        self._check(str(given.get("url", doc["url"])), given.get("enabled_events", ["*"]))
        if "disabled" in given:
            given["status"] = "disabled" if given.pop("disabled") else "enabled"
        return self.view(self.save(self.patched(doc, given)))

    @route("GET /v1/webhook_endpoints")
    def index(self, params: ListParams) -> Doc:
        """List endpoints."""
        return self.listed(params)

    @route("DELETE /v1/webhook_endpoints/{id}")
    def delete(self, id: str) -> Doc:
        """Remove an endpoint."""
        doc = self.get(id)
        self.drop(doc)
        return self.deleted(doc)

    def _check(self, url: str, events: list[str]) -> None:
        if not url.startswith(("http://", "https://")):
            raise errors.invalid("Not a valid URL", "url", "url_invalid")
        for each in events:
            if each != "*" and not fnmatch.filter(EVENT_TYPES, each):
                raise errors.invalid(
                    f"Invalid enabled_events[0]: {each} is not a known event type.",
                    "enabled_events",
                )
