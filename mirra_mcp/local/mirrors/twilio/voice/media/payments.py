"""Payments that callers make with the keys of their phones: what was asked for, given and taken.

No digits of a card or account are kept but those that Twilio tells, too. What a pay connector would
answer is ours: it takes every card but those that Stripe lets be declined in tests.

Source: https://www.twilio.com/docs/voice/twiml/pay
"""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

PAYMENT = "call.payment"
MOST_MONEY = 1_000_000
CARD_STEPS = ("payment-card-number", "expiration-date", "security-code", "postal-code")
BANK_STEPS = ("bank-routing-number", "bank-account-number")
ASKS: dict[str, str] = {
    "payment-card-number": "Please enter your credit card number.",
    "expiration-date": "Please enter the expiration date, two digits each for month and year.",
    "security-code": "Please enter the security code of your card.",
    "postal-code": "Please enter your postal code, then press pound.",
    "bank-routing-number": "Please enter your bank's routing number.",
    "bank-account-number": "Please enter your account number, then press pound.",
    "payment-processing": "Thank you. Your payment is being processed.",
}
"""What is said where no `<Prompt>` says something else. The words are ours."""
TYPES: tuple[tuple[str, Callable[[str], bool], tuple[int, ...]], ...] = (
    ("amex", lambda card: card[:2] in ("34", "37"), (15,)),
    ("visa", lambda card: card[0] == "4", (13, 16, 19)),
    (
        "mastercard",
        lambda card: "51" <= card[:2] <= "55" or "2221" <= card[:4] <= "2720",
        (16,),
    ),
    ("diners-club", lambda card: card[:2] in ("36", "38", "39") or card[:3] < "306", (14,)),
    ("jcb", lambda card: card[:2] == "35", (16,)),
    (
        "discover",
        lambda card: card[:4] == "6011" or card[:2] == "65" or "644" <= card[:3] <= "649",
        (16,),
    ),
    ("maestro", lambda card: card[0] in "56", tuple(range(12, 20))),
)
"""By type what its numbers begin with, if they are none of those above, and their lengths."""
DECLINED = frozenset(("4000000000000002", "4000000000009995", "4000000000009987"))
"""Source: https://docs.stripe.com/testing#declined-payments"""


class PaymentsMade(TwilioResource):
    """What was asked for, and what the connector made of it."""

    entity, plural, prefix, is_2010 = "call_payment", "call_payments", "PK", True
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "call_sid": None,
        "status": "in-progress",
        "payment_method": "credit-card",
        "charge_amount": None,
        "currency": "usd",
        "description": None,
        "card_type": None,
        "card_number": None,
        "confirmation_code": None,
        "token": None,
        "date_created": None,
        "date_updated": None,
        "uri": None,
        "_session": None,
    }
    indexes = ("account_sid", "call_sid", "status")
    statuses = (
        "in-progress",
        "success",
        "too-many-failed-attempts",
        "payment-connector-error",
        "caller-interrupted-with-star",
        "caller-hung-up",
        "validation-error",
        "canceled",
    )
    verbs: ClassVar[dict[str, tuple[str, str]]] = {"made": ("status", "success")}

    def tell(self, call: Doc, url: str | None, method: str, told: dict[str, str]) -> None:
        """Tell the status callback of `<Pay>` which stage it is at."""
        if url is None:
            return
        about = {"AccountSid": call["account_sid"], "CallSid": call["sid"]}
        to = [self.mirror.accounts.target(call["account_sid"], url, method)]
        self.mirror.emit(PAYMENT, about | told, to=to)

    def process(self, payment: Doc, verb: Doc, got: dict[str, str]) -> dict[str, str]:
        """Let the connector take what was captured; return what it answers.

        Source: https://www.twilio.com/docs/voice/twiml/pay#twilios-post-request-to-your-action-url
        """
        card = got.get("payment-card-number", "")
        if card in DECLINED:
            return {
                "Result": "payment-connector-error",
                "PaymentError": "card is declined",
                "ConnectorError": "card_declined",
            }
        fields: Doc = {"card_type": type_of(card), "card_number": card[-4:] or None}
        if float(verb["chargeAmount"] or 0):
            code = f"ch_{self.mirror.ids.token(24)}"
            told = {"PaymentConfirmationCode": code}
            fields["confirmation_code"] = code
        else:
            kind = "pm" if verb["tokenType"] == "payment-method" else "tok"
            told = {"PaymentToken": f"{kind}_{self.mirror.ids.token(24)}"}
            if verb["tokenType"] != "one-time":
                told["ProfileId"] = f"cus_{self.mirror.ids.token(14)}"
            fields["token"] = told["PaymentToken"]
        self.change(payment, **fields)
        return {"Result": "success"} | told


