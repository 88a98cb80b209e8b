"""Payment intents: created, changed, confirmed, canceled, listed, searched.

Source: https://docs.stripe.com/api/payment_intents
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import (
    CARDS_ONLY,
    charge_of,
    declined,
    new_customer,
    pay,
    refused,
    saved_card,
)

CARD_OPTIONS = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}


def test_a_new_intent_has_every_documented_field(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/create"""
    form: Any = {"amount": 1099, "currency": "USD", "payment_method_types": ["card"]}
    made = plain(account.client_for(OLD).v1.payment_intents.create(form))
    secret = made.pop("client_secret")
    assert secret.startswith(f"{made['id']}_secret_")
    assert made == {
        "id": made["id"],
        "object": "payment_intent",
        "amount": 1099,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": NOW,
        "currency": "usd",
        "customer": None,
        "description": None,
        "invoice": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": CARD_OPTIONS},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    assert account.types() == ["payment_intent.created"]


def test_the_dashboards_payment_methods_are_the_default(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/create (automatic_payment_methods)"""
    made = account.client.v1.payment_intents.create({"amount": 500, "currency": "eur"})
    assert plain(made.automatic_payment_methods) == {"allow_redirects": "always", "enabled": True}
    assert made.payment_method_types == ["card", "link"]


def test_the_newest_version_narrows_payment_methods_by_another_name(account: Account) -> None:
    """Source: https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents"""
    made = account.client_for(NEW).v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "usd",
            "allowed_payment_method_types": ["card"],
            "payment_method": "pm_card_visa",
            "confirm": True,
        }
    )
    assert made.status == "succeeded"
    assert made.payment_method_types == made.allowed_payment_method_types == ["card"]


def test_a_payment_succeeds_and_tells_so_in_order(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/payment-intents/asynchronous-capture"""
    customer = new_customer(account)
    before = len(account.types())
    more = {"description": "Shoes", "metadata": {"order": "7"}, "receipt_email": "a@acme.com"}
    intent = pay(account, saved_card(account, customer), customer=customer, **more)
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 2000)
    charge = charge_of(account, intent)
    assert charge["payment_intent"] == intent["id"]
    assert charge["amount_captured"] == 2000
    assert charge["paid"]
    assert charge["captured"]
    for name, value in more.items():
        assert charge[name] == value
    assert account.types(before) == [
        "payment_method.attached",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]
    told = account.events("charge.succeeded")[0]["data"]["object"]
    assert told["balance_transaction"] is None
    updated = account.events("charge.updated")[0]["data"]
    assert updated["previous_attributes"] == {"balance_transaction": None}
    assert updated["object"]["balance_transaction"] == charge["balance_transaction"]


def test_synchronous_capture_books_the_charge_at_once(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/payment-intents/asynchronous-capture"""
    pay(account, capture_method="automatic")
    assert account.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert account.events("charge.succeeded")[0]["data"]["object"]["balance_transaction"]


def test_an_intent_is_built_up_step_by_step(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/paymentintents/lifecycle"""
    intents = account.client_for(OLD).v1.payment_intents
    form: Any = {"amount": 700, "currency": "usd", "payment_method_types": ["card"]}
    made = intents.create(form)
    assert made.status == "requires_payment_method"
    changed = intents.update(
        made.id, {"amount": 900, "payment_method": "pm_card_visa", "metadata": {"a": "1"}}
    )
    assert (changed.status, changed.amount) == ("requires_confirmation", 900)
    assert plain(changed.metadata) == {"a": "1"}
    done = intents.confirm(made.id)
    assert (done.status, done.amount_received) == ("succeeded", 900)
    assert account.types()[0] == "payment_intent.created"
    assert "payment_intent.updated" not in account.types()


def test_a_decline_keeps_the_intent_and_can_be_tried_again(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/paymentintents/lifecycle"""
    error = declined(account, "pm_card_visa_chargeDeclinedInsufficientFunds")
    intent = error["payment_intent"]
    assert error["message"] == "Your card has insufficient funds."
    assert error["advice_code"] == "try_again_later"
    assert intent["payment_method"] is None
    last = intent["last_payment_error"]
    assert (last["code"], last["decline_code"]) == ("card_declined", "insufficient_funds")
    assert last["payment_method"]["object"] == "payment_method"
    assert last["charge"] == intent["latest_charge"] == error["charge"]
    again = account.client_for(OLD).v1.payment_intents.confirm(
        intent["id"], {"payment_method": "pm_card_visa"}
    )
    assert (again.status, again.last_payment_error) == ("succeeded", None)
    assert account.types() == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]
    tries = account.client.v1.charges.list({"payment_intent": intent["id"]}).data
    assert [each.status for each in tries] == ["succeeded", "failed"]


@pytest.mark.parametrize(
    ("form", "code", "param", "message"),
    [
        ({"amount": 0, "currency": "usd"}, "parameter_invalid_integer", "amount", None),
        ({"currency": "usd"}, "parameter_missing", "amount", "Missing required param: amount."),
        ({"amount": 500}, "parameter_missing", "currency", "Missing required param: currency."),
        (
            {"amount": 49, "currency": "usd"},
            "amount_too_small",
            "amount",
            "Amount must be at least $0.50 usd",
        ),
        (
            {"amount": 49, "currency": "jpy"},
            "amount_too_small",
            "amount",
            "Amount must be at least ¥50 jpy",
        ),
        (
            {"amount": 100000000, "currency": "usd"},
            "amount_too_large",
            "amount",
            "Amount must be no more than $999,999.99",
        ),
        ({"amount": "9.5", "currency": "usd"}, "parameter_invalid_integer", "amount", None),
    ],
)
def test_bad_amounts_are_refused(
    account: Account, form: Any, code: str, param: str, message: str | None
) -> None:
    """Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts"""
    error = account.refused(400, "POST", "/v1/payment_intents", form)
    assert (error["code"], error["param"]) == (code, param)
    assert message in (None, error["message"])


def test_an_unknown_currency_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/currencies"""
    form = {"amount": 500, "currency": "xxx"}
    error = account.refused(400, "POST", "/v1/payment_intents", form)
    assert error["message"].startswith("Invalid currency: xxx. Stripe currently supports these")
    assert error["param"] == "currency"


@pytest.mark.parametrize(("amount", "currency"), [(50, "jpy"), (1230, "kwd"), (30, "gbp")])
def test_currencies_have_their_own_smallest_units(
    account: Account, amount: int, currency: str
) -> None:
    """Source: https://docs.stripe.com/currencies#zero-decimal"""
    assert pay(account, amount=amount, currency=currency)["amount_received"] == amount


def test_three_decimal_amounts_end_in_zero(account: Account) -> None:
    """Source: https://docs.stripe.com/currencies#three-decimal"""
    form = {"amount": 1234, "currency": "kwd"}
    assert account.refused(400, "POST", "/v1/payment_intents", form)["param"] == "amount"


def test_confirming_needs_a_way_back_and_a_payment_method(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes"""
    intents = account.client.v1.payment_intents
    form: Any = {"amount": 500, "currency": "usd", "confirm": True}
    error = refused(intents.create, form)
    assert (error["code"], error["status"]) == ("payment_intent_unexpected_state", 400)
    assert "missing a payment method" in error["message"]
    error = refused(intents.create, form | {"payment_method": "pm_card_visa"})
    assert "you must provide a `return_url`" in error["message"]
    assert account.types() == []
    back = {"payment_method": "pm_card_visa", "return_url": "https://acme.com/done"}
    assert intents.create(form | back).status == "succeeded"


def test_contradicting_parameters_are_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/create"""
    intents = account.client_for(OLD).v1.payment_intents
    form: Any = {"amount": 500, "currency": "usd"}
    both = {"automatic_payment_methods": CARDS_ONLY, "payment_method_types": ["card"]}
    assert "only specify one of these" in refused(intents.create, form | both)["message"]
    unconfirmed = refused(intents.create, form | {"off_session": True})
    assert unconfirmed["param"] == "off_session"


def test_what_has_happened_can_not_be_undone(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes (payment_intent_unexpected_state)"""
    intents, intent = account.client_for(OLD).v1.payment_intents, pay(account)
    for call, args, words in (
        (intents.confirm, (), "has already succeeded after being previously confirmed"),
        (intents.cancel, (), "You cannot cancel this PaymentIntent because it has a status of suc"),
        (intents.capture, (), "could not be captured because it has already been captured"),
        (intents.update, ({"amount": 900},), "amount could not be updated because"),
    ):
        error = refused(call, intent["id"], *args)
        assert error["code"] == "payment_intent_unexpected_state"
        assert words in error["message"]
        assert error["payment_intent"]["id"] == intent["id"]


def test_an_intent_is_canceled_with_a_reason(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/cancel"""
    intents = account.client.v1.payment_intents
    made = intents.create({"amount": 500, "currency": "usd"})
    gone = intents.cancel(made.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")
    assert gone.canceled_at == NOW
    assert account.types() == ["payment_intent.created", "payment_intent.canceled"]
    assert "status of canceled" in refused(intents.confirm, made.id)["message"]


def test_a_saved_card_is_charged_off_session(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/save-and-reuse"""
    customer = new_customer(account)
    more = {"customer": customer, "setup_future_usage": "off_session"}
    first = pay(account, "pm_card_visa", **more)
    saved = account.fetch(f"/v1/payment_methods/{first['payment_method']}")
    assert saved["customer"] == customer
    assert saved["card"]["checks"]["cvc_check"] == "pass"
    again = pay(account, first["payment_method"], customer=customer, off_session=True)
    assert again["status"] == "succeeded"


def test_a_payment_method_belongs_to_its_customer(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes"""
    owner, other = new_customer(account), new_customer(account)
    method = saved_card(account, owner)
    error = refused(pay, account, method)
    assert f"belongs to the Customer {owner}" in error["message"]
    assert (error["code"], error["param"]) == ("parameter_missing", "source")
    error = refused(lambda: pay(account, method, customer=other))
    assert error["param"] == "payment_method"
    assert f"does not belong to the Customer you supplied {other}" in error["message"]


def test_intents_are_listed_and_searched(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/search"""
    customer = new_customer(account)
    first = pay(account, customer=customer, metadata={"order": "1"})
    pay(account)
    intents = account.client.v1.payment_intents
    assert [each.id for each in intents.list({"customer": customer}).data] == [first["id"]]
    assert len(intents.list().data) == 2
    found = intents.search({"query": "metadata['order']:'1' AND status:'succeeded'"})
    assert [each.id for each in found.data] == [first["id"]]
    error = refused(intents.retrieve, "pi_nothing")
    assert (error["status"], error["param"]) == (404, "intent")
    assert error["message"] == "No such payment_intent: 'pi_nothing'"


def test_the_latest_charge_and_its_money_can_be_expanded(account: Account) -> None:
    """Source: https://docs.stripe.com/expand"""
    intent = pay(account, expand=["latest_charge.balance_transaction", "payment_method"])
    money = intent["latest_charge"]["balance_transaction"]
    assert (money["amount"], money["fee"], money["net"]) == (2000, 88, 1912)
    assert intent["payment_method"]["card"]["last4"] == "4242"


def test_a_client_secret_must_match(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/retrieve"""
    made = account.client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    secret: Any = {"client_secret": made.client_secret}
    intents = account.client.v1.payment_intents
    assert intents.retrieve(made.id, secret).id == made.id
    error = refused(intents.retrieve, made.id, {"client_secret": "pi_x_secret_y"})
    assert error["code"] == "payment_intent_invalid_parameter"


def test_cards_take_the_suffix_of_a_descriptor(account: Account) -> None:
    """Source: https://docs.stripe.com/get-started/account/statement-descriptors"""
    error = refused(lambda: pay(account, statement_descriptor="ACME"))
    assert error["param"] == "statement_descriptor"
    assert "pass in `statement_descriptor_suffix`" in error["message"]
    charge = charge_of(account, pay(account, statement_descriptor_suffix="ACME"))
    assert charge["calculated_statement_descriptor"] == "MIRRA* ACME"


def test_a_customers_default_source_pays_when_none_is_named(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_intents/create (payment_method)"""
    intents = account.client_for(OLD).v1.payment_intents
    bare = new_customer(account)
    form: Any = {"amount": 500, "currency": "usd", "automatic_payment_methods": CARDS_ONLY}
    error = refused(intents.create, form | {"customer": bare, "confirm": True})
    assert f"To confirm the PaymentIntent with {bare}" in error["message"]
    older = account.client.v1.customers.create({"source": "tok_visa"})
    done = intents.create(form | {"customer": older.id, "confirm": True})
    assert (done.status, done.payment_method) == ("succeeded", older.default_source)
