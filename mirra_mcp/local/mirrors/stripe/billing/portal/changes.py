"""What customers do in the portal, as far as a configuration lets them.

Source: https://docs.stripe.com/customer-management
"""

from collections.abc import Mapping

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.portal.sessions import PortalSessions
from mirra_mcp.wire.model import Doc

FEEDBACK = {
    "customer_service": "Customer service was less than expected",
    "low_quality": "Quality was less than expected",
    "missing_features": "I need more features",
    "other": "Other reason",
    "switched_service": "I found an alternative",
    "too_complex": "Ease of use was less than expected",
    "too_expensive": "It's too expensive",
    "unused": "I no longer need it",
}
"""Why customers cancel. Source: https://docs.stripe.com/customer-management/cancellation-page"""


class PortalChanges(PortalSessions):
    """The sessions of the portal, with what can be done in them.

    `feature` is that part of a configuration which allows it.
    """

    def cancel(self, sub: Doc, feature: Doc, told: Mapping[str, str]) -> Doc:
        """Cancel a subscription: at the period's end, or at once if so configured.

        In flexible billing `cancel_at` is the end of the last period, and stays there.

        `told` may have the customer's `feedback` and `comment`.
        Fires: customer.subscription.updated or .deleted, and what a proration does.
        Source: https://docs.stripe.com/customer-management/cancellation-page and
            https://docs.stripe.com/billing/subscriptions/billing-mode/compare
        """
        subs = self.stripe.subscriptions
        if told.get("feedback", "other") not in FEEDBACK:
            raise errors.invalid("Choose one of the reasons.", "feedback")
        more: Doc = {"cancellation_details": dict(told)} if told else {}
        if feature["mode"] == "immediately":
            if more:
                subs.change(sub, **more)
                sub = subs.get(sub["id"])
            return subs.end(sub, prorate=feature["proration_behavior"] != "none")
        flexible = sub["billing_mode"]["type"] == "flexible"
        ends: Doc = {"cancel_at": "max_period_end"} if flexible else {"cancel_at_period_end": True}
        subs.change(sub, **ends, **more)
        return subs.get(sub["id"])

    def keep(self, sub: Doc) -> Doc:
        """Let a subscription that would end go on. Fires: customer.subscription.updated."""
        self.stripe.subscriptions.change(sub, cancel_at_period_end=False)
        return self.stripe.subscriptions.get(sub["id"])

    def switch(self, sub: Doc, feature: Doc, price: str, quantity: int | None = None) -> Doc:
        """Change a subscription to another price.

        Fires: customer.subscription.updated, and what a proration does.
        Source: https://docs.stripe.com/customer-management/configure-portal
        """
        item: Doc = {"id": sub["items"]["data"][0]["id"], "price": price}
        if quantity is not None:
            item["quantity"] = quantity
        behavior = feature["proration_behavior"]
        done = self.stripe.subscriptions.change(sub, items=[item], proration_behavior=behavior)
        if isinstance(done, Answer) and isinstance(done.body, dict):
            raise VendorError(done.status, done.body)
        return self.stripe.subscriptions.get(sub["id"])

    def add_method(self, customer: str, method: Doc | str) -> Doc:
        """Attach a payment method and make it the customer's default.

        Fires: payment_method.attached, customer.updated.
        """
        attached = self.stripe.payment_methods.attach_to(method, customer)
        return self.prefer(customer, attached["id"])

    def prefer(self, customer: str, method: str) -> Doc:
        """Make a payment method the customer's default. Fires: customer.updated."""
        owner = self.stripe.customers.get(customer)
        settings = {**owner["invoice_settings"], "default_payment_method": method}
        changed = owner | {"invoice_settings": settings}
        return self.stripe.customers.save(changed, event="customer.updated")

    def choices(self, feature: Doc) -> list[Doc]:
        """Return the prices that customers may change to: those of the configuration's products."""
        found = []
        for each in feature.get("products") or ():
            for id in each["prices"]:
                price = self.stripe.prices.peek(id)
                if price is not None and price["active"]:
                    found.append(price)
        return found

    def chosen(self, feature: Doc, price: str) -> str:
        """Return a price that the configuration lets customers change to.

        Raises:
            VendorError: it isn't among them.
        """
        if price not in [each["id"] for each in self.choices(feature)]:
            raise errors.invalid("Choose one of the plans.", "price")
        return price
