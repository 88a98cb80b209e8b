"""Documents of accounts, numbers and registrations have exactly the documented fields.

Source: https://github.com/twilio/twilio-oai (spec/json)
"""

from collections.abc import Callable

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account

FREE = "+18885550123"
BRAND = {"CustomerProfileBundleSid": f"BU{'1' * 32}", "A2PProfileBundleSid": f"BU{'2' * 32}"}


def account_(account: Account) -> Doc:
    return account.post("/2010-04-01/Accounts.json")


def key_v1(account: Account) -> Doc:
    return account.post("/v1/Keys", AccountSid=account.sid)


def country(account: Account) -> Doc:
    return account.fetch("/AvailablePhoneNumbers/US.json")


def caller_id(account: Account) -> Doc:
    account.simulate("caller_id.verified", phoneNumber="+14155552671")
    found: Doc = account.fetch("/OutgoingCallerIds.json")["outgoing_caller_ids"][0]
    return found


def validation(account: Account) -> Doc:
    return account.post("/OutgoingCallerIds.json", PhoneNumber="+14155552671")


def token(account: Account) -> Doc:
    return account.post("/Tokens.json")


def secondary(account: Account) -> Doc:
    return account.post("/v1/AuthTokens/Secondary")


def promotion(account: Account) -> Doc:
    account.post("/v1/AuthTokens/Secondary")
    return account.post("/v1/AuthTokens/Promote")


def permission(account: Account) -> Doc:
    found: Doc = account.fetch("/v1/Messaging/GeoPermissions?CountryCode=US")["permissions"][0]
    return found


def vetting(account: Account) -> Doc:
    brand = account.post("/v1/a2p/BrandRegistrations", **BRAND)["sid"]
    return account.post(f"/v1/a2p/BrandRegistrations/{brand}/Vettings", VettingProvider="aegis")


def campaign(account: Account) -> Doc:
    brand = account.post("/v1/a2p/BrandRegistrations", **BRAND)["sid"]
    account.advance("3s")
    service = account.post("/v1/Services", FriendlyName="Orders")["sid"]
    return account.post(
        f"/v1/Services/{service}/Compliance/Usa2p",
        BrandRegistrationSid=brand,
        Description="Tells people who asked for it when their order ships.",
        MessageFlow="People tick a box at checkout, under what it is for.",
        MessageSamples=["Your order has shipped.", "Your order arrives today."],
        UsAppToPersonUsecase="2FA",
        HasEmbeddedLinks="false",
        HasEmbeddedPhone="false",
    )


def usecase(account: Account) -> Doc:
    service = account.post("/v1/Services", FriendlyName="Orders")["sid"]
    found = account.fetch(f"/v1/Services/{service}/Compliance/Usa2p/Usecases")
    first: Doc = found["us_app_to_person_usecases"][0]
    return first


def tollfree(account: Account) -> Doc:
    number = account.post("/IncomingPhoneNumbers.json", PhoneNumber=FREE)["sid"]
    return account.post(
        "/v1/Tollfree/Verifications",
        BusinessName="Acme",
        BusinessWebsite="https://acme.example",
        NotificationEmail="ops@acme.example",
        UseCaseCategories="MARKETING",
        UseCaseSummary="Offers.",
        ProductionMessageSample="Sale!",
        OptInImageUrls="https://acme.example/a.png",
        OptInType="WEB_FORM",
        MessageVolume="10",
        TollfreePhoneNumberSid=number,
    )


FIELDS: dict[Callable[[Account], Doc], str] = {
    account_: "auth_token date_created date_updated friendly_name owner_account_sid sid status"
    " subresource_uris type uri",
    key_v1: "sid friendly_name date_created date_updated secret policy",
    country: "country_code country uri beta subresource_uris",
    caller_id: "sid date_created date_updated friendly_name account_sid phone_number uri",
    validation: "account_sid call_sid friendly_name phone_number validation_code",
    token: "account_sid date_created date_updated ice_servers password ttl username",
    secondary: "account_sid date_created date_updated secondary_auth_token url",
    promotion: "account_sid auth_token date_created date_updated url",
    permission: "country_code type enabled prefix message",
    vetting: "account_sid brand_sid brand_vetting_sid date_updated date_created vetting_id"
    " vetting_class vetting_status vetting_provider url",
    campaign: "sid account_sid brand_registration_sid messaging_service_sid description"
    " message_samples us_app_to_person_usecase has_embedded_links has_embedded_phone"
    " subscriber_opt_in age_gated direct_lending campaign_status campaign_id"
    " is_externally_registered rate_limits message_flow opt_in_message opt_out_message"
    " help_message opt_in_keywords opt_out_keywords help_keywords date_created date_updated url"
    " mock errors privacy_policy_url terms_and_conditions_url",
    usecase: "code name description post_approval_required",
    tollfree: "sid account_sid customer_profile_sid trust_product_sid date_created date_updated"
    " regulated_item_sid business_name business_street_address business_street_address2"
    " business_city business_state_province_region business_postal_code business_country"
    " business_website business_contact_first_name business_contact_last_name"
    " business_contact_email business_contact_phone notification_email use_case_categories"
    " use_case_summary production_message_sample opt_in_image_urls opt_in_type message_volume"
    " additional_information tollfree_phone_number_sid tollfree_phone_number status url"
    " rejection_reason error_code edit_expiration edit_allowed business_registration_number"
    " business_registration_authority business_registration_country business_type"
    " business_registration_phone_number doing_business_as opt_in_confirmation_message"
    " help_message_sample privacy_policy_url terms_and_conditions_url age_gated_content"
    " opt_in_keywords rejection_reasons resource_links external_reference_id vetting_id"
    " vetting_provider vetting_id_expiration",
}
"""The documents that no other test compares as a whole."""


@pytest.mark.parametrize("make", FIELDS, ids=lambda make: str(make.__name__))
def test_a_document_has_the_documented_fields(
    account: Account, make: Callable[[Account], Doc]
) -> None:
    assert sorted(make(account)) == sorted(FIELDS[make].split())


def test_urls_lead_to_the_mirror_and_are_kept_nowhere(account: Account) -> None:
    """Ours: a handler that follows a link must not end up at Twilio.

    Source: https://www.twilio.com/docs/usage/twilios-response
    """
    made = secondary(account)
    assert made["url"] == f"{account.url}/v1/AuthTokens/Secondary"
    assert "url" not in account.state("secondary_auth_tokens")[0]
