"""Subscriptions: what a payer is on, one for each user and organization.

Source: https://clerk.com/docs/guides/development/webhooks/billing#subscriptions
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

GONE = ("ended", "abandoned")
ON = ("active", "canceled", "past_due")
"""The statuses of an item whose plan a payer is on."""


class BillingSubscriptions(ClerkResource):
    """The subscriptions of an instance."""

    entity, plural = "billing_subscription", "billing_subscriptions"
    object, prefix, title = "commerce_subscription", "csub", "subscription"
    names = ()
    indexes = ("payer_id",)
    statuses = ("active", "past_due")
    blank = {
        "object": "commerce_subscription",
        "id": "",
        "instance_id": "",
        "status": "active",
        "payer_id": "",
        "created_at": None,
        "updated_at": None,
        "active_at": None,
        "past_due_at": None,
        "_latest_payment_id": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such subscription: `SubscriptionNotFound`.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        return errors.refusal(404, "subscription_not_found", "Subscription not found")

    @route("GET /v1/users/{user_id}/billing/subscription")
    def of_user(self, user_id: str) -> Doc:
        """Return the subscription of a user.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a user's billing
            subscription)
        """
        self.mirror.users.get(user_id)
        self.mirror.billing_plans.check_enabled("user")
        return self.view(self.whose("user", user_id))

    @route("GET /v1/organizations/{organization_id}/billing/subscription")
    def of_organization(self, organization_id: str) -> Doc:
        """Return the subscription of an organization.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an organization's billing
            subscription)
        """
        self.mirror.organizations.get(organization_id)
        self.mirror.billing_plans.check_enabled("org")
        return self.view(self.whose("org", organization_id))

    def whose(self, kind: str, id: str) -> Doc:
        """Return the subscription of a user, or of an organization."""
        found = self.first(payer_id=self.mirror.billing_payers.of(kind, id)["id"])
        if found is None:
            raise self.missing(id)
        return found

    def begin(self, kind: str, id: str) -> None:
        """Let a new user or organization be on the free plan, where Billing is enabled.

        Fires: subscription.created, subscriptionItem.active
        """
        if not self.mirror.billing_plans.is_enabled(kind):
            return
        payer = self.mirror.billing_payers.of(kind, id)
        now, instance = stamp(self.now), self.mirror.identity.id
        doc = self.new(payer_id=payer["id"], instance_id=instance, active_at=now)
        plan = self.mirror.billing_plans.default(kind)
        items = self.mirror.billing_subscription_items
        item = items.save(items.laid_out(doc, plan, "month", status="active", period_start=now))
        self.save(doc, event="subscription.created")
        self.mirror.emit("subscriptionItem.active", items.event_data("", item))

    def forget(self, kind: str, id: str) -> None:
        """Forget what a user or an organization that is deleted was on."""
        payer = self.mirror.billing_payers.first(
            **{"user_id" if kind == "user" else "organization_id": id}
        )
        if payer is None:
            return
        for doc in self.find(payer_id=payer["id"]):
            for item in self.mirror.billing_subscription_items.find(subscription_id=doc["id"]):
                self.mirror.cancel_timers(id=item["id"])
                self.mirror.billing_subscription_items.drop(item)
            self.drop(doc)

    def changed(self, id: str, **fields: Any) -> Doc:
        """Let the subscription follow its items.

        Fires: subscription.pastDue or subscription.active if that is new, else
            subscription.updated
        """
        doc = self.get(id)
        items = self.mirror.billing_subscription_items.find(subscription_id=id)
        is_late = any(each["status"] == "past_due" for each in items)
        status = "past_due" if is_late else "active"
        now = stamp(self.now)
        event = "subscription.updated"
        if status != doc["status"]:
            event = "subscription.pastDue" if is_late else "subscription.active"
            times = {"past_due_at": now} if is_late else {"past_due_at": None, "active_at": now}
            fields |= times
        return self.save(self.touch(doc, status=status, **fields), event=event)

    def current(self, kind: str, id: str) -> Doc | None:
        """Return the plan that a user or an organization is on, if Billing is enabled."""
        if not self.mirror.billing_plans.is_enabled(kind):
            return None
        doc = self.whose(kind, id)
        for item in self.mirror.billing_subscription_items.find(subscription_id=doc["id"]):
            if item["status"] in ON:
                return self.mirror.billing_plans.get(item["plan_id"])
        return None

    def claims(self, kind: str, id: str) -> Doc:
        """Return what a token tells of the plan: `pla`, and `fea` if it has features.

        Source: https://clerk.com/docs/guides/sessions/session-tokens#default-claims
        """
        plan = self.current(kind, id)
        if plan is None:
            return {}
        scope = kind[0]
        features = sorted(each["slug"] for each in plan["features"])
        told = {"pla": f"{scope}:{plan['slug']}"}
        return told | (
            {"fea": ",".join(f"{scope}:{each}" for each in features)} if features else {}
        )

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a subscription, with the items that aren't over.

        Source: https://github.com/clerk/openapi-specs (CommerceSubscription)
        """
        items = self.mirror.billing_subscription_items
        found = [each for each in items.find(subscription_id=doc["id"])
                 if each["status"] not in GONE]  # fmt: skip
        payer = self.mirror.billing_payers.get(doc["payer_id"])
        shown = super().view(doc) | {
            "subscription_items": [items.view(each) for each in found],
            "eligible_for_free_trial": not payer["_is_seasoned"],
        }
        due = [items.next_payment(each) for each in found]
        payments = [each for each in due if each is not None]
        return shown | ({"next_payment": payments[0]} if payments else {})

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook.

        Source: https://github.com/clerk/openapi-specs (webhooks, SubscriptionEventPayload)
        """
        payer = self.mirror.billing_payers.get(doc["payer_id"])
        items = self.mirror.billing_subscription_items
        method = payer["payment_method"]
        names = ("object", "id", "status", "active_at", "created_at", "past_due_at", "updated_at",
                 "payer_id")  # fmt: skip
        return {name: doc[name] for name in names} | {
            "canceled_at": None,
            "ended_at": None,
            "latest_payment_id": doc["_latest_payment_id"],
            "payer": self.mirror.billing_payers.told_of(payer),
            "payment_source_id": method and method["id"],
            "items": [
                items.told_of(each)
                for each in items.find(subscription_id=doc["id"])
                if each["status"] not in GONE
            ],
        }
