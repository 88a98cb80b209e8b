"""What subscription items are, and how the API and the webhooks show them.

Source: https://github.com/clerk/openapi-specs (CommerceSubscriptionItem)
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.billing.money import money
from mirra_mcp.wire.model import Doc


class SubscriptionItemDocuments(ClerkResource):
    """The documents of subscription items: a payer on a plan."""

    entity, plural = "billing_subscription_item", "billing_subscription_items"
    object, prefix, title = "commerce_subscription_item", "csub_item", "subscription item"
    names = ()
    indexes = ("subscription_id", "status", "plan_id")
    moves = {
        "incomplete": {"active", "abandoned"},
        "upcoming": {"active", "past_due", "abandoned"},
        "active": {"canceled", "ended", "past_due"},
        "canceled": {"active", "ended"},
        "past_due": {"active", "ended"},
        "ended": {"active", "upcoming"},
        "abandoned": {"active", "upcoming"},
    }
    statuses = ("active", "canceled", "ended", "past_due", "upcoming", "incomplete", "abandoned")
    blank = {
        "object": "commerce_subscription_item",
        "id": "",
        "instance_id": "",
        "status": "incomplete",
        "plan_id": "",
        "price_id": "",
        "plan_period": "month",
        "payer_id": "",
        "subscription_id": "",
        "is_free_trial": False,
        "period_start": 0,
        "period_end": None,
        "canceled_at": None,
        "past_due_at": None,
        "ended_at": None,
        "created_at": None,
        "updated_at": None,
        "_paid": 0,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such item: `SubscriptionItemNotFound`.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        return errors.refusal(404, "subscription_item_not_found", "Subscription item not found")

    def laid_out(self, subscription: Doc, plan: Doc, period: str, **fields: Any) -> Doc:
        """Lay out an item of a subscription; it isn't saved yet."""
        return self.new(
            instance_id=self.mirror.identity.id,
            plan_id=plan["id"],
            price_id=self.mirror.billing_prices.of(plan)["id"],
            plan_period=period,
            payer_id=subscription["payer_id"],
            subscription_id=subscription["id"],
            **fields,
        )

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of an item: its plan, payer and payment method in full."""
        payer = self.mirror.billing_payers.get(doc["payer_id"])
        shown = super().view(doc)
        del shown["subscription_id"]
        shown |= {
            "plan": self.mirror.billing_plans.view(self.mirror.billing_plans.get(doc["plan_id"])),
            "payer": self.mirror.billing_payers.view(payer),
            "lifetime_paid": money(doc["_paid"]),
            "next_payment": self.next_payment(doc),
        }
        method = payer["payment_method"]
        return shown | ({"payment_method": method} if method else {})

    def next_payment(self, doc: Doc) -> Doc | None:
        """Return what is charged next, and when; None if nothing is."""
        plan = self.mirror.billing_plans.get(doc["plan_id"])
        if doc["status"] not in ("active", "upcoming") or not plan["is_recurring"]:
            return None
        amount = money(self.mirror.billing_plans.amount_of(plan, doc["plan_period"]))
        date = doc["period_start"] if doc["status"] == "upcoming" else doc["period_end"]
        return {"amount": amount, "date": date}

    def told_of(self, doc: Doc) -> Doc:
        """Return what the webhooks of its subscription tell of an item.

        Source: https://github.com/clerk/openapi-specs (webhooks,
            BillingSubscriptionItemEventPayload)
        """
        plan = self.mirror.billing_plans.get(doc["plan_id"])
        names = ("object", "id", "status", "is_free_trial", "created_at", "updated_at",
                 "period_start", "period_end", "plan_id")  # fmt: skip
        return {name: doc[name] for name in names} | {
            "interval": doc["plan_period"],
            "plan": self.mirror.billing_plans.told_of(plan),
            "subscription_id": None,
        }

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the item with its payer."""
        payer = self.mirror.billing_payers.get(doc["payer_id"])
        return self.told_of(doc) | {
            "payer": self.mirror.billing_payers.told_of(payer),
            "subscription_id": doc["subscription_id"],
        }
