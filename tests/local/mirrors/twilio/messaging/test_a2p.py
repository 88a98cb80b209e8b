"""US A2P brands and campaigns, and toll-free verifications, driven by the official Python SDK.

Source: https://www.twilio.com/docs/messaging/compliance/a2p-10dlc/onboarding-isv-api
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.account import NOON
from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy, send, service

BUNDLES = {
    "customer_profile_bundle_sid": f"BU{'1' * 32}",
    "a2p_profile_bundle_sid": f"BU{'2' * 32}",
}
CAMPAIGN: dict[str, Any] = {
    "description": "Tells customers who asked for it when their order ships.",
    "message_flow": "Customers tick a box at checkout, under what it is for.",
    "message_samples": ["Your order has shipped.", "Your order arrives today."],
    "us_app_to_person_usecase": "DELIVERY_NOTIFICATION",
    "has_embedded_links": True,
    "has_embedded_phone": False,
}
OTHER = ["Your order is being packed.", "Your order has been returned."]
TOLLFREE: dict[str, Any] = {
    "business_name": "Acme",
    "business_website": "https://acme.example",
    "notification_email": "ops@acme.example",
    "use_case_categories": ["DELIVERY_NOTIFICATIONS", "ACCOUNT_NOTIFICATIONS"],
    "use_case_summary": "Orders.",
    "production_message_sample": "Your order has shipped.",
    "opt_in_image_urls": ["https://acme.example/opt-in.png"],
    "opt_in_type": "WEB_FORM",
    "message_volume": "1,000",
}


def approved(account: Account) -> Any:
    """Register a brand and wait for the registry."""
    brand = account.client.messaging.v1.brand_registrations.create(**BUNDLES)
    account.advance("3s")
    return brand


def test_a_brand_is_registered_and_approved(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/brand-registration-resource"""
    brands = account.client.messaging.v1.brand_registrations
    made = brands.create(**BUNDLES, brand_type="STANDARD", mock=True)
    assert (made.status, made.tcr_id, made.mock) == ("PENDING", None, True)
    account.advance("3s")
    fetched = brands(made.sid).fetch()
    assert (fetched.status, fetched.identity_status) == ("APPROVED", "VERIFIED")
    assert fetched.tcr_id.startswith("B")
    assert [each.sid for each in brands.list()] == [made.sid]
    assert brands(made.sid).brand_registration_otps.create().brand_registration_sid == made.sid


