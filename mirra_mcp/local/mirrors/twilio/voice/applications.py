"""Applications: addresses that calls and numbers share by one SID.

Source: https://www.twilio.com/docs/usage/api/applications
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import (
    TwilioParams,
    Values,
    any_of,
    is_url,
    text,
)
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls.params import method_of
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Applications"
URLS = {
    "voice_url": "VoiceUrl",
    "voice_fallback_url": "VoiceFallbackUrl",
    "status_callback": "StatusCallback",
    "sms_url": "SmsUrl",
    "sms_fallback_url": "SmsFallbackUrl",
    "sms_status_callback": "SmsStatusCallback",
    "message_status_callback": "MessageStatusCallback",
}
METHODS = {
    "voice_method": "VoiceMethod",
    "voice_fallback_method": "VoiceFallbackMethod",
    "status_callback_method": "StatusCallbackMethod",
    "sms_method": "SmsMethod",
    "sms_fallback_method": "SmsFallbackMethod",
}


class ApplicationFields(TwilioParams):
    """Source: https://www.twilio.com/docs/usage/api/applications"""

    values: ClassVar[Values] = {
        "ApiVersion": any_of("2008-08-01", "2010-04-01"),
        "FriendlyName": text(64),
    }

    friendly_name: str | None = None
    api_version: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    voice_fallback_url: str | None = None
    voice_fallback_method: str | None = None
    voice_caller_id_lookup: bool | None = None
    status_callback: str | None = None
    status_callback_method: str | None = None
    sms_url: str | None = None
    sms_method: str | None = None
    sms_fallback_url: str | None = None
    sms_fallback_method: str | None = None
    sms_status_callback: str | None = None
    message_status_callback: str | None = None
    public_application_connect_enabled: bool | None = None


class Applications(TwilioResource):
    """Every application of every account."""

    entity, plural, prefix, is_2010 = "application", "applications", "AP", True
    address_fields = tuple(URLS)
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "api_version": "2010-04-01",
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "message_status_callback": None,
        "sid": None,
        "sms_fallback_method": "POST",
        "sms_fallback_url": None,
        "sms_method": "POST",
        "sms_status_callback": None,
        "sms_url": None,
        "status_callback": None,
        "status_callback_method": "POST",
        "uri": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": None,
        "voice_method": "POST",
        "voice_url": None,
        "public_application_connect_enabled": False,
    }
    indexes = ("account_sid", "friendly_name")
    names = ("friendly_name",)

    @route(f"POST {PATH}.json", status=201)
    def create(self, params: ApplicationFields) -> Doc:
        """Make an application."""
        fields = _checked(params)
        sid, account = self.new_id(), self.mirror.account_sid
        doc = self.new(
            id=sid,
            account_sid=account,
            uri=f"{PATH.format(account=account)}/{sid}.json",
            **({"friendly_name": sid} | fields),
        )
        return self.view(self.save(doc))

    @route(f"GET {PATH}.json")
    def index(self, call: Call) -> Doc:
        """List applications, of one name or of all, newest first."""
        name = call.query.get("FriendlyName")
        where: Doc = {"friendly_name": name} if name else {}
        return self.listed(call, **where)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one application."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: ApplicationFields) -> Doc:
        """Change an application: calls that begin after that see it."""
        return self.view(self.change(self.get(Sid), **_checked(params)))

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete an application."""
        self.drop(self.get(Sid))


def _checked(params: ApplicationFields) -> Doc:
    """Return the fields that were given; an empty address unsets it.

    Raises:
        VendorError: an address can't be called, or a method is none.

    Source: https://www.twilio.com/docs/api/errors/21402
    """
    given: Doc = {
        name: value
        for name, value in params.model_dump(exclude_none=True).items()
        if value != "" or name in URLS
    }
    for name, wire in URLS.items():
        if name in given:
            if given[name] and not is_url(given[name]):
                raise refusal(21402, name=wire, url=given[name])
            given[name] = given[name] or None
    for name, wire in METHODS.items():
        if name in given:
            given[name] = method_of(wire, given[name])
    return given
