"""What of prices, coupons, customers and sessions is there only when `expand` asks for it.

Source: https://docs.stripe.com/api/expanding_objects
"""

from typing import TYPE_CHECKING, Any

from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.catalogue.prices import rules
from mirra_mcp.local.mirrors.stripe.customers.sources import ListSources
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.stripe.mirror import Stripe

Value = Any


def price_tiers(stripe: "Stripe", doc: Doc) -> Value:
    """Return the tiers of a price or plan."""
    return (stripe.prices.peek(doc["id"]) or {}).get("_tiers")


def price_currencies(stripe: "Stripe", doc: Doc) -> Value:
    """Return a price in each of its currencies, as they were asked for."""
    price = stripe.prices.peek(doc["id"])
    return rules.currency_options(price) if price else None


def coupon_products(stripe: "Stripe", doc: Doc) -> Value:
    """Return the products that a coupon is for."""
    return (stripe.coupons.peek(doc["id"]) or {}).get("_applies_to")


def coupon_currencies(stripe: "Stripe", doc: Doc) -> Value:
    """Return what a coupon takes off in each of its currencies."""
    coupon = stripe.coupons.peek(doc["id"])
    if coupon is None or coupon["amount_off"] is None:
        return None
    own = {coupon["currency"]: {"amount_off": coupon["amount_off"]}}
    return own | coupon.get("_currency_options", {})


def customer_sources(stripe: "Stripe", doc: Doc) -> Value:
    """Return the cards of a customer."""
    return stripe.sources.index(doc["id"], ListSources())


def customer_tax_ids(stripe: "Stripe", doc: Doc) -> Value:
    """Return the tax ids of a customer."""
    return stripe.tax_ids.index_of_customer(doc["id"], ListParams())


def customer_tax(stripe: "Stripe", doc: Doc) -> Value:
    """Return where a customer is: this mirror doesn't look places up."""
    customer = stripe.customers.peek(doc["id"]) or {}
    return {
        "automatic_tax": "unrecognized_location",
        "ip_address": customer.get("_tax_ip"),
        "location": None,
        "provider": "stripe",
    }


def customer_credit(stripe: "Stripe", doc: Doc) -> Value:
    """Return a customer's credit by currency, as invoices will see it."""
    return {doc["currency"]: doc["balance"]} if doc["currency"] else {}


def session_lines(stripe: "Stripe", doc: Doc) -> Value:
    """Return the lines of a Checkout session."""
    return stripe.checkout_sessions.line_items(doc["id"], ListParams())


def link_lines(stripe: "Stripe", doc: Doc) -> Value:
    """Return the lines of a payment link."""
    return stripe.payment_links.line_items(doc["id"], ListParams())


CATALOGUE = {
    ("checkout.session", "line_items"): session_lines,
    ("coupon", "applies_to"): coupon_products,
    ("coupon", "currency_options"): coupon_currencies,
    ("customer", "invoice_credit_balance"): customer_credit,
    ("customer", "sources"): customer_sources,
    ("customer", "tax"): customer_tax,
    ("customer", "tax_ids"): customer_tax_ids,
    ("payment_link", "line_items"): link_lines,
    ("plan", "tiers"): price_tiers,
    ("price", "currency_options"): price_currencies,
    ("price", "tiers"): price_tiers,
}
