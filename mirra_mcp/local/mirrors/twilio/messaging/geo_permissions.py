"""Where the account may send to.

Source: https://www.twilio.com/docs/messaging/guides/sms-geo-permissions
"""

from typing import Any

import orjson

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

PERMISSIONS = "/v1/Messaging/GeoPermissions"


class UpdatePermissions(TwilioParams):
    """Countries, each with whether it may be sent to."""

    permissions: list[Any]


class GeoPermissions(TwilioResource):
    """Countries that may be sent to: all, unless they are switched off (21408)."""

    entity, plural = "geo_permission", "geo_permissions"

    @route(f"GET {PERMISSIONS}")
    def fetch(self, call: Call) -> Doc:
        """Tell whether countries may be sent to."""
        import phonenumbers

        wanted = [each for each in call.query.get("CountryCode", "").upper().split(",") if each]
        known = sorted(phonenumbers.SUPPORTED_REGIONS)
        off = self.mirror.setting("no_permission", ())
        return {
            "permissions": [
                {
                    "country_code": code,
                    "type": "country",
                    "enabled": code not in off,
                    "prefix": f"+{phonenumbers.country_code_for_region(code)}",
                    "message": "",
                }
                for code in known
                if not wanted or code in wanted
            ]
        }

    @route(f"PATCH {PERMISSIONS}")
    def update(self, params: UpdatePermissions) -> Doc:
        """Switch countries on or off."""
        import phonenumbers

        off = list(self.mirror.setting("no_permission", ()))
        told = []
        for each in params.permissions:
            wish = _read(each)
            code, is_on = str(wish.get("country_code", "")).upper(), wish.get("enabled") is True
            if code not in phonenumbers.SUPPORTED_REGIONS:
                raise refusal(20001, message=f"Country {code} is not known.")
            off = [other for other in off if other != code] + ([] if is_on else [code])
            told.append(
                {
                    "country_code": code,
                    "type": "country",
                    "enabled": is_on,
                    "error_code": 0,
                    "error_messages": [],
                }
            )
        self.mirror.set_setting("no_permission", off)
        return {"permissions": told}


def _read(given: Any) -> Doc:
    try:
        found = orjson.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise refusal(20001, message="Permissions must be JSON objects.")
    return found
