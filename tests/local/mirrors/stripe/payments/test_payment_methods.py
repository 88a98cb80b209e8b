"""Payment methods: made, attached, changed, listed, detached.

Source: https://docs.stripe.com/api/payment_methods
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import new_customer, pay, refused, saved_card

NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def test_a_card_becomes_a_payment_method(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_methods/create"""
    card: Any = {"number": "4242424242424242", "exp_month": 8, "exp_year": 2030, "cvc": "314"}
    made = plain(
        account.client_for(OLD).v1.payment_methods.create(
            {"type": "card", "card": card, "billing_details": {"name": "Jenny"}}
        )
    )
    assert made == {
        "id": made["id"],
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": NO_ADDRESS,
            "email": None,
            "name": "Jenny",
            "phone": None,
        },
        "card": {
            "brand": "visa",
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "unchecked",
            },
            "country": "US",
            "display_brand": "visa",
            "exp_month": 8,
            "exp_year": 2030,
            "fingerprint": made["card"]["fingerprint"],
            "funding": "credit",
            "generated_from": None,
            "last4": "4242",
            "networks": {"available": ["visa"], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": NOW,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    assert plain(account.client_for(OLD).v1.payment_methods.retrieve(made["id"])) == made


def test_attaching_and_detaching_tell_the_customer(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_methods/attach"""
    customer = new_customer(account)
    method = saved_card(account, customer)
    attached = account.events("payment_method.attached")[0]["data"]
    assert attached["object"]["customer"] == customer
    methods = account.client.v1.payment_methods
    account.client.v1.customers.update(
        customer, {"invoice_settings": {"default_payment_method": method}}
    )
    assert methods.detach(method).customer is None
    told = account.events("payment_method.detached")[0]["data"]
    assert told.keys() == {"object"}
    settings = account.client.v1.customers.retrieve(customer).invoice_settings
    assert settings
    assert settings.default_payment_method is None
    error = refused(methods.attach, method, {"customer": customer})
    assert "may not be used again" in error["message"]


def test_a_test_name_makes_a_new_payment_method_each_time(account: Account) -> None:
    """Source: https://docs.stripe.com/testing"""
    customer = new_customer(account)
    assert saved_card(account, customer) != saved_card(account, customer)


def test_attaching_has_its_refusals(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_methods/attach"""
    methods, customer = account.client.v1.payment_methods, new_customer(account)
    method = saved_card(account, customer)
    error = refused(methods.attach, method, {"customer": customer})
    assert error["message"] == (
        "The payment method you provided has already been attached to a customer."
    )
    error = refused(methods.attach, "pm_card_visa", {"customer": "cus_nobody"})
    assert error["message"] == "No such customer: 'cus_nobody'"
    error = refused(methods.attach, "pm_nothing", {"customer": customer})
    assert (error["status"], error["code"]) == (404, "resource_missing")
    loose = methods.create({"type": "card", "card": {"token": "tok_visa"}}).id
    error = refused(methods.detach, loose)
    assert "detachment is impossible" in error["message"]


def test_only_saved_payment_methods_change(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_methods/update"""
    methods = account.client.v1.payment_methods
    loose = methods.create({"type": "card", "card": {"token": "tok_visa"}}).id
    change: Any = {
        "billing_details": {"address": {"city": "Berlin"}},
        "card": {"exp_month": 2, "exp_year": 2033},
        "metadata": {"a": "1"},
    }
    assert (
        "save this PaymentMethod to a customer" in refused(methods.update, loose, change)["message"]
    )
    saved = saved_card(account, new_customer(account))
    changed = plain(methods.update(saved, change))
    assert changed["billing_details"]["address"] == NO_ADDRESS | {"city": "Berlin"}
    assert (changed["card"]["exp_month"], changed["card"]["exp_year"]) == (2, 2033)
    assert changed["card"]["last4"] == "4242"
    assert changed["metadata"] == {"a": "1"}
    told = account.events("payment_method.updated")[0]["data"]["previous_attributes"]
    assert told["metadata"] == {"a": None}


def test_a_customers_payment_methods_are_listed_newest_first(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_methods/customer_list"""
    customer = new_customer(account)
    first, second = saved_card(account, customer), saved_card(account, customer, "pm_card_amex")
    methods, customers = account.client.v1.payment_methods, account.client.v1.customers
    listed = [each.id for each in methods.list({"customer": customer, "type": "card"}).data]
    assert listed == [second, first]
    page = customers.payment_methods.list(customer, {"limit": 1})
    assert ([each.id for each in page.data], page.has_more) == ([second], True)
    assert page.url == f"/v1/customers/{customer}/payment_methods"
    assert customers.payment_methods.retrieve(customer, first).id == first
    other = new_customer(account)
    assert refused(customers.payment_methods.retrieve, other, first)["code"] == "resource_missing"
    assert methods.list({"customer": customer, "type": "sepa_debit"}).data == []
    assert len(methods.list().data) == 2
    assert refused(methods.list, {"customer": "cus_no"})["param"] == "customer"


def test_a_payment_method_without_customer_works_once(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/payment-methods (reuse)"""
    made = account.client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    pay(account, made.id)
    error = refused(pay, account, made.id)
    assert "It may not be used again" in error["message"]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Missing required param: type."),
        ({"type": "card"}, "Missing required param: card."),
        ({"type": "card", "card[number]": "4242"}, "Missing required param: card[exp_month]."),
    ],
)
def test_what_is_missing_is_named(account: Account, form: Any, message: str) -> None:
    assert account.refused(400, "POST", "/v1/payment_methods", form)["message"] == message


def test_a_token_can_be_used_once(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes (token_already_used)"""
    card: Any = {"number": "5555555555554444", "exp_month": "5", "exp_year": "2031", "cvc": "123"}
    token = account.client.v1.tokens.create({"card": card})
    assert token.card
    assert (token.card.brand, token.used) == ("MasterCard", False)
    methods = account.client.v1.payment_methods
    made = methods.create({"type": "card", "card": {"token": token.id}})
    assert made.card
    assert made.card.last4 == "4444"
    assert account.client.v1.tokens.retrieve(token.id).used is True
    again: Any = {"type": "card", "card": {"token": token.id}}
    assert refused(methods.create, again)["code"] == "token_already_used"


def test_bank_accounts_and_ids_become_tokens(account: Account) -> None:
    """Source: https://docs.stripe.com/api/tokens/create_bank_account"""
    bank: Any = {"country": "US", "account_number": "000123456789", "routing_number": "110000000"}
    token = account.client.v1.tokens.create({"bank_account": bank})
    assert token.bank_account
    assert token.bank_account.last4 == "6789"
    assert account.client.v1.tokens.create({"pii": {"id_number": "0000"}}).type == "pii"
    assert "must supply either a card" in refused(account.client.v1.tokens.create, {})["message"]
