"""Short codes: leased from carriers by hand, so the API changes them and makes none.

Source: https://www.twilio.com/docs/messaging/api/short-code-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.params import UpdateShortCode, method, url_or_none
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/SMS/ShortCodes"


class ShortCodes(TwilioResource):
    """The short codes of every account."""

    entity, plural, prefix, is_2010 = "short_code", "short_codes", "SC", True
    address_fields = ("sms_url", "sms_fallback_url")
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "api_version": "2010-04-01",
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "short_code": None,
        "sid": None,
        "sms_fallback_method": "POST",
        "sms_fallback_url": None,
        "sms_method": "POST",
        "sms_url": None,
        "uri": None,
        "_country": "US",
    }
    indexes = ("account_sid", "short_code")
    names = ("short_code", "friendly_name")

    def assign(self, account: str, code: str, country: str = "US") -> Doc:
        """Give an account a short code, as the carriers do after months of paperwork."""
        sid = self.new_id()
        doc = self.new(
            id=sid,
            account_sid=account,
            short_code=code,
            friendly_name=code,
            uri=f"{PATH.format(account=account)}/{sid}.json",
            _country=country,
        )
        return self.save(doc)

    @route(f"GET {PATH}.json")
    def list(self, call: Call) -> Doc:
        """List the short codes, by name and by code."""
        where: Doc = {"short_code": code} if (code := call.query.get("ShortCode")) else {}
        name = call.query.get("FriendlyName")

        def keep(doc: Doc) -> bool:
            return name is None or doc["friendly_name"] == name

        return self.listed(call, keep=keep, **where)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one short code."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: UpdateShortCode) -> Doc:
        """Change where texts to a short code go."""
        doc = self.get(Sid)
        fields: Doc = {}
        if params.friendly_name is not None:
            if len(params.friendly_name) > 64:
                raise wrong("Invalid parameter FriendlyName: more than 64 characters")
            fields["friendly_name"] = params.friendly_name or doc["short_code"]
        for field, name in (("sms_url", "SmsUrl"), ("sms_fallback_url", "SmsFallbackUrl")):
            if (text := getattr(params, field)) is not None:
                fields[field] = url_or_none(name, text)
        for field, name in (
            ("sms_method", "SmsMethod"),
            ("sms_fallback_method", "SmsFallbackMethod"),
        ):
            if text := getattr(params, field):
                fields[field] = method(name, text)
        if params.api_version:
            if params.api_version not in ("2010-04-01", "2008-08-01"):
                raise wrong(f"Invalid parameter ApiVersion: {params.api_version}")
            fields["api_version"] = params.api_version
        return self.view(self.change(doc, **fields))
