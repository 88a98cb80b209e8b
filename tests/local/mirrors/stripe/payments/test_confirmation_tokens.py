"""Confirmation tokens and bank transfers: payments that the payer's side begins.

Source: https://docs.stripe.com/api/confirmation_tokens
"""

from typing import Any

from tests.local.mirrors.stripe.client import NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import (
    CARDS_ONLY,
    charge_of,
    new_customer,
    pay,
    refused,
)


def token(account: Account, **more: Any) -> str:
    """Let a payer choose a card, and return the token."""
    form: Any = {"payment_method": "pm_card_visa"} | more
    return account.client.v1.test_helpers.confirmation_tokens.create(form).id


def test_a_token_previews_what_the_payer_chose(account: Account) -> None:
    """Source: https://docs.stripe.com/api/confirmation_tokens/object"""
    made = account.fetch(f"/v1/confirmation_tokens/{token(account)}")
    preview = made.pop("payment_method_preview")
    assert (preview["type"], preview["card"]["last4"]) == ("card", "4242")
    assert "id" not in preview
    assert made == {
        "id": made["id"],
        "object": "confirmation_token",
        "created": NOW,
        "expires_at": NOW + 12 * 3600,
        "livemode": False,
        "mandate_data": None,
        "payment_intent": None,
        "payment_method_options": None,
        "return_url": None,
        "setup_future_usage": None,
        "setup_intent": None,
        "shipping": None,
        "use_stripe_sdk": True,
    }


def test_a_token_confirms_a_payment_once(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/finalize-payments-on-the-server"""
    chosen = token(account, return_url="https://acme.com/done")
    intents = account.client.v1.payment_intents
    form: Any = {"amount": 2000, "currency": "usd", "confirm": True}
    done = intents.create(form | {"confirmation_token": chosen})
    assert done.status == "succeeded"
    assert account.fetch(f"/v1/confirmation_tokens/{chosen}")["payment_intent"] == done.id
    error = refused(intents.create, form | {"confirmation_token": chosen})
    assert error["param"] == "confirmation_token"
    error = refused(intents.create, form | {"confirmation_token": "ctoken_no"})
    assert error["message"] == "No such ConfirmationToken: 'ctoken_no'"
    both = {"confirmation_token": token(account), "payment_method": "pm_card_visa"}
    assert "only specify one of these" in refused(intents.create, form | both)["message"]


def test_a_token_can_save_the_card_for_later(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/finalize-payments-on-the-server"""
    customer = new_customer(account)
    made = account.client_for(OLD).v1.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "customer": customer,
            "automatic_payment_methods": CARDS_ONLY,  # type: ignore[typeddict-item]  # a constant
        }
    )
    chosen = token(account, setup_future_usage="off_session")
    done = account.client.v1.payment_intents.confirm(made.id, {"confirmation_token": chosen})
    assert (done.status, done.setup_future_usage) == ("succeeded", "off_session")
    assert account.fetch(f"/v1/payment_methods/{done.payment_method}")["customer"] == customer


def test_a_token_sets_a_card_up(account: Account) -> None:
    """Source: https://docs.stripe.com/api/setup_intents/create"""
    chosen = token(account, return_url="https://acme.com/done")
    form: Any = {"confirm": True, "confirmation_token": chosen}
    done = account.client.v1.setup_intents.create(form)
    assert done.status == "succeeded"
    assert account.fetch(f"/v1/confirmation_tokens/{chosen}")["setup_intent"] == done.id


def test_a_token_expires(account: Account) -> None:
    """Source: https://docs.stripe.com/api/confirmation_tokens/object (expires_at)"""
    chosen = token(account, return_url="https://acme.com/done")
    account.advance("13 hours")
    form: Any = {"confirm": True, "confirmation_token": chosen}
    assert "expired" in refused(account.client.v1.setup_intents.create, form)["message"]


def test_a_bank_transfer_comes_in_by_parts(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/bank-transfers/accept-a-payment"""
    customer = new_customer(account)
    method = account.client.v1.payment_methods.create({"type": "customer_balance"}).id
    types = ["customer_balance"]
    intent = pay(account, method, customer=customer, payment_method_types=types)
    assert intent["status"] == "requires_action"
    shown = intent["next_action"]["display_bank_transfer_instructions"]
    assert (shown["amount_remaining"], shown["type"]) == (2000, "us_bank_transfer")
    told = account.simulate("payment_intent.partially_funded", amount=1500)
    moved = "customer_cash_balance_transaction.created"
    types = [each["type"] for each in told["webhooks"]]
    assert types == [moved, moved, "payment_intent.partially_funded"]
    left = told["result"]["next_action"]["display_bank_transfer_instructions"]
    assert left["amount_remaining"] == 500
    account.simulate("payment_intent.partially_funded", amount=500)
    done = account.fetch(f"/v1/payment_intents/{intent['id']}")
    assert done["status"] == "succeeded"
    kind = plain(charge_of(account, done))["payment_method_details"]["type"]
    assert kind == "customer_balance"
