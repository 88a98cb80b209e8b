"""Reviews: payments that somebody is to look at. Source: https://docs.stripe.com/api/radar/reviews"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class Reviews(StripeResource):
    """Radar's queue."""

    entity, plural = "review", "reviews"
    object, prefix, path = "review", "prv", "/v1/reviews"
    indexes = ("open", "charge")
    blank: ClassVar[Doc] = {
        "billing_zip": None,
        "charge": None,
        "closed_reason": None,
        "created": None,
        "ip_address": None,
        "ip_address_location": None,
        "livemode": False,
        "open": True,
        "opened_reason": "rule",
        "payment_intent": None,
        "reason": "rule",
        "session": None,
    }

    @route("GET /v1/reviews")
    def index(self, params: ListParams) -> Doc:
        """List the reviews that are open."""
        return self.listed(params, open=True)

    @route("GET /v1/reviews/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a review."""
        return self.view(self.get(id))

    @route("POST /v1/reviews/{id}/approve")
    def approve(self, id: str) -> Doc:
        """Let a payment pass. Fires: review.closed.

        Source: https://docs.stripe.com/api/radar/reviews/approve
        """
        doc = self.get(id)
        if not doc["open"]:
            raise errors.invalid(f"Review {id} is already closed.")
        return self.view(self.closed(doc, "approved"))

    def opened(self, charge: Doc, reason: str = "rule") -> Doc:
        """Ask for a look at a charge. Fires: review.opened."""
        doc = self.new(
            billing_zip=charge["billing_details"]["address"]["postal_code"],
            charge=charge["id"],
            opened_reason=reason,
            payment_intent=charge["payment_intent"],
            reason=reason,
        )
        self.stripe.charges.save({**charge, "review": doc["id"]})
        if intent := self.stripe.payment_intents.peek(charge["payment_intent"] or ""):
            self.stripe.payment_intents.amend(intent, review=doc["id"])
        return self.save(doc, event="review.opened")

    def closed(self, doc: Doc, reason: str) -> Doc:
        """End a review. Fires: review.closed."""
        closed = {"open": False, "closed_reason": reason, "reason": reason}
        return self.save({**doc, **closed}, event="review.closed")

    def settled(self, charge: str, reason: str) -> None:
        """End the reviews of a charge that was refunded or disputed. Fires: review.closed."""
        for doc in self.find(charge=charge, open=True):
            self.closed(doc, reason)
