"""How refunds move money, out of a balance and back. Each returns its movement's id.

Source: https://docs.stripe.com/reports/balance-transaction-types
"""

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc


def taken(stripe: Peers, charge: Doc, doc: Doc, fee: int = 0) -> str:
    """Book what is given back; `fee` is what a platform gives back of its own."""
    kind = charge["payment_method_details"]["type"]
    booked = stripe.balance_transactions.book(
        type="refund" if kind == "card" else "payment_refund",
        amount=-doc["amount"],
        currency=charge["currency"],
        source=doc["id"],
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
        application_fee=-fee if stripe.account else 0,
        available_now=True,
        category="refund",
    )
    return str(booked["id"])


def put_back(stripe: Peers, charge: Doc, doc: Doc) -> str:
    """Book what came back of a refund that failed."""
    booked = stripe.balance_transactions.book(
        type="refund_failure",
        amount=doc["amount"],
        currency=doc["currency"],
        source=doc["id"],
        description=f"REFUND FAILURE ({charge['description'] or charge['id']})",
        available_now=True,
    )
    return str(booked["id"])
