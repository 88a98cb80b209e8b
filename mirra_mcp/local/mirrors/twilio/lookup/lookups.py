"""Lookup: what is known of a phone number.

Source: https://www.twilio.com/docs/lookup/v2-api
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import errors
from mirra_mcp.local.mirrors.twilio.api.params import MOMENT, TwilioParams, Values, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.lookup.carriers import LINE_TYPES
from mirra_mcp.local.mirrors.twilio.lookup.packages import PACKAGES, Asked
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

LANDLINE = "line_type_intelligence"
MOST_AT_ONCE = 100
COUNTRY = re.compile(r"[A-Za-z]{2}")


class OwnerParams(TwilioParams):
    """Which packages, and what the caller knows of the owner."""

    values: ClassVar[Values] = {
        "DateOfBirth": MOMENT,
        "LastVerifiedDate": MOMENT,
        "VerificationSid": sid("VE"),
    }

    fields: str = ""
    country_code: str = ""
    first_name: str = ""
    last_name: str = ""
    address_line1: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    address_country_code: str = ""
    national_id: str = ""
    date_of_birth: str = ""
    last_verified_date: str = ""


class Query(BaseModel):
    """One lookup of many. Its inner objects carry what the single lookup's query does."""

    model_config = ConfigDict(extra="ignore")

    correlation_id: str | None = None
    phone_number: str = ""
    fields: list[str] = []
    country_code: str | None = None
    identity_match: dict[str, Any] = {}
    reassigned_number: dict[str, Any] = {}
    sms_pumping_risk: dict[str, Any] = {}

    def given(self) -> dict[str, str]:
        """Return what the caller knows of the owner."""
        given = {**self.identity_match, **self.reassigned_number}
        return {name: value for name, value in given.items() if isinstance(value, str)}


class Queries(TwilioParams):
    """Many lookups: a JSON body."""

    phone_numbers: list[Query] = Field(alias="phone_numbers")


class Override(TwilioParams):
    """Another kind of line than Lookup says: a JSON body."""

    line_type: str = Field("", alias="line_type")
    reason: str | None = Field(None, alias="reason")


class LookupOverrides(TwilioResource):
    """Kinds of lines that an account knows better.

    Source: https://www.twilio.com/docs/lookup/v2-api/line-type-override
    """

    entity, plural = "lookup_override", "lookup_overrides"
    names = ("phone_number",)
    indexes = ("_account",)
    blank = {
        "phone_number": None,
        "original_line_type": None,
        "overridden_line_type": None,
        "override_reason": None,
        "override_timestamp": None,
        "overridden_by_account_sid": None,
    }

    @route("POST /v2/PhoneNumbers/{PhoneNumber}/Overrides/{Field}", status=201)
    def create(self, PhoneNumber: str, Field: str, params: Override) -> Doc:
        """Say what kind of line a number is."""
        number = self._number(PhoneNumber, Field)
        return self.view(self._written(number, params))

    @route("PUT /v2/PhoneNumbers/{PhoneNumber}/Overrides/{Field}")
    def update(self, PhoneNumber: str, Field: str, params: Override) -> Doc:
        """Say it anew."""
        number = self._number(PhoneNumber, Field)
        self.get(self._id(number))
        return self.view(self._written(number, params))

    @route("GET /v2/PhoneNumbers/{PhoneNumber}/Overrides/{Field}")
    def fetch(self, PhoneNumber: str, Field: str) -> Doc:
        """Return what was said of a number."""
        return self.view(self.get(self._id(self._number(PhoneNumber, Field))))

    @route("DELETE /v2/PhoneNumbers/{PhoneNumber}/Overrides/{Field}", status=204)
    def delete(self, PhoneNumber: str, Field: str) -> None:
        """Believe Lookup again."""
        self.drop(self.get(self._id(self._number(PhoneNumber, Field))))

    def of_number(self, e164: str, account: str) -> Doc | None:
        """Return what an account said of a number."""
        return self.peek(f"{account} {e164}")

    def _id(self, e164: str) -> str:
        return f"{self.mirror.account_sid} {e164}"

    def _number(self, text: str, field: str) -> str:
        number = self.mirror.lookups.read(text, "")[0]
        if field != LANDLINE or not number:
            raise errors.refusal(20001, message="Invalid parameter: PhoneNumber or Field")
        return _e164(number)

    def _written(self, e164: str, params: Override) -> Doc:
        if params.line_type not in LINE_TYPES:
            raise errors.refusal(20001, message="Invalid parameter: line_type")
        doc = self.new(
            id=self._id(e164),
            phone_number=e164,
            original_line_type=self.mirror.carrier_lines.planned_type(e164),
            overridden_line_type=params.line_type,
            override_reason=params.reason,
            override_timestamp=self.stamp(),
            overridden_by_account_sid=self.mirror.account_sid,
            _account=self.mirror.account_sid,
        )
        return self.save(doc)


