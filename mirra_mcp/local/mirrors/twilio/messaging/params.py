"""What callers send to Programmable Messaging, and how its values are read."""

from typing import ClassVar

from pydantic import Field

from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    MOMENT,
    NUMBER,
    URL,
    TwilioParams,
    Values,
    any_of,
    is_url,
    sid,
    text,
    whole,
)

INTENTS = (
    "otp", "notifications", "marketing", "fraud", "security", "customercare", "delivery",
    "education", "polling", "announcements", "events",
)  # fmt: skip


class CreateMessage(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message"""

    values: ClassVar[Values] = {
        "AddressRetention": any_of("retain", "obfuscate").coded(30030),
        "ApplicationSid": sid("AP").coded(21218),
        "Attempt": whole(1),
        "ContentSid": sid("HX").coded(21655, "The ContentSid is invalid"),
        "ContentRetention": any_of("retain", "discard").coded(30029),
        "ForceDelivery": FLAG,
        "MaxPrice": NUMBER.coded(21627),
        "MessageIntent": any_of(*INTENTS),
        "ProvideFeedback": FLAG,
        "RiskCheck": any_of("enable", "disable"),
        "SendAsMms": FLAG,
        "SendAt": MOMENT.coded(35114),
        "ShortenUrls": FLAG,
        "SmartEncoded": FLAG,
        "TrafficType": any_of("free"),
    }

    to: str = ""
    sender: str = Field("", alias="From")
    messaging_service_sid: str = ""
    body: str = ""
    media_url: list[str] = []
    content_sid: str = ""
    content_variables: str = ""
    status_callback: str = ""
    validity_period: str = ""
    smart_encoded: str = ""
    send_as_mms: str = ""
    schedule_type: str = ""
    send_at: str = ""
    application_sid: str = ""
    shorten_urls: bool = False
    content_retention: str = "retain"
    address_retention: str = "retain"
    risk_check: str = "enable"
    provide_feedback: bool = False
    persistent_action: list[str] = []
    fallback_from: str = ""


class UpdateMessage(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#update-a-message"""

    body: str | None = None
    status: str | None = None


class CreateFeedback(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/message-feedback-resource"""

    outcome: str = "confirmed"


class ServiceFields(TwilioParams):
    """Everything of a messaging service but its name."""

    inbound_request_url: str | None = None
    inbound_method: str | None = None
    fallback_url: str | None = None
    fallback_method: str | None = None
    status_callback: str | None = None
    sticky_sender: str | None = None
    mms_converter: str | None = None
    smart_encoding: str | None = None
    scan_message_content: str | None = None
    fallback_to_long_code: str | None = None
    area_code_geomatch: str | None = None
    validity_period: str | None = None
    synchronous_validation: str | None = None
    usecase: str | None = None
    use_inbound_webhook_on_number: str | None = None


class CreateService(ServiceFields):
    """Source: https://www.twilio.com/docs/messaging/api/service-resource"""

    friendly_name: str


class UpdateService(ServiceFields):
    """Source: https://www.twilio.com/docs/messaging/api/service-resource"""

    friendly_name: str | None = None


class AddPhoneNumber(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/phonenumber-resource"""

    phone_number_sid: str


class AddShortCode(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/services-shortcode-resource"""

    short_code_sid: str


class AddAlphaSender(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/alphasender-resource"""

    alpha_sender: str = ""


class AddDestinationAlphaSender(AddAlphaSender):
    """Source: https://www.twilio.com/docs/messaging/api/destination-alphasender-resource"""

    iso_country_code: str | None = None


class UpdateShortCode(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/short-code-resource"""

    friendly_name: str | None = None
    api_version: str | None = None
    sms_url: str | None = None
    sms_method: str | None = None
    sms_fallback_url: str | None = None
    sms_fallback_method: str | None = None


USECASES: tuple[tuple[str, str, bool], ...] = (
    ("2FA", "Two-Factor authentication (2FA)", False),
    ("ACCOUNT_NOTIFICATION", "Account Notification", False),
    ("AGENTS_FRANCHISES", "Agents and Franchises", True),
    ("CHARITY", "Charity", False),
    ("PROXY", "Proxy", True),
    ("CUSTOMER_CARE", "Customer Care", False),
    ("DELIVERY_NOTIFICATION", "Delivery Notification", False),
    ("EMERGENCY", "Emergency", True),
    ("FRAUD_ALERT", "Fraud Alert Messaging", False),
    ("HIGHER_EDUCATION", "Higher Education", False),
    ("K12_EDUCATION", "K-12 Education", True),
    ("LOW_VOLUME", "Low Volume Mixed", False),
    ("MARKETING", "Marketing", False),
    ("MIXED", "Mixed", False),
    ("POLITICAL", "Political", False),
    ("POLLING_VOTING", "Polling and voting", False),
    ("PUBLIC_SERVICE_ANNOUNCEMENT", "Public Service Announcement", False),
    ("SECURITY_ALERT", "Security Alert", False),
    ("SOCIAL", "Social", True),
    ("SWEEPSTAKE", "Sweepstake", True),
)
"""Code, name, and whether carriers approve each campaign."""


PROVIDERS = any_of("campaign-verify", "aegis")


class CreateBrand(TwilioParams):
    """A new brand."""

    values: ClassVar[Values] = {
        "CustomerProfileBundleSid": sid("BU"),
        "A2PProfileBundleSid": sid("BU"),
        "BrandType": any_of("STANDARD", "SOLE_PROPRIETOR", "STARTER"),
        "Mock": FLAG,
        "SkipAutomaticSecVet": FLAG,
    }

    customer_profile_bundle_sid: str
    a2p_profile_bundle_sid: str
    brand_type: str = "STANDARD"
    mock: bool = False
    skip_automatic_sec_vet: bool = False


class CreateVetting(TwilioParams):
    """A vetting by somebody else."""

    values: ClassVar[Values] = {"VettingProvider": PROVIDERS}

    vetting_provider: str
    vetting_id: str | None = None


class UpdateCampaign(TwilioParams):
    """What can be changed of a campaign."""

    values: ClassVar[Values] = {
        "AgeGated": FLAG,
        "Description": text(4096, 40).coded(21728),
        "DirectLending": FLAG,
        "HasEmbeddedLinks": FLAG,
        "HasEmbeddedPhone": FLAG,
        "MessageFlow": text(2048, 40).coded(21728),
        "MessageSamples": text(1024, 20).coded(21728),
        "PrivacyPolicyUrl": URL,
        "TermsAndConditionsUrl": URL,
    }

    description: str | None = None
    message_flow: str | None = None
    message_samples: list[str] | None = None
    has_embedded_links: bool | None = None
    has_embedded_phone: bool | None = None
    age_gated: bool | None = None
    direct_lending: bool | None = None
    privacy_policy_url: str | None = None
    terms_and_conditions_url: str | None = None


class CreateCampaign(UpdateCampaign):
    """A new campaign."""

    values: ClassVar[Values] = UpdateCampaign.values | {
        "BrandRegistrationSid": sid("BN").coded(21717),
        "HelpKeywords": text(255).coded(21728),
        "HelpMessage": text(320, 20).coded(21728),
        "OptInKeywords": text(255).coded(21728),
        "OptInMessage": text(320, 20).coded(21728),
        "OptOutKeywords": text(255).coded(21728),
        "OptOutMessage": text(320, 20).coded(21728),
        "SubscriberOptIn": FLAG,
        "UsAppToPersonUsecase": any_of(*(code for code, _, _ in USECASES)).coded(21720),
    }

    brand_registration_sid: str
    description: str
    message_flow: str
    message_samples: list[str]
    us_app_to_person_usecase: str
    has_embedded_links: bool
    has_embedded_phone: bool
    opt_in_message: str | None = None
    opt_out_message: str | None = None
    help_message: str | None = None
    opt_in_keywords: list[str] | None = None
    opt_out_keywords: list[str] | None = None
    help_keywords: list[str] | None = None
    subscriber_opt_in: bool = False


def flag(name: str, text: str) -> bool:
    """Read a truth value.

    Raises:
        VendorError: it is none.
    """
    if text.lower() not in ("true", "false"):
        raise wrong(f"Invalid parameter {name}: {text} is not a boolean")
    return text.lower() == "true"


def method(name: str, text: str) -> str:
    """Read an HTTP method with which a webhook is called.

    Raises:
        VendorError: Twilio calls webhooks with GET and POST alone.
    """
    if text.upper() not in ("GET", "POST"):
        raise wrong(f"Invalid parameter {name}: {text} is not GET or POST")
    return text.upper()


def url_or_none(name: str, text: str) -> str | None:
    """Read an address; an empty one unsets it.

    Raises:
        VendorError: it isn't one.
    """
    if text and not is_url(text):
        raise wrong(f"Invalid parameter {name}: {text} is not a valid URL")
    return text or None
