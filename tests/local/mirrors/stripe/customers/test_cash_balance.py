"""Customers' cash balances: transfers that come in, and the payments that take them."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain


def payer(account: Account, mode: Any = None) -> str:
    """Make a customer, maybe one whose transfers aren't matched by themselves."""
    form: Any = {"name": "Ada"}
    if mode:
        form["cash_balance"] = {"settings": {"reconciliation_mode": mode}}
    return account.client.v1.customers.create(form).id


def awaiting(account: Account, customer: str, amount: int = 1000) -> Any:
    """Confirm a payment by bank transfer."""
    form: Any = {
        "amount": amount,
        "currency": "usd",
        "customer": customer,
        "allowed_payment_method_types": ["customer_balance"],
        "payment_method_data": {"type": "customer_balance"},
        "payment_method_options": {
            "customer_balance": {
                "funding_type": "bank_transfer",
                "bank_transfer": {"type": "us_bank_transfer"},
            }
        },
        "confirm": True,
    }
    return account.client.v1.payment_intents.create(form)


def fund(account: Account, customer: str, amount: int, **more: Any) -> Any:
    """Let a transfer come in."""
    form: Any = {"amount": amount, "currency": "usd", **more}
    return account.client.v1.test_helpers.customers.fund_cash_balance(customer, form)


def held(account: Account, customer: str) -> Any:
    """What a customer's cash balance holds."""
    return plain(account.client.v1.customers.cash_balance.retrieve(customer))["available"]


