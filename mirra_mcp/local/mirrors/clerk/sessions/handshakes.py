"""Handshakes: how a backend that can't tell whether somebody is signed in finds out.

It sends the browser to the Frontend API, which sends it back with the cookies that it lacks, signed
or behind a nonce.

Source: https://clerk.com/docs/guides/how-clerk-works/overview#handshake
"""

from hashlib import sha1
from urllib.parse import urlsplit

from mirra_mcp.local.kit.guard import is_local
from mirra_mcp.local.kit.pages.answers import with_query
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.identity import Identity, base64url, claims_of, jwt
from mirra_mcp.local.mirrors.clerk.sessions.browsers import BrowserClients
from mirra_mcp.local.mirrors.clerk.sessions.params import Handshake, HandshakePayload
from mirra_mcp.wire.model import Doc

Cookies = list[str]
YEAR = 31_536_000
SECONDS = 60
"""How long a handshake is good for."""
HANDSHAKE, NONCE, DEV_BROWSER = "__clerk_handshake", "__clerk_handshake_nonce", "__clerk_db_jwt"
"""Source: https://github.com/clerk/javascript (packages/backend/src/constants.ts)"""


class Handshakes(BrowserClients):
    """What backends that can't tell ask of clients."""

    @route("GET /v1/client/handshake")
    def shake_hands(self, params: Handshake, call: Call) -> Answer:
        """Send the browser back with what it is signed in as, as cookies to set.

        Source: https://clerk.com/docs/reference/frontend-api (Handshake)
        """
        if not is_local(urlsplit(params.redirect_url).hostname or ""):
            raise errors.not_allowed("redirect_url", params.redirect_url)
        client = self.calling(call) or self.save(self.new())
        session = self.mirror.sessions.active_at(client)
        if session is not None and params.organization_id is not None:
            session = self.mirror.sessions.switched(session, params.organization_id)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(params.redirect_url))
        claims: Doc = {"handshake": self.cookies_of(client, session, origin)}
        if params.format == "nonce":
            claims["exp"] = int(self.now.timestamp()) + SECONDS
        token = jwt(self.mirror.keep_identity(), claims)
        name = NONCE if params.format == "nonce" else HANDSHAKE
        where = with_query(params.redirect_url, **{name: token})
        return Answer(307, None, {"location": where, "cache-control": "no-store"})

    @route("GET /v1/clients/handshake_payload")
    def handshake_payload(self, params: HandshakePayload) -> Doc:
        """Return the cookies that a nonce stands for.

        Source: https://github.com/clerk/javascript (packages/backend, `getHandshakePayload`)
        """
        claims = claims_of(self.mirror.identity, params.nonce) or {}
        if "handshake" not in claims or claims.get("exp", 0) < self.now.timestamp():
            raise errors.resource_missing("nonce")
        return {"directives": claims["handshake"]}

    def cookies_of(self, client: Doc, session: Doc | None, origin: str) -> Cookies:
        """Return the cookies by which an app knows who is signed in, as they are set."""
        known = {DEV_BROWSER: self.token(client), "__client_uat": "0"}
        if session is not None:
            known["__client_uat"] = str(self.updated(client) // 1000)
            known["__session"] = self.mirror.sessions.token(session, azp=origin)["jwt"]
            known["__refresh"] = refresh_token(self.mirror.keep_identity(), session)
        suffix = suffix_of(self.mirror.publishable_key)
        found = [_cookie(name, value) for name, value in known.items() if name != "__refresh"]
        found += [_cookie(f"{name}_{suffix}", value) for name, value in known.items()]
        if session is None:
            found += [_cookie(name, "", 0) for name in ("__session", f"__session_{suffix}")]
        return found


def refresh_token(identity: Identity, session: Doc) -> str:
    """Return what a backend gets new tokens of a session by, without the browser."""
    return jwt(identity, {"rfs": session["id"]})


def suffix_of(publishable_key: str) -> str:
    """Return what the names of an instance's cookies end with.

    Source: https://github.com/clerk/javascript (packages/shared/src/keys.ts, `getCookieSuffix`)
    """
    return base64url(sha1(publishable_key.encode(), usedforsecurity=False).digest())[:8]


def _cookie(name: str, value: str, seconds: int = YEAR) -> str:
    return f"{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax"
