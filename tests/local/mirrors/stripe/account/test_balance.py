"""The balance, its transactions, and payouts.

Source: https://docs.stripe.com/api/balance
"""

from typing import Any

import pytest

from mirra_mcp.local.mirrors.stripe.api.pricing.money import decimals, fee_of, show
from tests.local.mirrors.stripe.client import NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import pay, refused

DAY = 86400


def sums(account: Account, currency: str = "usd") -> tuple[int, int]:
    """Return what is available and what is pending."""
    balance = plain(account.client.v1.balance.retrieve())
    parts = {
        part: {each["currency"]: each["amount"] for each in balance[part]}
        for part in ("available", "pending")
    }
    return parts["available"].get(currency, 0), parts["pending"].get(currency, 0)


def test_an_empty_balance_is_zero(account: Account) -> None:
    """Source: https://docs.stripe.com/api/balance/balance_object"""
    balance = account.fetch("/v1/balance")
    assert balance["object"] == "balance"
    assert balance["livemode"] is False
    zero = [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]
    assert balance["available"] == balance["pending"] == zero


def test_a_payment_is_booked_with_stripes_fee(account: Account) -> None:
    """Source: https://docs.stripe.com/api/balance_transactions/object and https://stripe.com/pricing"""
    intent = pay(account, description="Shoes")
    found = account.fetch(f"/v1/balance_transactions?source={intent['latest_charge']}")["data"]
    assert found == [
        {
            "id": found[0]["id"],
            "object": "balance_transaction",
            "amount": 2000,
            "available_on": NOW - NOW % DAY + 2 * DAY,
            "created": NOW,
            "currency": "usd",
            "description": "Shoes",
            "exchange_rate": None,
            "fee": 88,
            "fee_details": [
                {
                    "amount": 88,
                    "application": None,
                    "currency": "usd",
                    "description": "Stripe processing fees",
                    "type": "stripe_fee",
                }
            ],
            "net": 1912,
            "reporting_category": "charge",
            "source": intent["latest_charge"],
            "status": "pending",
            "type": "charge",
        }
    ]
    assert account.client.v1.balance_transactions.retrieve(found[0]["id"]).net == 1912


@pytest.mark.parametrize(
    ("amount", "currency", "fee"),
    [(1000, "usd", 59), (100, "usd", 33), (5000, "jpy", 145), (10000, "kwd", 590)],
)
def test_the_fee_is_2_9_percent_and_30_cents(amount: int, currency: str, fee: int) -> None:
    """Source: https://stripe.com/pricing"""
    assert fee_of(amount, currency) == fee


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1099, "usd", "$10.99"),
        (500, "jpy", "¥500"),
        (1234560, "eur", "€12,345.60"),
        (1500, "kwd", "1.500 kwd"),
    ],
)
def test_amounts_are_written_in_their_currency(amount: int, currency: str, shown: str) -> None:
    """Source: https://docs.stripe.com/currencies"""
    assert show(amount, currency) == shown
    assert decimals("jpy") == 0


def test_pending_money_becomes_available(account: Account) -> None:
    """Source: https://docs.stripe.com/payouts#settlement-timing"""
    pay(account)
    pay(account, currency="eur")
    assert sums(account) == (0, 1912)
    account.advance("3 days")
    assert sums(account) == (1912, 0)
    assert sums(account, "eur") == (1912, 0)
    told = account.events("balance.available")
    assert len(told) == 1
    assert told[0]["data"]["object"]["object"] == "balance"
    listed = account.client.v1.balance_transactions.list({"type": "charge", "currency": "eur"})
    assert [each.status for each in listed.data] == ["available"]


def test_money_is_paid_out(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payouts/create"""
    pay(account, "pm_card_bypassPending")
    payouts = account.client_for(OLD).v1.payouts
    error = refused(payouts.create, {"amount": 1913, "currency": "usd"})
    assert error["code"] == "balance_insufficient"
    made = plain(payouts.create({"amount": 1000, "currency": "usd", "metadata": {"a": "1"}}))
    assert made == {
        "id": made["id"],
        "object": "payout",
        "amount": 1000,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": NOW - NOW % DAY + 2 * DAY,
        "automatic": False,
        "balance_transaction": made["balance_transaction"],
        "created": NOW,
        "currency": "usd",
        "description": None,
        "destination": made["destination"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {"a": "1"},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "type": "bank_account",
    }
    assert sums(account) == (912, 0)
    account.advance("3 days")
    assert payouts.retrieve(made["id"]).status == "paid"
    assert [each for each in account.types() if each.startswith("payout")] == [
        "payout.created",
        "payout.paid",
    ]


def test_a_payout_is_canceled_while_it_waits(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payouts/cancel"""
    pay(account, "pm_card_bypassPending")
    payouts = account.client.v1.payouts
    made = payouts.create({"amount": 1000, "currency": "usd"})
    gone = payouts.cancel(made.id)
    assert gone.status == "canceled"
    assert gone.failure_balance_transaction
    assert sums(account) == (1912, 0)
    assert "only be canceled while they are pending" in refused(payouts.cancel, made.id)["message"]
    account.advance("3 days")
    assert "payout.paid" not in account.types()


def test_a_paid_payout_is_taken_back(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payouts/reverse"""
    pay(account, "pm_card_bypassPending")
    payouts = account.client.v1.payouts
    made = payouts.create({"amount": 1000, "currency": "usd"})
    assert "only be reversed once" in refused(payouts.reverse, made.id)["message"]
    account.simulate("payout.paid")
    back = payouts.reverse(made.id)
    assert (back.amount, back.original_payout) == (-1000, made.id)
    assert payouts.retrieve(made.id).reversed_by == back.id
    changed = payouts.update(made.id, {"metadata": {"a": "1"}})
    assert plain(changed.metadata) == {"a": "1"}


def test_a_bank_can_refuse_a_payout(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payouts/failures"""
    pay(account, "pm_card_bypassPending")
    payouts = account.client.v1.payouts
    made = payouts.create({"amount": 1000, "currency": "usd"})
    account.simulate("payout.failed", failureCode="account_closed")
    failed = payouts.retrieve(made.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert failed.failure_message == "The bank account has been closed."
    assert sums(account) == (1912, 0)
    assert account.types()[-1] == "payout.failed"
    assert [each.id for each in payouts.list({"status": "failed"}).data] == [made.id]
    wanted: Any = {"arrival_date": {"gt": NOW + 30 * DAY}}
    assert payouts.list(wanted).data == []


def test_stripe_pays_out_what_is_available(account: Account) -> None:
    """Source: https://docs.stripe.com/payouts/reconciliation"""
    intent = pay(account, "pm_card_bypassPending")
    made = account.simulate("payout.created")["result"]
    assert (made["amount"], made["automatic"]) == (1912, True)
    inside = account.client.v1.balance_transactions.list({"payout": made["id"]}).data
    assert intent["latest_charge"] in [each.source for each in inside]
    account.simulate("payout.paid")
    assert account.types()[-2:] == ["payout.paid", "payout.reconciliation_completed"]
    done = account.fetch(f"/v1/payouts/{made['id']}")
    assert done["reconciliation_status"] == "completed"
