"""Webhook endpoints: where events go. Source: https://docs.stripe.com/api/webhook_endpoints"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Metadata, StripeParams
from mirra_mcp.local.mirrors.stripe.api.versions.releases import check_version
from mirra_mcp.local.mirrors.stripe.api.webhooks.types import EVENT_TYPES, is_known, matches
from mirra_mcp.local.mirrors.stripe.events.subscribers import Subscribers
from mirra_mcp.wire.model import Doc

MOST = 16
"""Endpoints of one account. Source: https://docs.stripe.com/webhooks#register-webhook"""


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


class WebhookEndpoints(Subscribers):
    """The endpoints of the account."""

    entity, plural = "webhook_endpoint", "webhook_endpoints"
    synonyms, names = ("webhook", "webhook subscription"), ("url",)
    words = {"events": "enabled_events", "event types": "enabled_events"}
    address_fields = ("url",)
    object, prefix, path = "webhook_endpoint", "we", "/v1/webhook_endpoints"
    title = "webhook endpoint"
    moves: ClassVar[dict[str, set[str]]] = {"enabled": {"disabled"}, "disabled": {"enabled"}}
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
        """List the enabled endpoints that subscribed to an event, the first registered first.

        What happens on a connected account goes to its own endpoints and to the platform's that
        were made with `connect`. Source: https://docs.stripe.com/connect/webhooks
        """
        found = self._subscribed(event, connect=False)
        if self.stripe.account:
            with self.stripe.acting_for(None):
                found += self._subscribed(event, connect=True)
        return found

    def _subscribed(self, event: str, *, connect: bool) -> list[Target]:
        return [
            Target(doc["id"], doc["url"], doc["_secret"])
            for doc in self.enabled()
            if doc["_connect"] is connect
            and any(matches(each, event) for each in doc["enabled_events"])
        ]

    def version_of(self, id: str) -> str | None:
        """Return the API version that an endpoint was made with."""
        doc = self.peek(id)
        if doc is None and self.stripe.account:
            with self.stripe.acting_for(None):
                doc = self.peek(id)
        return doc["api_version"] if doc else None

    @route("POST /v1/webhook_endpoints")
    def create(self, params: CreateEndpoint) -> Doc:
        """Register an endpoint; its secret is shown this once.

        An account's first endpoint signs with the secret that the session told beforehand.

        Source: https://docs.stripe.com/api/webhook_endpoints/create
        """
        check_url(params.url)
        check_types(params.enabled_events)
        if params.api_version:
            check_version(params.api_version)
        if self.count() >= MOST:
            raise errors.invalid(f"You have reached the maximum of {MOST} test webhook endpoints.")
        fields = params.given()
        connect = fields.pop("connect", False)
        secret = self.new_secret()
        fields["metadata"] = fields.get("metadata") or {}
        doc = self.save(self.new(**fields, _secret=secret, _connect=connect))
        return {**self.view(doc), "secret": secret}

    def subscribe(self, url: str, secret: str) -> None:
        """Register an address for every event, as `stripe listen` does.

        Source: https://docs.stripe.com/cli/listen
        """
        check_url(url)
        self.save(self.new(url=url, enabled_events=["*"], _secret=secret, _connect=False))

    @route("GET /v1/webhook_endpoints/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one endpoint."""
        return self.view(self.get(id))

    @route("POST /v1/webhook_endpoints/{id}")
    def update(self, id: str, params: UpdateEndpoint) -> Doc:
        """Change an endpoint. What a disabled one has not got by then, it never gets.

        Source: https://docs.stripe.com/webhooks#automatic-retries
        """
        doc, given = self.get(id), params.given()
        if "url" in given:
            check_url(given["url"])
        if "enabled_events" in given:
            check_types(given["enabled_events"])
        if "disabled" in given:
            given["status"] = "disabled" if given.pop("disabled") else "enabled"
            if given["status"] == "disabled":
                self.stripe.give_up(doc["url"])
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
        self.stripe.give_up(doc["url"])
        return self.deleted(doc)


def check_url(url: str) -> None:
    """Refuse what is no web address; in test mode `http` is one.

    Source: https://docs.stripe.com/error-codes#url-invalid

    Raises:
        VendorError: `url_invalid`.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        raise errors.invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            "url",
            "url_invalid",
        )
    if scheme not in ("http", "https") or not rest.strip("/"):
        raise errors.invalid("Not a valid URL", "url", "url_invalid")


def check_types(types: list[str]) -> None:
    """Refuse types of events that Stripe doesn't have.

    Raises:
        VendorError: one is unknown, or there is none.
    """
    if not types:
        raise errors.invalid(
            "Missing required param: enabled_events.", "enabled_events", "parameter_missing"
        )
    for index, each in enumerate(types):
        if not is_known(each):
            listed = ", ".join(("*", *EVENT_TYPES[:-1]))
            raise errors.invalid(
                f"Invalid enabled_events[{index}]: must be one of {listed}, or {EVENT_TYPES[-1]}",
                f"enabled_events[{index}]",
            )
