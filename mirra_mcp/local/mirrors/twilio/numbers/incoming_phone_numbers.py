"""The account's phone numbers: bought, set up, moved to a subaccount, released.

Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

import re
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    TwilioParams,
    Values,
    any_of,
    is_url,
    sid,
    text,
)
from mirra_mcp.local.mirrors.twilio.api.phones import Phone
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.numbers import numbering
from mirra_mcp.wire.model import Doc

NUMBERS = f"{ACCOUNT}/IncomingPhoneNumbers"
URLS = ("sms_url", "sms_fallback_url", "voice_url", "voice_fallback_url", "status_callback")
METHODS = ("sms_method", "sms_fallback_method", "voice_method", "voice_fallback_method",
           "status_callback_method")  # fmt: skip


class UpdateNumber(TwilioParams):
    """How a number is set up."""

    values: ClassVar[Values] = {
        "AccountSid": sid("AC").coded(21470),
        "AddressSid": sid("AD"),
        "BundleSid": sid("BU"),
        "EmergencyAddressSid": sid("AD"),
        "EmergencyStatus": any_of("Active", "Inactive"),
        "FriendlyName": text(64).coded(20002),
        "IdentitySid": sid("RI"),
        "SmsApplicationSid": sid("AP").coded(21218),
        "TrunkSid": sid("TK"),
        "VoiceApplicationSid": sid("AP").coded(21218),
        "VoiceCallerIdLookup": FLAG,
        "VoiceReceiveMode": any_of("voice", "fax"),
    }

    account_sid: str | None = None
    friendly_name: str | None = None
    sms_application_sid: str | None = None
    sms_fallback_method: str | None = None
    sms_fallback_url: str | None = None
    sms_method: str | None = None
    sms_url: str | None = None
    status_callback: str | None = None
    status_callback_method: str | None = None
    voice_application_sid: str | None = None
    voice_caller_id_lookup: bool | None = None
    voice_fallback_method: str | None = None
    voice_fallback_url: str | None = None
    voice_method: str | None = None
    voice_url: str | None = None
    voice_receive_mode: str | None = None
    emergency_status: str | None = None
    emergency_address_sid: str | None = None
    trunk_sid: str | None = None
    identity_sid: str | None = None
    address_sid: str | None = None
    bundle_sid: str | None = None


class BuyNumber(UpdateNumber):
    """A number that is bought: by itself, or any of an area code."""

    phone_number: str | None = None
    area_code: str | None = None


class IncomingPhoneNumbers(TwilioResource):
    """Numbers that belong to the account."""

    entity, plural, prefix, is_2010 = "incoming_phone_number", "incoming_phone_numbers", "PN", True
    address_fields = URLS
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "address_sid": None,
        "address_requirements": "none",
        "api_version": "2010-04-01",
        "beta": False,
        "capabilities": None,
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "identity_sid": None,
        "phone_number": None,
        "origin": "twilio",
        "sid": None,
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "",
        "status_callback": "",
        "status_callback_method": "POST",
        "trunk_sid": None,
        "uri": None,
        "voice_receive_mode": "voice",
        "voice_application_sid": "",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": None,
        "voice_method": "POST",
        "voice_url": None,
        "emergency_status": "Active",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "bundle_sid": None,
        "status": "in-use",
        "type": None,
    }
    indexes = ("account_sid", "phone_number", "type")
    synonyms = ("number", "phone number")
    names = ("phone_number", "friendly_name")
    filters: ClassVar[Values] = {"Beta": FLAG, "Origin": any_of("twilio", "hosted")}

    def provide(self, e164: str, account: str | None = None, **fields: Any) -> Doc:
        """Give a number to an account, free of charge and without any check: a fixture's."""
        phone = phones.parse(e164)
        if phone is None:
            raise ValueError(f"{e164} is no phone number")
        return self.save(self._new(phone, account or self.mirror.account_sid, fields))

    def _new(self, phone: Phone, account: str, fields: Doc) -> Doc:
        sid = self.new_id()
        given = {name: value for name, value in fields.items() if value is not None}
        return self.new(
            id=sid,
            account_sid=account,
            capabilities=numbering.capabilities(phone),
            phone_number=phone.e164,
            type=numbering.type_of(phone).replace("_", "-"),
            uri=f"{NUMBERS.format(account=account)}/{sid}.json",
            **({"friendly_name": phone.national} | given),
        )

    # Buying.

    @route(f"POST {NUMBERS}.json", status=201)
    def create(self, params: BuyNumber) -> Doc:
        """Buy a number.

        Source: https://www.twilio.com/docs/iam/test-credentials#test-purchase-numbers
        """
        return self.view(self._buy(params, None))

    @route(f"POST {NUMBERS}/Local.json", status=201)
    def create_local(self, params: BuyNumber) -> Doc:
        """Buy a local number."""
        return self._typed(self._buy(params, "local"))

    @route(f"POST {NUMBERS}/Mobile.json", status=201)
    def create_mobile(self, params: BuyNumber) -> Doc:
        """Buy a mobile number."""
        return self._typed(self._buy(params, "mobile"))

    @route(f"POST {NUMBERS}/TollFree.json", status=201)
    def create_toll_free(self, params: BuyNumber) -> Doc:
        """Buy a toll-free number."""
        return self._typed(self._buy(params, "toll_free"))

    def _typed(self, doc: Doc) -> Doc:
        """Return a number as the lists of one type show it: they don't say which type."""
        return {name: value for name, value in self.view(doc).items() if name != "type"}

    def _buy(self, params: BuyNumber, kind: numbering.NumberType | None) -> Doc:
        fields = params.model_dump(exclude={"phone_number", "area_code", "account_sid"})
        self._check(fields, self.blank)
        if params.phone_number:
            phone = self._wanted(params.phone_number)
        elif params.area_code:
            phone = self._any_of(params.area_code)
        else:
            raise refusal(21421, message="PhoneNumber or AreaCode is required.")
        if kind and phone.e164 != phones.VALID and numbering.type_of(phone) != kind:
            raise refusal(21421, number=phone.e164)
        doc = self.save(self._new(phone, self.mirror.account_sid, fields))
        self.mirror.usage_records.bought(doc)
        return doc

    def _wanted(self, text: str) -> Phone:
        phone = phones.parse(text)
        if phone is None or phone.e164 == phones.INVALID:
            raise refusal(21421, number=text)
        is_taken = self.first(phone_number=phone.e164) is not None and phone.e164 != phones.VALID
        if phone.e164 == phones.UNAVAILABLE or is_taken:
            raise refusal(21422, number=phone.e164)
        return phone

    def _any_of(self, area: str) -> Phone:
        if not re.fullmatch(r"[2-9]\d\d", area):
            raise refusal(21451, area=area)
        found = self.mirror.available_phone_numbers.search("US", "local", [area], "", most=1)
        e164 = phones.VALID if area == numbering.FULL_AREA else found[0] if found else ""
        phone = phones.parse(e164) if area != numbering.EMPTY_AREA else None
        if phone is None:
            raise refusal(21452, area=area)
        return phone

    def _check(self, fields: Doc, doc: Doc) -> None:
        """Refuse what a number can't do, and a fallback of nothing.

        Source: https://www.twilio.com/docs/api/errors/21405
            https://www.twilio.com/docs/api/errors/21406
        """
        for name in URLS:
            if fields.get(name) and not is_url(fields[name]):
                title = "".join(part.title() for part in name.split("_"))
                raise refusal(21402, name=title, url=fields[name])
        for name in METHODS:
            if fields.get(name):
                fields[name] = fields[name].upper()
                if fields[name] not in ("GET", "POST"):
                    title = "".join(part.title() for part in name.split("_"))
                    raise refusal(21403, name=title, method=fields[name])
        for kind, code in (("voice", 21405), ("sms", 21406)):
            url = fields.get(f"{kind}_url")
            given = doc[f"{kind}_url"] if url is None else url
            if fields.get(f"{kind}_fallback_url") and not given:
                raise refusal(code)

    # Having.

    @route(f"GET {NUMBERS}/{{sid}}.json")
    def fetch(self, sid: str) -> Doc:
        """Return a number."""
        return self.view(self.get(sid))

    @route(f"GET {NUMBERS}.json")
    def index(self, call: Call) -> Doc:
        """List numbers, by name, origin and any part of the number; `*` is any digit."""
        return self._listed(call)

    @route(f"GET {NUMBERS}/Local.json")
    def index_local(self, call: Call) -> Doc:
        """List local numbers."""
        return self._listed(call, type="local")

    @route(f"GET {NUMBERS}/Mobile.json")
    def index_mobile(self, call: Call) -> Doc:
        """List mobile numbers."""
        return self._listed(call, type="mobile")

    @route(f"GET {NUMBERS}/TollFree.json")
    def index_toll_free(self, call: Call) -> Doc:
        """List toll-free numbers."""
        return self._listed(call, type="toll-free")

    def _listed(self, call: Call, **where: Any) -> Doc:
        query = call.query
        name, origin, beta = query.get("FriendlyName"), query.get("Origin"), query.get("Beta")
        pattern = numbering.digits(query.get("PhoneNumber", ""))

        def keep(doc: Doc) -> bool:
            return (
                (not pattern or numbering.fits(doc["phone_number"], pattern))
                and (name is None or doc["friendly_name"] == name)
                and (origin is None or doc["origin"] == origin)
                and (beta is None or str(doc["beta"]).lower() == beta.lower())
            )

        is_filtered = pattern or name is not None or origin is not None or beta is not None
        page = self.listed(call, keep=keep if is_filtered else None, **where)
        if where:
            for doc in page[self.plural]:
                del doc["type"]
        return page

    @route(f"POST {NUMBERS}/{{sid}}.json")
    def update(self, sid: str, params: UpdateNumber) -> Doc:
        """Set a number up anew, or move it to another account of the same owner."""
        doc = self.get(sid)
        given = params.model_dump(exclude={"account_sid"})
        fields = {name: value for name, value in given.items() if value is not None}
        self._check(fields, doc)
        target = params.account_sid
        if target and target != doc["account_sid"]:
            accounts = self.mirror.accounts
            own, other = accounts.peek(doc["account_sid"]), accounts.peek(target)
            if not own or not other or own["owner_account_sid"] != other["owner_account_sid"]:
                raise refusal(20404, path=f"/2010-04-01/Accounts/{target}.json")
            fields |= {
                "account_sid": target,
                "uri": f"{NUMBERS.format(account=target)}/{sid}.json",
            }
            self._leave(doc)
        return self.view(self.change(doc, **fields))

    @route(f"DELETE {NUMBERS}/{{sid}}.json", status=204)
    def delete(self, sid: str) -> None:
        """Release a number."""
        self.release(self.get(sid))

    def release(self, doc: Doc) -> None:
        """Take a number from its account, and from whatever uses it."""
        self._leave(doc)
        self.drop(doc)

    def _leave(self, doc: Doc) -> None:
        for noun in self.mirror.nouns.values():
            if isinstance(noun, TwilioResource):
                noun.number_gone(doc)
