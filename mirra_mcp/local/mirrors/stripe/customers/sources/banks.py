"""Bank accounts as older integrations keep them on customers: verified by two small deposits.

Each is a payment method too: it is kept as one, and shown here as a bank account.

Source: https://docs.stripe.com/api/customer_bank_accounts
"""

from typing import Any, Final

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.customers.sources.params import BankData
from mirra_mcp.wire.model import Doc

TOKENS: Final = {
    "btok_us_verified": ("000123456789", "verified"),
    "btok_us_verified_noAccount": ("000111111116", "verified"),
}
"""Test tokens: whose account each is of, and how it is verified.

Source: https://docs.stripe.com/connect/testing#account-numbers
"""
ROUTING: Final = "110000000"
DEPOSITS: Final = [32, 45]
"""What test accounts get, in cents. Source: https://docs.stripe.com/api/customer_bank_accounts/verify"""
MOST_TRIES: Final = 10
MISMATCH: Final = (
    "The amounts provided do not match the amounts that were sent to the bank account."
)
FAILED: Final = "bank_account_verification_failed"
HOLDER: tuple[str, ...] = ("account_holder_name", "account_holder_type")


def laid_out(stripe: Peers, given: BankData | str) -> Doc:
    """Lay out the payment method (unsaved) of a bank account's token or data.

    Raises:
        VendorError: there is no such token, it was used before, or there can't be such an account.
    """
    if isinstance(given, BankData):
        return _method(stripe, check(given.model_dump()), "new")
    if given in TOKENS:
        number, status = TOKENS[given]
        return _method(stripe, {"account_number": number, "routing_number": ROUTING}, status)
    token = stripe.tokens.named(given, "source")
    spent = stripe.tokens.spend_bank(token)
    return _method(stripe, check({**spent, "account_number": spent["_number"]}), "new")


def check(given: Doc) -> Doc:
    """Return a bank account's data.

    Raises:
        VendorError: its numbers can't be those of an account in the United States.
    """
    if given["country"].upper() != "US" or (given["currency"] or "usd").lower() != "usd":
        raise errors.invalid(
            "Customers' bank accounts must be in the United States and in usd.", "source[country]"
        )
    number, routing = str(given["account_number"]), str(given["routing_number"] or "")
    if not number.isdigit():
        raise errors.invalid(
            "Account number must contain only numbers.",
            "source[account_number]",
            "account_number_invalid",
        )
    if len(routing) != 9 or not routing.isdigit():
        raise errors.invalid(
            "Routing number must have 9 digits", "source[routing_number]", "routing_number_invalid"
        )
    return given


def _method(stripe: Peers, given: Doc, status: str) -> Doc:
    number, routing = given["account_number"], given["routing_number"]
    holder = given.get("account_holder_type")
    methods = stripe.payment_methods
    owner = {**methods.blank["billing_details"], "name": given.get("account_holder_name")}
    return methods.new(
        id=f"ba_{stripe.ids.token(24)}",
        billing_details=owner,
        type="us_bank_account",
        us_bank_account={
            "account_holder_type": holder or "individual",
            "account_type": given.get("account_type") or "checking",
            "bank_name": "STRIPE TEST BANK",
            "financial_connections_account": None,
            "fingerprint": stripe.tokens.fingerprint(number + routing),
            "last4": number[-4:],
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": routing,
            "status_details": {},
        },
        _number=number,
        _verified=status == "verified",
        _bank={
            "account_holder_type": holder,
            "account_type": given.get("account_type"),
            "status": status,
            "tries": 0,
        },
    )


def shown(method: Doc) -> Doc:
    """Return a payment method as the bank account that older integrations know."""
    bank, held = method["us_bank_account"], method["_bank"]
    return {
        "id": method["id"],
        "object": "bank_account",
        "account_holder_name": method["billing_details"]["name"],
        "account_holder_type": held["account_holder_type"],
        "account_type": held["account_type"],
        "bank_name": bank["bank_name"],
        "country": "US",
        "currency": "usd",
        "customer": method["customer"],
        "fingerprint": bank["fingerprint"],
        "last4": bank["last4"],
        "metadata": method["metadata"],
        "routing_number": bank["routing_number"],
        "status": held["status"],
    }


def changed(method: Doc, given: Doc) -> Doc:
    """Return a bank account whose holder is told anew."""
    owner, held = {**method["billing_details"]}, {**method["_bank"]}
    if "account_holder_name" in given:
        owner["name"] = given["account_holder_name"]
    if "account_holder_type" in given:
        held["account_holder_type"] = given["account_holder_type"]
    return {**method, "billing_details": owner, "_bank": held}


def verified(method: Doc, amounts: list[int] | None) -> tuple[Doc, VendorError | None]:
    """Return a bank account after an answer, and the refusal of a wrong one.

    After ten wrong answers it can't be verified any more.

    Source: https://docs.stripe.com/api/customer_bank_accounts/verify

    Raises:
        VendorError: it was verified already, can't be any more, or there aren't two amounts.
    """
    held = method["_bank"]
    if held["status"] == "verified":
        raise errors.invalid("This bank account has already been verified.")
    if held["status"] == "verification_failed":
        raise _refused("This bank account can no longer be verified.")
    if amounts is None or len(amounts) != 2:
        raise errors.invalid("You must provide exactly two amounts to verify.", "amounts")
    if sorted(amounts) == DEPOSITS:
        return {**method, "_verified": True, "_bank": {**held, "status": "verified"}}, None
    tries = held["tries"] + 1
    status = "verification_failed" if tries >= MOST_TRIES else held["status"]
    return {**method, "_bank": {**held, "tries": tries, "status": status}}, _refused(MISMATCH)


def _refused(message: str, **more: Any) -> VendorError:
    return errors.error(402, "invalid_request_error", message, code=FAILED, **more)
