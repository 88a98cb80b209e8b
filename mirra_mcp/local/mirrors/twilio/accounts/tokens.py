"""Short-lived credentials for network traversal.

Source: https://www.twilio.com/docs/stun-turn/api
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.dates import rfc2822
from mirra_mcp.local.mirrors.twilio.api.params import HEX, TwilioParams
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.wire.model import Doc

TURN = ("turn:global.turn.twilio.com:3478?transport=udp",
        "turn:global.turn.twilio.com:3478?transport=tcp",
        "turn:global.turn.twilio.com:443?transport=tcp")  # fmt: skip


class CreateToken(TwilioParams):
    """How long credentials last."""

    ttl: int = 86400


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
