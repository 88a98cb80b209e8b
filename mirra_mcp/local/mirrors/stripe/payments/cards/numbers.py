"""Stripe's test cards: what each number does, and by which test names it is known.

Source: https://docs.stripe.com/testing
"""

from dataclasses import dataclass, replace
from typing import Literal

Auth = Literal["never", "optional", "always", "unless_set_up", "on_session", "error"]
Dispute = Literal["fraudulent", "product_not_received", "inquiry", "multiple", "ce3", "compliance"]


@dataclass(frozen=True, slots=True)
class Card:
    """A test number and its documented outcome."""

    number: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    declines: str | None = None
    """The decline code of every use: it can't even be attached to a customer."""
    charge_declines: str | None = None
    """The decline code of charges only: attaching works."""
    blocked: bool = False
    risk: str = "normal"
    auth: Auth = "never"
    """When 3D Secure is asked for."""
    enrolled: bool = False
    cvc: str = "pass"
    zip: str = "pass"
    line1: str = "pass"
    dispute: Dispute | None = None
    warning: bool = False
    refund: Literal["normal", "pending", "fails"] = "normal"
    bypass: bool = False
    """The money is available at once."""

    @property
    def last4(self) -> str:
        """Return the last four digits."""
        return self.number[-4:]


def _visa(number: str, **more: object) -> Card:
    return replace(Card(number), **more)  # type: ignore[arg-type]  # fields of the dataclass


VISA = Card("4242424242424242", enrolled=False)

COUNTRIES = {
    "ar": "4000000320000021",
    "br": "4000000760000002",
    "ca": "4000001240000000",
    "cl": "4000001520000001",
    "co": "4000001700000003",
    "cr": "4000001880000005",
    "ec": "4000002180000000",
    "mx": "4000004840008001",
    "pa": "4000005910000000",
    "py": "4000006000000066",
    "pe": "4000006040000068",
    "uy": "4000008580000003",
    "at": "4000000400000008",
    "be": "4000000560000004",
    "bg": "4000001000000000",
    "by": "4000001120000005",
    "cy": "4000001960000008",
    "cz": "4000002030000002",
    "dk": "4000002080000001",
    "fi": "4000002460000001",
    "fr": "4000002500000003",
    "de": "4000002760000016",
    "gr": "4000003000000030",
    "hu": "4000003480000005",
    "ie": "4000003720000005",
    "it": "4000003800000008",
    "lv": "4000004280000005",
    "lt": "4000004400000000",
    "lu": "4000004420000006",
    "mt": "4000004700000007",
    "nl": "4000005280000002",
    "no": "4000005780000007",
    "pl": "4000006160000005",
    "pt": "4000006200000007",
    "ro": "4000006420000001",
    "sa": "4000006820000007",
    "si": "4000007050000006",
    "sk": "4000007030000001",
    "es": "4000007240000007",
    "se": "4000007520000008",
    "ch": "4000007560000009",
    "gb": "4000008260000000",
    "au": "4000000360000006",
    "cn": "4000001560000002",
    "hk": "4000003440000004",
    "in": "4000003560000008",
    "jp": "4000003920000003",
    "my": "4000004580000002",
    "nz": "4000005540000008",
    "sg": "4000007020000003",
    "tw": "4000001580000008",
    "th_credit": "4000007640000003",
}

