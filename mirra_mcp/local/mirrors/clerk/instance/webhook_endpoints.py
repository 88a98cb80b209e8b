"""Webhook endpoints: where events go. At Clerk they are set up in the dashboard, at Svix.

Source: https://clerk.com/docs/guides/development/webhooks/overview
"""

from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc


class WebhookEndpoints(ClerkResource):
    """The addresses that the instance's events are sent to."""

    entity, plural = "webhook_endpoint", "webhook_endpoints"
    object, prefix = "webhook_endpoint", "ep"
    synonyms, names = ("webhook",), ("url",)
    address_fields = ("url",)
    secret_fields = ("signing_secret",)
    indexes = ("events",)
    blank = {
        "object": "webhook_endpoint",
        "id": "",
        "url": "",
        "events": [],
        "signing_secret": "",
        "created_at": None,
        "updated_at": None,
    }

    def subscribe(self, url: str, events: list[str] | None = None) -> Doc:
        """Send events to an address, all of them unless some are named."""
        wanted = events or list(self.mirror.webhook_events)
        secret = self.mirror.webhook_secret
        return self.save(self.new(url=url, events=wanted, signing_secret=secret))

    def wanting(self, event: str) -> list[Doc]:
        """List the endpoints that want an event, in the order of their creation."""
        return self.find(events=event, newest_first=False)
