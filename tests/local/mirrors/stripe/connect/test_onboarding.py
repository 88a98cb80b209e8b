"""Accounts of every kind, from nothing known to paid out.

Source: https://docs.stripe.com/connect/handling-api-verification
"""

from typing import Any

import pytest
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.client import NOW, Account, plain

BANK: Any = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "routing_number": "110000000",
    "account_number": "000123456789",
}
HOME: Any = {
    "line1": "address_full_match",
    "city": "Oakland",
    "state": "CA",
    "postal_code": "94607",
}
ADA: Any = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "dob": {"day": 1, "month": 1, "year": 1901},
    "address": HOME,
    "email": "ada@example.com",
    "phone": "+15555550123",
    "ssn_last_4": "0000",
}
CUSTOM: Any = {
    "type": "custom",
    "country": "US",
    "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
    "business_type": "individual",
    "business_profile": {"mcc": "5734", "url": "https://ada.example.com"},
    "individual": ADA,
    "external_account": BANK,
    "tos_acceptance": {"date": NOW - 10, "ip": "203.0.113.7"},
}
BACK: Any = {"refresh_url": "https://acme.com/again", "return_url": "https://acme.com/back"}


def acting(id: str) -> Any:
    return {"stripe_account": id}


def opened(account: Account, **more: Any) -> Doc:
    """Create a custom account that has told everything, and let Stripe verify it."""
    form: Any = {**CUSTOM, **more}
    made = account.client.v1.accounts.create(form)
    account.advance("3s")
    found: Doc = plain(account.client.v1.accounts.retrieve(made.id))
    return found


@pytest.mark.parametrize(
    ("kind", "collects", "dashboard", "payer"),
    [
        ("custom", "application", "none", "application_custom"),
        ("express", "stripe", "express", "application_express"),
        ("standard", "stripe", "full", "account"),
    ],
)
def test_a_type_says_who_is_responsible_for_what(
    account: Account, kind: Any, collects: str, dashboard: str, payer: str
) -> None:
    """Source: https://docs.stripe.com/connect/migrate-to-controller-properties"""
    asked: Any = {"transfers": {"requested": True}}
    made = plain(account.client.v1.accounts.create({"type": kind, "capabilities": asked}))
    how = made["controller"]
    assert made["type"] == kind
    assert (how["requirement_collection"], how["stripe_dashboard"]["type"]) == (collects, dashboard)
    assert how["fees"] == {"payer": payer}
    assert made["capabilities"] == {"transfers": "inactive"}


def test_a_controller_says_it_property_by_property(account: Account) -> None:
    """Source: https://docs.stripe.com/api/accounts/create#create_account-controller"""
    made = account.client.v1.accounts.create(
        {
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            }
        }
    )
    how = plain(made.controller)
    assert made.type == "none"
    assert how["fees"] == {"payer": "application"}
    assert how["requirement_collection"] == "stripe"
    form = "type=express&controller[fees][payer]=application"
    told = account.refused(400, "POST", "/v1/accounts", form)
    assert "mutually exclusive" in told["message"]
    told = account.refused(400, "POST", "/v1/accounts", {"type": "custom"})
    assert (told["param"], told["code"]) == ("capabilities", "parameter_missing")


