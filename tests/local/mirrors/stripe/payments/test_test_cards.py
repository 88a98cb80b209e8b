"""Stripe's test cards do what its page on testing says.

Source: https://docs.stripe.com/testing
"""

from typing import Any

import pytest
import stripe

from mirra_mcp.local.mirrors.stripe.payments.cards.declines import DECLINE_CODES, decline
from mirra_mcp.local.mirrors.stripe.payments.cards.numbers import BY_NUMBER, NAMED, is_number
from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.payments.paying import (
    charge_of,
    declined,
    new_customer,
    pay,
    saved_card,
)

DECLINED = [
    ("pm_card_visa_chargeDeclined", "4000000000000002", "card_declined", "generic_decline"),
    (
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "4000000000009995",
        "card_declined",
        "insufficient_funds",
    ),
    ("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", "card_declined", "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", "card_declined", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "4000000000000069", "expired_card", None),
    ("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", "incorrect_cvc", None),
    ("pm_card_chargeDeclinedProcessingError", "4000000000000119", "processing_error", None),
    (
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
        "4000000000006975",
        "card_declined",
        "card_velocity_exceeded",
    ),
]


def by_number(account: Account, number: str, **more: Any) -> Any:
    card: Any = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"} | more
    return account.client.v1.payment_methods.create({"type": "card", "card": card})


@pytest.mark.parametrize(("name", "number", "code", "reason"), DECLINED)
def test_declined_cards_decline_with_their_codes(
    account: Account, name: str, number: str, code: str, reason: str | None
) -> None:
    """Source: https://docs.stripe.com/testing#declined-payments"""
    for method in (name, by_number(account, number).id):
        error = declined(account, method)
        assert (error["type"], error["code"]) == ("card_error", code)
        assert error.get("decline_code") == reason
        assert error["doc_url"].endswith(code.replace("_", "-"))
        intent = error["payment_intent"]
        assert intent["status"] == "requires_payment_method"
        charge = account.fetch(f"/v1/charges/{error['charge']}")
        assert (charge["status"], charge["failure_code"]) == ("failed", code)
        assert charge["failure_message"] == error["message"]


@pytest.mark.parametrize("name", [row[0] for row in DECLINED])
def test_declined_cards_can_not_be_attached(account: Account, name: str) -> None:
    """Source: https://docs.stripe.com/testing#declined-payments"""
    customer = new_customer(account)
    with pytest.raises(stripe.CardError):
        saved_card(account, customer, name)
    assert account.fetch(f"/v1/payment_methods?customer={customer}")["data"] == []


def test_a_card_can_decline_after_attaching(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#declined-payments"""
    customer = new_customer(account)
    method = saved_card(account, customer, "pm_card_chargeCustomerFail")
    error = declined(account, method, customer=customer, off_session=True)
    assert (error["code"], error["decline_code"]) == ("card_declined", "generic_decline")


@pytest.mark.parametrize("name", ["pm_card_radarBlock", "pm_card_riskLevelHighest"])
def test_radar_blocks_the_highest_risk(account: Account, name: str) -> None:
    """Source: https://docs.stripe.com/radar/testing"""
    error = declined(account, name)
    assert (error["code"], error["decline_code"]) == ("card_declined", "fraudulent")
    outcome = account.fetch(f"/v1/charges/{error['charge']}")["outcome"]
    assert outcome["type"] == "blocked"
    assert outcome["network_status"] == "not_sent_to_network"
    assert (outcome["reason"], outcome["risk_level"]) == ("highest_risk_level", "highest")


def test_elevated_risk_is_let_through(account: Account) -> None:
    """Source: https://docs.stripe.com/radar/testing"""
    outcome = charge_of(account, pay(account, "pm_card_riskLevelElevated"))["outcome"]
    assert (outcome["type"], outcome["risk_level"]) == ("authorized", "elevated")
    assert 65 <= outcome["risk_score"] < 75


def test_checks_fail_only_for_what_was_given(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#fraud-prevention"""
    address = {"line1": "1 Main St", "postal_code": "94111"}
    sent: Any = {"type": "card", "billing_details": {"address": address}}
    sent["card"] = {"number": "4000000000000010", "exp_month": 1, "exp_year": 2030}
    method = account.client.v1.payment_methods.create(sent)
    checks = charge_of(account, pay(account, method.id))["payment_method_details"]["card"]["checks"]
    assert checks == {
        "address_line1_check": "fail",
        "address_postal_code_check": "fail",
        "cvc_check": None,
    }
    failing = charge_of(account, pay(account, "pm_card_cvcCheckFail"))
    assert failing["payment_method_details"]["card"]["checks"]["cvc_check"] == "fail"


@pytest.mark.parametrize(
    ("number", "more", "code"),
    [
        ("4242424242424241", {}, "incorrect_number"),
        ("4242424242424242", {"exp_month": 13}, "invalid_expiry_month"),
        ("4242424242424242", {"exp_year": 1995}, "invalid_expiry_year"),
        ("4242424242424242", {"exp_year": 95}, "invalid_expiry_year"),
        ("4242424242424242", {"cvc": "99"}, "invalid_cvc"),
    ],
)
def test_invalid_data_is_refused(account: Account, number: str, more: Any, code: str) -> None:
    """Source: https://docs.stripe.com/testing#invalid-data"""
    with pytest.raises(stripe.CardError) as caught:
        by_number(account, number, **more)
    assert (caught.value.http_status, caught.value.code) == (402, code)


def test_a_real_card_is_declined_in_test_mode(account: Account) -> None:
    """Source: https://docs.stripe.com/declines/codes (testmode_decline)"""
    with pytest.raises(stripe.CardError) as caught:
        by_number(account, "4111111111111111")
    body: Any = caught.value.json_body
    assert body["error"]["decline_code"] == "test_mode_live_card"


@pytest.mark.parametrize(
    ("name", "brand", "funding", "country"),
    [
        ("pm_card_visa_debit", "visa", "debit", "US"),
        ("pm_card_mastercard_prepaid", "mastercard", "prepaid", "US"),
        ("pm_card_amex", "amex", "credit", "US"),
        ("pm_card_de", "visa", "credit", "DE"),
        ("pm_card_jcb", "jcb", "credit", "JP"),
    ],
)
def test_cards_have_their_brand_funding_and_country(
    account: Account, name: str, brand: str, funding: str, country: str
) -> None:
    """Source: https://docs.stripe.com/testing#cards"""
    card = charge_of(account, pay(account, name))["payment_method_details"]["card"]
    assert (card["brand"], card["funding"], card["country"]) == (brand, funding, country)


def test_the_table_of_cards_is_sound() -> None:
    """Every number passes the Luhn check, and every decline has a code that Stripe documents."""
    assert all(is_number(number) for number in BY_NUMBER)
    for card in NAMED.values():
        assert {card.declines, card.charge_declines} <= {None, *DECLINE_CODES}
    for code in DECLINE_CODES:
        assert decline(code).message


def test_money_can_skip_the_pending_balance(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#available-balance"""
    pay(account, "pm_card_bypassPending")
    balance = plain(account.client.v1.balance.retrieve())
    assert balance["available"][0]["amount"] == 2000 - 88
    assert balance["pending"][0]["amount"] == 0
