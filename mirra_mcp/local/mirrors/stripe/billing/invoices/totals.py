"""Totals of invoices: discounts, taxes, the customer's balance, and what is left to pay.

Source: https://docs.stripe.com/api/invoices/object,
https://docs.stripe.com/billing/taxes/tax-rates and
https://docs.stripe.com/billing/customer/balance
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.pricing.discountable import Discountable
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import tax_shapes, unit_excluding
from mirra_mcp.wire.model import Doc

CREDIT = "credit_balance_transaction"
"""The type of an amount that billing credits take off a line, before taxes."""


def added_up(
    stripe: Peers, doc: Doc, lines: list[Doc], discounts: Sequence[Doc], balance: int
) -> Doc:
    """Return an invoice with its lines discounted and taxed, and all sums made.

    `discounts` are the invoice's own; `balance` is the customer's, negative when in credit.
    """
    lines = taxed(stripe, doc, discounted(stripe, doc, lines, discounts))
    subtotal = sum(line["amount"] for line in lines)
    by_discount: dict[str, int] = {}
    by_rate: dict[str, Doc] = {}
    for line in lines:
        for each in line["discount_amounts"]:
            if line["proration"] and not each["amount"]:
                continue
            by_discount[each["discount"]] = by_discount.get(each["discount"], 0) + each["amount"]
        for each in line["tax_amounts"]:
            sum_ = by_rate.setdefault(each["tax_rate"], each | {"amount": 0, "taxable_amount": 0})
            sum_["amount"] += each["amount"]
            sum_["taxable_amount"] += each["taxable_amount"]
    taxes = list(by_rate.values())
    inclusive = sum(each["amount"] for each in taxes if each["inclusive"])
    exclusive = sum(each["amount"] for each in taxes if not each["inclusive"])
    credits = [
        each for line in lines for each in line["pretax_credit_amounts"] if each["type"] == CREDIT
    ]
    off = sum(by_discount.values()) + sum(each["amount"] for each in credits)
    total = subtotal - off + exclusive
    body: Doc = {
        "lines": {**doc["lines"], "data": lines},
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inclusive,
        "tax": inclusive + exclusive if taxes else None,
        "total": total,
        "total_discount_amounts": [
            {"amount": amount, "discount": id} for id, amount in by_discount.items()
        ],
        "total_excluding_tax": total - inclusive - exclusive,
        "total_pretax_credit_amounts": [
            {"amount": amount, "discount": id, "type": "discount"}
            for id, amount in by_discount.items()
        ]
        + credits,
        "total_tax_amounts": taxes,
        "total_taxes": tax_shapes(taxes),
        "starting_balance": balance,
    }
    if doc["automatic_tax"]["enabled"]:
        body["automatic_tax"] = stripe.tax_settings.computed(doc)
    due = to_pay(total, balance, doc["currency"])[0]
    return doc | body | {"amount_due": due, "amount_remaining": due - doc["amount_paid"]}


def to_pay(total: int, balance: int, currency: str) -> tuple[int, int]:
    """Return what is due and the customer's balance after it.

    Credit is used up first; less than can be charged is owed until the next invoice.
    """
    due = total + balance
    if due <= 0:
        return 0, due
    if due < money.MINIMUM.get(currency, 0):
        return 0, due
    return due, 0


def discounted(stripe: Peers, doc: Doc, lines: list[Doc], discounts: Sequence[Doc]) -> list[Doc]:
    """Take off each line its own discounts, then the invoice's share.

    Prorations keep the discounts that they were made with.

    Source: https://docs.stripe.com/billing/subscriptions/prorations#prorations-and-discounts
    """
    at = doc["created"]
    own: list[list[Doc]] = []
    for line in lines:
        found: list[Doc] = []
        if line["discounts"] and line["discountable"]:
            running = stripe.discounts.running(line["discounts"], at)
            row = [Discountable(line["amount"], _product(line), True)]
            found = stripe.discounts.split(running, row, doc["currency"])[0]
        own.append(found)
    shares: list[list[Doc]] = [[] for _ in lines]
    if discounts:
        rows = [
            Discountable(
                line["amount"] - sum(each["amount"] for each in taken),
                _product(line),
                line["discountable"],
            )
            for line, taken in zip(lines, own, strict=True)
        ]
        shares = stripe.discounts.split(discounts, rows, doc["currency"])
    result = []
    for line, mine, ours in zip(lines, own, shares, strict=True):
        amounts = [each for each in (*mine, *ours) if each["amount"] or line["discountable"]]
        if line["proration"] and not line["discountable"]:
            amounts = line["discount_amounts"]
        applied = [each for each in line["pretax_credit_amounts"] if each["type"] == CREDIT]
        credits = [*({**each, "type": "discount"} for each in amounts), *applied]
        result.append(line | {"discount_amounts": amounts, "pretax_credit_amounts": credits})
    return result


def taxed(stripe: Peers, doc: Doc, lines: list[Doc]) -> list[Doc]:
    """Put taxes on each line: Stripe Tax's, or its own rates, else the invoice's default ones."""
    default, automatic = doc["default_tax_rates"], doc["automatic_tax"]["enabled"]
    taxes = stripe.tax_settings.taxing_invoice(doc) if automatic else None
    result = []
    for line in lines:
        rates = line["tax_rates"] or ([] if automatic else default)
        net = line["amount"] - sum(each["amount"] for each in line["pretax_credit_amounts"])
        amounts: list[Doc] = list(stripe.tax_rates.of(net, rates)) if rates else []
        if taxes is not None and not rates:
            amounts = taxes(net, (line["price"] or {}) | doc.get("_taxed", {}).get(line["id"], {}))
        elif doc["customer_tax_exempt"] in ("exempt", "reverse"):
            reason = "reverse_charge" if doc["customer_tax_exempt"] == "reverse" else None
            reason = reason or "customer_exempt"
            amounts = [each | {"amount": 0, "taxability_reason": reason} for each in amounts]
        inside = sum(each["amount"] for each in amounts if each["inclusive"])
        excluding = line["amount"] - inside
        result.append(
            line
            | {
                "amount_excluding_tax": excluding,
                "tax_amounts": amounts,
                "tax_rates": rates,
                "taxes": tax_shapes(amounts),
                "unit_amount_excluding_tax": unit_excluding(excluding, line["quantity"]),
            }
        )
    return result


def without_rates(lines: Doc, rates: list[Doc]) -> Doc:
    """Return lines that take over an invoice's other default rates in place of these."""
    kept = [
        line | {"tax_rates": []} if line["tax_rates"] == rates else line for line in lines["data"]
    ]
    return {**lines, "data": kept}


def _product(line: Doc) -> str | None:
    return line["price"]["product"] if line["price"] else None
