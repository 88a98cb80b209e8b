"""TrustHub: bundles of papers that Twilio reviews, and the brands that need them.

Source: https://www.twilio.com/docs/messaging/compliance/a2p-10dlc/onboarding-isv-api
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.receiver import Receiver

SECONDARY, A2P = "RNdfbf3fae0e1107f8aded0e7cead80bf5", "RNb0d4771c2c98518d916a3d4cd70a8f8b"
BUSINESS = {
    "business_name": "Acme", "website_url": "https://acme.example",
    "business_regions_of_operation": "USA_AND_CANADA", "business_type": "Partnership",
    "business_registration_identifier": "EIN", "business_identity": "direct_customer",
    "business_industry": "RETAIL", "business_registration_number": "123456789",
}  # fmt: skip
ADA = {
    "first_name": "Ada", "last_name": "Byron", "email": "ada@acme.example",
    "phone_number": "+14155550123", "business_title": "CEO", "job_position": "CEO",
}  # fmt: skip


def profile(account: Account, **fields: Any) -> Any:
    """A whole customer profile that isn't handed in yet."""
    hub = account.client.trusthub.v1
    made = hub.customer_profiles.create(
        friendly_name="Acme", email="ops@acme.example", policy_sid=SECONDARY, **fields
    )
    office = account.client.addresses.create(
        customer_name="Acme", street="375 Beale St", city="San Francisco", region="CA",
        postal_code="94105", iso_country="US",
    )  # fmt: skip
    for kind, told in (
        ("customer_profile_business_information", BUSINESS), ("authorized_representative_1", ADA)
    ):  # fmt: skip
        user = hub.end_users.create(friendly_name=kind, type=kind, attributes=told)
        made.customer_profiles_entity_assignments.create(object_sid=user.sid)
    paper = hub.supporting_documents.create(
        friendly_name="Office", type="customer_profile_address",
        attributes={"address_sids": office.sid},
    )  # fmt: skip
    made.customer_profiles_entity_assignments.create(object_sid=paper.sid)
    return made


def refused(act: Callable[[], Any]) -> tuple[int, int | None]:
    """Return how something was refused."""
    with pytest.raises(TwilioRestException) as caught:
        act()
    return refusal(caught.value)[:2]


