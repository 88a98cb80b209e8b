"""What was really billed in advance for items: what flexible billing gives back.

A subscription keeps in `_debits` what covers its items from now on. A debit's `gross` is the
amount of its line, `taken` what discounts took off it.

Source: https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge, is_metered
from mirra_mcp.local.mirrors.stripe.billing.prorations import share
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.prorated import is_itemized, proration
from mirra_mcp.wire.model import Doc


def of_lines(sub: Doc, invoice: Doc, at: int) -> list[Doc]:
    """Return a subscription's debits with those of a new invoice; what is over at `at` goes."""
    fresh = [
        {
            "end": line["period"]["end"],
            "gross": line["amount"],
            "invoice": invoice["id"],
            "invoice_item": None,
            "item": line["subscription_item"],
            "line": line["id"],
            "price": line["price"]["id"],
            "quantity": line["quantity"],
            "start": line["period"]["start"],
            "taken": line["discount_amounts"],
            "tax_rates": line["tax_rates"],
        }
        for line in invoice["lines"]["data"]
        if line["subscription_item"]
        and line["invoice_item"] is None
        and line["amount"] > 0
        and not is_metered(line["price"])
    ]
    return [each for each in [*sub.get("_debits", []), *fresh] if each["end"] > at]


def of_item(item: Doc) -> Doc:
    """Return the debit that a prorated invoice item is."""
    return {
        "end": item["period"]["end"],
        "gross": item["amount"],
        "invoice": None,
        "invoice_item": item["id"],
        "item": item["subscription_item"],
        "line": None,
        "price": item["price"]["id"],
        "quantity": item["quantity"],
        "start": item["period"]["start"],
        "taken": item["proration_details"]["discount_amounts"],
        "tax_rates": item["tax_rates"],
    }


def without(sub: Doc, items: Sequence[str]) -> list[Doc]:
    """Return the debits that are left when those of some items are given back."""
    return [each for each in sub.get("_debits", []) if each["item"] not in items]


def shortened(debits: Sequence[Doc], at: int) -> list[Doc]:
    """Return debits without what lies after an instant, which is given back."""
    found = []
    for each in debits:
        if each["start"] >= at:
            continue
        if each["end"] > at:
            span = each["start"], each["end"]
            taken = [
                one | {"amount": one["amount"] - share(one["amount"], *span, at)}
                for one in each["taken"]
            ]
            gross = each["gross"] - share(each["gross"], *span, at)
            each = each | {"end": at, "gross": gross, "taken": taken}
        found.append(each)
    return found


def credits_of(stripe: Peers, sub: Doc, item: Doc, at: int) -> list[Charge]:
    """Return a credit for each debit that covers an item after `at`: the rest of what was billed.

    Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
    """
    found = []
    for debit in sub.get("_debits", []):
        if debit["item"] != item["id"] or debit["end"] <= at:
            continue
        since, end = debit["start"], debit["end"]
        taken = [
            each | {"amount": -share(each["amount"], since, end, at)} for each in debit["taken"]
        ]
        gross = share(debit["gross"], since, end, at)
        if not is_itemized(sub):
            net = debit["gross"] - sum(each["amount"] for each in debit["taken"])
            gross = share(net, since, end, at)
            taken = [each | {"amount": 0} for each in taken]
        price = stripe.prices.get(debit["price"])
        charge = proration(
            stripe,
            sub,
            item | {"price": price, "quantity": debit["quantity"]},
            max(at, since),
            end,
            -gross,
            credit=True,
        )
        charge.tax_rates, charge.taken = debit["tax_rates"], taken
        charge.credited = source_of(stripe, debit)
        found.append(charge)
    return found


def source_of(stripe: Peers, debit: Doc) -> Doc:
    """Return where a debit stands: on an invoice, or with the invoice items that wait for one.

    Source: https://docs.stripe.com/api/invoiceitems/object
    """
    invoice, line = debit["invoice"], debit["line"]
    item = debit["invoice_item"] and stripe.invoice_items.peek(debit["invoice_item"])
    if item and item["invoice"]:
        invoice = item["invoice"]
        lines = stripe.invoices.get(invoice)["lines"]["data"]
        line = next((each["id"] for each in lines if each["invoice_item"] == item["id"]), None)
    if line is None:
        return {"invoice_item": debit["invoice_item"], "type": "invoice_item"}
    details = {"invoice": invoice, "invoice_line_items": [line]}
    return {"invoice_line_item_details": details, "type": "invoice_line_items"}
