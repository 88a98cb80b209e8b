"""Microdeposits: cents that prove to whom a bank account belongs.

Source: https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment#verify-bank-account and
https://docs.stripe.com/testing (test microdeposit amounts and descriptor codes)
"""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.wire.model import Doc

ACTION = "verify_with_microdeposits"
VERIFIED_BY = ("us_bank_account", "acss_debit")
"""Types of accounts that are verified so."""
LIFE = 10 * 86400
"""How long a customer may take."""
MOST = {"amounts": 3, "descriptor_code": 10}
"""How often a wrong answer may be given."""
AMOUNTS: Final = {(32, 45): "verified", (10, 11): "exceeded", (40, 41): "timeout"}
CODES: Final = {"SM11AA": "verified", "SM33CC": "exceeded", "SM44DD": "timeout"}
"""What the values of tests stand for."""
PREFIX = "payment_method_microdeposit"
SAID = {
    "verification_amounts_mismatch": (
        "The amounts provided do not match the amounts that were sent to the bank account."
    ),
    "verification_descriptor_code_mismatch": (
        "The verification code provided does not match the one sent to the bank account."
    ),
    "verification_attempts_exceeded": (
        "You have exceeded the number of allowed verification attempts."
    ),
    "verification_timeout": (
        "The payment method wasn't verified with microdeposits within the allowed period."
    ),
    "failed": "The microdeposits could not be sent to the customer's bank account.",
}
"""Source: https://docs.stripe.com/error-codes#payment-method-microdeposit-failed"""


class VerifyMicrodeposits(StripeParams):
    """What the customer read on their statement."""

    amounts: list[int] | None = Field(default=None)
    client_secret: str | None = None
    descriptor_code: str | None = None


def wanted(method: Doc, options: Doc) -> bool:
    """Tell whether an account must be verified before it is debited."""
    if method["type"] not in VERIFIED_BY or method.get("_verified"):
        return False
    return bool(options.get("verification_method") != "skip")


def action(method: Doc, place: str, at: int) -> Doc:
    """Return `next_action` of an intent that waits for microdeposits."""
    kind = "descriptor_code" if method["type"] == "us_bank_account" else "amounts"
    return {
        "type": ACTION,
        ACTION: {
            "arrival_date": at + 2 * 86400,
            "hosted_verification_url": place,
            "microdeposit_type": kind,
        },
    }


def answered(amounts: Sequence[int] | None, code: str | None) -> str:
    """Return what an answer comes to: verified, exceeded, timeout, or an error's name.

    Raises:
        VendorError: neither or both were given, or there aren't two amounts.
    """
    if (amounts is None) == (code is None):
        raise errors.invalid(
            "You must provide exactly one of these parameters: amounts, descriptor_code."
        )
    if code is not None:
        return CODES.get(code.upper(), "verification_descriptor_code_mismatch")
    if len(amounts or ()) != 2:
        raise errors.invalid(
            "You must provide exactly two microdeposit amounts.",
            "amounts",
            f"{PREFIX}_verification_amounts_invalid",
        )
    first, second = sorted(amounts or ())
    return AMOUNTS.get((first, second), "verification_amounts_mismatch")


def refusal(name: str, **more: Any) -> VendorError:
    """Return the refusal of an answer, or of an account that can't be verified any more."""
    return errors.invalid(SAID[name], None, f"{PREFIX}_{name}", **more)
