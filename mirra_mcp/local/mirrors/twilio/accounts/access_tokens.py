"""Access tokens, which servers make with their SDK and clients show to Twilio: who may they be?

Source: https://www.twilio.com/docs/iam/access-tokens
"""

from dataclasses import dataclass

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.mirrors.twilio.accounts import jwts
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.wire.model import Doc

CONTENT = "twilio-fpa;v=1"
GRANTS = ("voice", "chat", "video", "data_sync", "task_router", "rtc", "player")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of whoever shows it."""

    account: str
    key: str
    identity: str
    grants: Doc

    def grant(self, name: str) -> Doc:
        """Return what a token grants of a product.

        Raises:
            Refusal: nothing.
        """
        found: Doc | None = self.grants.get(name)
        if found is None:
            raise _refused(20106, f"it has no {name} grant")
        return found


def check(twilio: Peers, text: str) -> Claims:
    """Return what a token says, if Twilio would take it.

    When it ends isn't looked at: SDKs write that by their machine's clock, not the session's.

    Raises:
        Refusal: it is refused, with the code that a client would see.

    Source: https://www.twilio.com/docs/api/errors/20101
    """
    token = jwts.read(text.strip())
    if token is None:
        raise _refused(20101, "it is no JSON Web Token")
    if token.header.get("cty") != CONTENT or token.header.get("alg") != "HS256":
        raise _refused(20102, f"its header must have cty {CONTENT} and alg HS256")
    claims = token.claims
    account = twilio.accounts.peek(str(claims.get("sub")))
    key = twilio.keys.peek(str(claims.get("iss")))
    if account is None or key is None or key["account_sid"] != account["sid"]:
        raise _refused(20103, "its issuer must be an API key, and its subject the key's account")
    if not isinstance(claims.get("exp"), int) or claims["exp"] - claims.get("nbf", 0) <= 0:
        raise _refused(20104, "it has ended before it began")
    grants = claims.get("grants")
    if not isinstance(grants, dict):
        raise _refused(20106, "it has no grants")
    if not token.is_of(key["secret"]):
        raise _refused(20107, "it isn't signed with the API key's secret")
    identity = grants.get("identity")
    known = {name: value for name, value in grants.items() if name in GRANTS}
    return Claims(account["sid"], key["sid"], str(identity or ""), known)


def _refused(code: int, why: str) -> SimulateError:
    names = {
        20101: "Invalid Access Token",
        20102: "Invalid Access Token header",
        20103: "Invalid Access Token issuer/subject",
        20104: "Access Token expired or expiration date invalid",
        20106: "Invalid Access Token grants",
        20107: "Invalid Access Token signature",
    }
    return SimulateError(
        f"{code}: {names[code]}: {why}.", "Make it with the SDK's AccessToken and a key's secret."
    )
