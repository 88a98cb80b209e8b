"""Lines: what the world did to phone numbers, as carriers and Lookup know them.

No API of Twilio's lists them. A number of which nothing is known is what its digits say.

Source: https://www.twilio.com/docs/lookup/v2-api
"""

from typing import Any

from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.lookup import carriers
from mirra_mcp.wire.model import Doc

OF_V1 = {"mobile": "mobile", "landline": "landline", "tollFree": "landline"}
"""The words in which a verification's `lookup` tells the kind of line: those of Lookup v1."""
FRAUD = frozenset((60238, 60410))
"""Refusals that the SafeList spares a number."""


class CarrierLines(TwilioResource):
    """Phone lines that something happened to."""

    entity, plural = "carrier_line", "carrier_lines"
    names = ("phone_number",)
    statuses = ("active", "reachable", "unreachable", "inactive", "unknown")
    indexes = ("phone_number",)
    blank = {
        "phone_number": None,
        "line_type": None,
        "carrier_name": None,
        "status": "active",
        "call_forwarding_enabled": False,
        "caller_name": None,
        "caller_type": None,
        "owner": {},
        "sim_swapped_at": None,
        "reassigned_at": None,
        "blocked_at": None,
        "sms_pumping_risk_score": None,
        "next_verification_error": None,
    }

    def of_number(self, e164: str) -> Doc:
        """Return what is known of a line."""
        return self.peek(e164) or self.new(id=e164, phone_number=e164)

    def happen(self, e164: str, **fields: Any) -> Doc:
        """Let something happen to a line."""
        return self.save(self.of_number(e164) | fields)

    def line_type(self, e164: str, account: str) -> str:
        """Return the kind of a line: as an account has overridden it, as it changed, as planned."""
        override = self.mirror.lookup_overrides.of_number(e164, account)
        if override is not None:
            return str(override["overridden_line_type"])
        return self.planned_type(e164)

    def planned_type(self, e164: str) -> str:
        """Return the kind of a line, whatever accounts say."""
        doc = self.peek(e164)
        changed = doc and doc["line_type"]
        return str(changed) if changed else carriers.line_type(e164)

    def carrier(self, e164: str, account: str) -> Doc:
        """Return who runs a line, as a verification's `lookup` tells it.

        Source: https://www.twilio.com/docs/verify/api/verification
        """
        kind = self.line_type(e164, account)
        network = carriers.network(e164, self.of_number(e164)["carrier_name"], kind)
        return {
            "error_code": None,
            "name": network.name,
            "mobile_country_code": network.mcc,
            "mobile_network_code": network.mnc,
            "type": OF_V1.get(kind, "voip"),
        }

    def refusal_due(self, target: str) -> int | None:
        """Return the code that refuses the next verification of a number or address, once."""
        doc = self.peek(target)
        if not doc or not doc["next_verification_error"]:
            return None
        code: int = doc["next_verification_error"]
        self.save(doc | {"next_verification_error": None})
        if code in FRAUD and self.mirror.safe_list_numbers.has(target):
            return None
        return code
