"""Source objects as the API shows them. Source: https://docs.stripe.com/api/sources/object"""

from typing import Final

from mirra_mcp.wire.model import Doc

BRANDS: Final = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
"""Brands as cards of older integrations write them."""


def shown(method: Doc) -> Doc:
    """Return a payment method as the source that it was made as."""
    kind, held = method["type"], method["_source"]
    of_customer = {"customer": method["customer"]} if method["customer"] else {}
    return {
        "id": method["id"],
        "object": "source",
        "allow_redisplay": method["allow_redisplay"],
        "amount": held["amount"],
        "client_secret": held["client_secret"],
        "created": method["created"],
        "currency": held["currency"],
        **of_customer,
        "flow": "none",
        "livemode": False,
        "metadata": method["metadata"],
        "owner": _owner(method["billing_details"]),
        "statement_descriptor": held["statement_descriptor"],
        "status": held["status"],
        "type": kind,
        "usage": held["usage"],
        kind: _card(method) if kind == "card" else _iban(method),
    }


def consumed(method: Doc) -> Doc:
    """Return a source that can't be charged any more."""
    return {**method, "_source": {**method["_source"], "status": "consumed"}, "_spent": True}


def _owner(details: Doc) -> Doc:
    address = details["address"] if any(details["address"].values()) else None
    told = {name: details[name] for name in ("email", "name", "phone")}
    verified = dict.fromkeys(f"verified_{name}" for name in ("address", "email", "name", "phone"))
    return {"address": address, **told, **verified}


def _card(method: Doc) -> Doc:
    card, details = method["card"], method["billing_details"]
    checks = card.get("checks") or {}
    names = ("country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {
        "address_line1_check": checks.get("address_line1_check"),
        "address_zip_check": checks.get("address_postal_code_check"),
        "brand": BRANDS.get(card["brand"], "Unknown"),
        "cvc_check": checks.get("cvc_check"),
        "dynamic_last4": None,
        **{name: card[name] for name in names},
        "name": details["name"],
        "three_d_secure": "optional"
        if card["three_d_secure_usage"]["supported"]
        else "not_supported",
        "tokenization_method": None,
    }


def _iban(method: Doc) -> Doc:
    held = method["sepa_debit"]
    names = ("bank_code", "branch_code", "country", "fingerprint", "last4")
    reference = str(held["fingerprint"])[:16].upper()
    return {
        **{name: held[name] for name in names},
        "mandate_reference": reference,
        "mandate_url": None,
    }
