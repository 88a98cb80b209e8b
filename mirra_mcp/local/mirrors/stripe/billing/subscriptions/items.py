"""Subscription items: what a subscription is made of.

Source: https://docs.stripe.com/api/subscription_items
"""

from typing import ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import merged
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import is_metered
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.params import (
    CreateItem,
    DeleteItem,
    EditItem,
    ListItems,
)
from mirra_mcp.wire.model import Doc

PAYMENT = ("off_session", "payment_behavior", "proration_behavior", "proration_date")


class SubscriptionItems(StripeResource):
    """Items; each is kept with its subscription too."""

    entity, plural = "subscription_item", "subscription_items"
    object, prefix, path = "subscription_item", "si", "/v1/subscription_items"
    title, id_length = "subscription_item", 14
    indexes = ("subscription",)
    blank: ClassVar[Doc] = {
        "billing_thresholds": None,
        "created": None,
        "current_period_end": None,
        "current_period_start": None,
        "discounts": [],
        "metadata": {},
        "plan": None,
        "price": None,
        "quantity": 1,
        "subscription": None,
        "tax_rates": [],
    }

    def sync(self, sub: Doc) -> None:
        """Keep the items of a subscription by themselves, as they are in it."""
        before = {item["id"]: item for item in self.find(subscription=sub["id"])}
        for item in sub["items"]["data"]:
            if before.pop(item["id"], None) != item:
                self.save(item)
        for item in before.values():
            self.drop(item)

    def built(self, given: Doc, param: str, *, old: Doc | None = None, customer: str = "") -> Doc:
        """Lay out an item, new or changed; nothing is written.

        Raises:
            VendorError: no price, or one that can't be subscribed to.
        """
        prices = self.stripe.prices
        item = dict(old) if old else self.new()
        id = given.get("price") or given.get("plan")
        if id:
            price = prices.usable(id, f"{param}[price]", recurring=True)
        elif given.get("price_data"):
            price = prices.inline(given["price_data"], param=f"{param}[price_data]", recurring=True)
        elif old is None:
            raise errors.invalid(
                f"Missing required param: {param}[price].", f"{param}[price]", "parameter_missing"
            )
        else:
            price = prices.get(item["price"]["id"])
        item |= {"price": prices.view(price), "plan": prices.plan_of(price)}
        if is_metered(price):
            if given.get("quantity") is not None:
                raise errors.invalid(
                    "You cannot set the quantity for metered plans.", f"{param}[quantity]"
                )
            item.pop("quantity", None)
        elif given.get("quantity") is not None:
            item["quantity"] = given["quantity"]
        else:
            item.setdefault("quantity", 1)
        if "tax_rates" in given:
            rates = self.stripe.tax_rates
            item["tax_rates"] = [
                rates.view(rates.usable(each, f"{param}[tax_rates]"))
                for each in given["tax_rates"] or ()
            ]
        if "metadata" in given:
            item["metadata"] = merged(item["metadata"], given["metadata"])
        if "billing_thresholds" in given:
            if given["billing_thresholds"] and not is_metered(price):
                raise errors.invalid(
                    "Billing thresholds on subscription items require a metered price.",
                    f"{param}[billing_thresholds]",
                )
            item["billing_thresholds"] = given["billing_thresholds"]
        return item

    @route("POST /v1/subscription_items")
    def create(self, params: CreateItem) -> Doc | Answer:
        """Add an item. Fires: customer.subscription.updated, and what billing it does."""
        given = params.given()
        sub = self.stripe.subscriptions.named(given.pop("subscription"), "subscription")
        return self._change(sub, given, None)

    @route("GET /v1/subscription_items/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one item."""
        return self.view(self.get(id))

    @route("POST /v1/subscription_items/{id}")
    def update(self, id: str, params: EditItem) -> Doc | Answer:
        """Change an item. Fires: customer.subscription.updated, and what billing it does."""
        item = self.get(id)
        return self._change(self.stripe.subscriptions.get(item["subscription"]), params.given(), id)

    @route("DELETE /v1/subscription_items/{id}")
    def delete(self, id: str, params: DeleteItem) -> Doc | Answer:
        """Take an item away. Fires: customer.subscription.updated."""
        item, given = self.get(id), params.given()
        sub = self.stripe.subscriptions.get(item["subscription"])
        if len(sub["items"]["data"]) == 1:
            raise errors.invalid(
                "A subscription must have at least one active plan. To cancel a subscription,"
                " please use the cancel API endpoint on /v1/subscriptions."
            )
        paying = {name: given.pop(name) for name in PAYMENT if name in given}
        changed = self.stripe.subscriptions.change(
            sub, items=[{"id": id, "deleted": True}], **paying
        )
        return changed if isinstance(changed, Answer) else self.deleted(item)

    @route("GET /v1/subscription_items")
    def index(self, params: ListItems) -> Doc:
        """List the items of a subscription."""
        self.stripe.subscriptions.named(params.subscription, "subscription")
        return self.listed(params, subscription=params.subscription)

    def _change(self, sub: Doc, given: Doc, id: str | None) -> Doc | Answer:
        paying = {name: given.pop(name) for name in PAYMENT if name in given}
        known = {item["id"] for item in sub["items"]["data"]}
        each = given | ({"id": id} if id else {})
        try:
            changed = self.stripe.subscriptions.change(sub, items=[each], **paying)
        except VendorError as refusal:
            raise errors.about(refusal, "items[0]", "") from None
        if isinstance(changed, Answer):
            return changed
        items = self.stripe.subscriptions.get(sub["id"])["items"]["data"]
        for item in items:
            if item["id"] == id or (id is None and item["id"] not in known):
                return self.view(item)
        return self.view(self.get(id)) if id else self.view(items[-1])
