"""Payment method configurations: what is offered where the caller names no types."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import OLD, Account

DEFAULT = "pmc_1MirraDefault0000000000"


def turned(**types: str) -> Any:
    """Return parameters that turn types on or off."""
    return {type: {"display_preference": {"preference": value}} for type, value in types.items()}


def intent(account: Account, **form: Any) -> Any:
    """Make a payment intent over 20 dollars, or what `form` says."""
    given: Any = {"amount": 2000, "currency": "usd", **form}
    return account.client.v1.payment_intents.create(given)


def seller(account: Account) -> str:
    """Make a connected account that takes cards."""
    id = account.client.v1.accounts.create({"type": "standard"}).id
    account.simulate("account.onboarded", account=id)
    return id


def test_the_default_configuration_offers_cards_wallets_and_link(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_method_configurations/list"""
    (default,) = account.client.v1.payment_method_configurations.list().data
    assert (default.id, default.name, default.is_default, default.active, default.parent) == (
        DEFAULT,
        "Default",
        True,
        True,
        None,
    )
    assert default.card is not None
    assert default.klarna is not None
    assert default.card.to_dict() == {
        "available": True,
        "display_preference": {"overridable": None, "preference": "on", "value": "on"},
    }
    assert default.klarna.display_preference.value == "off"
    made = intent(account)
    assert made.payment_method_types == ["card", "link"]
    assert made.payment_method_configuration_details.to_dict() == {"id": DEFAULT, "parent": None}
    assert "alma" not in account.fetch(f"/v1/payment_method_configurations/{DEFAULT}", OLD)