class Lookups(TwilioResource):
    """Phone numbers, looked up. Nothing is stored."""

    entity, plural = "lookup", "lookups"
    names = ()

    @route("GET /v2/PhoneNumbers/{PhoneNumber}")
    def fetch(self, PhoneNumber: str, params: OwnerParams) -> Doc:
        """Return what is known of a number, with the packages that were asked for."""
        fields = [each.strip() for each in params.fields.split(",") if each.strip()]
        told = self._told(PhoneNumber, params.country_code, fields, params.model_dump())
        path = f"/v2/PhoneNumbers/{quote(told['phone_number'], safe='+')}"
        return told | {"url": self.mirror.url + path}

    @route("POST /v2/batch/query")
    def query(self, params: Queries, call: Call) -> Doc:
        """Return what is known of many numbers, in the order of the questions."""
        if not 1 <= len(params.phone_numbers) <= MOST_AT_ONCE:
            raise errors.refusal(20001, message="Invalid parameter: phone_numbers")
        return {"phone_numbers": [self._answer(each) for each in params.phone_numbers]}

    def known(self, text: str, country: str, fields: list[str]) -> Doc:
        """Return what is known of a number, with some packages that ask nothing of its owner."""
        return self._told(text, country, fields, {})

    def read(self, text: str, country: str) -> tuple["PhoneNumber | None", list[str]]:
        """Read a number, in E.164 or as people in the country write it, and what is wrong with it.

        Numbers of a possible length that nobody was given, as the fictional `555-01xx`, are
        `INVALID_BUT_POSSIBLE`, except those with which the fixtures are written.
        """
        import phonenumbers as lib

        if country and not COUNTRY.fullmatch(country):
            raise errors.refusal(20001, message="Invalid parameter: CountryCode")
        try:
            number = lib.parse(text, country.upper() or "US")
        except lib.NumberParseException as error:
            return None, [UNREADABLE.get(error.error_type, "NOT_A_NUMBER")]
        why = lib.is_possible_number_with_reason(number)
        if why in IMPOSSIBLE:
            return None, [IMPOSSIBLE[why]]
        if not lib.is_valid_number(number) and not _e164(number).startswith("+1555"):
            return number, ["INVALID_BUT_POSSIBLE"]
        return number, []

    def _told(self, text: str, country: str, fields: list[str], given: Mapping[str, str]) -> Doc:
        unknown = [each for each in fields if each not in PACKAGES and each != "validation"]
        if unknown:
            raise errors.refusal(20001, message=f"Invalid parameter: Fields ({unknown[0]})")
        number, wrong = self.read(text, country)
        told: Doc = {
            "calling_country_code": None,
            "country_code": None,
            "phone_number": _e164(number) if number else text,
            "national_format": None,
            "valid": not wrong,
            "validation_errors": wrong,
        }
        if number is not None:
            told |= self._basics(number)
        asked = self._asked(number, given) if number is not None and not wrong else None
        for name, package in PACKAGES.items():
            told[name] = package(asked) if asked and name in fields else None
        return told

    def _basics(self, number: "PhoneNumber") -> Doc:
        import phonenumbers as lib

        country = lib.region_code_for_number(number)
        return {
            "calling_country_code": str(number.country_code),
            "country_code": country or lib.region_code_for_country_code(number.country_code or 0),
            "national_format": lib.format_number(number, lib.PhoneNumberFormat.NATIONAL),
        }

    def _asked(self, number: "PhoneNumber", given: Mapping[str, str]) -> Asked:
        lines, e164 = self.mirror.carrier_lines, _e164(number)
        return Asked(
            e164,
            self._basics(number)["country_code"],
            lines.line_type(e164, self.mirror.account_sid),
            lines.of_number(e164),
            given,
            self.now,
        )

    def _answer(self, query: Query) -> Doc:
        told = self._told(query.phone_number, query.country_code or "", query.fields, query.given())
        head = {"correlation_id": query.correlation_id, "twilio_error_code": None}
        return head | told


UNREADABLE = {
    0: "INVALID_COUNTRY_CODE",
    1: "NOT_A_NUMBER",
    2: "TOO_SHORT",
    3: "TOO_SHORT",
    4: "TOO_LONG",
}
"""By the number of `NumberParseException`'s kinds."""
IMPOSSIBLE = {
    1: "INVALID_COUNTRY_CODE",
    2: "TOO_SHORT",
    3: "TOO_LONG",
    4: "TOO_SHORT",
    5: "INVALID_LENGTH",
}
"""By the number of `phonenumbers.ValidationResult`."""


def _e164(number: "PhoneNumber") -> str:
    import phonenumbers as lib

    return lib.format_number(number, lib.PhoneNumberFormat.E164)