def test_an_account_says_what_is_due_until_nothing_is(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/handling-api-verification"""
    accounts = account.client.v1.accounts
    asked = CUSTOM["capabilities"]
    made = accounts.create({"type": "custom", "capabilities": asked, "business_type": "individual"})
    due = plain(made.requirements)
    assert {"individual.first_name", "individual.ssn_last_4", "external_account"} <= set(
        due["currently_due"]
    )
    assert (due["disabled_reason"], made.charges_enabled) == ("requirements.past_due", False)
    told: Any = {name: value for name, value in CUSTOM.items() if name not in ("type", "country")}
    told["individual"] = {**ADA, "phone": ""}
    changed = accounts.update(made.id, told)
    assert plain(changed.requirements)["currently_due"] == ["individual.phone"]
    changed = accounts.update(made.id, {"individual": {"phone": "+15555550123"}})
    waiting = plain(changed.requirements)
    assert waiting["currently_due"] == []
    assert waiting["pending_verification"] == ["individual.ssn_last_4"]
    assert plain(changed.capabilities) == {"card_payments": "pending", "transfers": "pending"}
    account.advance("3s")
    done = accounts.retrieve(made.id)
    assert plain(done.capabilities) == {"card_payments": "active", "transfers": "active"}
    assert (done.charges_enabled, done.payouts_enabled) == (True, True)
    assert done.individual is not None
    assert done.individual.verification is not None
    assert done.individual.verification.status == "verified"
    events = account.client.v1.events.list({"limit": 100}, acting(made.id)).data
    assert [each.type for each in events][:3] == [
        "account.updated",
        "capability.updated",
        "capability.updated",
    ]


def test_numbers_are_never_shown_again(account: Account) -> None:
    """Source: https://docs.stripe.com/api/persons/object#person_object-ssn_last_4_provided"""
    made = opened(account, individual={**ADA, "id_number": "000000000"})
    person = made["individual"]
    assert (person["ssn_last_4_provided"], person["id_number_provided"]) == (True, True)
    assert "000000000" not in str(made)
    assert "000123456789" not in str(made)
    assert made["external_accounts"]["data"][0]["last4"] == "6789"


@pytest.mark.parametrize(
    ("individual", "requirement", "code"),
    [
        (
            {"id_number": "111111111"},
            "individual.verification.document",
            "verification_failed_keyed_identity",
        ),
        (
            {"address": {**HOME, "line1": "address_no_match"}},
            "individual.verification.additional_document",
            "verification_failed_address_match",
        ),
    ],
)
def test_test_values_fail_verification_until_a_document_helps(
    account: Account, individual: Any, requirement: str, code: str
) -> None:
    """Source: https://docs.stripe.com/connect/testing#identity-verification"""
    made = opened(account, individual={**ADA, **individual})
    due = made["requirements"]
    assert due["currently_due"] == [requirement]
    assert [each["code"] for each in due["errors"]] == [code]
    assert (made["charges_enabled"], made["capabilities"]["transfers"]) == (False, "inactive")
    document = requirement.rpartition(".")[2]
    verification: Any = {document: {"front": "file_identity_document_success"}}
    account.client.v1.accounts.update(made["id"], {"individual": {"verification": verification}})
    account.advance("3s")
    done = account.client.v1.accounts.retrieve(made["id"])
    assert (done.charges_enabled, plain(done.requirements)["errors"]) == (True, [])


def test_one_number_is_verified_before_the_answer_goes_out(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/testing#test-personal-id-numbers"""
    form: Any = {**CUSTOM, "individual": {**ADA, "id_number": "222222222"}}
    made = account.client.v1.accounts.create(form)
    assert (made.charges_enabled, made.payouts_enabled) == (True, True)


def test_only_a_platform_that_collects_accepts_the_terms(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/service-agreement-types"""
    terms = f"tos_acceptance[ip]=203.0.113.7&tos_acceptance[date]={NOW}"
    told = account.refused(400, "POST", "/v1/accounts", f"type=express&{terms}")
    assert "on behalf of Standard and Express" in told["message"]
    form = f"type=custom&capabilities[transfers][requested]=true&{terms}9"
    assert account.refused(400, "POST", "/v1/accounts", form)["param"] == "tos_acceptance[date]"
    assert account.client.v1.accounts.list().data == []


def test_a_company_tells_of_its_people(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/handling-api-verification#persons"""
    v1 = account.client.v1
    company: Any = {
        "name": "Engines Ltd",
        "phone": "+15555550124",
        "tax_id": "000000000",
        "address": HOME,
        "owners_provided": True,
    }
    form: Any = {name: value for name, value in CUSTOM.items() if name != "individual"}
    form |= {"business_type": "company", "company": company}
    made = v1.accounts.create(form)
    due = plain(made.requirements)["currently_due"]
    assert "representative.first_name" in due
    assert made.company is not None
    assert (made.company.tax_id_provided, made.company.name) == (True, "Engines Ltd")
    ada: Any = {**ADA, "relationship": {"representative": True, "title": "CEO", "owner": True}}
    boss = v1.accounts.persons.create(made.id, ada)
    assert boss.relationship is not None
    assert (boss.relationship.representative, boss.relationship.director) == (True, False)
    with pytest.raises(stripe.InvalidRequestError, match="only one representative"):
        v1.accounts.persons.create(made.id, {"relationship": {"representative": True}})
    other = v1.accounts.persons.create(
        made.id, {"first_name": "Ida", "relationship": {"owner": True, "percent_ownership": 30}}
    )
    owners = v1.accounts.persons.list(made.id, {"relationship": {"owner": True}}).data
    assert [each.id for each in owners] == [other.id, boss.id]
    directors = v1.accounts.persons.list(made.id, {"relationship": {"director": True}}).data
    assert directors == []
    changed = v1.accounts.persons.update(made.id, other.id, {"last_name": "Rhodes"})
    assert (changed.first_name, changed.last_name) == ("Ida", "Rhodes")
    assert v1.accounts.persons.delete(made.id, other.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError, match="representative"):
        v1.accounts.persons.delete(made.id, boss.id)
    account.advance("3s")
    assert v1.accounts.retrieve(made.id).charges_enabled is True
    types = [each.type for each in v1.events.list({"limit": 100}, acting(made.id)).data]
    assert {"person.created", "person.updated", "person.deleted", "capability.updated"} <= set(
        types
    )
    with pytest.raises(stripe.InvalidRequestError, match="No such person"):
        v1.accounts.persons.retrieve(made.id, "person_none")


def test_capabilities_are_requested_one_by_one(account: Account) -> None:
    """Source: https://docs.stripe.com/api/capabilities/update"""
    made = opened(account)
    capabilities = account.client.v1.accounts.capabilities
    assert capabilities.retrieve(made["id"], "us_bank_account_ach_payments").status == "unrequested"
    asked = capabilities.update(made["id"], "us_bank_account_ach_payments", {"requested": True})
    account.advance("3s")
    listed = {each.id: each.status for each in capabilities.list(made["id"]).data}
    assert asked.requested is True
    assert listed == dict.fromkeys(
        ("card_payments", "transfers", "us_bank_account_ach_payments"), "active"
    )
    capabilities.update(made["id"], "us_bank_account_ach_payments", {"requested": False})
    assert len(capabilities.list(made["id"]).data) == 2
    with pytest.raises(stripe.InvalidRequestError, match="No such capability"):
        capabilities.retrieve(made["id"], "flying")


def test_banks_and_cards_are_added_changed_and_removed(account: Account) -> None:
    """Source: https://docs.stripe.com/api/external_accounts"""
    made = opened(account)
    banks = account.client.v1.accounts.external_accounts
    told: Any = {name: value for name, value in BANK.items() if name != "object"}
    told["account_number"] = "000999999991"
    token = account.client.v1.tokens.create({"bank_account": told})
    assert token.id.startswith("btok_")
    second: Any = plain(banks.create(made["id"], {"external_account": token.id}))
    assert (second["last4"], second["default_for_currency"]) == ("9991", False)
    card: Any = plain(banks.create(made["id"], {"external_account": "tok_visa_debit"}))
    assert (card["object"], card["funding"]) == ("card", "debit")
    assert [each.id for each in banks.list(made["id"], {"object": "card"}).data] == [card["id"]]
    first = made["external_accounts"]["data"][0]["id"]
    with pytest.raises(stripe.InvalidRequestError, match="cannot delete the default"):
        banks.delete(made["id"], first)
    changed: Any = plain(banks.update(made["id"], second["id"], {"default_for_currency": True}))
    assert changed["default_for_currency"] is True
    assert banks.delete(made["id"], first).deleted is True
    with pytest.raises(stripe.InvalidRequestError, match="doesn't appear to be a debit card"):
        banks.create(made["id"], {"external_account": "tok_visa"})
    with pytest.raises(stripe.InvalidRequestError, match="more than once"):
        banks.create(made["id"], {"external_account": token.id})
    bad: Any = {**BANK, "routing_number": "110000001"}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        banks.create(made["id"], {"external_account": bad})
    assert caught.value.code == "routing_number_invalid"
    types = {
        each.type for each in account.client.v1.events.list({"limit": 100}, acting(made["id"])).data
    }
    assert {
        f"account.external_account.{what}" for what in ("created", "updated", "deleted")
    } <= types


def test_links_lead_where_an_account_may_go(account: Account) -> None:
    """Source: https://docs.stripe.com/api/account_links/create"""
    v1 = account.client.v1
    custom, express = opened(account)["id"], v1.accounts.create({"type": "express"}).id
    form: Any = {"account": custom, "type": "account_update", **BACK}
    assert v1.account_links.create(form).expires_at == NOW + 303
    told = account.refused(400, "POST", "/v1/account_links", {**form, "account": express})
    assert told["param"] == "type"
    told = account.refused(
        400, "POST", "/v1/account_links", {"account": custom, "type": form["type"]}
    )
    assert (told["param"], told["code"]) == ("refresh_url", "parameter_missing")
    with pytest.raises(stripe.InvalidRequestError, match="not completed onboarding"):
        v1.accounts.login_links.create(express)
    account.simulate("account.onboarded", account=express)
    assert v1.accounts.login_links.create(express).object == "login_link"
    with pytest.raises(stripe.InvalidRequestError, match="Express Dashboard"):
        v1.accounts.login_links.create(custom)


def test_once_stripe_asks_the_owner_the_platform_no_longer_answers(account: Account) -> None:
    """Source: https://docs.stripe.com/api/accounts/object"""
    v1 = account.client.v1
    made = v1.accounts.create({"type": "express", "business_type": "individual", "individual": ADA})
    assert plain(made)["individual"]["first_name"] == "Ada"
    components: Any = {"account_onboarding": {"enabled": True}}
    session = v1.account_sessions.create({"account": made.id, "components": components})
    assert plain(session.components)["account_onboarding"]["enabled"] is True
    assert "individual" not in plain(v1.accounts.retrieve(made.id))
    form = "individual[first_name]=Ida"
    assert account.refused(400, "POST", f"/v1/accounts/{made.id}", form)["param"] == "individual"
