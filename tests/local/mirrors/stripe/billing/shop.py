"""What billing tests start from: customers with cards, prices, and events in short."""

from typing import Any

import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.client import OLD, Account

DAY = 86_400
BEGAN = (
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice_payment.paid",
    "invoice.paid",
    "invoice.payment_succeeded",
)
"""What a new subscription that is paid at once fires, in order."""
TOLD = ("charge.", "customer.subscription.", "invoice", "payment_intent.")


CLASSIC: Doc = {"billing_mode": {"type": "classic"}}
FLEXIBLE: Doc = {"billing_mode": {"type": "flexible"}}


class Shop:
    """An account that sells subscriptions."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.v1 = account.client.v1
        self.product = self.v1.products.create({"name": "Gold"}).id
        self._seen: set[str] = set()

    def price(self, amount: int, interval: str | None = "month", **more: Any) -> str:
        """Make a price."""
        given: Any = {"currency": "usd", "unit_amount": amount, "product": self.product, **more}
        if interval:
            given.setdefault("recurring", {"interval": interval})
        return self.v1.prices.create(given).id

    def customer(self, card: str | None = "pm_card_visa", **more: Any) -> str:
        """Make a customer, with a default card if any is named."""
        given: Any = {"email": "ann@example.com", "name": "Ann", **more}
        if card:
            default = {"default_payment_method": card}
            given |= {"payment_method": card, "invoice_settings": default}
        return self.v1.customers.create(given).id

    def use_card(self, customer: str, card: str) -> str:
        """Give a customer another default card."""
        method = self.v1.payment_methods.attach(card, {"customer": customer}).id
        settings: Any = {"invoice_settings": {"default_payment_method": method}}
        self.v1.customers.update(customer, settings)
        return method

    def subscribe(self, customer: str, *prices: str, **more: Any) -> stripe.Subscription:
        """Subscribe a customer to prices."""
        items = [{"price": each} for each in prices]
        given: Any = {"customer": customer, "items": items, **more}
        return self.v1.subscriptions.create(given)

    def change(self, sub: stripe.Subscription, **given: Any) -> stripe.Subscription:
        """Update a subscription."""
        return self.v1.subscriptions.update(sub.id, given)  # type: ignore[arg-type]  # any parameters

    def item(self, sub: stripe.Subscription, number: int = 0) -> str:
        """Return the id of an item."""
        found: str = sub["items"].data[number].id
        return found

    def sub(self, id: str, version: str = OLD) -> Doc:
        """Read a subscription as plain JSON."""
        return self.account.fetch(f"/v1/subscriptions/{id}", version)

    def invoice(self, id: str, version: str = OLD) -> Doc:
        """Read an invoice as plain JSON."""
        return self.account.fetch(f"/v1/invoices/{id}", version)

    def invoices(self, sub: str) -> list[Doc]:
        """List a subscription's invoices, newest first."""
        found: list[Doc] = self.account.fetch(f"/v1/invoices?subscription={sub}&limit=100")["data"]
        return found

    def told(self) -> list[str]:
        """Return the types of billing's events since the last time."""
        fresh = [each for each in self.account.events() if each["id"] not in self._seen]
        self._seen |= {each["id"] for each in fresh}
        return [each["type"] for each in fresh if each["type"].startswith(TOLD)]

    def event(self, type: str) -> Doc:
        """Return the newest event of a type."""
        return self.account.events(type)[-1]


def bill(invoice: Doc) -> list[tuple[str, int]]:
    """Return the lines of an invoice in short."""
    return [(line["description"], line["amount"]) for line in invoice["lines"]["data"]]
