"""Accounts of the v2 API, which are those of the v1 API.

Source: https://docs.stripe.com/api/v2/core/accounts
"""

from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe.events import (
    V2CoreAccountIncludingRequirementsUpdatedEventNotification as RequirementsUpdated,
)

from tests.local.mirrors.stripe.api.sdk_types import strangeness
from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.connect.test_onboarding import BACK, BANK, HOME
from tests.local.mirrors.stripe.visitor import Visitor
from tests.local.receiver import Receiver

EVERYTHING: Any = [
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
]
SELLER: Any = {
    "contact_email": "ada@example.com",
    "display_name": "Ada's pens",
    "dashboard": "none",
    "identity": {"country": "us", "entity_type": "individual"},
    "configuration": {
        "merchant": {"capabilities": {"card_payments": {"requested": True}}, "mcc": "5734"},
        "recipient": {
            "capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}
        },
    },
    "defaults": {
        "profile": {"business_url": "https://ada.example.com"},
        "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
    },
    "include": EVERYTHING,
}
ADA: Any = {
    "given_name": "Ada",
    "surname": "Lovelace",
    "date_of_birth": {"day": 1, "month": 1, "year": 1901},
    "address": HOME,
    "email": "ada@example.com",
    "phone": "+15555550123",
    "id_numbers": [{"type": "us_ssn_last_4", "value": "0000"}],
}
TERMS_OF_SERVICE = "identity.attestations.terms_of_service.account"
TERMS: Any = {"account": {"date": "2026-05-01T12:00:00Z", "ip": "203.0.113.7"}}


def wanted(made: Any) -> set[str]:
    return {each["description"] for each in plain(made)["requirements"]["entries"]}


