"""Payments that wait: for 3D Secure, for a capture, for a bank.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import (
    charge_of,
    declined,
    new_customer,
    pay,
    refused,
    saved_card,
)


def test_three_d_secure_is_asked_for_and_completed(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/3d-secure/authentication-flow"""
    intent = pay(account, "pm_card_threeDSecure2Required")
    assert intent["status"] == "requires_action"
    assert intent["next_action"]["type"] == "use_stripe_sdk"
    assert intent["latest_charge"] is None
    account.simulate("payment_intent.succeeded", paymentIntent=intent["id"])
    done = account.fetch(f"/v1/payment_intents/{intent['id']}")
    assert (done["status"], done["next_action"]) == ("succeeded", None)
    secure = charge_of(account, done)["payment_method_details"]["card"]["three_d_secure"]
    assert (secure["result"], secure["version"]) == ("authenticated", "2.2.0")
    assert account.types() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]


def test_a_payer_who_fails_three_d_secure_is_not_charged(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes (payment_intent_authentication_failure)"""
    intent = pay(account, "pm_card_threeDSecure2Required")
    account.simulate("payment_intent.payment_failed")
    failed = account.fetch(f"/v1/payment_intents/{intent['id']}")
    assert failed["status"] == "requires_payment_method"
    error = failed["last_payment_error"]
    assert error["code"] == "payment_intent_authentication_failure"
    assert error["type"] == "invalid_request_error"
    assert failed["latest_charge"] is None
    assert account.types()[-1] == "payment_intent.payment_failed"


def test_a_redirect_is_offered_where_there_is_a_way_back(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/object (next_action)"""
    back = "https://acme.com/done"
    action = pay(account, "pm_card_authenticationRequired", return_url=back)["next_action"]
    assert action["type"] == "redirect_to_url"
    assert action["redirect_to_url"]["return_url"] == back
    assert action["redirect_to_url"]["url"].startswith(f"{account.url}/3d_secure_2/hosted?")


def test_off_session_a_bank_that_wants_authentication_declines(account: Account) -> None:
    """Source: https://docs.stripe.com/declines/codes (authentication_required)"""
    customer = new_customer(account)
    method = saved_card(account, customer, "pm_card_authenticationRequired")
    error = declined(account, method, customer=customer, off_session=True)
    assert error["code"] == error["decline_code"] == "authentication_required"
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert "charge" not in error
    assert "charge.failed" not in account.types()


def test_a_card_that_was_set_up_needs_no_more_authentication(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#authentication-and-setup"""
    customer = new_customer(account)
    name = "pm_card_authenticationRequiredOnSetup"
    method = saved_card(account, customer, name)
    error = declined(account, method, customer=customer, off_session=True)
    assert error["code"] == "authentication_required"
    form: Any = {"customer": customer, "payment_method": method, "confirm": True}
    form["payment_method_types"] = ["card"]
    setup = account.client_for(OLD).v1.setup_intents.create(form)
    assert setup.status == "requires_action"
    account.simulate("setup_intent.succeeded", setupIntent=setup.id)
    paid = pay(account, method, customer=customer, off_session=True)
    assert paid["status"] == "succeeded"
    assert pay(account, method, customer=customer)["status"] == "requires_action"


def test_a_payment_can_set_its_card_up(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/save-during-payment"""
    customer = new_customer(account)
    name = "pm_card_authenticationRequiredOnSetup"
    first = pay(account, name, customer=customer, setup_future_usage="off_session")
    account.simulate("payment_intent.succeeded", paymentIntent=first["id"])
    method = account.fetch(f"/v1/payment_intents/{first['id']}")["payment_method"]
    again = pay(account, method, customer=customer, off_session=True)
    assert again["status"] == "succeeded"


@pytest.mark.parametrize(
    ("name", "off_session", "outcome"),
    [
        ("pm_card_authenticationRequiredSetupForOffSession", True, "succeeded"),
        ("pm_card_authenticationRequiredSetupForOffSession", False, "requires_action"),
        ("pm_card_threeDSecureOptional", False, "succeeded"),
        ("pm_card_amex_threeDSecureNotSupported", False, "succeeded"),
    ],
)
def test_cards_differ_in_when_they_authenticate(
    account: Account, name: str, off_session: bool, outcome: str
) -> None:
    """Source: https://docs.stripe.com/testing#three-ds-cards"""
    customer = new_customer(account)
    method = saved_card(account, customer, name)
    paid = pay(account, method, customer=customer, off_session=off_session)
    assert paid["status"] == outcome


def test_three_d_secure_can_be_requested(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/3d-secure/authentication-flow#manual-three-ds"""
    wanted = {"card": {"request_three_d_secure": "any"}}
    asked = pay(account, "pm_card_threeDSecureOptional", payment_method_options=wanted)
    assert asked["status"] == "requires_action"
    plain_visa = pay(account, "pm_card_visa", payment_method_options=wanted)
    assert plain_visa["status"] == "succeeded"


def test_authentication_can_be_followed_by_a_decline(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#three-ds-cards"""
    intent = pay(account, "pm_card_threeDSecureRequiredChargeDeclined")
    account.simulate("payment_intent.succeeded", paymentIntent=intent["id"])
    failed = account.fetch(f"/v1/payment_intents/{intent['id']}")
    assert failed["status"] == "requires_payment_method"
    assert failed["last_payment_error"]["code"] == "card_declined"
    declined(account, "pm_card_threeDSecureRequiredProcessingError")


def test_an_action_can_be_an_error(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/create (error_on_requires_action)"""
    error = declined(account, "pm_card_authenticationRequired", error_on_requires_action=True)
    assert error["code"] == "authentication_required"
    assert error["decline_code"] == "authentication_not_handled"
    assert "payment_intent.requires_action" not in account.types()


def test_manual_confirmation_ends_on_the_server(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/accept-a-payment-synchronously"""
    manual: Any = {"confirmation_method": "manual", "payment_method_types": ["card"]}
    intent = pay(account, "pm_card_authenticationRequired", **manual)
    account.simulate("payment_intent.succeeded")
    waiting = account.fetch(f"/v1/payment_intents/{intent['id']}")
    assert waiting["status"] == "requires_confirmation"
    done = account.client_for(OLD).v1.payment_intents.confirm(intent["id"])
    assert done.status == "succeeded"


def test_held_money_is_captured_in_part(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method"""
    intent = pay(account, capture_method="manual")
    assert (intent["status"], intent["amount_capturable"]) == ("requires_capture", 2000)
    held = charge_of(account, intent)
    assert held["captured"] is False
    assert held["payment_method_details"]["card"]["capture_before"] == NOW + 7 * 86400
    intents = account.client.v1.payment_intents
    error = refused(intents.capture, intent["id"], {"amount_to_capture": 2001})
    assert error["code"] == "amount_too_large"
    for amount, param in ((0, "amount"), (-100, "amount_to_capture")):
        floor = refused(intents.capture, intent["id"], {"amount_to_capture": amount})
        assert floor["param"] == param
    assert error["payment_intent"]["id"] == intent["id"]
    done = plain(intents.capture(intent["id"], {"amount_to_capture": 1500}))
    assert (done["status"], done["amount_received"]) == ("succeeded", 1500)
    assert done["amount_capturable"] == 0
    charge = charge_of(account, intent)
    assert (charge["amount_captured"], charge["amount_refunded"]) == (1500, 500)
    money = account.fetch(f"/v1/balance_transactions/{charge['balance_transaction']}")
    assert money["amount"] == 1500
    assert account.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]
    again = refused(intents.capture, intent["id"])
    assert "the remainder of the authorized amount has been released" in again["message"]


def test_a_capture_is_final_where_multicapture_is_not_available(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/capture#capture_payment_intent-final_capture"""
    intent = pay(account, capture_method="manual")
    card = charge_of(account, intent)["payment_method_details"]["card"]
    assert card["multicapture"] == {"status": "unavailable"}
    intents = account.client.v1.payment_intents
    part: Any = {"amount_to_capture": 500, "final_capture": False}
    error = refused(intents.capture, intent["id"], part)
    assert (error["type"], error["param"]) == ("invalid_request_error", "final_capture")
    done = intents.capture(intent["id"], {"amount_to_capture": 500, "final_capture": True})
    assert (done.status, done.amount_received) == ("succeeded", 500)


def test_held_money_is_let_go_by_canceling(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/cancel"""
    intent = pay(account, capture_method="manual")
    gone = account.client.v1.payment_intents.cancel(intent["id"])
    assert (gone.status, gone.amount_capturable) == ("canceled", 0)
    charge = charge_of(account, intent)
    assert charge["refunded"]
    assert charge["amount_refunded"] == 2000
    assert account.types()[-2:] == ["charge.refunded", "payment_intent.canceled"]


def test_held_money_is_let_go_after_seven_days(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method"""
    intent = pay(account, capture_method="manual")
    account.advance("7d")
    gone = account.fetch(f"/v1/payment_intents/{intent['id']}")
    assert (gone["status"], gone["cancellation_reason"]) == ("canceled", "automatic")
    assert account.types()[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_more_can_be_held_where_that_was_asked_for(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/incremental-authorization"""
    intents = account.client.v1.payment_intents
    plain_hold = pay(account, capture_method="manual")
    error = refused(intents.increment_authorization, plain_hold["id"], {"amount": 2500})
    assert error["code"] == "payment_intent_unexpected_state"
    wanted = {"card": {"request_incremental_authorization": "if_available"}}
    intent = pay(account, capture_method="manual", payment_method_options=wanted)
    error = refused(intents.increment_authorization, intent["id"], {"amount": 1500})
    assert error["param"] == "amount"
    more = intents.increment_authorization(intent["id"], {"amount": 2500})
    assert (more.amount, more.amount_capturable) == (2500, 2500)
    assert intents.capture(intent["id"]).amount_received == 2500


def test_a_bank_debit_takes_its_time(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/ach-direct-debit"""
    types = ["us_bank_account"]
    intent = pay(account, "pm_usBankAccount_success", payment_method_types=types)
    assert intent["status"] == "processing"
    assert charge_of(account, intent)["status"] == "pending"
    account.advance("1 minute")
    assert account.fetch(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"
    assert account.types() == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_a_bank_debit_can_fail_or_hang(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#non-card-payments"""
    types = ["us_bank_account"]
    failing = pay(account, "pm_usBankAccount_insufficientFunds", payment_method_types=types)
    hanging = pay(account, "pm_usBankAccount_processing", payment_method_types=types)
    account.advance("10d")
    failed = account.fetch(f"/v1/payment_intents/{failing['id']}")
    assert failed["status"] == "requires_payment_method"
    assert failed["last_payment_error"]["code"] == "insufficient_funds"
    assert account.fetch(f"/v1/payment_intents/{hanging['id']}")["status"] == "processing"
    assert account.client.v1.payment_intents.cancel(hanging["id"]).status == "canceled"


def test_a_wallet_sends_the_payer_away(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/klarna/accept-a-payment"""
    method = account.client.v1.payment_methods.create({"type": "klarna"}).id
    types = {"payment_method_types": ["klarna"]}
    error = refused(lambda: pay(account, method, **types))
    assert error["code"] == "payment_intent_redirect_confirmation_without_return_url"
    intent = pay(account, method, return_url="https://acme.com", **types)
    assert intent["next_action"]["type"] == "redirect_to_url"
    account.simulate("payment_intent.succeeded")
    charge = charge_of(account, account.fetch(f"/v1/payment_intents/{intent['id']}"))
    assert charge["payment_method_details"]["type"] == "klarna"


def test_a_payment_method_of_another_type_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes (payment_intent_incompatible_payment_method)"""
    error = refused(lambda: pay(account, "pm_usBankAccount_success"))
    assert error["code"] == "payment_intent_incompatible_payment_method"
