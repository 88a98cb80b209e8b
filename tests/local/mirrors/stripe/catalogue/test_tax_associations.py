"""Taxes that are recorded along with a payment: hooks, associations, transactions.

Source: https://docs.stripe.com/tax/payment-intent
"""

from typing import Any

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.catalogue.test_tax import BERLIN, calculated, set_up
from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.payments.paying import CARDS_ONLY, refused


def paid(account: Account, calculation: str | None, **more: Any) -> Any:
    """Pay $11.90 along with a calculation."""
    form: Any = {
        "amount": 1190,
        "currency": "usd",
        "automatic_payment_methods": CARDS_ONLY,
        "payment_method": "pm_card_visa",
        "confirm": True,
        **more,
    }
    if calculation:
        form["hooks"] = {"inputs": {"tax": {"calculation": calculation}}}
    return account.client.v1.payment_intents.create(form)


def attempts(account: Account, intent: str) -> list[Doc]:
    """What was recorded for a payment."""
    found = account.client.v1.tax.associations.find({"payment_intent": intent})
    assert (found.object, found.payment_intent) == ("tax.association", intent)
    told: list[Doc] = plain(found)["tax_transaction_attempts"]
    return told


def test_taxes_are_recorded_when_a_payment_succeeds_and_taken_back_with_refunds(
    account: Account,
) -> None:
    """Source: https://docs.stripe.com/tax/payment-intent"""
    set_up(account, "DE")
    calculation = calculated(account, BERLIN)
    assert calculation.amount_total == 1190
    intent = paid(account, calculation.id)
    assert plain(intent)["hooks"] == {"inputs": {"tax": {"calculation": calculation.id}}}
    (sold,) = attempts(account, intent.id)
    assert (sold["source"], sold["status"]) == (intent.id, "committed")
    assert "errored" not in sold
    transactions = account.client.v1.tax.transactions
    made = transactions.retrieve(sold["committed"]["transaction"], {"expand": ["line_items"]})
    (line,) = plain(made)["line_items"]["data"]
    assert (made.reference, line["amount"], line["amount_tax"]) == (intent.id, 1000, 190)

    refunds = account.client.v1.refunds
    part = refunds.create({"payment_intent": intent.id, "amount": 119})
    rest = refunds.create({"payment_intent": intent.id})
    _, first, second = attempts(account, intent.id)
    assert (first["source"], second["source"]) == (part.id, rest.id)
    back = [
        plain(transactions.retrieve(each["committed"]["transaction"], {"expand": ["line_items"]}))
        for each in (first, second)
    ]
    lines = [each["line_items"]["data"][0] for each in back]
    assert [(each["amount"], each["amount_tax"]) for each in lines] == [(-100, -19), (-900, -171)]
    assert {each["type"] for each in back} == {"reversal"}
    assert [each["reference"] for each in back] == [part.id, rest.id]


def test_nothing_is_recorded_before_the_money_is_there(account: Account) -> None:
    """Source: https://docs.stripe.com/changelog/clover/2025-11-17/payment-intents-tax-support"""
    set_up(account, "DE")
    first, second = (calculated(account, BERLIN).id for _ in range(2))
    held = paid(account, first, capture_method="manual")
    assert attempts(account, held.id) == []
    hooks: Any = {"hooks": {"inputs": {"tax": {"calculation": second}}}}
    account.client.v1.payment_intents.capture(held.id, hooks)
    found = account.client.v1.tax.associations.find({"payment_intent": held.id})
    assert found.calculation == second
    assert [each["status"] for each in attempts(account, held.id)] == ["committed"]

    debit: Any = {
        "amount": 1190,
        "currency": "usd",
        "allowed_payment_method_types": ["us_bank_account"],
        "payment_method": "pm_usBankAccount_success",
        "confirm": True,
        "hooks": {"inputs": {"tax": {"calculation": first}}},
    }
    slow = account.client.v1.payment_intents.create(debit)
    refund = account.client.v1.refunds.create({"payment_intent": slow.id, "amount": 119})
    assert attempts(account, slow.id) == []
    account.advance("1 minute")
    assert [each["source"] for each in attempts(account, slow.id)] == [slow.id, refund.id]


def test_a_payment_lets_its_calculation_go(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/update (hooks)"""
    set_up(account, "DE")
    form: Any = {"amount": 1190, "currency": "usd"}
    form["hooks"] = {"inputs": {"tax": {"calculation": calculated(account, BERLIN).id}}}
    intents = account.client.v1.payment_intents
    intent = intents.create(form)
    assert attempts(account, intent.id) == []
    none: Any = {"hooks": {"inputs": {"tax": {"calculation": ""}}}}
    assert "hooks" not in plain(intents.update(intent.id, none))
    intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": "https://a.io"})
    gone = refused(lambda: account.client.v1.tax.associations.find({"payment_intent": intent.id}))
    assert (gone["code"], gone["param"]) == ("resource_missing", "payment_intent")


@pytest.mark.parametrize(
    "reason",
    ["another_payment_associated_with_calculation", "calculation_expired", "currency_mismatch"],
)
def test_what_cannot_be_recorded_says_why(account: Account, reason: str) -> None:
    """Source: https://docs.stripe.com/api/tax/associations/object"""
    set_up(account, "DE")
    calculation = calculated(account, BERLIN).id
    if reason.startswith("another"):
        paid(account, calculation)
    if reason == "calculation_expired":
        account.advance("91d")
    more = {"currency": "eur"} if reason == "currency_mismatch" else {}
    intent = paid(account, calculation, **more)
    assert intent.status == "succeeded"
    (tried,) = attempts(account, intent.id)
    assert (tried["status"], tried["errored"]) == ("errored", {"reason": reason})
    account.client.v1.refunds.create({"payment_intent": intent.id})
    assert len(attempts(account, intent.id)) == 1  # nothing to take back


def test_an_unknown_calculation_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/create (hooks)"""
    answer = refused(lambda: paid(account, "taxcalc_none"))
    assert answer["code"] == "resource_missing"
    assert answer["param"] == "hooks[inputs][tax][calculation]"
    assert account.client.v1.payment_intents.list().data == []