def test_a_transfer_pays_what_waits_for_it_and_the_rest_stays(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/customer-balance/reconciliation"""
    ada = payer(account)
    assert held(account, ada) is None
    intent = awaiting(account, ada)
    action = plain(intent)["next_action"]["display_bank_transfer_instructions"]
    assert (intent.status, action["amount_remaining"]) == ("requires_action", 1000)
    assert [each["type"] for each in action["financial_addresses"]] == ["aba", "swift"]
    made = fund(account, ada, 400)
    assert (made.type, made.net_amount, made.ending_balance) == ("funded", 400, 400)
    intents = account.client.v1.payment_intents
    part = plain(intents.retrieve(intent.id))
    shown = part["next_action"]["display_bank_transfer_instructions"]
    assert (part["status"], shown["amount_remaining"]) == ("requires_action", 600)
    assert held(account, ada) == {"usd": 0}
    fund(account, ada, 700)
    paid = intents.retrieve(intent.id)
    assert (paid.status, paid.amount_received) == ("succeeded", 1000)
    assert held(account, ada) == {"usd": 100}
    rows = account.client.v1.customers.cash_balance_transactions.list(ada).data
    assert [(row.type, row.net_amount) for row in rows] == [
        ("applied_to_payment", -600),
        ("funded", 700),
        ("applied_to_payment", -400),
        ("funded", 400),
    ]
    types = account.types()
    assert types.count("customer_cash_balance_transaction.created") == 4
    assert types.count("cash_balance.funds_available") == 1
    assert types.count("payment_intent.partially_funded") == 1
    at_once = awaiting(account, ada, 80)
    assert (at_once.status, held(account, ada)) == ("succeeded", {"usd": 20})
    refund = account.client.v1.refunds.create({"payment_intent": at_once.id})
    assert (refund.amount, held(account, ada)) == (80, {"usd": 100})
    assert account.call("DELETE", f"/v1/customers/{ada}").status_code == 400


def test_a_transfer_goes_to_what_its_reference_or_its_sum_names(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/customer-balance/reconciliation"""
    ada = payer(account)
    first, second, third = (awaiting(account, ada, sum) for sum in (500, 700, 900))
    reference = plain(third)["next_action"]["display_bank_transfer_instructions"]["reference"]
    intents = account.client.v1.payment_intents
    fund(account, ada, 900, reference=reference)
    assert intents.retrieve(third.id).status == "succeeded"
    fund(account, ada, 700)
    assert intents.retrieve(second.id).status == "succeeded"
    assert intents.retrieve(first.id).status == "requires_action"


def test_with_manual_reconciliation_payments_take_what_they_are_told_to(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/customer-balance/reconciliation"""
    ada = payer(account, "manual")
    settings = account.client.v1.customers.cash_balance.retrieve(ada).settings
    assert (settings.reconciliation_mode, settings.using_merchant_default) == ("manual", False)
    intent = awaiting(account, ada)
    fund(account, ada, 800)
    assert (held(account, ada), intent.status) == ({"usd": 800}, "requires_action")
    intents = account.client.v1.payment_intents
    with pytest.raises(stripe.InvalidRequestError, match="isn't enough"):
        intents.apply_customer_balance(intent.id, {"amount": 900})
    part = plain(intents.apply_customer_balance(intent.id, {"amount": 300}))
    assert part["next_action"]["display_bank_transfer_instructions"]["amount_remaining"] == 700
    intents.cancel(intent.id)
    assert held(account, ada) == {"usd": 800}
    last = account.client.v1.customers.cash_balance_transactions.list(ada).data[0]
    assert (last.type, last.net_amount) == ("unapplied_from_payment", 300)
    form: Any = {"settings": {"reconciliation_mode": "merchant_default"}}
    kept = account.client.v1.customers.cash_balance.update(ada, form).settings
    assert (kept.reconciliation_mode, kept.using_merchant_default) == ("automatic", True)


def test_an_invoice_is_paid_by_a_transfer(account: Account) -> None:
    """Source: https://docs.stripe.com/invoicing/bank-transfer"""
    client, ada = account.client.v1, payer(account)
    form: Any = {
        "customer": ada,
        "collection_method": "send_invoice",
        "days_until_due": 30,
        "payment_settings": {"payment_method_types": ["customer_balance"]},
    }
    bills = []
    for amount in (1500, 2000):
        bill = client.invoices.create(form)
        client.invoice_items.create(
            {"customer": ada, "invoice": bill.id, "amount": amount, "currency": "usd"}
        )
        bills.append(client.invoices.send_invoice(bill.id))
    fund(account, ada, 2000, reference=bills[1].number)
    assert [client.invoices.retrieve(bill.id).status for bill in bills] == ["open", "paid"]
    assert "invoice.paid" in account.types()
    fund(account, ada, 1000)
    assert client.invoices.retrieve(bills[0].id).status == "open"
    fund(account, ada, 500)
    assert client.invoices.retrieve(bills[0].id).status == "paid"


@pytest.mark.parametrize(
    ("currency", "kind", "address"),
    [
        ("usd", "us", "aba"),
        ("eur", "eu", "iban"),
        ("gbp", "gb", "sort_code"),
        ("jpy", "jp", "zengin"),
        ("mxn", "mx", "spei"),
    ],
)
def test_funding_instructions_name_an_account_of_the_customers_own(
    account: Account, currency: str, kind: str, address: str
) -> None:
    """Source: https://docs.stripe.com/api/customers/create_funding_instructions"""
    transfer: Any = {"type": f"{kind}_bank_transfer"}
    if kind == "eu":
        transfer["eu_bank_transfer"] = {"country": "DE"}
    form: Any = {
        "funding_type": "bank_transfer",
        "currency": currency,
        "bank_transfer": transfer,
        "expand": [],
    }
    asked = account.client.v1.customers.funding_instructions
    ada, ben = payer(account), payer(account)
    shown = [plain(asked.create(each, form))["bank_transfer"] for each in (ada, ada, ben)]
    assert shown[0]["financial_addresses"][0]["type"] == address
    assert shown[0] == shown[1] != shown[2]
    wrong = f"funding_type=bank_transfer&currency=chf&bank_transfer[type]={kind}_bank_transfer"
    told = account.refused(400, "POST", f"/v1/customers/{ada}/funding_instructions", wrong)
    assert told["param"] == "currency"


def test_a_transfer_is_simulated(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/bank-transfers"""
    ada = payer(account)
    told = account.simulate("cash_balance.funds_available", amount=500, customer=ada)
    types = [each["type"] for each in told["webhooks"]]
    assert types == ["customer_cash_balance_transaction.created", "cash_balance.funds_available"]
    assert held(account, ada) == {"usd": 500}
