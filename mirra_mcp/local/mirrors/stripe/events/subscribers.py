"""Where events go: nouns that each event asks, so that they are kept in memory, too."""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class Subscribers(StripeResource):
    """A noun whose documents subscribe to events."""

    def __init__(self, mirror: Any) -> None:
        super().__init__(mirror)
        self._enabled: dict[str, list[Doc]] = {}

    def enabled(self) -> list[Doc]:
        """List those that are enabled, the first registered first. They must not be changed."""
        found = self._enabled.get(self.kind)
        if found is None:
            found = [doc for doc in self.find(newest_first=False) if doc["status"] == "enabled"]
            self._enabled[self.kind] = found
        return found

    def forget(self) -> None:
        """Read anew what there is: it has been changed, or replaced."""
        self._enabled.clear()

    def new_secret(self) -> str:
        """Return what to sign with: for the first address, the secret told beforehand."""
        stripe = self.stripe
        if stripe.webhook_endpoints.count() or stripe.event_destinations.count():
            return f"whsec_{stripe.ids.token(32)}"
        return stripe.webhook_secret

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Write a document."""
        self.forget()
        return super().save(doc, event=event, **event_data)

    def drop(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> None:
        """Delete a document."""
        self.forget()
        super().drop(doc, event=event, **event_data)
