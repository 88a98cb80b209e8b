"""Where the account may send to, and short-lived credentials for network traversal.

Source: https://www.twilio.com/docs/messaging/guides/sms-geo-permissions
    https://www.twilio.com/docs/stun-turn/api
"""

from typing import Any

import orjson

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.errors import refusal
from mirra_mcp.local.mirrors.twilio.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.wire import HEX, TwilioParams, rfc2822
from mirra_mcp.wire.model import Doc

PERMISSIONS = "/v1/Messaging/GeoPermissions"
TURN = ("turn:global.turn.twilio.com:3478?transport=udp",
        "turn:global.turn.twilio.com:3478?transport=tcp",
        "turn:global.turn.twilio.com:443?transport=tcp")  # fmt: skip


class UpdatePermissions(TwilioParams):
    """Countries, each with whether it may be sent to."""

    permissions: list[Any]


class CreateToken(TwilioParams):
    """How long credentials last."""

    ttl: int = 86400


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


class Tokens(TwilioResource):
    """Credentials for STUN and TURN servers. Nobody accepts them."""

    entity, plural, is_2010 = "token", "tokens", True

    @route(f"POST {ACCOUNT}/Tokens.json", status=201)
    def create(self, params: CreateToken) -> Doc:
        """Make credentials."""
        user, password = self.mirror.ids.token(64, HEX), self.mirror.ids.token(44)
        servers: list[Doc] = [{"urls": "stun:global.stun.twilio.com:3478"}]
        servers += [{"username": user, "credential": password, "urls": url} for url in TURN]
        now = rfc2822(self.now)
        return {
            "account_sid": self.mirror.account_sid,
            "date_created": now,
            "date_updated": now,
            "ice_servers": servers,
            "password": password,
            "ttl": str(params.ttl),
            "username": user,
        }


def _read(given: Any) -> Doc:
    try:
        found = orjson.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise refusal(20001, message="Permissions must be JSON objects.")
    return found
