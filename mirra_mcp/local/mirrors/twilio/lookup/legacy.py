"""Lookup as it was before its packages: a number's carrier, and whose name calls show.

Source: https://www.twilio.com/docs/lookup/v1-api
"""

from typing import ClassVar
from urllib.parse import quote

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import errors
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

TYPES = {"carrier": "line_type_intelligence", "caller-name": "caller_name"}
"""By what is asked, the package that tells it today."""
LINES = {"mobile": "mobile", "landline": "landline"}
"""By today's kind of line the older one's; whatever else has a number is `voip`."""


class LegacyLookups(TwilioResource):
    """Phone numbers, looked up the older way. Nothing is stored."""

    entity, plural = "legacy_lookup", "legacy_lookups"
    synonyms, names, is_record = (), (), True
    blank: ClassVar[Doc] = {}

    @route("GET /v1/PhoneNumbers/{PhoneNumber}")
    def fetch(self, PhoneNumber: str, call: Call) -> Doc:
        """Return a number in two ways of writing, with what was asked besides.

        Raises:
            VendorError: 20404, it can be nobody's number; 20501, an add-on is asked for.
        """
        query = self.mirror.read_query(call)
        if query.get("AddOns"):
            raise errors.refusal(20501, message="Add-ons are not mirrored.")
        asked = query.get("Type", [])
        unknown = [each for each in asked if each not in TYPES]
        if unknown:
            raise errors.wrong(f"Invalid parameter Type: {unknown[0]}")
        fields = [TYPES[each] for each in asked]
        country = call.query.get("CountryCode", "")
        told = self.mirror.lookups.known(PhoneNumber, country, fields)
        if not told["valid"]:
            raise errors.not_found(call.path)
        number = told["phone_number"]
        return {
            "caller_name": told["caller_name"],
            "country_code": told["country_code"],
            "phone_number": number,
            "national_format": told["national_format"],
            "carrier": _carrier(told["line_type_intelligence"]),
            "add_ons": None,
            "url": f"{self.mirror.url}/v1/PhoneNumbers/{quote(number, safe='+')}",
        }


def _carrier(told: Doc | None) -> Doc | None:
    if told is None:
        return None
    kind = told["type"]
    return {
        "mobile_country_code": told["mobile_country_code"],
        "mobile_network_code": told["mobile_network_code"],
        "name": told["carrier_name"],
        "type": LINES.get(kind, "voip") if kind else None,
        "error_code": told["error_code"],
    }
