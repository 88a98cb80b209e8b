"""What callers send to Programmable Messaging, and how its values are read."""

from pydantic import Field

from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, is_url


class CreateMessage(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message"""

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
