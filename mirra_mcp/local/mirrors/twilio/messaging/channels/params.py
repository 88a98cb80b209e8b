"""What callers send about senders of channels: JSON.

Source: https://www.twilio.com/docs/whatsapp/api/senders
"""

from typing import Any

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.params import Params
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, is_url
from mirra_mcp.wire.model import Doc

CONFIGURATION: Doc = {
    "waba_id": None,
    "verification_method": None,
    "verification_code": None,
    "voice_application_sid": None,
    "account_type": None,
}
WEBHOOK: Doc = {
    "callback_url": None,
    "callback_method": "POST",
    "fallback_url": None,
    "fallback_method": "POST",
    "status_callback_url": None,
    "status_callback_method": "POST",
}
PROFILE: Doc = dict.fromkeys(
    ("name", "about", "address", "description", "logo_url", "banner_url", "privacy_url",
     "terms_of_service_url", "accent_color", "use_case", "vertical", "websites", "emails",
     "phone_numbers")
)  # fmt: skip
VERTICALS = (
    "Alcohol", "Automotive", "Beauty, Spa and Salon", "Clothing and Apparel", "Education",
    "Entertainment", "Event Planning and Service", "Finance and Banking", "Food and Grocery",
    "Hotel and Lodging", "Matrimony Service", "Medical and Health", "Non-profit",
    "Online Gambling", "OTC Drugs", "Other", "Physical Gambling", "Professional Services",
    "Public Service", "Restaurant", "Shopping and Retail", "Travel and Transportation",
)  # fmt: skip
CHOICES = {
    "verification_method": ("sms", "voice"),
    "account_type": ("ISV", "ISVSubAccount", ""),
    "callback_method": ("POST", "PUT"),
    "fallback_method": ("POST", "PUT"),
    "vertical": VERTICALS,
    "use_case": ("PROMOTIONAL", "TRANSACTIONAL", "OTP", "MULTI_USE"),
}
"""Source: https://www.twilio.com/docs/api/errors/63100"""


class UpdateSender(Params):
    """A change to a sender."""

    friendly_name: str | None = None
    configuration: Any = None
    webhook: Any = None
    profile: Any = None


class CreateSender(UpdateSender):
    """A new sender."""

    sender_id: str = ""


class AddChannelSender(TwilioParams):
    """Source: https://www.twilio.com/docs/messaging/api/messaging-service-channelsender-resource"""

    sid: str


class SendTyping(TwilioParams):
    """Source: https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource"""

    channel: str = Field("", alias="channel")
    message_id: str = Field("", alias="messageId")


def part_of(name: str, given: Any, known: Doc) -> Doc:
    """Return what a caller sets of a part of a sender.

    Raises:
        VendorError: 63100, a value can't be.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise invalid(f"{name} is not an object")
    found = {key: value for key, value in given.items() if key in known and value is not None}
    for key, value in found.items():
        if key in CHOICES and value not in CHOICES[key]:
            raise invalid(f"{name}.{key} is not one of: {', '.join(CHOICES[key])}")
        if key.endswith("_url") and value and not (isinstance(value, str) and is_url(value)):
            raise invalid(f"{name}.{key} is not a valid URL")
        if not isinstance(value, list if key in ("websites", "emails", "phone_numbers") else str):
            raise invalid(f"{name}.{key} is not of the right type")
    return found


def invalid(what: str) -> VendorError:
    """Return the refusal of a sender that can't be."""
    return refusal(63100, what=what)
