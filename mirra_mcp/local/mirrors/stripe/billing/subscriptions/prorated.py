"""Prorated lines: an item's price for a part of its period, discounts taken off.

Source: https://docs.stripe.com/billing/subscriptions/prorations
"""

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing.discountable import Discountable
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import (
    TIMES,
    Charge,
    is_metered,
    product_name,
)
from mirra_mcp.local.mirrors.stripe.billing.periods import written
from mirra_mcp.local.mirrors.stripe.billing.prorations import part
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible
from mirra_mcp.wire.model import Doc


def is_itemized(sub: Doc) -> bool:
    """Tell whether prorations show their discounts, rather than amounts without them.

    Source: https://docs.stripe.com/billing/subscriptions/billing-mode#itemize-proration-discounts
    """
    options = sub["billing_mode"]["flexible"] or {}
    return bool(options.get("proration_discounts") == "itemized")


def full_price(stripe: Peers, sub: Doc, item: Doc, at: int) -> tuple[int, list[Doc]]:
    """Return what an item costs for a whole period, and what running discounts take off it.

    An amount off the subscription is taken whole off the item in classic mode, and in proportion
    to all its items in flexible mode.

    Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
    """
    if is_metered(item["price"]):
        return 0, []
    gross = _amount(stripe, sub, item)
    shared = stripe.subscriptions.shared_discounts(sub)
    if not gross or not (item["discounts"] or shared):
        return gross, []
    if not is_flexible(sub):
        running = stripe.discounts.running([*item["discounts"], *shared], at)
        row = [Discountable(gross, item["price"]["product"], True)]
        return gross, stripe.discounts.split(running, row, sub["currency"])[0]
    taken: list[Doc] = []
    rows = []
    items = [each for each in sub["items"]["data"] if not is_metered(each["price"])]
    for each in items:
        running = stripe.discounts.running(each["discounts"], at)
        amount, product = _amount(stripe, sub, each), each["price"]["product"]
        off = stripe.discounts.split(
            running, [Discountable(amount, product, True)], sub["currency"]
        )
        taken += off[0] if each["id"] == item["id"] else []
        rows.append(Discountable(amount - sum(one["amount"] for one in off[0]), product, True))
    shares = stripe.discounts.split(stripe.discounts.running(shared, at), rows, sub["currency"])
    number = [each["id"] for each in items].index(item["id"])
    return gross, [*taken, *shares[number]]


def debit(
    stripe: Peers, sub: Doc, item: Doc, start: int, end: int, *, since: int, at: int,
    until: int | None = None, free: bool = False,
) -> Charge:  # fmt: skip
    """Return what an item costs from `start` on, of a period from `since` to `end`.

    It is charged up to `until`, where that is before the end.
    """
    gross, taken = (0, []) if free else full_price(stripe, sub, item, at)
    until = end if until is None else until
    if not is_itemized(sub):
        net = gross - sum(each["amount"] for each in taken)
        amount = part(net, since, end, start, until)
        charge = proration(stripe, sub, item, start, until, amount)
        charge.taken = [each | {"amount": 0} for each in taken] if is_flexible(sub) else []
        return charge
    charge = proration(stripe, sub, item, start, until, part(gross, since, end, start, until))
    charge.taken = [
        each | {"amount": part(each["amount"], since, end, start, until)} for each in taken
    ]
    return charge


def unused(
    stripe: Peers, sub: Doc, item: Doc, at: int, end: int, *, since: int, now: int,
    until: int | None = None,
) -> Charge:  # fmt: skip
    """Return the credit of classic mode: the rest of an item's current price from `at` on.

    Of a period from `since` to `end`, which was charged up to `until`.
    """
    gross, taken = full_price(stripe, sub, item, now)
    net = gross - sum(each["amount"] for each in taken)
    until = end if until is None else until
    amount = -part(net, since, end, at, until)
    return proration(stripe, sub, item, at, until, amount, credit=True)


def proration(
    stripe: Peers, sub: Doc, item: Doc, start: int, end: int, amount: int, *, credit: bool = False
) -> Charge:
    """Return the line of a credit for unused time, or of a debit for the time that remains."""
    quantity = item.get("quantity") or 0
    name = product_name(stripe, item["price"])
    shown_name = name if quantity <= 1 else f"{quantity} {TIMES} {name}"
    words = "Unused time on" if credit else "Remaining time on"
    return Charge(
        amount,
        sub["currency"],
        f"{words} {shown_name} after {written(start)}",
        start,
        end,
        price=item["price"],
        quantity=quantity,
        subscription=sub["id"],
        item=item["id"],
        proration=True,
        discountable=False,
        tax_rates=item["tax_rates"] or sub["default_tax_rates"],
        metadata=dict(sub["metadata"]),
    )


def _amount(stripe: Peers, sub: Doc, item: Doc) -> int:
    price = stripe.prices.get(item["price"]["id"])
    total: int = stripe.prices.total(price, item.get("quantity") or 0, sub["currency"])
    return total