def test_a_profile_is_reviewed_and_a_brand_needs_it(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/compliance/a2p-10dlc/onboarding-isv-api"""
    hub, messaging = account.client.trusthub.v1, account.client.messaging.v1
    made = profile(account, status_callback=receiver.url)
    evaluation = made.customer_profiles_evaluations.create(policy_sid=SECONDARY)
    assert evaluation.status == "compliant"
    assert made.update(status="pending-review").status == "pending-review"
    product = hub.trust_products.create(
        friendly_name="A2P", email="ops@acme.example", policy_sid=A2P
    )
    kind = "us_a2p_messaging_profile_information"
    user = hub.end_users.create(
        friendly_name="A2P", type=kind, attributes={"company_type": "private"}
    )
    for sid in (user.sid, made.sid):
        product.trust_products_entity_assignments.create(object_sid=sid)
    early = product.trust_products_evaluations.create(policy_sid=A2P)
    assert early.status == "noncompliant"

    def brand() -> Any:
        return messaging.brand_registrations.create(
            customer_profile_bundle_sid=made.sid, a2p_profile_bundle_sid=product.sid
        )

    assert refused(brand) == (400, 20001)
    account.advance("2s")
    told = account.verified(receiver.next())
    assert (told["BundleSid"], told["Status"]) == (made.sid, "twilio-approved")
    assert made.fetch().status == "twilio-approved"
    product.update(status="pending-review")
    account.advance("2s")
    assert product.fetch().status == "twilio-approved"
    assert brand().status == "PENDING"
    assignments = made.customer_profiles_entity_assignments
    assert refused(lambda: assignments.create(object_sid=user.sid)) == (400, 20001)
    assert refused(lambda: made.update(status="draft")) == (400, 20001)


def test_a_profile_that_lacks_something_is_rejected(account: Account) -> None:
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles"""
    hub = account.client.trusthub.v1
    made = hub.customer_profiles.create(
        friendly_name="Acme", email="ops@acme.example", policy_sid=SECONDARY
    )
    half = {name: value for name, value in BUSINESS.items() if name != "business_type"}
    kind = "customer_profile_business_information"
    user = hub.end_users.create(friendly_name="Acme", type=kind, attributes=half)
    made.customer_profiles_entity_assignments.create(object_sid=user.sid)
    evaluation = made.customer_profiles_evaluations.create(policy_sid=SECONDARY)
    first = evaluation.results[0]
    assert (evaluation.status, first["failure_reason"]) == (
        "noncompliant", f"{kind} lacks business_type",
    )  # fmt: skip
    made.update(status="pending-review")
    account.advance("2s")
    rejected = made.fetch()
    assert rejected.status == "twilio-rejected"
    assert "business_type" in rejected.errors[0]["message"]
    account.simulate("trust_bundle.reviewed", sid=made.sid, status="twilio-approved")
    assert made.fetch().status == "twilio-approved"
    account.simulate("trust_bundle.reviewed", sid=made.sid, status="twilio-rejected", reason="Fake")
    assert made.fetch().errors[0]["message"] == "Fake"


def test_parts_of_bundles_are_listed_and_taken_out(account: Account) -> None:
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles"""
    hub = account.client.trusthub.v1
    made = profile(account)
    parts = made.customer_profiles_entity_assignments
    assert len(parts.list()) == 3
    [paper] = parts.list(object_type="supporting_document")
    document = hub.supporting_documents(paper.object_sid)
    assert document.fetch().attributes.keys() == {"address_sids"}
    assert refused(lambda: parts.create(object_sid=paper.object_sid)) == (409, 20409)
    assert refused(document.delete) == (409, 20409)
    assert parts(paper.sid).delete()
    assert document.delete()
    assert [each.sid for each in hub.customer_profiles.list(status="draft")] == [made.sid]
    number = buy(account)
    ends = made.customer_profiles_channel_endpoint_assignment
    joined = ends.create(channel_endpoint_type="phone-number", channel_endpoint_sid=number.sid)
    assert [each.sid for each in ends.list(channel_endpoint_sid=number.sid)] == [joined.sid]
    assert ends.list(channel_endpoint_sid="PN" + "0" * 32) == []
    assert ends(joined.sid).delete()
    user = hub.end_users.list()[0]
    assert user.update(attributes=ADA | {"first_name": "Eve"}).attributes["first_name"] == "Eve"
    assert made.delete()
    assert user.delete()
    assert hub.customer_profiles.list() == []
    wrong = {"friendly_name": "x", "email": "a@b.example"}
    for act in (
        lambda: hub.customer_profiles.create(policy_sid=A2P, **wrong),
        lambda: hub.end_users.create(friendly_name="x", type="nonsense"),
    ):
        assert refused(act) == (400, 20001)


def test_policies_say_what_is_asked_for(account: Account) -> None:
    """Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api"""
    hub = account.client.trusthub.v1
    found = {each.sid: each for each in hub.policies.list()}
    assert {SECONDARY, A2P} <= found.keys()
    asked = hub.policies(SECONDARY).fetch().requirements
    [business, _] = asked["end_user"]
    assert set(business["fields"]) == set(BUSINESS)
    kinds = {each.machine_name: each for each in hub.end_user_types.list()}
    one = hub.end_user_types(kinds["authorized_representative_1"].sid).fetch()
    assert {each["machine_name"] for each in one.fields} == set(ADA)
    [paper] = hub.supporting_document_types.list()
    assert hub.supporting_document_types(paper.sid).fetch().machine_name == paper.machine_name
    assert json.dumps(asked)