NAMED: dict[str, Card] = {
    # By brand.
    "visa": VISA,
    "us": VISA,
    "visa_debit": _visa("4000056655665556", funding="debit"),
    "mastercard": Card("5555555555554444", "mastercard"),
    "mastercard_debit": Card("5200828282828210", "mastercard", funding="debit"),
    "mastercard_prepaid": Card("5105105105105100", "mastercard", funding="prepaid"),
    "amex": Card("378282246310005", "amex"),
    "amex_threeDSecureNotSupported": Card("378282246310005", "amex"),
    "discover": Card("6011111111111117", "discover"),
    "diners": Card("3056930009020004", "diners"),
    "jcb": Card("3566002020360505", "jcb", "JP"),
    "unionpay": Card("6200000000000005", "unionpay", "CN"),
    "visa_cartesBancaires": _visa("4000002500001001", country="FR"),
    "mastercard_cartesBancaires": Card("5555552500001001", "mastercard", "FR"),
    "visa_debit_eftposAuCoBranded": _visa("4000050360000001", country="AU", funding="debit"),
    "mastercard_debit_eftposAuCoBranded": Card("5555050360000080", "mastercard", "AU", "debit"),
    "gb_debit": _visa("4000058260000005", country="GB", funding="debit"),
    "gb_mastercard": Card("5555558265554449", "mastercard", "GB"),
    "th_debit": _visa("4000057640000008", country="TH", funding="debit"),
    "debit_visaFsaProductCode": _visa("4000051230000072", funding="debit"),
    "debit_visaHsaProductCode": _visa("4000051230000072", funding="debit"),
    "mastercard_debit_mastercardFsaProductCode": Card(
        "5200828282828897", "mastercard", funding="debit"
    ),
    # Declined.
    "visa_chargeDeclined": _visa("4000000000000002", declines="generic_decline"),
    "chargeDeclined": _visa("4000000000000002", declines="generic_decline"),
    "visa_chargeDeclinedInsufficientFunds": _visa(
        "4000000000009995", declines="insufficient_funds"
    ),
    "chargeDeclinedInsufficientFunds": _visa("4000000000009995", declines="insufficient_funds"),
    "visa_debit_chargeDeclinedInsufficientFunds": _visa(
        "4000000000009995", declines="insufficient_funds", funding="debit"
    ),
    "visa_chargeDeclinedLostCard": _visa("4000000000009987", declines="lost_card"),
    "visa_chargeDeclinedStolenCard": _visa("4000000000009979", declines="stolen_card"),
    "chargeDeclinedExpiredCard": _visa("4000000000000069", declines="expired_card"),
    "visa_chargeDeclinedExpiredCard": _visa("4000000000000069", declines="expired_card"),
    "chargeDeclinedIncorrectCvc": _visa("4000000000000127", declines="incorrect_cvc", cvc="fail"),
    "visa_chargeDeclinedIncorrectCvc": _visa(
        "4000000000000127", declines="incorrect_cvc", cvc="fail"
    ),
    "chargeDeclinedProcessingError": _visa("4000000000000119", declines="processing_error"),
    "visa_chargeDeclinedProcessingError": _visa("4000000000000119", declines="processing_error"),
    "visa_chargeDeclinedVelocityLimitExceeded": _visa(
        "4000000000006975", declines="card_velocity_exceeded"
    ),
    "chargeCustomerFail": _visa("4000000000000341", charge_declines="generic_decline"),
    "visa_chargeCustomerFail": _visa("4000000000000341", charge_declines="generic_decline"),
    "visa_chargeCustomerFailLostCard": _visa("4000000000000341", charge_declines="lost_card"),
    "visa_chargeCustomerFailStolenCard": _visa("4000000000000341", charge_declines="stolen_card"),
    # Radar.
    "radarBlock": _visa("4100000000000019", blocked=True, risk="highest"),
    "chargeDeclinedFraudulent": _visa("4100000000000019", blocked=True, risk="highest"),
    "visa_chargeDeclinedFraudulent": _visa("4100000000000019", blocked=True, risk="highest"),
    "riskLevelHighest": _visa("4000000000004954", blocked=True, risk="highest"),
    "riskLevelElevated": _visa("4000000000009235", risk="elevated"),
    "cvcCheckFail": _visa("4000000000000101", cvc="fail"),
    "cvcCheckFailElevatedRisk": _visa("4000058400307872", cvc="fail", risk="elevated"),
    "avsZipFail": _visa("4000000000000036", zip="fail"),
    "avsZipFailElevatedRisk": _visa("4000058400306072", zip="fail", risk="elevated"),
    "avsLine1Fail": _visa("4000000000000028", line1="fail"),
    "avsFail": _visa("4000000000000010", line1="fail", zip="fail"),
    "avsUnchecked": _visa("4000000000000044", line1="unavailable", zip="unavailable"),
    # Disputes, refunds, balance.
    "createDispute": _visa("4000000000000259", dispute="fraudulent"),
    "createDisputeProductNotReceived": _visa("4000000000002685", dispute="product_not_received"),
    "createDisputeInquiry": _visa("4000000000001976", dispute="inquiry"),
    "createIssuerFraudRecord": _visa("4000000000005423", warning=True),
    "createMultipleDisputes": _visa("4000000404000079", dispute="multiple"),
    "createCe3EligibleDispute": _visa("4000000404000038", dispute="ce3"),
    "createComplianceDispute": _visa("4000008400000779", dispute="compliance"),
    "pendingRefund": _visa("4000000000007726", refund="pending"),
    "refundFail": _visa("4000000000005126", refund="fails"),
    "bypassPending": _visa("4000000000000077", bypass=True),
    "bypassPendingInternational": _visa("4000003720000278", bypass=True, country="IE"),
    # 3D Secure.
    "authenticationRequiredOnSetup": _visa(
        "4000002500003155", auth="unless_set_up", country="FR", enrolled=True
    ),
    "authenticationRequired": _visa("4000002760003184", auth="always", country="DE", enrolled=True),
    "authenticationRequiredSetupForOffSession": _visa(
        "4000003800000446", auth="on_session", country="IT", enrolled=True
    ),
    "authenticationRequiredChargeDeclinedInsufficientFunds": _visa(
        "4000008260003178",
        auth="on_session",
        charge_declines="insufficient_funds",
        country="GB",
        enrolled=True,
    ),
    "threeDSecure2Required": _visa("4000000000003220", auth="always", enrolled=True),
    "threeDSecureRequired": _visa("4000000000003220", auth="always", enrolled=True),
    "threeDSecureRequiredChargeDeclined": _visa(
        "4000008400001629", auth="always", charge_declines="generic_decline", enrolled=True
    ),
    "threeDSecureRequiredProcessingError": _visa(
        "4000008400001280", auth="error", charge_declines="generic_decline", enrolled=True
    ),
    "threeDSecureOptional": _visa("4000000000003055", auth="optional", enrolled=True),
    "threeDSecureOptionalProcessingError": _visa(
        "4000000000003097", auth="optional", enrolled=False
    ),
}
NAMED |= {name: _visa(number, country=name[:2].upper()) for name, number in COUNTRIES.items()}

