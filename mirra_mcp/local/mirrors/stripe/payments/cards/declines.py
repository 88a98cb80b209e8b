"""Why a bank or Stripe itself says no: every decline code, and what the error says.

Source: https://docs.stripe.com/declines/codes and https://docs.stripe.com/error-codes
"""

from dataclasses import dataclass
from typing import Literal, get_args

DeclineCode = Literal[
    "authentication_required",
    "approve_with_id",
    "call_issuer",
    "card_not_supported",
    "card_velocity_exceeded",
    "currency_not_supported",
    "do_not_honor",
    "do_not_try_again",
    "duplicate_transaction",
    "expired_card",
    "fraudulent",
    "generic_decline",
    "incorrect_address",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_pin",
    "incorrect_zip",
    "insufficient_funds",
    "invalid_account",
    "invalid_amount",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "invalid_pin",
    "issuer_not_available",
    "lost_card",
    "merchant_blacklist",
    "new_account_information_available",
    "no_action_taken",
    "not_permitted",
    "offline_pin_required",
    "online_or_offline_pin_required",
    "pickup_card",
    "pin_try_exceeded",
    "processing_error",
    "reenter_transaction",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "security_violation",
    "service_not_allowed",
    "stolen_card",
    "stop_payment_order",
    "test_mode_live_card",
    "testmode_decline",
    "transaction_not_allowed",
    "try_again_later",
    "withdrawal_count_limit_exceeded",
]
DECLINE_CODES: tuple[str, ...] = get_args(DeclineCode)

DECLINED = "Your card was declined."
TOO_OFTEN = (
    "Your card was declined for making repeated attempts too frequently or exceeding its amount"
    " limit."
)
REAL_CARD = (
    "Your card was declined. Your request was in test mode, but used a non test card. For a list"
    " of valid test cards, visit: https://stripe.com/docs/testing."
)

OWN_CODES: dict[str, tuple[str, str | None]] = {
    "expired_card": ("Your card has expired.", "exp_month"),
    "incorrect_cvc": ("Your card's security code is incorrect.", "cvc"),
    "incorrect_number": ("Your card number is incorrect.", "number"),
    "incorrect_zip": ("Your card's zip code failed validation.", "address_zip"),
    "invalid_cvc": ("Your card's security code is invalid.", "cvc"),
    "invalid_expiry_month": ("Your card's expiration month is invalid.", "exp_month"),
    "invalid_expiry_year": ("Your card's expiration year is invalid.", "exp_year"),
    "invalid_number": ("Your card number is not a valid credit card number.", "number"),
    "processing_error": (
        "An error occurred while processing your card. Try again in a little bit.",
        None,
    ),
    "authentication_required": (
        "Your card was declined. This transaction requires authentication.",
        None,
    ),
}
"""Declines that are error codes of their own: their message, and the parameter at fault."""

MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "card_velocity_exceeded": TOO_OFTEN,
    "withdrawal_count_limit_exceeded": TOO_OFTEN,
    "card_not_supported": "Your card is not supported.",
    "currency_not_supported": "Your card does not support the specified currency.",
    "transaction_not_allowed": "Your card does not support this type of purchase.",
    "duplicate_transaction": (
        "A transaction with identical amount and credit card information was submitted very"
        " recently."
    ),
    "test_mode_live_card": REAL_CARD,
    "testmode_decline": REAL_CARD,
}

NETWORK_CODES = {
    "insufficient_funds": "51",
    "lost_card": "41",
    "stolen_card": "43",
    "expired_card": "54",
    "pickup_card": "04",
    "do_not_honor": "05",
    "transaction_not_allowed": "57",
    "card_velocity_exceeded": "65",
    "incorrect_cvc": "N7",
    "authentication_required": "65",
}
FINAL = {"lost_card", "stolen_card", "pickup_card", "fraudulent", "do_not_try_again"}
FINAL |= {"revocation_of_all_authorizations", "revocation_of_authorization", "stop_payment_order"}
FINAL |= {"merchant_blacklist", "invalid_account", "restricted_card"}
MISTYPED = {"expired_card", "incorrect_cvc", "incorrect_number", "incorrect_zip", "invalid_cvc"}
MISTYPED |= {"invalid_number", "invalid_expiry_month", "invalid_expiry_year"}


@dataclass(frozen=True, slots=True)
class Decline:
    """A refusal: what the error says, and what the charge remembers."""

    code: str
    message: str
    decline_code: str | None = None
    param: str | None = None
    network_code: str | None = None
    advice: str | None = None
    seller_message: str = "The bank did not return any further details with this decline."
    outcome: str = "issuer_declined"
    """`issuer_declined` by the bank, or `blocked` by Stripe before the bank was asked."""
    reason: str | None = None
    risk: str = "normal"

    @property
    def blocked(self) -> bool:
        """Tell whether Stripe itself stopped the payment."""
        return self.outcome == "blocked"


def decline(reason: str) -> Decline:
    """Return what Stripe says about a decline code.

    Source: https://docs.stripe.com/declines/codes
    """
    advice = "do_not_try_again" if reason in FINAL else "try_again_later"
    if reason in MISTYPED:
        advice = "confirm_card_data"
    network = NETWORK_CODES.get(reason, "01")
    if reason in OWN_CODES:
        message, param = OWN_CODES[reason]
        same = reason == "authentication_required"
        return Decline(
            reason,
            message,
            decline_code=reason if same else None,
            param=param,
            network_code=network,
            advice=None if same else advice,
            seller_message=f"The bank returned the decline code `{reason}`.",
            reason=reason,
        )
    seller = f"The bank returned the decline code `{reason}`."
    if reason == "generic_decline":
        seller = "The bank did not return any further details with this decline."
    return Decline(
        "card_declined",
        MESSAGES.get(reason, DECLINED),
        decline_code=reason,
        network_code=network,
        advice=advice,
        seller_message=seller,
        reason=reason,
    )


def radar_block() -> Decline:
    """Return Radar's refusal of the highest risk.

    Source: https://docs.stripe.com/declines/card (blocked payments)
    """
    return Decline(
        "card_declined",
        DECLINED,
        decline_code="fraudulent",
        advice="do_not_try_again",
        seller_message="Stripe blocked this payment as too risky.",
        outcome="blocked",
        reason="highest_risk_level",
        risk="highest",
    )
