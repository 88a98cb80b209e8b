"""Payment methods that people type into Stripe's pages, or choose there.

Source: https://docs.stripe.com/payments/checkout/how-checkout-works
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import (
    BANK_DEBITS,
    REDIRECTING,
    VOUCHERS,
    MethodData,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.resource import PaymentMethods
from mirra_mcp.wire.model import Doc

EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/ -]?\s*(\d{2}|\d{4})\s*")
BANK: Final = "000123456789"
"""The test account that pays; the others are typed in. Source: https://docs.stripe.com/testing"""
IBAN: Final = "DE89370400440532013000"
NAMES = {
    "card": "Card",
    "acss_debit": "Pre-authorized debit",
    "afterpay_clearpay": "Afterpay / Clearpay",
    "au_becs_debit": "BECS Direct Debit",
    "bacs_debit": "Bacs Direct Debit",
    "cashapp": "Cash App Pay",
    "eps": "EPS",
    "grabpay": "GrabPay",
    "ideal": "iDEAL",
    "mobilepay": "MobilePay",
    "p24": "Przelewy24",
    "paypal": "PayPal",
    "sepa_debit": "SEPA Direct Debit",
    "twint": "TWINT",
    "us_bank_account": "US bank account",
    "wechat_pay": "WeChat Pay",
}
"""How people call them; the other types by their own words."""
FIELDS = {"exp_month": "expiry", "exp_year": "expiry"}
"""Where on the form a parameter is, if not under its own name."""


class TypedMethods(PaymentMethods):
    """The payment methods of the account, as pages offer and read them."""

    def offered(self, types: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return the types that a page offers: the type, its name, how it goes on."""
        found = []
        for type in types:
            kind = "card" if type == "card" else "bank" if type in BANK_DEBITS else "elsewhere"
            if type == "link" or (kind == "elsewhere" and type not in (*REDIRECTING, *VOUCHERS)):
                continue
            found.append((type, NAMES.get(type, type.replace("_", " ").capitalize()), kind))
        return found

    def saved_for(self, customer: str | None, types: Sequence[str]) -> list[tuple[str, str]]:
        """Return a customer's saved cards as a page offers them: id and text."""
        if customer is None or "card" not in types:
            return []
        return [(doc["id"], self.described(doc)) for doc in self.of_customer(customer, "card")]

    def described(self, doc: Doc) -> str:
        """Return how a page calls a payment method: `Visa •••• 4242, expires 12/30`."""
        held = doc.get(doc["type"]) or {}
        name = NAMES.get(doc["type"], doc["type"].replace("_", " ").capitalize())
        if doc["type"] == "card":
            until = f"{held['exp_month']:02}/{held['exp_year'] % 100:02}"
            return f"{held['brand'].capitalize()} •••• {held['last4']}, expires {until}"
        return f"{name} •••• {held['last4']}" if held.get("last4") else name

    def field_of(self, error: Doc) -> str | None:
        """Return the field of a form that an error is about."""
        param = error.get("param")
        return FIELDS.get(param, param) if param else None

    def typed(self, form: Mapping[str, str], types: Sequence[str], customer: str | None) -> Doc:
        """Return the payment method that a form describes, made now, or names.

        Raises:
            VendorError: it is incomplete, no test card's, or not on offer.
        """
        chosen = form.get("method") or (types[0] if types else "card")
        if chosen.startswith("pm_"):
            doc = self.peek(chosen)
            if doc is None or doc["customer"] != customer or customer is None:
                raise errors.invalid("Choose how to pay.", "method")
            return doc
        if chosen not in [type for type, _, _ in self.offered(types)]:
            raise errors.invalid("Choose how to pay.", "method")
        given: Doc = {"type": chosen, "billing_details": billed(form)}
        if chosen == "card":
            given["card"] = _card(form)
        elif chosen == "us_bank_account":
            number = _digits(form.get("account_number") or BANK)
            given[chosen] = {"account_number": number, "routing_number": "110000000"}
        elif chosen == "sepa_debit":
            given[chosen] = {"iban": form.get("iban") or IBAN}
        return self.save(self.made(MethodData.model_validate(given), _verified=True))


def billed(form: Mapping[str, str]) -> Doc:
    """Return the billing details of a form."""
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    address = {name: form.get(f"billing_{name}") or None for name in names}
    return {
        "address": address,
        "email": form.get("email") or None,
        "name": form.get("name") or None,
        "phone": form.get("phone") or None,
    }


def _card(form: Mapping[str, str]) -> Doc:
    number, cvc = _digits(form.get("number", "")), form.get("cvc", "").strip()
    if len(number) < 12:
        raise _incomplete("card number", "number")
    until = EXPIRY.fullmatch(form.get("expiry", ""))
    if until is None:
        raise _incomplete("card's expiration date", "expiry")
    if len(cvc) < 3:
        raise _incomplete("card's security code", "cvc")
    return {"number": number, "exp_month": int(until[1]), "exp_year": int(until[2]), "cvc": cvc}


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _incomplete(what: str, field: str) -> VendorError:
    return errors.error(
        402, "validation_error", f"Your {what} is incomplete.", code="incomplete", param=field
    )
