"""Bank debits and other methods that are no cards: their data, and test accounts.

Source: https://docs.stripe.com/testing (non-card payments) and
https://docs.stripe.com/payments/ach-direct-debit
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.payments.cards.details import fingerprint_of
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import MethodData
from mirra_mcp.wire.model import Doc

TEST_ACCOUNTS = {
    "success": "000123456789",
    "accountClosed": "000111111113",
    "noAccount": "000111111116",
    "insufficientFunds": "000222222227",
    "debitNotAuthorized": "000333333335",
    "invalidCurrency": "000444444440",
    "dispute": "000555555559",
    "processing": "000000000009",
    "riskLevelHighest": "000000004954",
    "weeklyLimitExceeded": "000777777771",
}
FAILURES = {
    "000111111113": ("account_closed", "The customer's bank account has been closed."),
    "000111111116": ("no_account", "The customer's bank account could not be located."),
    "000222222227": (
        "insufficient_funds",
        "The customer's account has insufficient funds to cover this payment.",
    ),
    "000333333335": (
        "debit_not_authorized",
        "The customer has notified their bank that this payment was unauthorized.",
    ),
    "000444444440": ("invalid_currency", "The customer's bank account can't take this currency."),
    "000777777771": (
        "charge_exceeds_weekly_limit",
        "The payment exceeds the account's weekly volume limit.",
    ),
    "000000004954": ("card_declined", "The payment was blocked as too risky."),
}
"""Test accounts whose payments fail: code and message."""
FOREVER = "000000000009"
"""The account whose payments stay in processing."""
DISPUTED = "000555555559"


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
    """Return the fields of a test account such as `pm_usBankAccount_success`."""
    number = TEST_ACCOUNTS.get(id.removeprefix("pm_usBankAccount_"))
    if number is None or not id.startswith("pm_usBankAccount_"):
        return None
    return {"type": "us_bank_account", "us_bank_account": us_hash(number), "_number": number}


def hashes(data: MethodData) -> Doc:
    """Return what a payment method that is no card shows of itself."""
    if data.type == "us_bank_account" and (sent := data.us_bank_account):
        kind = {"account_holder_type": sent.account_holder_type, "account_type": sent.account_type}
        shown = us_hash(sent.account_number, sent.routing_number, **kind)
        return {"us_bank_account": shown, "_number": sent.account_number}
    if data.type == "sepa_debit" and data.sepa_debit:
        iban = data.sepa_debit.iban.replace(" ", "")
        return {
            "sepa_debit": {
                "bank_code": iban[4:12],
                "branch_code": "",
                "country": iban[:2],
                "fingerprint": fingerprint_of(iban),
                "generated_from": {"charge": None, "setup_attempt": None},
                "last4": iban[-4:],
            },
            "_number": iban,
        }
    return {data.type: {}}
