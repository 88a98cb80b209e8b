"""Fields of invoices and customers that are there when they are expanded.

Source: https://docs.stripe.com/api/expanding_objects
"""

from collections.abc import Callable
from typing import Any

from mirra_mcp.wire.model import Doc


def payments(stripe: Any, invoice: Doc) -> Doc:
    """Return `invoice.payments`."""
    noun, id = stripe.invoice_payments, invoice["id"]
    return {
        "object": "list",
        "data": [noun.view(doc) for doc in noun.find(invoice=id)],
        "has_more": False,
        "url": f"/v1/invoice_payments?invoice={id}",
    }


def confirmation_secret(stripe: Any, invoice: Doc) -> Doc | None:
    """Return `invoice.confirmation_secret`: what a client confirms the payment with."""
    kept = stripe.invoices.peek(invoice["id"]) or invoice
    intent = stripe.payment_intents.peek(kept.get("payment_intent") or "")
    if intent is None:
        return None
    return {"client_secret": intent["client_secret"], "type": "payment_intent"}


def subscriptions(stripe: Any, customer: Doc) -> Doc:
    """Return `customer.subscriptions`: those that aren't canceled."""
    found = [
        stripe.subscriptions.view(sub)
        for sub in stripe.subscriptions.find(customer=customer["id"])
        if sub["status"] not in ("canceled", "incomplete_expired")
    ]
    return {
        "object": "list",
        "data": found[:10],
        "has_more": len(found) > 10,
        "url": f"/v1/customers/{customer['id']}/subscriptions",
    }


BILLING: dict[tuple[str, str], Callable[[Any, Doc], Any]] = {
    ("customer", "subscriptions"): subscriptions,
    ("invoice", "confirmation_secret"): confirmation_secret,
    ("invoice", "payments"): payments,
}
