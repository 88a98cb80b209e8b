"""Lines of invoices: what a price, a period and a quantity look like on a bill.

Source: https://docs.stripe.com/api/invoice-line-item/object
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.billing.prorations import rounded
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible
from mirra_mcp.wire.model import Doc

TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass
class Charge:
    """A line before it is on an invoice."""

    amount: int
    currency: str
    description: str | None
    start: int
    end: int
    price: Doc | None = None
    quantity: int | None = 1
    unit: str | None = None
    subscription: str | None = None
    item: str | None = None
    invoice_item: str | None = None
    proration: bool = False
    credited: Doc | None = None
    """Of a credit: the debit that it gives back, as invoice items tell it."""
    taken: list[Doc] = field(default_factory=list)
    """Of a proration: what discounts took off it when it was made."""
    discountable: bool = True
    discounts: list[str] = field(default_factory=list)
    tax_rates: list[Doc] = field(default_factory=list)
    taxed: Doc = field(default_factory=dict)
    """What the line says for Stripe Tax: `tax_behavior`, `tax_code`."""
    metadata: Doc = field(default_factory=dict)


def product_name(stripe: Peers, price: Doc) -> str:
    """Return what a price is for."""
    product = stripe.products.peek(price["product"]) or {}
    return str(product.get("name") or price["product"])


def per(price: Doc) -> str:
    """Write a price's interval: `month`, `3 months`; nothing for a one-time price."""
    recurring = price.get("recurring")
    if not recurring:
        return ""
    count, interval = recurring["interval_count"], recurring["interval"]
    return str(interval) if count == 1 else f"every {count} {interval}s"


def described(stripe: Peers, price: Doc, part: Any, currency: str) -> str:
    """Write a line as Stripe does: `1 x Gold (at $20.00 / month)`, with a multiplication sign."""
    name, span = product_name(stripe, price), per(price)
    if part.unit_amount_decimal is None:
        return name
    unit = shown(part.unit_amount_decimal, currency)
    rate = f"{unit} / {span}" if span else f"{unit} each"
    if part.flat:
        return f"{name} ({part.label} flat fee at {rate})"
    label = f"{part.label} at" if part.label else "at"
    return f"{part.quantity} {TIMES} {name} ({label} {rate})"


def shown(unit: str, currency: str) -> str:
    """Write a unit amount, fractions of a cent too: `$0.005`."""
    amount = Decimal(unit)
    if amount == amount.to_integral_value():
        return money.show(int(amount), currency)
    places = money.decimals(currency)
    value = (amount / 10**places).normalize()
    symbol = money.SYMBOLS.get(currency)
    return f"{symbol}{value:f}" if symbol else f"{value:f} {currency}"


def is_metered(price: Doc) -> bool:
    """Tell whether a price is billed by usage, at the end of a period."""
    return bool((price.get("recurring") or {}).get("usage_type") == "metered")


def recurring(
    stripe: Peers, sub: Doc, item: Doc, start: int, end: int, *, trial: bool = False
) -> list[Charge]:
    """Return what an item costs in advance for a period."""
    price, currency = stripe.prices.get(item["price"]["id"]), sub["currency"]
    quantity = item.get("quantity")
    common: dict[str, Any] = {
        "currency": currency,
        "start": start,
        "end": end,
        "price": price,
        "subscription": sub["id"],
        "item": item["id"],
        "discounts": list(item["discounts"]),
        "tax_rates": item["tax_rates"] or sub["default_tax_rates"],
        "metadata": dict(sub["metadata"]),
    }
    if trial:
        name = product_name(stripe, price)
        label = f"Free trial for {quantity or 0} {TIMES} {name}"
        name = label if is_flexible(sub) else f"Trial period for {name}"
        count = 0 if is_metered(price) else quantity
        return [Charge(0, description=name, quantity=count, unit="0", **common)]
    if is_metered(price):
        return used(stripe, sub, item, start, end, Decimal(0))
    return [
        Charge(
            part.amount,
            description=described(stripe, price, part, currency),
            quantity=part.quantity,
            unit=part.unit_amount_decimal,
            **common,
        )
        for part in stripe.prices.amounts(price, quantity or 0, currency)
    ]


def usage_of(stripe: Peers, sub: Doc, item: Doc, start: int, end: int) -> Decimal:
    """Return what a metered item's customer used from `start` until just before `end`."""
    meter = item["price"]["recurring"].get("meter")
    found: Decimal = (
        stripe.meters.usage(meter, sub["customer"], start, end)
        if meter
        else stripe.usage_records.total(item, start, end)
    )
    return found


