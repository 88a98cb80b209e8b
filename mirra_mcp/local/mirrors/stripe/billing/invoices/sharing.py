"""Who shares what an invoice collects: the platform's fee, and the account that gets the rest.

Source: https://docs.stripe.com/connect/subscriptions and https://docs.stripe.com/connect/invoices
"""

from decimal import Decimal

from mirra_mcp.local.mirrors.stripe.api.pricing.tiers import cents
from mirra_mcp.wire.model import Doc


def shares(invoice: Doc, sub: Doc | None) -> Doc:
    """Return what an invoice that falls due says of its shares, its own or its subscription's."""
    fee, data = invoice["application_fee_amount"], invoice["transfer_data"]
    due = invoice["amount_due"]
    if sub is not None and fee is None and sub["application_fee_percent"]:
        fee = _percent(due, sub["application_fee_percent"])
    if sub is not None and data is None and sub["transfer_data"]:
        percent = sub["transfer_data"].get("amount_percent")
        part = None if percent is None else _percent(due, percent)
        data = {"amount": part, "destination": sub["transfer_data"]["destination"]}
    owner = invoice["on_behalf_of"] or (sub or {}).get("on_behalf_of")
    return {"application_fee_amount": fee, "on_behalf_of": owner, "transfer_data": data}


def _percent(amount: int, percent: float | str) -> int:
    return cents(Decimal(amount) * Decimal(str(percent)) / 100)
