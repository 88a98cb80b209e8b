"""What a charge tells of its outcome and of the card behind it.

Source: https://docs.stripe.com/api/charges/object
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import Decline
from mirra_mcp.local.mirrors.stripe.payments.cards.details import checks_of, fingerprint_of
from mirra_mcp.local.mirrors.stripe.payments.cards.numbers import Card
from mirra_mcp.wire.model import Doc

SCORES = {"normal": (1, 64), "elevated": (65, 74), "highest": (75, 99)}
"""Radar's scores by level. Source: https://docs.stripe.com/radar/risk-evaluation"""

HELD_FOR = 7 * 86400
"""How long money is held that isn't captured, in seconds.

Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
"""

AUTHENTICATED: Doc = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "result": "authenticated",
    "result_reason": None,
    "transaction_id": None,
    "version": "2.2.0",
}


def outcome_of(refusal: Decline | None, risk: str, score: int) -> Doc:
    """Return `charge.outcome`: why the payment was let through, or wasn't."""
    if refusal is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": risk,
            "risk_score": score,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    network = "not_sent_to_network" if refusal.blocked else "declined_by_network"
    return {
        "advice_code": refusal.advice,
        "network_advice_code": None,
        "network_decline_code": None if refusal.blocked else refusal.network_code,
        "network_status": network,
        "reason": refusal.reason,
        "risk_level": refusal.risk if refusal.risk != "normal" else risk,
        "risk_score": score,
        "seller_message": refusal.seller_message,
        "type": refusal.outcome,
    }


def card_details(
    method: Doc,
    card: Card,
    amount: int,
    *,
    authenticated: bool,
    held_at: int | None,
    mandate: str | None,
) -> Doc:
    """Return `charge.payment_method_details.card`."""
    shown = method["card"]
    held: Doc = {} if held_at is None else {"capture_before": held_at + HELD_FOR}
    return held | {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": shown["brand"],
        "checks": checks_of(method, card),
        "country": shown["country"],
        "exp_month": shown["exp_month"],
        "exp_year": shown["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": shown["fingerprint"],
        "funding": shown["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": shown["last4"],
        "mandate": mandate,
        "multicapture": {"status": "unavailable"},
        "network": shown["brand"],
        "network_token": {"used": False},
        "network_transaction_id": fingerprint_of(f"{method['id']}:{amount}")[:15].upper(),
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": shown["regulated_status"],
        "three_d_secure": dict(AUTHENTICATED) if authenticated else None,
        "transaction_link_id": None,
        "wallet": shown["wallet"],
    }


def capturable(charge: Doc, amount: int | None, **inside: Any) -> int:
    """Return how much to capture.

    Raises:
        VendorError: it is more than was authorized.
    """
    if amount is None:
        return int(charge["amount"])
    if amount < 0:
        raise errors.invalid("Invalid non-negative integer", "amount_to_capture", **inside)
    if amount == 0:
        raise errors.invalid(
            "This value must be greater than or equal to 1.",
            "amount",
            "parameter_invalid_integer",
            **inside,
        )
    if amount > charge["amount"]:
        raise errors.invalid(
            "The payment could not be captured because the requested capture amount is greater"
            " than the amount you can capture for this charge. Contact us via"
            " https://support.stripe.com/contact/ for help.",
            code="amount_too_large",
            **inside,
        )
    return amount