def tried(stripe: Peers, sub: Doc, item: Doc, start: int, end: int) -> Charge:
    """Return the line of what was used in a trial, in flexible billing.

    Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
    """
    usage = usage_of(stripe, sub, item, start, end)
    name = product_name(stripe, item["price"])
    return Charge(
        0,
        sub["currency"],
        f"Free trial for {usage:f} {TIMES} {name}",
        start,
        end,
        price=stripe.prices.get(item["price"]["id"]),
        quantity=int(usage),
        unit="0",
        subscription=sub["id"],
        item=item["id"],
        metadata=dict(sub["metadata"]),
    )


def used(
    stripe: Peers, sub: Doc, item: Doc, start: int, end: int, usage: Decimal | None = None
) -> list[Charge]:
    """Return what a metered item's usage cost in the period that is over.

    Source: https://docs.stripe.com/billing/subscriptions/usage-based
    """
    price, currency = stripe.prices.get(item["price"]["id"]), sub["currency"]
    if usage is None:
        usage = usage_of(stripe, sub, item, start, end)
    return [
        Charge(
            part.amount,
            currency,
            described(stripe, price, part, currency),
            start,
            end,
            price=price,
            quantity=part.quantity,
            unit=part.unit_amount_decimal,
            subscription=sub["id"],
            item=item["id"],
            discounts=list(item["discounts"]),
            tax_rates=item["tax_rates"] or sub["default_tax_rates"],
            metadata=dict(sub["metadata"]),
        )
        for part in stripe.prices.amounts(price, usage, currency)
    ]


def document(stripe: Peers, invoice: str | None, charge: Charge, id: str) -> Doc:
    """Return a line as invoices carry it, in the shapes of all versions."""
    price = charge.price
    plan = stripe.prices.plan_of(price) if price else None
    unit = charge.unit
    if unit is None and price is not None:
        unit = price.get("unit_amount_decimal")
    of_item = charge.invoice_item is None
    credited = (charge.credited or {}).get("invoice_line_item_details")
    details = {
        "proration": charge.proration,
        "proration_details": {"credited_items": credited},
        "subscription": charge.subscription,
    }
    parent: Doc = {
        "invoice_item_details": None
        if of_item
        else {"invoice_item": charge.invoice_item, **details},
        "subscription_item_details": {
            "invoice_item": None,
            **details,
            "subscription_item": charge.item,
        }
        if of_item
        else None,
        "type": "subscription_item_details" if of_item else "invoice_item_details",
    }
    return {
        "id": id,
        "object": "line_item",
        "amount": charge.amount,
        "amount_excluding_tax": charge.amount,
        "currency": charge.currency,
        "description": charge.description,
        "discount_amounts": charge.taken,
        "discountable": charge.discountable,
        "discounts": charge.discounts,
        "invoice": invoice,
        "invoice_item": charge.invoice_item,
        "livemode": False,
        "metadata": charge.metadata,
        "parent": parent if charge.subscription or not of_item else None,
        "period": {"end": charge.end, "start": charge.start},
        "plan": plan,
        "pretax_credit_amounts": [],
        "price": stripe.prices.view(price) if price else None,
        "pricing": None
        if price is None
        else {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": unit,
        },
        "proration": charge.proration,
        "proration_details": {"credited_items": credited},
        "quantity": charge.quantity,
        "quantity_decimal": None if charge.quantity is None else str(charge.quantity),
        "subscription": charge.subscription,
        "subscription_item": charge.item,
        "subtotal": charge.amount,
        "tax_amounts": [],
        "tax_rates": charge.tax_rates,
        "taxes": [],
        "type": "subscription" if of_item and charge.subscription else "invoiceitem",
        "unit_amount_excluding_tax": unit,
    }


def tax_shapes(amounts: Sequence[Doc]) -> list[Doc]:
    """Return tax amounts as the newest versions show them."""
    return [
        {
            "amount": each["amount"],
            "tax_behavior": "inclusive" if each["inclusive"] else "exclusive",
            "tax_rate_details": {"tax_rate": each["tax_rate"]},
            "taxability_reason": each["taxability_reason"],
            "taxable_amount": each["taxable_amount"],
            "type": "tax_rate_details",
        }
        for each in amounts
    ]


def unit_excluding(amount: int, quantity: int | None) -> str | None:
    """Return a decimal amount a unit."""
    if not quantity:
        return str(amount)
    each = Decimal(amount) / quantity
    return str(rounded(each)) if each == each.to_integral_value() else f"{each:.12f}".rstrip("0")