def steps_of(verb: Doc) -> list[str]:
    """Return what is asked for, in order.

    Source: https://www.twilio.com/docs/voice/twiml/pay#paymentmethod
    """
    if verb["paymentMethod"] == "ach-debit":
        return list(BANK_STEPS)
    left_out = {"security-code"} if verb["securityCode"] == "false" else set()
    if verb["postalCode"] != "true":
        left_out.add("postal-code")
    return [each for each in CARD_STEPS if each not in left_out]


def type_of(card: str) -> str | None:
    """Return the type of a card."""
    found = (name for name, begins, _ in TYPES if card and begins(card))
    return next(found, None)


def most_keys(step: str, got: dict[str, str], keys: str) -> int:
    """Return after how many keys a step needs no more of them; 0: it waits for `#`."""
    if step == "payment-card-number":
        kind = type_of(keys)
        lengths = next((each for name, _, each in TYPES if name == kind), ())
        return lengths[-1] if len(lengths) == 1 else 16 if kind == "visa" else 0
    if step == "security-code":
        return 4 if type_of(got["payment-card-number"]) == "amex" else 3
    return {"expiration-date": 4, "bank-routing-number": 9}.get(step, 0)


def wrong_with(step: str, keys: str, got: dict[str, str], verb: Doc, now: datetime) -> str | None:
    """Return the error type of what was keyed in, or None if it is fine.

    Source: https://www.twilio.com/docs/voice/twiml/pay#errortype
    """
    if not keys:
        return "input-timeout"
    if step == "payment-card-number":
        kind = type_of(keys)
        lengths = next((each for name, _, each in TYPES if name == kind), ())
        if len(keys) not in lengths or not _adds_up(keys):
            return "invalid-card-number"
        return None if kind in verb["validCardTypes"] else "invalid-card-type"
    if step == "expiration-date":
        is_date = len(keys) == 4 and "01" <= keys[:2] <= "12"
        end = (2000 + int(keys[2:]), int(keys[:2])) if is_date else (0, 0)
        return None if end >= (now.year, now.month) else "invalid-date"
    if step == "security-code":
        return None if len(keys) == most_keys(step, got, keys) else "invalid-security-code"
    if step == "postal-code":
        least = verb["minPostalCodeLength"] or 1
        return None if len(keys) >= least else "invalid-postal-code"
    if step == "bank-routing-number":
        weights = (3, 7, 1) * 3
        total = sum(int(key) * weight for key, weight in zip(keys, weights, strict=False))
        is_fine = len(keys) == 9 and total % 10 == 0
        return None if is_fine else "invalid-bank-routing-number"
    return None if len(keys) >= 4 else "invalid-bank-account-number"


def told_of(got: dict[str, str], verb: Doc) -> dict[str, str]:
    """Return what was captured as Twilio tells it: never a whole number, never a code.

    Source: https://www.twilio.com/docs/voice/twiml/pay#paymentcardnumber
    """
    told: dict[str, str] = {}
    if card := got.get("payment-card-number"):
        told["PaymentCardNumber"] = "x" * (len(card) - 4) + card[-4:]
        told["PaymentCardType"] = type_of(card) or ""
    if date := got.get("expiration-date"):
        told["ExpirationDate"] = date
    if code := got.get("security-code"):
        told["SecurityCode"] = "*" * len(code)
    if postal := got.get("postal-code"):
        told["PaymentCardPostalCode"] = postal
    if account := got.get("bank-account-number"):
        told["BankAccountNumber"] = "*" * (len(account) - 2) + account[-2:]
    if routing := got.get("bank-routing-number"):
        told["BankRoutingNumber"] = routing
    if verb["paymentMethod"] == "ach-debit":
        told["BankAccountType"] = verb["bankAccountType"]
    return told


def _adds_up(card: str) -> bool:
    """Say whether the last digit of a card's number is the one that follows from the others."""
    total = 0
    for at, key in enumerate(reversed(card)):
        digit = int(key) * (2 if at % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0
