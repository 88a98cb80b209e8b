"""What a quote costs, at once and again and again, and which of its settings go together.

Source: https://docs.stripe.com/api/quotes/object#quote_object-computed
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import rhythm_of, shortest
from mirra_mcp.wire.model import Doc


def check(stripe: Peers, doc: Doc) -> None:
    """Refuse settings that don't go together."""
    recurs = any(recurring(stripe, line) for line in doc["_lines"])
    _check_intervals(stripe, doc)
    if len({line["currency"] for line in doc["_lines"]}) > 1:
        raise errors.invalid("All line items must have the same currency.", "line_items")
    if recurs and doc["application_fee_amount"] is not None:
        raise errors.invalid(
            "You cannot use `application_fee_amount` with recurring line items; use"
            " `application_fee_percent`.",
            "application_fee_amount",
        )
    if doc["_lines"] and not recurs and doc["application_fee_percent"] is not None:
        raise errors.invalid(
            "You cannot use `application_fee_percent` without recurring line items; use"
            " `application_fee_amount`.",
            "application_fee_percent",
        )
    days = doc["invoice_settings"]["days_until_due"]
    if doc["collection_method"] != "send_invoice" and days is not None:
        raise errors.invalid(
            "`days_until_due` can only be set when `collection_method` is `send_invoice`.",
            "invoice_settings[days_until_due]",
        )


def _check_intervals(stripe: Peers, doc: Doc) -> None:
    """Refuse intervals that the subscription couldn't have together."""
    prices = [stripe.prices.get(line["price"]) for line in doc["_lines"]]
    items = [{"price": price} for price in prices if price["recurring"]]
    mode = doc["subscription_data"]["billing_mode"]["type"]
    if items:
        stripe.subscriptions.check_intervals(items, flexible=mode == "flexible")


def totalled(stripe: Peers, doc: Doc) -> Doc:
    """Return a quote with what it costs: at once, again and again, and in all.

    Source: https://docs.stripe.com/api/quotes/object#quote_object-computed
    """
    rates = doc["default_tax_rates"]
    lines = [{**line, "_tax_rates": line["_tax_rates"] or rates} for line in doc["_lines"]]
    discounts = [stripe.discounts.get(id) for id in doc["discounts"]]
    doc, taxes = stripe.tax_settings.taxing_quote(doc, lines)
    lines = stripe.checkout_sessions.priced(lines, discounts, taxes)
    doc = {**doc, "_lines": lines, "currency": lines[0]["currency"] if lines else None}
    again = [line for line in lines if recurring(stripe, line)]
    computed: Doc = {"recurring": None, "upfront": _sums(upfront(stripe, doc))}
    if again:
        prices = [{"price": stripe.prices.get(line["price"])} for line in again]
        interval, count = shortest(prices)
        often = [
            line
            for line, item in zip(again, prices, strict=True)
            if rhythm_of(item) == (interval, count)
        ]
        computed["recurring"] = {
            **_sums(often),
            "interval": interval,
            "interval_count": count,
        }
    return {**doc, "computed": computed, **computed["upfront"]}


def upfront(stripe: Peers, doc: Doc) -> list[Doc]:
    """Return the lines that are paid at once."""
    trial = doc["subscription_data"]["trial_period_days"]
    later = doc["subscription_data"]["effective_date"]
    if trial or later:
        return [line for line in doc["_lines"] if not recurring(stripe, line)]
    return list(doc["_lines"])


def recurring(stripe: Peers, line: Doc) -> Doc | None:
    """Return how a line recurs; None: it is bought once."""
    found: Doc | None = stripe.prices.get(line["price"])["recurring"]
    return found


def _sums(lines: Sequence[Doc]) -> Doc:
    """Return what some lines cost together."""
    return {
        "amount_subtotal": sum(line["amount_subtotal"] for line in lines),
        "amount_total": sum(line["amount_total"] for line in lines),
        "total_details": {
            "amount_discount": sum(line["amount_discount"] for line in lines),
            "amount_shipping": 0,
            "amount_tax": sum(line["amount_tax"] for line in lines),
        },
    }