def test_what_a_configuration_has_on_is_offered_where_its_currency_fits(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/payment-methods/dynamic-payment-methods"""
    configurations: Any = account.client.v1.payment_method_configurations
    configurations.update(DEFAULT, turned(us_bank_account="on", sepa_debit="on", link="off"))
    assert intent(account).payment_method_types == ["card", "us_bank_account"]
    euros = intent(account, currency="eur")
    assert euros.payment_method_types == ["card", "sepa_debit"]
    changed = account.client.v1.payment_intents.update(euros.id, {"currency": "usd"})
    assert changed.payment_method_types == ["card", "us_bank_account"]
    left_out = intent(account, excluded_payment_method_types=["us_bank_account"])
    assert left_out.payment_method_types == ["card"]
    named = "amount=900&currency=usd&payment_method_types[]=card"
    told = account.call("POST", "/v1/payment_intents", named).json()
    assert told["payment_method_configuration_details"] is None
    both = f"{named}&payment_method_configuration={DEFAULT}"
    assert account.call("POST", "/v1/payment_intents", both).status_code == 400


def test_a_configuration_without_cards_lets_nobody_pay_by_card(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/multiple-payment-method-configs"""
    configurations: Any = account.client.v1.payment_method_configurations
    form = turned(
        card="off", apple_pay="off", google_pay="off", link="off", us_bank_account="on", affirm="on"
    )
    made = configurations.create({"name": "Banks", **form})
    assert (made.is_default, made.application) == (False, None)
    banks = intent(account, payment_method_configuration=made.id)
    assert banks.payment_method_types == ["affirm", "us_bank_account"]
    back: Any = {"payment_method": "pm_card_visa", "return_url": "https://acme.com"}
    with pytest.raises(stripe.InvalidRequestError) as told:
        account.client.v1.payment_intents.confirm(banks.id, back)
    assert told.value.code == "payment_intent_incompatible_payment_method"
    saved = account.client.v1.setup_intents.create({"payment_method_configuration": made.id})
    assert saved.payment_method_types == ["us_bank_account"]
    other = account.client.v1.setup_intents.update(
        saved.id, {"payment_method_configuration": DEFAULT}
    )
    assert other.payment_method_types == ["card", "link"]


def test_checkout_and_payment_pages_offer_what_the_configuration_has_on(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/create"""
    configurations: Any = account.client.v1.payment_method_configurations
    made = configurations.create({"name": "Later", **turned(klarna="on", affirm="on", link="off")})
    item = {
        "quantity": 1,
        "price_data": {"currency": "usd", "unit_amount": 9000, "product_data": {"name": "Lamp"}},
    }
    urls = {"mode": "payment", "line_items": [item], "success_url": "https://acme.com"}
    sessions: Any = account.client.v1.checkout.sessions
    session = sessions.create({**urls, "payment_method_configuration": made.id})
    assert session.payment_method_types == ["card", "affirm", "klarna"]
    assert session.payment_method_configuration_details.id == made.id
    page = account.http.get(session.url).text
    assert "Klarna" in page
    assert "Affirm" in page
    assert "Alipay" not in page
    usual = sessions.create(urls)
    assert usual.payment_method_types == ["card", "link"]
    assert "Klarna" not in account.http.get(usual.url).text
    with pytest.raises(stripe.InvalidRequestError):
        sessions.create(
            {**urls, "payment_method_configuration": made.id, "payment_method_types": ["card"]}
        )


def test_a_connected_account_has_a_child_of_the_platforms_configuration(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/payment-method-configurations"""
    shop = seller(account)
    configurations: Any = account.client.v1.payment_method_configurations
    theirs = {"stripe_account": shop}
    (child,) = configurations.list(options=theirs).data
    assert child.application
    assert child.parent
    assert child.id != DEFAULT
    assert child.card.display_preference.to_dict() == {
        "overridable": True,
        "preference": "none",
        "value": "on",
    }
    assert configurations.list({"application": ""}, options=theirs).data == []
    on = configurations.update(child.id, turned(klarna="on"), options=theirs)
    assert (on.klarna.display_preference.value, on.klarna.available) == ("on", False)
    client: Any = account.client.v1
    euros = {"amount": 2000, "currency": "eur"}
    assert client.payment_intents.create(euros, options=theirs).payment_method_types == [
        "card",
        "link",
    ]
    client.accounts.update(shop, {"capabilities": {"klarna_payments": {"requested": True}}})
    by_parent = {**euros, "payment_method_configuration": child.parent}
    direct = client.payment_intents.create(by_parent, options=theirs)
    assert direct.payment_method_types == ["card", "klarna", "link"]
    assert direct.payment_method_configuration_details.to_dict() == {
        "id": child.id,
        "parent": child.parent,
    }
    behalf = client.payment_intents.create({**euros, "on_behalf_of": shop})
    assert behalf.payment_method_types == ["card", "klarna", "link"]
    assert client.payment_intents.create(euros).payment_method_types == ["card", "link"]
    with pytest.raises(stripe.InvalidRequestError):
        configurations.retrieve(child.id)


def test_configurations_refuse_what_cannot_be(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment_method_configurations/create"""
    path = "/v1/payment_method_configurations"
    assert account.refused(400, "POST", path)["param"] == "name"
    assert account.refused(400, "POST", path, "parent=pmc_x")["param"] == "parent"
    assert account.refused(404, "GET", f"{path}/pmc_x")["code"] == "resource_missing"
    odd = "card[display_preference][preference]=maybe"
    told = account.refused(400, "POST", f"{path}/{DEFAULT}", odd)
    assert told["param"] == "card[display_preference][preference]"
    off = "card[display_preference][preference]=off"
    told = account.refused(400, "POST", f"{path}/{DEFAULT}", off)
    assert "require Card" in told["message"]
    assert account.refused(400, "POST", f"{path}/{DEFAULT}", "active=false")["param"] == "active"
    once = account.client.v1.payment_method_configurations.create({"name": "Once"}).id
    account.client.v1.payment_method_configurations.update(once, {"active": False})
    pay = "amount=100&currency=usd&payment_method_configuration="
    name = "payment_method_configuration"
    assert account.refused(400, "POST", "/v1/payment_intents", pay + once)["param"] == name
    assert account.refused(400, "POST", "/v1/payment_intents", f"{pay}pmc_x")["param"] == name
    none = turned(card="off", apple_pay="off", google_pay="off", link="off", oxxo="on")
    form: Any = {"name": "Oxxo", **none}
    oxxo = account.client.v1.payment_method_configurations.create(form).id
    told = account.refused(400, "POST", "/v1/payment_intents", pay + oxxo)
    assert told["message"].startswith("No valid payment method types for this PaymentIntent.")
