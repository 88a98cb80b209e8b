"""What the world does to payments: any decline, 3D Secure, Radar, renewed cards.

Ours: the events are named by the webhooks that they cause.
"""

from typing import Any

import pytest

from mirra_mcp.local.mirrors.stripe.payments.cards.declines import DECLINE_CODES
from tests.local.mirrors.stripe.client import Account
from tests.local.mirrors.stripe.payments.paying import (
    charge_of,
    declined,
    new_customer,
    pay,
    saved_card,
)


def waiting(account: Account) -> str:
    """Create an intent that has a card and waits for its confirmation."""
    form: Any = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa"}
    return account.client.v1.payment_intents.create(form).id


def refusal(account: Account, event: str, **given: Any) -> Any:
    answer = account.http.post("/_mirra/simulate", json={"event": event, **given})
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]


@pytest.mark.parametrize("code", [each for each in DECLINE_CODES if each != "fraudulent"])
def test_a_payment_fails_with_any_decline_code(account: Account, code: str) -> None:
    """Source: https://docs.stripe.com/declines/codes"""
    intent = waiting(account)
    told = account.simulate("payment_intent.payment_failed", declineCode=code)
    error = told["result"]["last_payment_error"]
    assert code in (error["code"], error.get("decline_code"))
    assert [each["type"] for each in told["webhooks"]] == [
        "charge.failed",
        "payment_intent.payment_failed",
    ]
    failed = account.fetch(f"/v1/payment_intents/{intent}")
    assert failed["status"] == "requires_payment_method"


def test_radar_blocks_a_payment(account: Account) -> None:
    """Source: https://docs.stripe.com/radar/risk-evaluation"""
    intent = waiting(account)
    account.simulate("charge.blocked", paymentIntent=intent)
    failed = account.fetch(f"/v1/payment_intents/{intent}")
    assert failed["last_payment_error"]["decline_code"] == "fraudulent"
    assert charge_of(account, failed)["outcome"]["type"] == "blocked"


def test_a_payer_pays_in_the_browser(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/accept-a-payment"""
    form: Any = {"amount": 2000, "currency": "usd"}
    intent = account.client.v1.payment_intents.create(form).id
    told = account.simulate("payment_intent.succeeded", paymentMethod="pm_card_mastercard")
    assert told["result"]["status"] == "succeeded"
    charge = charge_of(account, account.fetch(f"/v1/payment_intents/{intent}"))
    assert charge["payment_method_details"]["card"]["brand"] == "mastercard"


def test_a_bank_asks_for_three_d_secure(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/3d-secure"""
    waiting(account)
    told = account.simulate("payment_intent.requires_action")
    assert told["result"]["status"] == "requires_action"
    assert told["webhooks"][0]["type"] == "payment_intent.requires_action"
    assert account.simulate("3ds.succeeded")["result"]["status"] == "succeeded"


def test_a_bank_debit_bounces(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/ach-direct-debit#failures"""
    pay(account, "pm_usBankAccount_processing", payment_method_types=["us_bank_account"])
    told = account.simulate("payment_intent.payment_failed", declineCode="insufficient_funds")
    assert told["result"]["status"] == "requires_payment_method"
    assert told["result"]["last_payment_error"]["code"] == "insufficient_funds"


def test_a_saved_card_declines_from_now_on(account: Account) -> None:
    customer = new_customer(account)
    method = saved_card(account, customer)
    account.simulate("payment_method.declines", paymentMethod=method, declineCode="lost_card")
    error = declined(account, method, customer=customer, off_session=True)
    assert error["decline_code"] == "lost_card"
    account.simulate("payment_method.declines", paymentMethod=method, declineCode=None)
    assert pay(account, method, customer=customer)["status"] == "succeeded"


def test_a_network_renews_a_card(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/cards/overview#automatic-card-updates"""
    method = saved_card(account, new_customer(account))
    account.simulate("payment_method.automatically_updated", last4="1881", expYear=2040)
    card = account.fetch(f"/v1/payment_methods/{method}")["card"]
    assert (card["last4"], card["exp_year"]) == ("1881", 2040)
    assert account.types()[-1] == "payment_method.automatically_updated"


def test_a_hold_lapses(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method"""
    pay(account, capture_method="manual")
    told = account.simulate("charge.expired")
    assert told["result"]["status"] == "canceled"
    assert [each["type"] for each in told["webhooks"]] == [
        "charge.expired",
        "payment_intent.canceled",
    ]


def test_a_charge_is_refunded_in_the_dashboard_and_bounces(account: Account) -> None:
    """Source: https://docs.stripe.com/refunds#failed-refunds"""
    intent = pay(account)
    account.simulate("charge.refunded", charge=intent["latest_charge"], amount=300)
    told = account.simulate("refund.failed", reason="lost_or_stolen_card")
    assert told["result"]["failure_reason"] == "lost_or_stolen_card"
    assert charge_of(account, intent)["amount_refunded"] == 0


def test_what_can_not_happen_is_refused(account: Account) -> None:
    """Ours: C5 of the reference."""
    assert "no payment_intent" in refusal(account, "payment_intent.succeeded")["message"]
    intent = pay(account)
    error = refusal(account, "payment_intent.succeeded", paymentIntent=intent["id"])
    assert "is succeeded" in error["message"]
    first, second = waiting(account), waiting(account)
    error = refusal(account, "payment_intent.succeeded")
    assert first in error["hint"]
    assert second in error["hint"]
    assert "available" in refusal(account, "payout.created")["message"]
