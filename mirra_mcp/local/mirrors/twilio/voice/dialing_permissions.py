"""Which countries an account may call, and which of their numbers.

Calls elsewhere are refused (21215), and those of `<Dial>` not made (13227). A subaccount has its
parent's permissions unless it is set not to inherit them.

Source: https://www.twilio.com/docs/voice/api/dialing-permissions-resources
"""

import json
from typing import Any, ClassVar

from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import pages, phones
from mirra_mcp.local.mirrors.twilio.api.errors import not_found, refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, TwilioParams, Values
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.countries import COUNTRIES
from mirra_mcp.wire.model import Doc

PATH = "/v1/DialingPermissions"
LOW, SPECIAL, FRAUD = (
    "low_risk_numbers_enabled",
    "high_risk_special_numbers_enabled",
    "high_risk_tollfraud_numbers_enabled",
)
DEFAULT: dict[str, bool] = {LOW: True, SPECIAL: False, FRAUD: False}
"""Ours: Twilio's depend on the account."""


class BulkUpdate(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/dialingpermissions-bulkcountryupdate-resource"""

    update_request: str


class DialingSettings(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/dialingpermissions-settings-resource"""

    values: ClassVar[Values] = {"DialingPermissionsInheritance": FLAG}

    dialing_permissions_inheritance: str = ""


class DialingPermissions(TwilioResource):
    """The permissions of every account."""

    entity, plural = "dialing_permission", "dialing_permissions"

    # What they permit.

    def permits(self, account: str, to: str) -> bool:
        """Say whether an account may call a number; what is no number is never held back."""
        phone = phones.parse(to)
        if phone is None:
            return True
        flags = self._flags(account, phone.country)
        if not flags[LOW]:
            return False
        return flags[SPECIAL] or phone.kind != "other" or not _is_special(phone.e164)

    def check(self, account: str, to: str) -> None:
        """Refuse a call that the account may not make.

        Source: https://www.twilio.com/docs/api/errors/21215
        """
        if not self.permits(account, to):
            raise refusal(21215, to=to)

    def _holder(self, account: str) -> str:
        """Return whose permissions count for an account."""
        doc = self.mirror.accounts.peek(account)
        owner = doc["owner_account_sid"] if doc else account
        return owner if owner != account and self._inherits(account) else account

    def _inherits(self, account: str) -> bool:
        alone: list[str] = self.mirror.setting("dialing_alone", [])
        return account not in alone

    def _flags(self, account: str, country: str) -> dict[str, bool]:
        kept: Doc = self.mirror.setting("dialing", {})
        own: Doc = kept.get(self._holder(account), {})
        flags: dict[str, bool] = own.get(country, {})
        return DEFAULT | flags

    # The API.

    @route(f"GET {PATH}/Countries")
    def countries(self, call: Call) -> Doc:
        """List countries, by code, continent, prefix and what may be called there."""
        at = pages.cut(call, pages.DEFAULT)
        found = [doc for code in sorted(COUNTRIES) if _fits(doc := self._country(code, call), call)]
        start = at.number * at.size
        shown = found[start : start + at.size]
        more = start + at.size < len(found)
        return pages.page_v1(
            call,
            "content",
            at,
            pages.Found(
                shown,
                f"PA{shown[-1]['iso_code']}" if shown and more else None,
                f"PB{shown[0]['iso_code']}" if shown and start else None,
            ),
            self.mirror.base_of(call),
        )

    @route(f"GET {PATH}/Countries/{{IsoCode}}")
    def country(self, IsoCode: str, call: Call) -> Doc:
        """Return one country."""
        if IsoCode.upper() not in COUNTRIES:
            raise not_found(call.path)
        return self._country(IsoCode.upper(), call)

    def _country(self, code: str, call: Call) -> Doc:
        import phonenumbers

        name, continent = COUNTRIES[code]
        url = f"{self.mirror.base_of(call)}{PATH}/Countries/{code}"
        return {
            "iso_code": code,
            "name": name,
            "continent": continent,
            "country_codes": [f"+{phonenumbers.country_code_for_region(code)}"],
            **self._flags(self.mirror.account_sid, code),
            "url": url,
            "links": {"highrisk_special_prefixes": f"{url}/HighRiskSpecialPrefixes"},
        }

    @route(f"POST {PATH}/BulkCountryUpdates", status=201)
    def update_countries(self, params: BulkUpdate) -> Doc:
        """Permit countries, or forbid them: all that are named, or none.

        Source: https://www.twilio.com/docs/voice/api/dialingpermissions-bulkcountryupdate-resource
        """
        account = self.mirror.account_sid
        changes = dict(_change(each) for each in _read(params.update_request))
        kept: Doc = self.mirror.setting("dialing", {})
        own = dict(kept.get(account, {}))
        for code, flags in changes.items():
            own[code] = own.get(code, {}) | flags
        self.mirror.set_setting("dialing", kept | {account: own})
        return {"update_count": len(changes), "update_request": params.update_request}

    @route("GET /v1/Settings")
    def settings(self, call: Call) -> Doc:
        """Tell whether a subaccount has its parent's permissions."""
        return {
            "dialing_permissions_inheritance": self._inherits(self.mirror.account_sid),
            "url": f"{self.mirror.base_of(call)}/v1/Settings",
        }

    @route("POST /v1/Settings", status=202)
    def update_settings(self, call: Call, params: DialingSettings) -> Doc:
        """Let a subaccount have its parent's permissions, or its own.

        Source: https://www.twilio.com/docs/voice/api/dialingpermissions-settings-resource
        """
        account, wish = self.mirror.account_sid, params.dialing_permissions_inheritance.lower()
        alone: list[str] = self.mirror.setting("dialing_alone", [])
        if wish:
            others = [each for each in alone if each != account]
            alone = others if wish == "true" else [*others, account]
            self.mirror.set_setting("dialing_alone", alone)
        return self.settings(call)


def _fits(doc: Doc, call: Call) -> bool:
    """Say whether a country is one of those that a list is asked for."""
    wanted = {
        "IsoCode": doc["iso_code"],
        "Continent": doc["continent"],
        "CountryCode": doc["country_codes"][0].lstrip("+"),
        "LowRiskNumbersEnabled": doc[LOW],
        "HighRiskSpecialNumbersEnabled": doc[SPECIAL],
        "HighRiskTollfraudNumbersEnabled": doc[FRAUD],
    }
    return all(
        (call.query.get(name) or str(value)).strip(" +").lower() == str(value).lower()
        for name, value in wanted.items()
    )


def _read(text: str) -> list[Any]:
    try:
        found = loads(text.encode())
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise wrong("Invalid parameter UpdateRequest: it is not a JSON array of objects")
    return found


def _change(wish: Any) -> tuple[str, dict[str, bool]]:
    code = str(wish.get("iso_code", "")).upper() if isinstance(wish, dict) else ""
    if code not in COUNTRIES:
        shown = json.dumps(wish)[:80]
        raise wrong(f"Invalid parameter UpdateRequest: {shown} names no country by its iso_code")
    flags = {}
    for name in DEFAULT:
        told = str(wish.get(name, "")).lower()
        if told not in ("", "true", "false"):
            raise wrong(f"Invalid parameter UpdateRequest: {name} is not a boolean")
        if told:
            flags[name] = told == "true"
    return code, flags


def _is_special(e164: str) -> bool:
    """Say whether a number is one of those that cost more: premium or shared cost."""
    from phonenumbers import PhoneNumberType, number_type, parse

    costly = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)
    return number_type(parse(e164, None)) in costly
