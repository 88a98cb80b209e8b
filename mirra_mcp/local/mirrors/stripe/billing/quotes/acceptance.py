"""What an accepted quote brings: a subscription, a schedule or an invoice.

Source: https://docs.stripe.com/quotes/overview
"""

from collections.abc import Sequence
from typing import Any

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.params import CreateSchedule
from mirra_mcp.wire.model import Doc


def made_of(
    stripe: Peers, quote: Doc, recurring: Sequence[Doc], once: Sequence[Doc], *, now: int
) -> Doc:
    """Make what a quote brings; return the fields that name it.

    Raises:
        VendorError: what billing refuses, such as a subscription that can't be paid.
    """
    if not recurring:
        return {"invoice": _invoice(stripe, quote, once)}
    data = quote["subscription_data"]
    terms = _given(
        {
            **_shared(quote),
            "application_fee_percent": quote["application_fee_percent"],
            "description": data["description"],
            "items": [_item(line) for line in recurring],
            "add_invoice_items": [_item(line) for line in once] or None,
        }
    )
    effective = data["effective_date"]
    if isinstance(effective, int) and effective > now:
        return {"subscription_schedule": _schedule(stripe, quote, terms, effective)}
    if data["trial_period_days"]:
        terms["trial_period_days"] = data["trial_period_days"]
    started = stripe.subscriptions.start(
        customer=quote["customer"],
        metadata=data["metadata"],
        billing_mode=_mode(data["billing_mode"]),
        **terms,
    )
    return {"subscription": started["id"], "invoice": started["latest_invoice"]}


def _invoice(stripe: Peers, quote: Doc, lines: Sequence[Doc]) -> str:
    """Write the draft of what is bought once; somebody finalizes it."""
    fields = {
        **_shared(quote),
        "application_fee_amount": quote["application_fee_amount"],
        "currency": quote["currency"],
    }
    made = stripe.invoices.bill(
        customer=quote["customer"],
        lines=[_item(line) for line in lines],
        auto_advance=False,
        **_given(fields),
    )
    return str(made["id"])


def _schedule(stripe: Peers, quote: Doc, terms: Doc, start: int) -> str:
    phase = {**terms, "metadata": quote["subscription_data"]["metadata"]}
    days = phase.pop("days_until_due", None)
    if days is not None:
        phase["invoice_settings"] = {"days_until_due": days}
    planned = {
        "billing_mode": _mode(quote["subscription_data"]["billing_mode"]),
        "customer": quote["customer"],
        "phases": [phase],
        "start_date": start,
    }
    made = stripe.subscription_schedules.create(CreateSchedule.model_validate(planned))
    return str(made["id"])


def _shared(quote: Doc) -> dict[str, Any]:
    """Return the terms that subscriptions and invoices both take."""
    transfer = quote["transfer_data"]
    return {
        "automatic_tax": {"enabled": True} if quote["automatic_tax"]["enabled"] else None,
        "collection_method": quote["collection_method"],
        "days_until_due": quote["invoice_settings"]["days_until_due"],
        "default_tax_rates": quote["default_tax_rates"] or None,
        "discounts": quote["_given"] or None,
        "on_behalf_of": quote["on_behalf_of"],
        "transfer_data": None if transfer is None else _given(transfer),
    }


def _mode(mode: Doc) -> Doc:
    """Return a billing mode as subscriptions take it."""
    return _given({"flexible": mode["flexible"], "type": mode["type"]})


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _item(line: Doc) -> dict[str, Any]:
    """Return a line as subscriptions and invoices take it."""
    found: dict[str, Any] = {"price": line["price"]}
    if line["quantity"] is not None:
        found["quantity"] = line["quantity"]
    if line["_tax_rates"]:
        found["tax_rates"] = line["_tax_rates"]
    return found
