"""Fields of invoices that are there when they are expanded.

Source: https://docs.stripe.com/api/expanding_objects
"""

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc


def payments(stripe: Peers, invoice: Doc) -> Doc:
    """Return `invoice.payments`."""
    noun, id = stripe.invoice_payments, invoice["id"]
    return {
        "object": "list",
        "data": [noun.view(doc) for doc in noun.find(invoice=id)],
        "has_more": False,
        "url": f"/v1/invoice_payments?invoice={id}",
    }


def confirmation_secret(stripe: Peers, invoice: Doc) -> Doc | None:
    """Return `invoice.confirmation_secret`: what a client confirms the payment with."""
    kept = stripe.invoices.peek(invoice["id"]) or invoice
    intent = stripe.payment_intents.peek(kept.get("payment_intent") or "")
    if intent is None:
        return None
    return {"client_secret": intent["client_secret"], "type": "payment_intent"}
