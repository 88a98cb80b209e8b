"""Vouchers: payments that a customer makes at a shop's counter or a bank, days later.

Source: https://docs.stripe.com/payments/oxxo/accept-a-payment,
https://docs.stripe.com/payments/boleto/accept-a-payment and
https://docs.stripe.com/payments/konbini/accept-a-payment
"""

from collections.abc import Callable
from datetime import timedelta

from mirra_mcp.local.mirrors.stripe.payments.banks.testing import LATER, SOON
from mirra_mcp.wire.model import Doc

DAY = 86400
DAYS = {"boleto": 3, "konbini": 3, "multibanco": 7, "oxxo": 3}
"""How long a voucher can be paid unless `expires_after_days` says otherwise."""
ENTITY = "12345"


def plan(method: Doc, expires: timedelta) -> tuple[str, timedelta]:
    """Return what becomes of a voucher, and when: the payer's e-mail address tells.

    Source: https://docs.stripe.com/payments/oxxo/accept-a-payment#test-your-integration
    """
    email = str((method.get("billing_details") or {}).get("email") or "")
    name = email.partition("@")[0]
    for ending, found in (
        ("succeed_immediately", ("paid", SOON)),
        ("expire_immediately", ("expired", SOON)),
        ("expire_with_delay", ("expired", LATER)),
        ("fill_never", ("expired", expires)),
    ):
        if name.endswith(ending):
            return found
    return "paid", LATER


def action(kind: str, place: str, number: str, expires: int) -> Doc:
    """Return `next_action` of an intent whose voucher is to be paid."""
    name = f"{kind}_display_details"
    return {"type": name, name: SHAPES[kind](place, number, expires)}


def _boleto(place: str, number: str, expires: int) -> Doc:
    return {
        "expires_at": expires,
        "hosted_voucher_url": place,
        "number": number,
        "pdf": None,
    }


def _konbini(place: str, number: str, expires: int) -> Doc:
    store = {"confirmation_number": number[:11], "payment_code": number[-6:]}
    chains = ("familymart", "lawson", "ministop", "seicomart")
    return {
        "expires_at": expires,
        "hosted_voucher_url": place,
        "stores": {chain: dict(store) for chain in chains},
    }


def _multibanco(place: str, number: str, expires: int) -> Doc:
    return {
        "entity": ENTITY,
        "expires_at": expires,
        "hosted_voucher_url": place,
        "reference": number[:9],
    }


def _oxxo(place: str, number: str, expires: int) -> Doc:
    return {"expires_after": expires, "hosted_voucher_url": place, "number": number}


SHAPES: dict[str, Callable[[str, str, int], Doc]] = {
    "boleto": _boleto,
    "konbini": _konbini,
    "multibanco": _multibanco,
    "oxxo": _oxxo,
}
