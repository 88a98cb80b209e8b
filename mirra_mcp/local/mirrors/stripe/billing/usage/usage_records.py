"""Usage records: how usage was told to metered prices without a meter, until 2025-03-31.

Source: https://docs.stripe.com/api/usage_records?api-version=2024-06-20
"""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import is_metered
from mirra_mcp.wire.model import Doc


class CreateRecord(StripeParams):
    """What was used, and when."""

    quantity: Annotated[int, Field(ge=0)]
    action: Literal["increment", "set"] = "increment"
    timestamp: Literal["now"] | int = "now"


class UsageRecords(StripeResource):
    """Usage by subscription item and instant."""

    entity, plural = "usage_record", "usage_records"
    object, prefix = "usage_record", "mbur"
    indexes = ("subscription_item",)
    blank: ClassVar[Doc] = {
        "livemode": False,
        "quantity": 0,
        "subscription_item": None,
        "timestamp": None,
    }

    def total(self, item: Doc, start: int, end: int) -> Decimal:
        """Return the usage of a period, as the price aggregates it."""
        docs = self.find(subscription_item=item["id"], newest_first=False)
        how = item["price"]["recurring"].get("aggregate_usage") or "sum"
        within = [doc for doc in docs if doc["timestamp"] < end]
        if how != "last_ever":
            within = [doc for doc in within if doc["timestamp"] >= start]
        within.sort(key=lambda doc: doc["timestamp"])
        amounts = [Decimal(doc["quantity"]) for doc in within]
        if not amounts:
            return Decimal(0)
        if how == "sum":
            return sum(amounts, Decimal(0))
        return max(amounts) if how == "max" else amounts[-1]

    @route("POST /v1/subscription_items/{id}/usage_records")
    def create(self, id: str, params: CreateRecord) -> Doc:
        """Add usage, or set it for an instant."""
        item = self.stripe.subscription_items.get(id)
        sub = self.stripe.subscriptions.get(item["subscription"])
        self.stripe.test_clocks.enter(sub)
        if not is_metered(item["price"]) or item["price"]["recurring"].get("meter"):
            raise errors.invalid(
                "Usage records can only be created for subscription items whose price is metered"
                " and has no meter."
            )
        at = self.at if params.timestamp == "now" else params.timestamp
        known = next(
            (doc for doc in self.find(subscription_item=id) if doc["timestamp"] == at), None
        )
        doc = known or self.new(subscription_item=id, timestamp=at)
        before = doc["quantity"] if params.action == "increment" else 0
        return self.view(self.save(doc | {"quantity": before + params.quantity}))

    @route("GET /v1/subscription_items/{id}/usage_record_summaries")
    def summaries(self, id: str, params: ListParams) -> Doc:
        """Sum usage up for the current period."""
        item = self.stripe.subscription_items.get(id)
        sub = self.stripe.subscriptions.get(item["subscription"])
        start, end = sub["current_period_start"], sub["current_period_end"]
        summary = {
            "id": f"sis_{self.mirror.ids.token(24)}",
            "object": "usage_record_summary",
            "invoice": None,
            "livemode": False,
            "period": {"end": None, "start": start},
            "subscription_item": id,
            "total_usage": int(self.total(item, start, end)),
        }
        url = f"/v1/subscription_items/{id}/usage_record_summaries"
        return {"object": "list", "data": [summary], "has_more": False, "url": url}
