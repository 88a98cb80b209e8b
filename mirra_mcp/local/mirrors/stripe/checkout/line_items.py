"""The lines of payment pages: what is bought, what is off, what is added.

Source: https://docs.stripe.com/api/checkout/sessions/line_items
"""

from collections.abc import Callable, Sequence

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing.discountable import Discountable
from mirra_mcp.local.mirrors.stripe.checkout.pages import LineItem, ShippingOption
from mirra_mcp.wire.model import Doc

SHIPPING = "txcd_92010001"
Taxing = Callable[[int, Doc], list[Doc]]
METERED = "line_items[{0}][quantity] is not allowed. Quantity should not be specified where usage_type is `metered`. Remove quantity from line_items[{0}]"  # noqa: E501  one sentence of Stripe's


def check_items(stripe: Peers, items: Sequence[LineItem]) -> None:
    """Refuse lines that make no order; nothing is written.

    Raises:
        VendorError: no price or two, an unknown or inactive one, no quantity.
    """
    for number, item in enumerate(items):
        where = f"line_items[{number}]"
        if item.price is not None and item.price_data is not None:
            raise errors.invalid(
                "You may only specify one of these parameters: price, price_data.", where
            )
        metered = False
        if item.price is not None:
            price = stripe.prices.usable(item.price, f"{where}[price]")
            metered = (price["recurring"] or {}).get("usage_type") == "metered"
        elif item.price_data is not None:
            stripe.prices.check_inline(item.price_data.given(), param=f"{where}[price_data]")
        else:
            raise errors.invalid(
                f"Missing required param: {where}[price].", f"{where}[price]", "parameter_missing"
            )
        if metered and item.quantity is not None:
            raise errors.invalid(METERED.format(number), f"{where}[quantity]")
        if not metered and item.quantity is None:
            raise errors.invalid(
                f"Missing required param: {where}[quantity].",
                f"{where}[quantity]",
                "parameter_missing",
            )
        for index, id in enumerate(item.tax_rates or ()):
            stripe.tax_rates.usable(id, f"{where}[tax_rates][{index}]")


def check_intervals(stripe: Peers, items: Sequence[LineItem]) -> None:
    """Refuse lines that are billed at different intervals.

    Source: https://docs.stripe.com/billing/subscriptions/mixed-interval#limitations

    Raises:
        VendorError: two recurring lines have different intervals.
    """
    found = set()
    for item in items:
        price = item.price_data.given() if item.price_data else stripe.prices.get(item.price or "")
        if recurring := price.get("recurring"):
            found.add((recurring["interval"], recurring.get("interval_count", 1)))
    if len(found) > 1:
        raise errors.invalid(
            "Checkout does not support multiple prices with different billing intervals.",
            "line_items",
        )


def is_recurring(stripe: Peers, item: LineItem) -> bool:
    """Tell whether a line is billed again and again."""
    if item.price_data is not None:
        return item.price_data.recurring is not None
    return bool(stripe.prices.get(item.price or "")["type"] == "recurring")


def laid_out(stripe: Peers, items: Sequence[LineItem], currency: str | None) -> list[Doc]:
    """Return lines with their prices; inline ones are made now."""
    lines = []
    for number, item in enumerate(items):
        where = f"line_items[{number}]"
        if item.price_data is not None:
            price = stripe.prices.inline(item.price_data.given(), param=f"{where}[price_data]")
        else:
            price = stripe.prices.get(item.price or "")
        metered = (price["recurring"] or {}).get("usage_type") == "metered"
        custom = stripe.prices.in_currency(price, currency)["custom_unit_amount"]
        quantity = 0 if metered else (item.quantity or 0)
        amount = stripe.prices.total(price, quantity, currency)
        if custom is not None:
            amount = (custom["preset"] or custom["minimum"] or 0) * quantity
        product = stripe.products.peek(price["product"]) or {}
        adjustable = item.adjustable_quantity
        lines.append(
            {
                "id": f"li_{stripe.ids.token(24)}",
                "object": "item",
                "adjustable_quantity": None if adjustable is None else adjustable.model_dump(),
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount,
                "currency": currency or price["currency"],
                "description": product.get("name"),
                "metadata": item.metadata or {},
                "price": price["id"],
                "quantity": item.quantity,
                "_product": price["product"],
                "_tax_rates": item.tax_rates or [],
            }
        )
    return lines


