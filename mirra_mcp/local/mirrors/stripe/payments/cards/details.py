"""Cards as they are shown: in payment methods, in charges and as legacy cards.

Source: https://docs.stripe.com/api/payment_methods/object and https://docs.stripe.com/api/cards
"""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.ids import BASE62
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import decline
from mirra_mcp.local.mirrors.stripe.payments.cards.numbers import BY_NUMBER, Card, is_number
from mirra_mcp.wire.model import Doc

BRANDS = {
    "visa": "Visa",
    "mastercard": "MasterCard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
"""Brands as legacy cards write them."""

NOBODY: Doc = {
    "address": {
        "city": None,
        "country": None,
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    },
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}


def card_error(reason: str, **more: Any) -> VendorError:
    """Refuse a card with 402, in the words of a decline code."""
    said = decline(reason)
    if said.decline_code:
        more["decline_code"] = said.decline_code
    if said.advice:
        more["advice_code"] = said.advice
    return errors.error(402, "card_error", said.message, code=said.code, param=said.param, **more)


def checked(
    number: str, month: int | None, year: int | None, cvc: str | None, now: datetime
) -> Card:
    """Return the test card of a number.

    Source: https://docs.stripe.com/testing (invalid data)

    Raises:
        VendorError: the data can't be a card's, or the number is no test card's.
    """
    digits = number.replace(" ", "").replace("-", "")
    if not is_number(digits):
        raise card_error("incorrect_number")
    if month is None or not 1 <= month <= 12:
        raise card_error("invalid_expiry_month")
    full = year + 2000 if year is not None and year < 100 else year
    if full is None or full < now.year or full > now.year + 50:
        raise card_error("invalid_expiry_year")
    if full == now.year and month < now.month:
        raise card_error("invalid_expiry_month")
    card = BY_NUMBER.get(digits)
    if cvc and (not cvc.isdecimal() or len(cvc) not in (3, 4)):
        raise card_error("invalid_cvc")
    if card is None:
        raise card_error("test_mode_live_card")
    return card


def fingerprint_of(number: str) -> str:
    """Make the same 16 characters for the same number."""
    digest = blake2b(number.encode(), digest_size=16).digest()
    return "".join(BASE62[byte % 62] for byte in digest)


def card_hash(card: Card, month: int, year: int, *, cvc: bool) -> Doc:
    """Return `payment_method.card`."""
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "unchecked" if cvc else None,
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": fingerprint_of(card.number),
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": card.brand != "amex"},
        "wallet": None,
    }


def checks_of(method: Doc, card: Card) -> Doc:
    """Return what the bank says of security code and address, once it is asked.

    Source: https://docs.stripe.com/testing (fraud prevention): a check of what wasn't given
    isn't made.
    """
    address = method["billing_details"]["address"]
    return {
        "address_line1_check": card.line1 if address["line1"] else None,
        "address_postal_code_check": card.zip if address["postal_code"] else None,
        "cvc_check": card.cvc if method.get("_cvc") else None,
    }


def legacy_card(method: Doc) -> Doc:
    """Return a payment method as the `card` object of tokens, sources and old charges."""
    card, owner = method["card"], method["billing_details"]
    address, checks = owner["address"], card["checks"]
    return {
        "id": method["id"],
        "object": "card",
        "address_city": address["city"],
        "address_country": address["country"],
        "address_line1": address["line1"],
        "address_line1_check": checks["address_line1_check"],
        "address_line2": address["line2"],
        "address_state": address["state"],
        "address_zip": address["postal_code"],
        "address_zip_check": checks["address_postal_code_check"],
        "brand": BRANDS.get(card["brand"], card["brand"]),
        "country": card["country"],
        "customer": method["customer"],
        "cvc_check": checks["cvc_check"],
        "dynamic_last4": None,
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "last4": card["last4"],
        "metadata": method["metadata"],
        "name": owner["name"],
        "networks": {"preferred": card["networks"]["preferred"]},
        "regulated_status": card["regulated_status"],
        "tokenization_method": None,
    }
