"""Account and person tokens: what a seller types reaches Stripe, and the platform never sees it.

Source: https://docs.stripe.com/connect/account-tokens
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.connect.test_core_accounts import ADA as ADA_OF_V2
from tests.local.mirrors.stripe.connect.test_core_accounts import SELLER
from tests.local.mirrors.stripe.connect.test_onboarding import ADA, CUSTOM
from tests.local.mirrors.stripe.payments.paying import refused


def test_an_account_token_tells_what_an_account_is_of(account: Account) -> None:
    """Source: https://docs.stripe.com/api/tokens/create_account"""
    client = account.client.v1
    told: Any = {"business_type": "individual", "individual": ADA, "tos_shown_and_accepted": True}
    token = client.tokens.create({"account": told})
    assert (token.type, token.used, token.id[:3]) == ("account", False, "ct_")
    assert "Ada" not in str(token)
    left = ("business_type", "individual", "tos_acceptance")
    form: Any = {name: value for name, value in CUSTOM.items() if name not in left}
    form["account_token"] = token.id
    made = client.accounts.create(form)
    account.advance("3s")
    found = plain(client.accounts.retrieve(made.id))
    assert (found["business_type"], found["individual"]["first_name"]) == ("individual", "Ada")
    assert found["tos_acceptance"]["date"] == token.created
    assert found["requirements"]["currently_due"] == []
    assert found["capabilities"] == {"card_payments": "active", "transfers": "active"}
    assert client.tokens.retrieve(token.id).used
    twice = refused(lambda: client.accounts.update(made.id, {"account_token": token.id}))
    assert (twice["code"], twice["param"]) == ("token_already_used", "account_token")
    other: Any = {"account_token": client.tokens.create({"account": told}).id}
    other["individual"] = ADA
    beside = refused(lambda: client.accounts.update(made.id, other))
    assert beside["param"] == "individual"
    changed: Any = {"account": {"individual": {"first_name": "Augusta"}}}
    client.accounts.update(made.id, {"account_token": client.tokens.create(changed).id})
    assert plain(client.accounts.retrieve(made.id))["individual"]["first_name"] == "Augusta"


def test_a_person_token_tells_who_a_person_is(account: Account) -> None:
    """Source: https://docs.stripe.com/api/tokens/create_person"""
    client = account.client.v1
    form: Any = {"type": "express", "business_type": "company", "company": {"name": "Pens"}}
    shop = client.accounts.create(form).id
    told: Any = {**ADA, "relationship": {"representative": True}}
    token = client.tokens.create({"person": told})
    assert (token.type, token.id[:4]) == ("person", "cpt_")
    of_account = refused(
        lambda: client.accounts.create({"type": "standard", "account_token": token.id})
    )
    assert of_account["param"] == "account_token"
    made = client.accounts.persons.create(
        shop, {"person_token": token.id, "email": "boss@example.com"}
    )
    assert (made.first_name, made.email, made.ssn_last_4_provided) == (
        "Ada",
        "boss@example.com",
        True,
    )
    assert plain(made)["relationship"]["representative"]
    again = refused(
        lambda: client.accounts.persons.update(shop, made.id, {"person_token": token.id})
    )
    assert again["code"] == "token_already_used"
    unknown = refused(lambda: client.accounts.persons.create(shop, {"person_token": "cpt_none"}))
    assert (unknown["code"], unknown["param"]) == ("resource_missing", "person_token")


def test_the_v2_api_has_tokens_of_its_own(account: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/core/account-tokens"""
    core = account.client.v2.core
    individual = {name: value for name, value in ADA_OF_V2.items() if name != "email"}
    terms = {"terms_of_service": {"account": {"shown_and_accepted": True}}}
    told: Any = {
        "contact_email": "ada@example.com",
        "display_name": "Ada's pens",
        "identity": {
            "entity_type": "individual",
            "individual": individual,
            "attestations": terms,
        },
    }
    token = core.account_tokens.create(told)
    assert (token.object, token.used, token.livemode) == ("v2.core.account_token", False, False)
    assert core.account_tokens.retrieve(token.id).id == token.id
    left = ("contact_email", "display_name")
    form: Any = {name: value for name, value in SELLER.items() if name not in left}
    form = {**form, "identity": {"country": "us"}, "account_token": token.id}
    made = plain(core.accounts.create(form))
    assert (made["contact_email"], made["display_name"]) == ("ada@example.com", "Ada's pens")
    assert (made["identity"]["country"], made["identity"]["entity_type"]) == ("US", "individual")
    assert made["identity"]["individual"]["given_name"] == "Ada"
    assert made["identity"]["attestations"]["terms_of_service"]["account"]["date"]
    assert core.account_tokens.retrieve(token.id).used
    with pytest.raises(stripe.StripeError) as twice:
        core.accounts.update(made["id"], {"account_token": token.id})
    assert twice.value.code == "token_already_used"
    late = core.account_tokens.create({"display_name": "Late"})
    account.advance("1h")
    with pytest.raises(stripe.StripeError, match="has expired"):
        core.accounts.update(made["id"], {"account_token": late.id})


def test_a_person_of_the_v2_api_is_told_by_a_token_of_its_account(account: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/core/person-tokens"""
    core = account.client.v2.core
    shop, other = (core.accounts.create({"contact_email": "shop@example.com"}).id for _ in range(2))
    token = core.accounts.person_tokens.create(shop, ADA_OF_V2)
    assert token.object == "v2.core.account_person_token"
    assert core.accounts.person_tokens.retrieve(shop, token.id).used is False
    for wrong in (
        lambda: core.accounts.person_tokens.retrieve(other, token.id),
        lambda: core.accounts.persons.create(other, {"person_token": token.id}),
        lambda: core.account_tokens.retrieve(token.id),
    ):
        with pytest.raises(stripe.StripeError, match="No such token"):
            wrong()
    made = core.accounts.persons.create(shop, {"person_token": token.id, "surname": "King"})
    assert (made.given_name, made.surname) == ("Ada", "King")
    assert core.accounts.person_tokens.retrieve(shop, token.id).used


def test_a_browser_makes_account_tokens_with_a_publishable_key(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/account-tokens"""
    browser = {"Authorization": "Bearer pk_test_abcdefghijkl"}
    for path, form in (("/v1/tokens", "account[business_type]=company"),):
        made = account.http.post(path, content=form, headers={**account.http.headers, **browser})
        assert made.json().get("type") == "account", made.text
    sent = account.http.post(
        "/v2/core/account_tokens", json={"display_name": "Pens"}, headers=browser
    )
    assert sent.json().get("object") == "v2.core.account_token", sent.text
