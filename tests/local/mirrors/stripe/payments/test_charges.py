"""Charges: the way before payment intents, and what each attempt tells.

Source: https://docs.stripe.com/api/charges
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import charge_of, pay, refused


def charge(account: Account, source: str = "tok_visa", **more: Any) -> Any:
    form: Any = {"amount": 1500, "currency": "usd", "source": source} | more
    return plain(account.client_for(OLD).v1.charges.create(form))


def test_a_token_is_charged(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/create"""
    made = charge(account, description="Tea", metadata={"a": "1"})
    assert (made["status"], made["paid"], made["captured"]) == ("succeeded", True, True)
    assert made["source"]["object"] == "card"
    assert made["payment_method"] == made["source"]["id"]
    assert made["payment_intent"] is None
    assert made["receipt_url"].startswith(f"{account.url}/receipts/")
    assert made["created"] == NOW
    assert account.types() == ["charge.succeeded"]


def test_a_declined_token_leaves_a_failed_charge(account: Account) -> None:
    """Source: https://docs.stripe.com/api/errors"""
    with pytest.raises(stripe.CardError) as caught:
        charge(account, "tok_chargeDeclinedInsufficientFunds")
    body: Any = caught.value.json_body
    error = body["error"]
    assert (error["code"], error["decline_code"]) == ("card_declined", "insufficient_funds")
    failed = account.fetch(f"/v1/charges/{error['charge']}")
    assert (failed["status"], failed["paid"]) == ("failed", False)
    assert failed["outcome"]["type"] == "issuer_declined"
    assert failed["outcome"]["network_status"] == "declined_by_network"
    assert failed["receipt_url"] is None
    assert account.types() == ["charge.failed"]


def test_a_customers_default_card_is_charged(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/create"""
    customers = account.client.v1.customers
    nobody = customers.create({})
    with pytest.raises(stripe.CardError) as caught:
        charge(account, source="", customer=nobody.id)
    assert caught.value.code == "missing"
    owner = customers.create({"source": "tok_mastercard"})
    made = charge(account, source="", customer=owner.id)
    assert made["customer"] == owner.id
    assert made["payment_method_details"]["card"]["brand"] == "mastercard"


def test_a_charge_can_be_held_and_captured(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/capture"""
    held = charge(account, capture=False)
    assert (held["captured"], held["balance_transaction"]) == (False, None)
    charges = account.client_for(OLD).v1.charges
    taken = plain(charges.capture(held["id"], {"amount": 1000}))
    assert (taken["amount_captured"], taken["amount_refunded"]) == (1000, 500)
    error = refused(charges.capture, held["id"])
    assert error["code"] == "charge_already_captured"
    assert account.types() == ["charge.succeeded", "charge.captured"]


def test_an_intents_charge_is_captured_through_the_intent(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/capture"""
    intent = pay(account, capture_method="manual")
    account.client.v1.charges.capture(intent["latest_charge"])
    assert account.fetch(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"


def test_what_is_told_about_a_charge_changes(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/update"""
    made = charge(account)
    charges = account.client.v1.charges
    changed = charges.update(
        made["id"],
        {
            "description": "Coffee",
            "fraud_details": {"user_report": "fraudulent"},
            "shipping": {"name": "Jenny", "address": {"line1": "1 Main St"}},
        },
    )
    assert changed.description == "Coffee"
    assert plain(changed.fraud_details) == {"user_report": "fraudulent"}
    assert plain(changed.shipping)["address"]["line1"] == "1 Main St"
    told = account.events("charge.updated")[0]["data"]["previous_attributes"]
    assert told["description"] is None


def test_charges_are_listed_and_searched(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/search"""
    small, big = charge(account, amount=600), charge(account, amount=9000)
    charges = account.client.v1.charges
    assert [each.id for each in charges.list().data] == [big["id"], small["id"]]
    found = charges.search({"query": "amount>1000 AND currency:'usd'"})
    assert [each.id for each in found.data] == [big["id"]]
    intent = pay(account)
    listed = charges.list({"payment_intent": intent["id"]}).data
    assert [each.id for each in listed] == [intent["latest_charge"]]
    error = refused(charges.retrieve, "ch_nothing")
    assert error["message"] == "No such charge: 'ch_nothing'"


def test_a_charge_tells_how_it_went(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/object"""
    made = charge_of(account, pay(account))
    score = made["outcome"].pop("risk_score")
    assert 0 <= score < 65
    assert made["outcome"] == {
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    card = made["payment_method_details"]["card"]
    assert card["amount_authorized"] == 2000
    assert card["last4"] == "4242"
    assert card["three_d_secure"] is None


def test_nothing_to_charge_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/create"""
    form = {"amount": 1500, "currency": "usd"}
    error = account.refused(400, "POST", "/v1/charges", form)
    assert error["message"] == "Must provide source or customer."
    form = form | {"source": "tok_nothing"}
    error = account.refused(400, "POST", "/v1/charges", form)
    assert error["message"] == "No such token: 'tok_nothing'"


def test_a_card_is_charged_without_a_token(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/create (source)"""
    card = {"object": "card", "number": "4242424242424242", "exp_month": 5, "exp_year": 2031}
    form: Any = {"amount": 900, "currency": "usd", "source": card}
    made = plain(account.client_for(OLD).v1.charges.create(form))
    assert (made["source"]["last4"], made["source"]["exp_year"]) == ("4242", 2031)