def test_a_brand_is_told_in_full(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (messaging.v1.brand_registrations)"""
    form = {"CustomerProfileBundleSid": f"BU{'1' * 32}", "A2PProfileBundleSid": f"BU{'2' * 32}"}
    raw = account.post("/v1/a2p/BrandRegistrations", **form)
    url = f"{account.url}/v1/a2p/BrandRegistrations/{raw['sid']}"
    assert raw == {
        "sid": raw["sid"],
        "account_sid": account.sid,
        "customer_profile_bundle_sid": f"BU{'1' * 32}",
        "a2p_profile_bundle_sid": f"BU{'2' * 32}",
        "date_created": NOON,
        "date_updated": NOON,
        "brand_type": "STANDARD",
        "status": "PENDING",
        "tcr_id": None,
        "failure_reason": None,
        "errors": [],
        "url": url,
        "brand_score": None,
        "brand_feedback": [],
        "identity_status": "SELF_DECLARED",
        "russell_3000": False,
        "government_entity": False,
        "tax_exempt_status": None,
        "skip_automatic_sec_vet": False,
        "mock": False,
        "links": {"brand_vettings": f"{url}/Vettings", "brand_registration_otps": f"{url}/SmsOtp"},
    }
    page = account.fetch("/v1/a2p/BrandRegistrations?PageSize=1")
    assert page["data"] == [raw]
    assert page["meta"] == {
        "page": 0,
        "page_size": 1,
        "first_page_url": f"{account.url}/v1/a2p/BrandRegistrations?PageSize=1&Page=0",
        "previous_page_url": None,
        "url": f"{account.url}/v1/a2p/BrandRegistrations?PageSize=1&Page=0",
        "next_page_url": None,
        "key": "data",
    }


def test_the_registry_may_refuse_a_brand(account: Account) -> None:
    """Ours: the words of a refusal are those of the story."""
    brands = account.client.messaging.v1.brand_registrations
    made = brands.create(**BUNDLES)
    account.simulate("a2p.brand_reviewed", status="FAILED", reason="Tax id not found")
    account.advance("3s")
    failed = brands(made.sid).fetch()
    assert (failed.status, failed.failure_reason) == ("FAILED", "Tax id not found")
    assert brands(made.sid).update().status == "PENDING"
    account.advance("3s")
    assert brands(made.sid).fetch().status == "APPROVED"


def test_a_brand_is_vetted(account: Account) -> None:
    brand = approved(account)
    vettings = account.client.messaging.v1.brand_registrations(brand.sid).brand_vettings
    made = vettings.create(vetting_provider="campaign-verify", vetting_id="cv|1.0")
    assert (made.vetting_status, made.vetting_class) == ("IN_PROGRESS", "POLITICAL")
    account.advance("3s")
    assert vettings(made.brand_vetting_sid).fetch().vetting_status == "SUCCESS"
    assert len(vettings.list(vetting_provider="campaign-verify")) == 1
    assert vettings.list(vetting_provider="aegis") == []
    path = f"/v1/a2p/BrandRegistrations/{brand.sid}/Vettings"
    assert account.refused("POST", path, {"VettingProvider": "me"})[:2] == (400, 20001)


def test_a_campaign_is_registered_verified_changed_and_withdrawn(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/usapptoperson-resource"""
    brand = approved(account)
    service = account.client.messaging.v1.services.create(friendly_name="Orders")
    campaigns = account.client.messaging.v1.services(service.sid).us_app_to_person
    made = campaigns.create(brand_registration_sid=brand.sid, **CAMPAIGN)
    assert (made.campaign_status, made.campaign_id) == ("IN_PROGRESS", None)
    assert made.message_samples == CAMPAIGN["message_samples"]
    account.advance("3s")
    fetched = campaigns(made.sid).fetch()
    assert fetched.campaign_status == "VERIFIED"
    assert fetched.rate_limits["att"]["mps"] == 600
    changed = campaigns(made.sid).update(
        has_embedded_links=False,
        has_embedded_phone=False,
        message_samples=OTHER,
        message_flow="Customers write a letter, in which they ask for it.",
        description=CAMPAIGN["message_flow"],
        age_gated=False,
        direct_lending=False,
    )
    assert (changed.description, changed.message_samples) == (CAMPAIGN["message_flow"], OTHER)
    assert [each.sid for each in campaigns.list()] == [made.sid]
    with pytest.raises(TwilioRestException) as caught:
        campaigns.create(brand_registration_sid=brand.sid, **CAMPAIGN)
    assert refusal(caught.value)[:2] == (409, 20409)
    account.simulate("a2p.campaign_reviewed", status="SUSPENDED", reason="Complaints")
    assert campaigns(made.sid).fetch().campaign_status == "SUSPENDED"
    assert campaigns(made.sid).delete() is True
    assert campaigns.list() == []
    found = account.client.messaging.v1.services(service.sid).us_app_to_person_usecases.fetch()
    assert found.us_app_to_person_usecases[0]["code"] == "2FA"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"brand_registration_sid": f"BN{'9' * 32}"}, 21717),
        ({"us_app_to_person_usecase": "JOKES"}, 21720),
        ({"description": "Short."}, 21728),
        ({"message_samples": ["Your order has shipped.", "Short."]}, 21728),
        ({"message_samples": CAMPAIGN["message_samples"][:1]}, 20400),
    ],
)
def test_a_campaign_needs_a_brand_a_use_and_samples(
    account: Account, change: Doc, code: int
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21728"""
    brand = approved(account)
    service = account.client.messaging.v1.services.create(friendly_name="Orders")
    given = {"brand_registration_sid": brand.sid, **CAMPAIGN, **change}
    with pytest.raises(TwilioRestException) as caught:
        account.client.messaging.v1.services(service.sid).us_app_to_person.create(**given)
    assert refusal(caught.value)[:2] == (400, code)


def test_a_toll_free_number_is_verified(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/tollfree-verification-resource"""
    number = account.client.incoming_phone_numbers.create(phone_number="+18885550123")
    verifications = account.client.messaging.v1.tollfree_verifications
    made = verifications.create(
        tollfree_phone_number_sid=number.sid, external_reference_id="acme-1", **TOLLFREE
    )
    assert (made.status, made.tollfree_phone_number) == ("PENDING_REVIEW", "+18885550123")
    assert made.use_case_categories == TOLLFREE["use_case_categories"]
    account.simulate("tollfree.reviewed", reason="No opt-in shown")
    rejected = verifications(made.sid).fetch()
    assert (rejected.status, rejected.rejection_reason) == ("TWILIO_REJECTED", "No opt-in shown")
    again = verifications(made.sid).update(opt_in_type="PAPER_FORM")
    assert (again.status, again.opt_in_type) == ("PENDING_REVIEW", "PAPER_FORM")
    account.advance("3s")
    assert [each.status for each in verifications.list(status="TWILIO_APPROVED")] == [
        "TWILIO_APPROVED"
    ]
    assert len(verifications.list(external_reference_id="acme-1")) == 1
    assert verifications.list(tollfree_phone_number_sid=f"PN{'9' * 32}") == []
    number.delete()
    assert verifications.list() == []


def test_only_toll_free_numbers_are_verified_so(account: Account) -> None:
    """Ours: the codes and words."""
    local = account.client.incoming_phone_numbers.create(area_code="415")
    verifications = account.client.messaging.v1.tollfree_verifications
    with pytest.raises(TwilioRestException) as caught:
        verifications.create(tollfree_phone_number_sid=local.sid, **TOLLFREE)
    assert refusal(caught.value)[:2] == (400, 20400)
    free = account.client.incoming_phone_numbers.create(phone_number="+18885550123")
    made = verifications.create(tollfree_phone_number_sid=free.sid, **TOLLFREE)
    with pytest.raises(TwilioRestException) as caught:
        verifications.create(tollfree_phone_number_sid=free.sid, **TOLLFREE)
    assert refusal(caught.value)[:2] == (409, 20409)
    assert verifications(made.sid).delete() is True


def test_a_rejected_campaign_delivers_nothing(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/30034

    Divergence: Where nothing was registered at all, messages are delivered.
    """
    number = buy(account)
    made = service(account, number)
    brand = approved(account)
    account.client.messaging.v1.services(made.sid).us_app_to_person.create(
        brand_registration_sid=brand.sid, **CAMPAIGN
    )
    account.simulate("a2p.campaign_reviewed", status="FAILED")
    sent = send(account)
    account.advance("10s")
    assert account.client.messages(sent.sid).fetch().error_code == 30034
    sent = send(account, messaging_service_sid=made.sid)
    account.advance("10s")
    assert account.client.messages(sent.sid).fetch().error_code == 30034


def test_a_rejected_toll_free_number_delivers_nothing(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/30032

    Divergence: Where nothing was asked for at all, messages are delivered.
    """
    number = buy(account, "+18335550100")
    account.client.messaging.v1.tollfree_verifications.create(
        tollfree_phone_number_sid=number.sid, **TOLLFREE
    )
    account.simulate("tollfree.reviewed", status="TWILIO_REJECTED")
    sent = send(account, from_="+18335550100")
    account.advance("10s")
    assert account.client.messages(sent.sid).fetch().error_code == 30032
