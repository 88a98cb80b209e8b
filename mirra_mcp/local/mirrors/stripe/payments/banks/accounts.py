"""Bank debits and other methods that are no cards: the data that they are made of.

Source: https://docs.stripe.com/api/payment_methods/object
"""

import re
from typing import Any

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.banks import testing
from mirra_mcp.local.mirrors.stripe.payments.cards.details import fingerprint_of
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import MethodData
from mirra_mcp.wire.model import Doc

DEFAULTS: dict[str, Doc] = {
    "us_bank_account": {"routing_number": "110000000"},
    "acss_debit": {"institution_number": "000", "transit_number": "11000"},
    "bacs_debit": {"sort_code": "108800"},
    "au_becs_debit": {"bsb_number": "000000"},
    "sepa_debit": {},
}
"""Where the test accounts are kept."""
EMPTY: dict[str, Doc] = {
    "boleto": {"tax_id": ""},
    "eps": {"bank": None},
    "ideal": {"bank": None, "bic": None},
    "klarna": {"dob": None},
    "p24": {"bank": None},
    "sofort": {"country": None},
}
"""What methods of other types show when nothing was said."""


def us_hash(number: str, routing: str = "110000000", **more: Any) -> Doc:
    """Return `payment_method.us_bank_account`."""
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "fingerprint": fingerprint_of(number + routing),
        "last4": number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": routing,
        "status_details": {},
    } | more


def by_name(id: str) -> Doc | None:
    """Return the fields of a test account such as `pm_usBankAccount_success`, verified already."""
    if id not in testing.NAMED:
        return None
    kind, data = testing.NAMED[id]
    made = MethodData.model_validate({"type": kind, kind: {**DEFAULTS[kind], **data}})
    return {"type": kind, **hashes(made), "_verified": True}


def hashes(data: MethodData) -> Doc:
    """Return what a payment method that is no card shows of itself.

    Raises:
        VendorError: there is no such bank account.
    """
    kind = data.type
    sent: Any = getattr(data, kind, None)
    if kind == "us_bank_account" and sent:
        told = {"account_holder_type": sent.account_holder_type, "account_type": sent.account_type}
        shown = us_hash(sent.account_number, sent.routing_number, **told)
        return {kind: shown, "_number": sent.account_number}
    if kind == "sepa_debit" and sent:
        return _iban(sent.iban.replace(" ", "").upper())
    if kind in DEFAULTS and sent:
        told = sent.model_dump()
        number = str(told.pop("account_number") or "")
        if kind == "bacs_debit" and number == testing.NO_SUCH_ACCOUNT:
            raise errors.invalid(
                "The account number that was provided is invalid.",
                "bacs_debit[account_number]",
                "account_number_invalid",
            )
        told |= {"fingerprint": fingerprint_of(number + "".join(map(str, told.values())))}
        if kind == "acss_debit":
            told["bank_name"] = "STRIPE TEST BANK"
        return {kind: {**told, "last4": number[-4:]}, "_number": number}
    shown = dict(EMPTY.get(kind, {}))
    if sent:
        shown |= {name: value for name, value in sent.given().items() if name in shown}
    if kind == "boleto":
        shown["fingerprint"] = fingerprint_of(shown["tax_id"] or kind)
    return {kind: shown}


def _iban(iban: str) -> Doc:
    rest = iban[4:] + iban[:4]
    is_iban = re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban) is not None
    if not is_iban or int("".join(str(int(each, 36)) for each in rest)) % 97 != 1:
        raise errors.invalid(
            "The IBAN you entered is invalid.", "sepa_debit[iban]", "invalid_bank_account_iban"
        )
    shown: Doc = {
        "bank_code": iban[4:12],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": fingerprint_of(iban),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }
    return {"sepa_debit": shown, "_number": iban}
