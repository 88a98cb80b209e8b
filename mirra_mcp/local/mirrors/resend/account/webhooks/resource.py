"""Webhooks: where events go, and what became of each of them there.

Source: https://resend.com/docs/api-reference/webhooks/create-webhook and
https://resend.com/docs/webhooks/introduction
"""

from datetime import timedelta

from mirra_mcp.local.kit import svix
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.account.params import CreateWebhook, UpdateWebhook
from mirra_mcp.local.mirrors.resend.account.webhooks import deliveries
from mirra_mcp.local.mirrors.resend.api.dates import stamp, unstamp
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import RememberingResource
from mirra_mcp.wire.model import Doc

OLD_SECRET_SIGNS = timedelta(hours=24)
Docs = list[Doc]
LISTED = ("id", "endpoint", "events", "status", "created_at")


class Webhooks(RememberingResource):
    """Endpoints that events are sent to."""

    entity, plural, title, object = "webhook", "webhooks", "Webhook", "webhook"
    address_fields = ("endpoint",)
    synonyms, names = ("webhook endpoint", "webhook subscription"), ("endpoint",)
    words = {"url": "endpoint", "endpoint url": "endpoint", "event types": "events"}
    only_uuids = True
    page_size = None
    indexes = ("events", "status")
    secret_fields = ("signing_secret",)
    moves = {"enabled": {"disabled"}, "disabled": {"enabled"}}
    blank = {
        "object": "webhook",
        "id": None,
        "created_at": None,
        "status": "enabled",
        "endpoint": None,
        "events": [],
        "signing_secret": None,
        "_old_secret": None,
        "_old_until": None,
    }

    @route("POST /webhooks", status=201)
    def create(self, params: CreateWebhook) -> Doc:
        """Send some events to an address from now on.

        The first webhook of an account signs with the secret that the session told beforehand.
        """
        secret = svix.new_secret(self.mirror.ids)
        if not self.count():
            secret = self.mirror.webhook_secret
        events = list(dict.fromkeys(params.events))
        doc = self.new(endpoint=params.endpoint, events=events, signing_secret=secret)
        return self.ref(self.save(doc), signing_secret=secret)

    def subscribe(self, url: str) -> None:
        """Send every event to an address, signed with the secret that the session told."""
        events = list(self.mirror.webhook_events)
        secret = self.mirror.webhook_secret
        self.save(self.new(endpoint=url, events=events, signing_secret=secret))

    @route("GET /webhooks")
    def list(self, params: Paging) -> Doc:
        """List the webhooks without their secrets."""
        return self.listed(params)

    @route("GET /webhooks/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one webhook with its secret."""
        return self.view(self.get(id))

    @route("PATCH /webhooks/{id}")
    def update(self, id: str, params: UpdateWebhook) -> Doc:
        """Change a webhook's address or events, or switch it on or off."""
        return self.ref(self.save(self.get(id) | params.model_dump(exclude_none=True)))

    @route("DELETE /webhooks/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a webhook. What it hasn't received yet is given up."""
        doc = self.get(id)
        self.drop(doc)
        return self.ref(doc, deleted=True)

    @route("POST /webhooks/{id}/signing-secret/rotate")
    def rotate_signing_secret(self, id: str) -> Doc:
        """Sign with a new secret; for 24 hours the old one signs too.

        Source: https://resend.com/docs/api-reference/webhooks/rotate-signing-secret
        """
        doc = self.get(id)
        secret = svix.new_secret(self.mirror.ids)
        changed = {
            "signing_secret": secret,
            "_old_secret": doc["signing_secret"],
            "_old_until": stamp(self.now + OLD_SECRET_SIGNS),
        }
        return self.ref(self.save(doc | changed), signing_secret=secret)

    # what was sent

    @route("GET /webhooks/{id}/events")
    def list_events(self, id: str, params: Paging) -> Doc:
        """List the events that went to a webhook, newest first.

        Source: https://resend.com/docs/api-reference/webhooks/list-events
        """
        return deliveries.listed(self.mirror, self.get(id), params)

    @route("GET /webhooks/{id}/events/{event_id}")
    def retrieve_event(self, id: str, event_id: str) -> Doc:
        """Return one event with its payload.

        Source: https://resend.com/docs/api-reference/webhooks/get-event
        """
        return deliveries.retrieved(self.mirror, self.get(id), event_id)

    @route("POST /webhooks/{id}/events/{event_id}/replay")
    def replay_event(self, id: str, event_id: str) -> Doc:
        """Send an event once more.

        Source: https://resend.com/docs/api-reference/webhooks/replay-event
        """
        return deliveries.replayed(self.mirror, self.get(id), event_id)

    @route("GET /webhooks/{id}/events/{event_id}/attempts")
    def list_event_attempts(self, id: str, event_id: str, params: Paging) -> Doc:
        """List the tries at sending an event, newest first.

        Source: https://resend.com/docs/api-reference/webhooks/list-event-attempts
        """
        return deliveries.attempts(self.mirror, self.get(id), event_id, params)

    # what others ask

    def wanting(self, event: str) -> Docs:
        """List the enabled webhooks that want an event, in the order of their creation."""
        known: Docs | None = self.memo.get(event)
        if known is None:
            known = self.find(events=event, status="enabled", newest_first=False)
            self.memo[event] = known
        return known

    def secrets(self, doc: Doc) -> str:
        """Return the secrets that sign now, the newest first.

        Ours: until its secret is rotated, each webhook also signs with the secret that the session
        told beforehand, so that an app which was given it verifies whatever it gets.
        """
        told, own = self.mirror.webhook_secret, str(doc["signing_secret"])
        if doc["_old_secret"] is None:
            return own if own == told else f"{own} {told}"
        is_old_valid = self.now < unstamp(doc["_old_until"])
        return f"{own} {doc['_old_secret']}" if is_old_valid else own

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a webhook."""
        return {name: doc[name] for name in LISTED}
