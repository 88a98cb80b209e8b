"""The pages that payers are sent to, and receipts.

Source: https://docs.stripe.com/payments/3d-secure/authentication-flow
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.local.mirrors.stripe.client import Account
from tests.local.mirrors.stripe.payments.paying import pay
from tests.local.mirrors.stripe.visitor import Visitor

BACK = "http://shop.localhost:9/back?order=7#paid"


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        ("complete", "succeeded", "succeeded"),
        ("fail", "requires_payment_method", "failed"),
    ],
)
def test_a_challenge_leads_back_with_what_became_of_it(
    account: Account, answer: str, status: str, told: str
) -> None:
    """Source: https://docs.stripe.com/payments/accept-a-payment?platform=web#web-handle-redirect"""
    intent = pay(account, "pm_card_threeDSecure2Required", return_url=BACK)
    page = Visitor(intent["next_action"]["redirect_to_url"]["url"])
    assert "$20.00" in page.text
    page.press(answer)
    done = account.fetch(f"/v1/payment_intents/{intent['id']}")
    assert done["status"] == status
    place = urlsplit(page.left_for)
    assert f"{place.scheme}://{place.netloc}{place.path}#{place.fragment}" == (
        "http://shop.localhost:9/back#paid"
    )
    assert parse_qs(place.query) == {
        "order": ["7"],
        "payment_intent": [intent["id"]],
        "payment_intent_client_secret": [intent["client_secret"]],
        "redirect_status": [told],
    }
    again = Visitor(intent["next_action"]["redirect_to_url"]["url"])
    assert again.forms == []


def test_a_card_that_is_declined_after_its_challenge_failed(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#three-ds-cards"""
    name = "pm_card_threeDSecureRequiredChargeDeclined"
    intent = pay(account, name, return_url=BACK)
    page = Visitor(intent["next_action"]["redirect_to_url"]["url"]).press("complete")
    assert "redirect_status=failed" in page.left_for


def test_a_challenge_in_a_frame_says_that_it_is_over(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action-use_stripe_sdk"""
    intent = pay(account, "pm_card_threeDSecure2Required")
    url = intent["next_action"]["use_stripe_sdk"]["stripe_js"]
    policy = httpx.get(url).headers["content-security-policy"]
    assert "frame-ancestors 'self' http://localhost:*" in policy
    page = Visitor(url).press("complete")
    assert "All done" in page.text
    assert account.fetch(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"


@pytest.mark.parametrize(("answer", "told"), [("complete", "succeeded"), ("fail", "failed")])
def test_a_card_is_set_up_after_its_challenge(account: Account, answer: str, told: str) -> None:
    """Source: https://docs.stripe.com/payments/save-and-reuse?platform=web"""
    form: Any = {"payment_method": "pm_card_threeDSecure2Required", "confirm": True}
    form |= {"allowed_payment_method_types": ["card"], "return_url": BACK}
    intent = account.client.v1.setup_intents.create(form)
    assert intent.next_action is not None
    url: Any = intent.next_action["redirect_to_url"]["url"]
    page = Visitor(url).press(answer)
    told_of = parse_qs(urlsplit(page.left_for).query)
    assert told_of["setup_intent"] == [intent.id]
    assert told_of["setup_intent_client_secret"] == [intent.client_secret]
    assert told_of["redirect_status"] == [told]


@pytest.mark.parametrize(("answer", "status"), [
    ("complete", "succeeded"), ("fail", "requires_payment_method"),
])  # fmt: skip
def test_a_redirect_based_method_is_authorized(account: Account, answer: str, status: str) -> None:
    """Source: https://docs.stripe.com/payments/ideal/accept-a-payment"""
    form: Any = {
        "amount": 2000, "currency": "eur", "confirm": True, "return_url": BACK,
        "allowed_payment_method_types": ["ideal"], "payment_method_data": {"type": "ideal"},
    }  # fmt: skip
    intent = account.client.v1.payment_intents.create(form)
    assert intent.next_action is not None
    url: Any = intent.next_action["redirect_to_url"]["url"]
    page = Visitor(url)
    assert "iDEAL asks whether you pay €20.00" in page.text
    assert page.press(answer).left_for
    assert account.client.v1.payment_intents.retrieve(intent.id).status == status


def test_who_guesses_an_address_finds_nothing(account: Account) -> None:
    """Ours: the address is the secret."""
    intent = pay(account, "pm_card_threeDSecure2Required", return_url=BACK)
    url = intent["next_action"]["redirect_to_url"]["url"]
    guessed = Visitor(url.replace("source=src_", "source=src_x"))
    assert guessed.forms == []
    form = Visitor(url).forms[0].fields
    answer = httpx.post(guessed.answer.url, data=form | {"do": "complete"})
    assert "out of date" in answer.text
    assert httpx.get(f"{account.url}/3d_secure_2/hosted?intent=pi_x").status_code == 404
    assert account.fetch(f"/v1/payment_intents/{intent['id']}")["status"] == "requires_action"


def test_a_receipt_tells_what_was_paid_and_given_back(account: Account) -> None:
    """Source: https://docs.stripe.com/receipts"""
    intent = pay(account, "pm_card_visa", description="Order <7>")
    charge = account.fetch(f"/v1/charges/{intent['latest_charge']}")
    page = Visitor(charge["receipt_url"])
    assert "Amount paid $20.00" in page.text
    assert "Order <7>" in page.text
    assert "Visa •••• 4242" in page.text
    account.client.v1.refunds.create({"charge": charge["id"], "amount": 500})
    assert "Refunded -$5.00 Total paid $15.00" in page.open(charge["receipt_url"]).text
    assert httpx.get(charge["receipt_url"] + "x").status_code == 404


def test_a_transfer_says_where_to_send_the_money(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/bank-transfers/accept-a-payment"""
    customer = account.client.v1.customers.create().id
    form: Any = {
        "amount": 2000, "currency": "usd", "customer": customer, "confirm": True,
        "allowed_payment_method_types": ["customer_balance"],
        "payment_method_data": {"type": "customer_balance"},
        "payment_method_options": {"customer_balance": {
            "funding_type": "bank_transfer", "bank_transfer": {"type": "us_bank_transfer"}}},
    }  # fmt: skip
    intent = account.client.v1.payment_intents.create(form)
    assert intent.next_action is not None
    shown: Any = intent.next_action["display_bank_transfer_instructions"]
    page = Visitor(shown["hosted_instructions_url"])
    assert f"Send $20.00 with the reference {shown['reference']}." in page.text
    number = shown["financial_addresses"][0]["aba"]["account_number"]
    assert f"Account number: {number}" in page.text