def test_an_account_is_told_by_both_apis(account: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/core/accounts/create"""
    v2, v1 = account.client.v2.core.accounts, account.client.v1.accounts
    made = v2.create(SELLER)
    assert made.applied_configurations == ["merchant", "recipient"]
    assert {"identity.individual.given_name", f"{TERMS_OF_SERVICE}.ip"} <= wanted(made)
    shown = plain(made)
    cards = shown["configuration"]["merchant"]["capabilities"]["card_payments"]
    assert cards["status"] == "restricted"
    assert cards["status_details"][0]["resolution"] == "provide_info"
    old = v1.retrieve(made.id)
    assert (old.email, old.business_type) == ("ada@example.com", "individual")
    assert plain(old.controller)["requirement_collection"] == "application"
    assert plain(old.capabilities) == {"card_payments": "inactive", "transfers": "inactive"}
    told: Any = {"individual": ADA, "attestations": {"terms_of_service": TERMS}}
    v2.update(made.id, {"identity": told})
    v1.external_accounts.create(made.id, {"external_account": BANK})
    account.advance("3s")
    done = v2.retrieve(made.id, {"include": EVERYTHING})
    assert wanted(done) == set()
    shown = plain(done)
    assert shown["configuration"]["merchant"]["capabilities"]["card_payments"]["status"] == "active"
    balance = shown["configuration"]["recipient"]["capabilities"]["stripe_balance"]
    assert balance["stripe_transfers"]["status"] == "active"
    assert shown["identity"]["individual"]["given_name"] == "Ada"
    assert "0000" not in str(shown["identity"]["individual"])
    assert v1.retrieve(made.id).charges_enabled is True
    assert list(strangeness(shown, Path(stripe.__file__).parent)) == []


def test_parts_are_null_unless_they_are_asked_for(account: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/core/accounts/retrieve (include)"""
    v2 = account.client.v2.core.accounts
    id = account.client.v1.accounts.create({"type": "express", "email": "ida@example.com"}).id
    bare = plain(v2.retrieve(id))
    hidden = ("configuration", "defaults", "future_requirements", "identity", "requirements")
    assert {bare[name] for name in hidden} == {None}
    assert (bare["dashboard"], bare["contact_email"]) == ("express", "ida@example.com")
    one = plain(v2.retrieve(id, {"include": ["configuration.recipient", "defaults"]}))
    assert one["configuration"]["merchant"] is None
    assert one["configuration"]["recipient"]["applied"] is True
    how = one["defaults"]["responsibilities"]
    assert how["fees_collector"] == "application_express"
    assert how["requirements_collector"] == "stripe"


@pytest.mark.parametrize(
    ("missing", "param"),
    [("contact_email", "contact_email"), ("defaults", "defaults.responsibilities")],
)
def test_a_role_needs_an_address_and_somebody_responsible(
    account: Account, missing: str, param: str
) -> None:
    """Source: https://docs.stripe.com/api/v2/core/accounts/create (contact_email)"""
    form: Any = {name: value for name, value in SELLER.items() if name != missing}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.client.v2.core.accounts.create(form)
    assert refused.value.param == param


def test_what_is_not_mirrored_of_accounts_says_so(account: Account) -> None:
    """Ours: a parameter that would have no effect is refused."""
    form: Any = {"configuration": {"customer": {}}}
    with pytest.raises(stripe.APIError) as refused:
        account.client.v2.core.accounts.create(form)
    assert refused.value.http_status == 501


def test_accounts_are_listed_by_their_roles_and_closed(account: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/core/accounts/close"""
    v2 = account.client.v2.core.accounts
    seller = v2.create(SELLER).id
    plain_one = v2.create({"display_name": "Nobody"}).id
    assert [each.id for each in v2.list({"limit": 1}).data] == [plain_one]
    assert [each.id for each in v2.list({"limit": 1}).auto_paging_iter()] == [plain_one, seller]
    merchants = v2.list({"applied_configurations": ["merchant"]})
    assert [each.id for each in merchants.data] == [seller]
    with pytest.raises(stripe.InvalidRequestError):
        v2.close(seller, {"applied_configurations": ["merchant"]})
    done = v2.close(seller, {"applied_configurations": ["merchant", "recipient"]})
    assert (done.closed, done.applied_configurations) == (True, [])
    assert [each.id for each in v2.list({"closed": True}).data] == [seller]
    assert account.client.v1.accounts.retrieve(seller).charges_enabled is False


def test_persons_are_told_by_both_apis(account: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/core/persons"""
    client = account.client
    company: Any = {**SELLER, "identity": {"entity_type": "company"}}
    seller = client.v2.core.accounts.create(company).id
    persons = client.v2.core.accounts.persons
    boss: Any = {**ADA, "relationship": {"representative": True, "title": "CEO"}}
    made = persons.create(seller, boss)
    assert list(strangeness(plain(made), Path(stripe.__file__).parent)) == []
    old = client.v1.accounts.persons.retrieve(seller, made.id)
    assert (old.first_name, old.ssn_last_4_provided) == ("Ada", True)
    changed = persons.update(seller, made.id, {"surname": "Byron"})
    assert (changed.surname, changed.given_name) == ("Byron", "Ada")
    assert [each.id for each in persons.list(seller).data] == [made.id]
    persons.update(seller, made.id, {"relationship": {"representative": False}})
    assert persons.delete(seller, made.id).id == made.id
    with pytest.raises(stripe.InvalidRequestError):
        persons.retrieve(seller, made.id)


def test_an_onboarding_by_a_link_of_the_v2_api(account: Account) -> None:
    """Source: https://docs.stripe.com/api/v2/core/account-links/create"""
    express: Any = {**SELLER, "dashboard": "express"}
    seller = account.client.v2.core.accounts.create(express).id
    case: Any = {"type": "account_onboarding", "account_onboarding": BACK}
    link = account.client.v2.core.account_links.create({"account": seller, "use_case": case})
    assert list(strangeness(plain(link), Path(stripe.__file__).parent)) == []
    visitor = Visitor(link.url).press("submit")
    assert visitor.left_for == BACK["return_url"]
    include: Any = {"include": ["requirements", "identity"]}
    done = plain(account.client.v2.core.accounts.retrieve(seller, include))
    assert done["requirements"]["entries"] == []
    assert done["identity"]["individual"] is None


def test_what_happens_to_accounts_is_told_by_thin_events(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/api/v2/core/events/event-types"""
    client = account.client
    form: Any = {
        "name": "Accounts",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "events_from": ["@accounts"],
        "enabled_events": [
            "v2.core.account.created",
            "v2.core.account[requirements].updated",
            "v2.core.account[configuration.merchant].capability_status_updated",
            "v2.core.account_person.created",
        ],
        "webhook_endpoint": {"url": receiver.url},
        "include": ["webhook_endpoint.signing_secret"],
    }
    made = client.v2.core.event_destinations.create(form)
    assert made.webhook_endpoint is not None
    secret = made.webhook_endpoint.signing_secret or ""
    seller = client.v1.accounts.create({"type": "express"}).id

    def told() -> Any:
        got = receiver.next()
        header = got.headers["stripe-signature"]
        return client.parse_event_notification(got.body, header, secret)

    first = told()
    assert (first.type, first.related_object.id) == ("v2.core.account.created", seller)
    second = told()
    assert isinstance(second, RequirementsUpdated)
    assert second.fetch_related_object().id == seller
    person: Any = {"first_name": "Ida", "relationship": {"director": True}}
    client.v1.accounts.persons.create(seller, person)
    by_type = [each.type for each in (told(), told(), told())]
    assert by_type[-1] == "v2.core.account_person.created"
    account.simulate("account.onboarded", account=seller)
    rest = [told(), told()]
    assert [each.type for each in rest] == [
        "v2.core.account[requirements].updated",
        "v2.core.account[configuration.merchant].capability_status_updated",
    ]
    assert rest[1].fetch_event().data.updated_capability == "card_payments"
