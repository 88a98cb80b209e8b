"""What of prices, plans and coupons is there only when `expand` asks for it.

Source: https://docs.stripe.com/api/expanding_objects
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.catalogue.prices import rules
from mirra_mcp.wire.model import Doc

Value = Any


def price_tiers(stripe: Peers, doc: Doc) -> Value:
    """Return the tiers of a price or plan."""
    return (stripe.prices.peek(doc["id"]) or {}).get("_tiers")


def price_currencies(stripe: Peers, doc: Doc) -> Value:
    """Return a price in each of its currencies, as they were asked for."""
    price = stripe.prices.peek(doc["id"])
    return rules.currency_options(price) if price else None


def coupon_products(stripe: Peers, doc: Doc) -> Value:
    """Return the products that a coupon is for."""
    return (stripe.coupons.peek(doc["id"]) or {}).get("_applies_to")


def coupon_currencies(stripe: Peers, doc: Doc) -> Value:
    """Return what a coupon takes off in each of its currencies."""
    coupon = stripe.coupons.peek(doc["id"])
    if coupon is None or coupon["amount_off"] is None:
        return None
    own = {coupon["currency"]: {"amount_off": coupon["amount_off"]}}
    return own | coupon.get("_currency_options", {})