UNNAMED = (
    Card("2223003122003222", "mastercard"),
    Card("371449635398431", "amex"),
    Card("6011000990139424", "discover"),
    Card("6011981111111113", "discover", funding="debit"),
    Card("36227206271667", "diners"),
    Card("6555900000604105", "discover"),
    Card("6200000000000047", "unionpay", "CN", "debit"),
    Card("6205500000000000004", "unionpay", "CN"),
    Card("3530111333300000", "jcb", "JP"),
    Card("4012888888881881"),
    _visa("4000582600000094", auth="always", country="GB", enrolled=True),
    _visa("4000582600000045", auth="always", country="GB", enrolled=True),
    _visa("4000582600000102", auth="always", country="GB", enrolled=True),
    _visa("4000582600000110", auth="always", country="GB", enrolled=True),
)

BY_NUMBER: dict[str, Card] = {}
for _card in (*NAMED.values(), *UNNAMED):
    BY_NUMBER.setdefault(_card.number, _card)


def name_of(id: str) -> str:
    """Return the name in `pm_card_...` or `tok_...`; `visa_` may stand before any of them."""
    name = id.removeprefix("pm_card_").removeprefix("tok_")
    return name if name in NAMED else name.removeprefix("visa_")


def by_name(id: str) -> Card | None:
    """Return the card behind `pm_card_visa` or `tok_visa`."""
    for prefix in ("pm_card_", "tok_"):
        if id.startswith(prefix):
            return NAMED.get(name_of(id))
    return None


def is_number(text: str) -> bool:
    """Tell whether digits pass the Luhn check."""
    if not text.isdecimal() or not 12 <= len(text) <= 19:
        return False
    digits = [int(each) for each in reversed(text)]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[1::2]]
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
