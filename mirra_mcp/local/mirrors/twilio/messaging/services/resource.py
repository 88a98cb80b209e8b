"""Messaging services: a pool of senders with one configuration.

Source: https://www.twilio.com/docs/messaging/api/service-resource
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.params import (
    CreateService,
    ServiceFields,
    UpdateService,
    flag,
    method,
    url_or_none,
)
from mirra_mcp.wire.model import Doc

LONGEST_NAME = 64
LONGEST_VALIDITY = 36_000
USECASES = ("notifications", "marketing", "verification", "discussion", "poll", "undeclared")
SCANS = ("inherit", "enable", "disable")
DESCRIPTIONS: tuple[tuple[str, str, str], ...] = (
    ("notifications", "Transactional notices about orders, deliveries, accounts or reminders.",
     "Notify my users."),
    ("marketing", "Information about products, offers, and calls to take part in something.",
     "Market my services."),
    ("verification", "Codes that prove who somebody is, or that a number is theirs.",
     "Verify my users."),
    ("discussion", "Conversations between people, or between people and a business.",
     "Engage in a discussion."),
    ("poll", "Questions to many whose answers are counted.", "Poll my audience."),
    ("undeclared", "Anything else.", "My use case is not listed here."),
)  # fmt: skip
LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
}
FLAGS = {
    "sticky_sender": "StickySender",
    "mms_converter": "MmsConverter",
    "smart_encoding": "SmartEncoding",
    "fallback_to_long_code": "FallbackToLongCode",
    "area_code_geomatch": "AreaCodeGeomatch",
    "synchronous_validation": "SynchronousValidation",
    "use_inbound_webhook_on_number": "UseInboundWebhookOnNumber",
}
URLS = {
    "inbound_request_url": "InboundRequestUrl",
    "fallback_url": "FallbackUrl",
    "status_callback": "StatusCallback",
}
METHODS = {"inbound_method": "InboundMethod", "fallback_method": "FallbackMethod"}


class MessagingServices(TwilioResource):
    """The messaging services of every account."""

    entity, plural, prefix = "messaging_service", "messaging_services", "MG"
    address_fields = ("inbound_request_url", "fallback_url", "status_callback")
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "sid": None,
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "inbound_request_url": None,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "smart_encoding": True,
        "mms_converter": True,
        "fallback_to_long_code": True,
        "scan_message_content": "inherit",
        "area_code_geomatch": True,
        "validity_period": LONGEST_VALIDITY,
        "synchronous_validation": False,
        "usecase": "undeclared",
        "us_app_to_person_registered": False,
        "use_inbound_webhook_on_number": False,
        "links": None,
        "url": None,
    }
    names = ("friendly_name",)

    def path_of(self, doc: Doc) -> str:
        """Return the path of a service."""
        return f"/v1/Services/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of what belongs to a service."""
        return {name: f"/v1/Services/{doc['sid']}/{part}" for name, part in LINKS.items()}

    @route("POST /v1/Services", status=201)
    def create(self, params: CreateService) -> Doc:
        """Make a service."""
        return self.view(self.add(self.mirror.account_sid, params))

    def add(self, account: str, params: CreateService, sid: str = "") -> Doc:
        """Put a service into an account: a caller's, or a fixture's with a SID of its own."""
        fields = self._fields(params) | {"friendly_name": named(params.friendly_name)}
        return self.save(self.new(id=sid, account_sid=account, **fields))

    @route("GET /v1/Services")
    def list(self, call: Call) -> Doc:
        """List the services, newest first."""
        return self.listed(call, "services")

    @route("GET /v1/Services/Usecases")
    def usecases(self) -> Doc:
        """List what services are for."""
        return {
            "usecases": [
                {"usecase": name, "description": text, "purpose": purpose}
                for name, text, purpose in DESCRIPTIONS
            ]
        }

    @route("GET /v1/Services/{Sid}")
    def fetch(self, Sid: str) -> Doc:
        """Return one service."""
        return self.view(self.get(Sid))

    @route("POST /v1/Services/{Sid}")
    def update(self, Sid: str, params: UpdateService) -> Doc:
        """Change a service."""
        doc = self.get(Sid)
        fields = self._fields(params)
        if params.friendly_name is not None:
            fields["friendly_name"] = named(params.friendly_name)
        return self.view(self.change(doc, **fields))

    @route("DELETE /v1/Services/{Sid}", status=204)
    def delete(self, Sid: str) -> None:
        """Remove a service; its senders stay the account's."""
        doc = self.get(Sid)
        for noun in (
            self.mirror.service_phone_numbers,
            self.mirror.service_short_codes,
            self.mirror.alpha_senders,
            self.mirror.destination_alpha_senders,
        ):
            for member in noun.members(Sid):
                noun.drop(member)
        self.drop(doc)

    def _fields(self, params: ServiceFields) -> dict[str, Any]:
        """Return what a request sets.

        Raises:
            VendorError: a value is none that a service takes.
        """
        found: dict[str, Any] = {}
        for field, name in FLAGS.items():
            if text := getattr(params, field):
                found[field] = flag(name, text)
        for field, name in URLS.items():
            if (text := getattr(params, field)) is not None:
                found[field] = url_or_none(name, text)
        for field, name in METHODS.items():
            if text := getattr(params, field):
                found[field] = method(name, text)
        if text := params.validity_period:
            found["validity_period"] = _validity(text)
        if text := params.scan_message_content:
            if text not in SCANS:
                raise wrong(f"Invalid parameter ScanMessageContent: {text}")
            found["scan_message_content"] = text
        if text := params.usecase:
            if text not in USECASES:
                raise refusal(21713)
            found["usecase"] = text
        return found


def named(text: str) -> str:
    """Return a service's name.

    Raises:
        VendorError: there is none, or it is too long.
    """
    if not text.strip():
        raise wrong("Missing required parameter FriendlyName in the post body")
    if len(text) > LONGEST_NAME:
        raise wrong(f"Invalid parameter FriendlyName: more than {LONGEST_NAME} characters")
    return text


def _validity(text: str) -> int:
    whole = text.isascii() and text.isdecimal() and len(text) < 7
    if not whole or not 1 <= int(text) <= LONGEST_VALIDITY:
        raise refusal(21624, value=text)
    return int(text)