def priced(
    stripe: Peers, lines: Sequence[Doc], discounts: Sequence[Doc], automatic: Taxing | None = None
) -> list[Doc]:
    """Return lines with what is off and the tax on what is left: Stripe Tax's if it is `automatic`.

    Source: https://docs.stripe.com/tax/checkout
    """
    currency = lines[0]["currency"] if lines else "usd"
    shares = stripe.discounts.split(
        discounts,
        [Discountable(line["amount_subtotal"], line["_product"]) for line in lines],
        currency,
    )
    found = []
    for line, taken in zip(lines, shares, strict=True):
        off = sum(each["amount"] for each in taken)
        left = line["amount_subtotal"] - off
        if automatic is not None:
            taxes = automatic(left, stripe.prices.get(line["price"]))
        else:
            rates = [stripe.tax_rates.get(id) for id in line["_tax_rates"]]
            taxes = stripe.tax_rates.of(left, rates)
        added = sum(each["amount"] for each in taxes if not each["inclusive"])
        totals = {
            "amount_discount": off,
            "amount_tax": sum(each["amount"] for each in taxes),
            "amount_total": left + added,
        }
        found.append(line | totals)
    return found


def delivery(stripe: Peers, option: Doc, automatic: Taxing | None) -> Doc:
    """Return what a way of delivery costs, with its tax.

    Source: https://docs.stripe.com/tax/products-prices-tax-categories-tax-behavior#shipping-tax-code
    """
    amount, rate = option["shipping_amount"], stripe.shipping_rates.get(option["shipping_rate"])
    sold = {"tax_behavior": rate["tax_behavior"], "tax_code": rate["tax_code"] or SHIPPING}
    taxes = automatic(amount, sold) if automatic else []
    added = sum(each["amount"] for each in taxes if not each["inclusive"])
    return {
        "amount_subtotal": amount,
        "amount_tax": sum(each["amount"] for each in taxes),
        "amount_total": amount + added,
        "shipping_rate": rate["id"],
    }


def shipping_options(
    stripe: Peers, given: Sequence[ShippingOption] | None, currency: str
) -> list[Doc]:
    """Return the ways to have an order delivered; rates given inline are made now.

    Raises:
        VendorError: no such rate, or none in this currency.
    """
    found = []
    for number, option in enumerate(given or ()):
        where = f"shipping_options[{number}]"
        if option.shipping_rate is not None:
            rate = stripe.shipping_rates.named(option.shipping_rate, f"{where}[shipping_rate]")
        elif option.shipping_rate_data is not None:
            data = option.shipping_rate_data.given()
            rate = stripe.shipping_rates.make(data, f"{where}[shipping_rate_data][fixed_amount]")
        else:
            raise errors.invalid(
                f"Missing required param: {where}[shipping_rate].",
                f"{where}[shipping_rate]",
                "parameter_missing",
            )
        fixed = rate["fixed_amount"]
        amount = fixed["amount"]
        if fixed["currency"] != currency:
            if currency not in fixed.get("currency_options", {}):
                raise errors.invalid(
                    f"The shipping rate {rate['id']} is in {fixed['currency']}, not {currency}.",
                    where,
                )
            amount = fixed["currency_options"][currency]["amount"]
        found.append({"shipping_amount": amount, "shipping_rate": rate["id"]})
    return found


def shown(stripe: Peers, line: Doc) -> Doc:
    """Return a line as the API shows it: with its whole price."""
    visible = {name: value for name, value in line.items() if not name.startswith("_")}
    return visible | {"price": stripe.prices.view(stripe.prices.get(line["price"]))}
