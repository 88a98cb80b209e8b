"""Domains on which wallets are offered, and older addresses of what is mirrored."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.payments.paying import new_customer, pay


def test_a_domain_is_registered_once_for_all_wallets(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_method_domains/create"""
    domains = account.client.v1.payment_method_domains
    made = domains.create({"domain_name": "Pay.Acme.com"})
    assert (made.domain_name, made.enabled, made.apple_pay.status) == (
        "pay.acme.com",
        True,
        "active",
    )
    assert domains.create({"domain_name": "pay.acme.com"}).id == made.id
    assert domains.update(made.id, {"enabled": False}).enabled is False
    assert domains.list({"enabled": True}).data == []
    assert domains.validate(made.id).google_pay.status == "active"
    with pytest.raises(stripe.InvalidRequestError) as told:
        domains.create({"domain_name": "https://acme.com/"})
    assert told.value.param == "domain_name"


def test_a_domain_is_registered_for_apple_pay_alone(account: Account) -> None:
    """Source: https://docs.stripe.com/api/apple_pay_domains"""
    domains = account.client.v1.apple_pay_domains
    made = domains.create({"domain_name": "acme.com"})
    assert [each.id for each in domains.list({"domain_name": "acme.com"}).data] == [made.id]
    assert domains.delete(made.id).deleted
    assert domains.list().data == []


def test_older_addresses_of_charges_do_what_the_newer_ones_do(account: Account) -> None:
    """Source: https://github.com/stripe/openapi"""
    charge = pay(account, "pm_card_visa")["latest_charge"]
    back = account.call("POST", f"/v1/charges/{charge}/refund", "amount=500").json()
    assert (back["object"], back["amount_refunded"]) == ("charge", 500)
    assert account.refused(404, "GET", f"/v1/charges/{charge}/dispute")["code"] == (
        "resource_missing"
    )
    lost = pay(account, "pm_card_createDispute")["latest_charge"]
    dispute = account.fetch(f"/v1/charges/{lost}/dispute")
    assert dispute["charge"] == lost
    text = "evidence[uncategorized_text]=Hello&submit=false"
    told = account.call("POST", f"/v1/charges/{lost}/dispute", text).json()
    assert told["evidence"]["uncategorized_text"] == "Hello"
    closed = account.call("POST", f"/v1/charges/{lost}/dispute/close").json()
    assert (closed["id"], closed["status"]) == (dispute["id"], "lost")


def test_older_addresses_of_cards_and_subscriptions_belong_to_their_customer(
    account: Account,
) -> None:
    """Source: https://github.com/stripe/openapi"""
    ada, ben = new_customer(account), new_customer(account)
    card = account.call("POST", f"/v1/customers/{ada}/cards", "card=tok_visa").json()
    assert (card["object"], card["last4"]) == ("card", "4242")
    assert [each["id"] for each in account.fetch(f"/v1/customers/{ada}/cards")["data"]] == [
        card["id"]
    ]
    product = account.client.v1.products.create({"name": "Pen"}).id
    form: Any = {
        "product": product,
        "currency": "usd",
        "unit_amount": 900,
        "recurring": {"interval": "month"},
    }
    price = account.client.v1.prices.create(form).id
    path = f"/v1/customers/{ada}/subscriptions"
    sub = account.call("POST", path, f"items[0][price]={price}").json()
    assert (sub["customer"], sub["status"]) == (ada, "active")
    assert [each["id"] for each in account.fetch(path)["data"]] == [sub["id"]]
    theirs = f"/v1/customers/{ben}/subscriptions/{sub['id']}"
    assert account.call("GET", theirs).status_code == 404
    changed = account.call("POST", f"{path}/{sub['id']}", "metadata[a]=1").json()
    assert changed["metadata"] == {"a": "1"}
    assert account.call("DELETE", f"{path}/{sub['id']}").json()["status"] == "canceled"
    assert account.call("DELETE", f"/v1/customers/{ada}/cards/{card['id']}").json()["deleted"]
    assert plain(account.fetch(f"/v1/customers/{ada}"))["default_source"] is None
