"""Plans and their features: what an app sells. They are made in the dashboard.

Source: https://clerk.com/docs/guides/billing/for-b2c
"""

import re
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, page_of
from mirra_mcp.local.mirrors.clerk.billing.money import CURRENCY, SYMBOL, money
from mirra_mcp.local.mirrors.clerk.billing.params import ListPlans, ListPrices
from mirra_mcp.wire.model import Doc

DEAREST = 99_999_998
"""Cents a month.

Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `PlanAmountTooLarge`)
"""
WHOSE = {"user": "users", "org": "organizations"}
Features = list[str]
Docs = list[Doc]


class BillingPlans(ClerkResource):
    """The plans of an instance, for users or for organizations."""

    entity, plural = "billing_plan", "billing_plans"
    object, prefix, title = "commerce_plan", "cplan", "plan"
    names = ("name", "slug")
    indexes = ("slug", "for_payer_type")
    blank = {
        "object": "commerce_plan",
        "id": "",
        "name": "",
        "fee": None,
        "annual_monthly_fee": None,
        "annual_fee": None,
        "description": None,
        "product_id": "",
        "is_default": False,
        "is_recurring": True,
        "publicly_visible": True,
        "has_base_fee": True,
        "for_payer_type": "user",
        "slug": "",
        "avatar_url": None,
        "features": [],
        "free_trial_enabled": False,
        "free_trial_days": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such plan: `PlanNotFound`.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        return errors.refusal(404, "plan_not_found", "Plan not found")

    @route("GET /v1/billing/plans")
    def list(self, params: ListPlans) -> Doc:
        """List plans, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List all billing plans)
        """
        kind = params.payer_type
        found = self.find() if kind is None else self.find(for_payer_type=kind)
        return page_of(found, params, self.view)

    def add(
        self,
        name: str,
        *,
        kind: str = "user",
        amount: int = 0,
        annual_monthly: int | None = None,
        features: Features | None = None,
        trial_days: int | None = None,
        slug: str | None = None,
    ) -> Doc:
        """Make a plan, as somebody does in the dashboard; the first one enables Billing.

        Fires: subscription.created and subscriptionItem.active of each payer there is, if first
        Source: https://clerk.com/docs/guides/billing/for-b2c#create-a-plan
        """
        self.enable(kind)
        doc = self._made(
            name,
            slug or self.slug_of(name),
            for_payer_type=kind,
            fee=money(amount),
            annual_monthly_fee=None if annual_monthly is None else money(annual_monthly),
            annual_fee=None if annual_monthly is None else money(annual_monthly * 12),
            has_base_fee=amount > 0,
            features=self.features(features or []),
            free_trial_enabled=trial_days is not None,
            free_trial_days=trial_days,
        )
        self.mirror.billing_prices.of(doc)
        return doc

    def enable(self, kind: str) -> None:
        """Enable Billing for users or organizations: the free plan, which everybody is on.

        Source: https://clerk.com/docs/guides/development/webhooks/billing and
        https://clerk.com/docs/guides/billing/for-b2b (features of permissions are in it)
        """
        if self.is_enabled(kind):
            return
        free: Features = []
        if kind == "org":
            for each in self.mirror.permissions.find(newest_first=False):
                if each["type"] == "custom":
                    free.append(each["key"].split(":")[1])
        doc = self._made(
            "Free",
            f"free_{kind}",
            for_payer_type=kind,
            fee=money(0),
            is_default=True,
            is_recurring=False,
            has_base_fee=False,
            features=self.features(free),
        )
        self.mirror.billing_prices.of(doc)
        noun = self.mirror.users if kind == "user" else self.mirror.organizations
        for each in noun.find(newest_first=False):
            self.mirror.billing_subscriptions.begin(kind, each["id"])

    def is_enabled(self, kind: str) -> bool:
        """Tell whether users, or organizations, have plans."""
        return bool(self.count(for_payer_type=kind))

    def check_enabled(self, kind: str) -> None:
        """Refuse what only an instance with Billing does: `BillingNotEnabledForUser`.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        if not self.is_enabled(kind):
            told = f"The billing feature for {WHOSE[kind]} is not enabled for this instance."
            told += " You can enable it at https://dashboard.clerk.com."
            raise errors.refusal(403, "billing_not_enabled", "access denied", told)

    def default(self, kind: str) -> Doc:
        """Return the free plan of users, or of organizations."""
        found = self.first(slug=f"free_{kind}")
        assert found is not None, "Billing is enabled"
        return found

    def features(self, slugs: Features) -> Docs:
        """Return features of some slugs: the same as in other plans, or new."""
        known = {each["slug"]: each for plan in self.find() for each in plan["features"]}
        made = []
        for slug in dict.fromkeys(filter(None, map(self.slug_of, slugs))):
            id = f"feat_3{self.mirror.ids.token(26)}"
            name = slug.replace("_", " ").capitalize()
            about = {"id": id, "name": name, "description": None, "slug": slug, "avatar_url": None}
            made.append(known.get(slug) or {"object": "feature", **about})
        return made

    def slug_of(self, name: str) -> str:
        """Make a slug of a name: `pro_plan`."""
        return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")

    def is_taken(self, slug: str) -> bool:
        """Tell whether no other plan can have a slug: none, a plan's, or a free plan's."""
        free = (f"free_{kind}" for kind in WHOSE)
        return not slug or slug in free or self.first(slug=slug) is not None

    def amount_of(self, plan: Doc, period: str) -> int:
        """Return what a period of a plan costs, in cents."""
        fee = plan["fee" if period == "month" else "annual_fee"]
        return int(fee["amount"]) if fee else 0

    def told_of(self, plan: Doc) -> Doc:
        """Return what webhooks tell of a plan.

        Source: https://github.com/clerk/openapi-specs (webhooks, BillingPlan)
        """
        names = ("id", "slug", "name", "is_recurring")
        return {name: plan[name] for name in names} | {
            "amount": self.amount_of(plan, "month"),
            "currency": CURRENCY,
        }

    def _made(self, name: str, slug: str, **fields: Any) -> Doc:
        product = f"cprd_3{self.mirror.ids.token(26)}"
        return self.save(self.new(name=name, slug=slug, product_id=product, **fields))


class BillingPrices(ClerkResource):
    """What the plans cost: one price each."""

    entity, plural = "billing_price", "billing_prices"
    object, prefix, title = "commerce_price", "cprice", "price"
    names = ()
    indexes = ("plan_id",)
    blank = {
        "object": "commerce_price",
        "id": "",
        "plan_id": "",
        "instance_id": "",
        "currency": CURRENCY,
        "currency_symbol": SYMBOL,
        "amount": 0,
        "annual_monthly_amount": 0,
        "fee": None,
        "annual_monthly_fee": None,
        "description": None,
        "is_default": True,
        "created_at": None,
        "supported_billing_periods": "month",
    }

    @route("GET /v1/billing/prices")
    def list(self, params: ListPrices) -> Doc:
        """List prices, the cheapest first, then the newest.

        Source: https://clerk.com/docs/reference/backend-api (List all billing prices)
        """
        if params.plan_id is not None:
            self.mirror.billing_plans.get(params.plan_id)
        where: Doc = {} if params.plan_id is None else {"plan_id": params.plan_id}
        found = sorted(self.find(**where), key=lambda doc: doc["amount"])
        return page_of(found, params, self.view)

    def of(self, plan: Doc) -> Doc:
        """Return the price of a plan, made when it is asked for first."""
        found = self.first(plan_id=plan["id"])
        if found is not None:
            return found
        annual = plan["annual_monthly_fee"]
        doc = self.new(
            plan_id=plan["id"],
            instance_id=self.mirror.identity.id,
            amount=plan["fee"]["amount"],
            annual_monthly_amount=annual["amount"] if annual else 0,
            fee=plan["fee"],
            annual_monthly_fee=annual,
            supported_billing_periods="both" if annual else "month",
        )
        return self.save(doc)
