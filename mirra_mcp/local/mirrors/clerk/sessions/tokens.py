"""Session tokens: JSON Web Tokens that the instance's key signs.

Source: https://clerk.com/docs/guides/sessions/session-tokens
"""

from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.wire.model import Doc

LIFETIME: int = 60
SKEW: int = 5
"""Seconds.

Source: https://clerk.com/docs/guides/sessions/jwt-templates#create-a-jwt-template
"""
CATEGORY, TEMPLATED = "cl_B7d4PD111AAA", "cl_B7d4PD222AAA"
"""The `cat` in the header of a session's own token, and of one made from a template.

Source: https://github.com/clerk/javascript (packages/backend/src/tokens/jwtCategories.ts)
"""
NEVER = -1
"""Of a second factor that was never verified."""


def defaults(clerk: Peers, user_id: str, *, lifetime: int, skew: int, azp: str | None) -> Doc:
    """Return the claims that every token has, in the time of those who verify it."""
    now = int(clerk.machine_now.timestamp())
    claims: Doc = {"azp": azp} if azp else {}
    return claims | {
        "exp": now + lifetime,
        "iat": now,
        "iss": clerk.frontend_api,
        "jti": clerk.ids.token(20, "0123456789abcdef"),
        "nbf": now - skew,
        "sub": user_id,
    }


def session_claims(
    clerk: Peers, session: Doc, *, lifetime: int | None = None, azp: str | None = None
) -> Doc:
    """Return the claims of a session's own token, version 2.

    Source: https://clerk.com/docs/guides/sessions/session-tokens#default-claims
    """
    claims = defaults(clerk, session["user_id"], lifetime=lifetime or LIFETIME, skew=SKEW, azp=azp)
    claims |= {"fva": ages(clerk, session), "sid": session["id"], "sts": session["status"], "v": 2}
    if session["last_active_organization_id"]:
        claims |= clerk.organization_memberships.claims(session)
    else:
        claims |= clerk.billing_subscriptions.claims("user", session["user_id"])
    if session["actor"]:
        claims["act"] = session["actor"]
    return dict(sorted(claims.items()))


def ages(clerk: Peers, session: Doc) -> list[int]:
    """Return how many minutes ago the first and the second factor were verified."""
    first = int(clerk.now.timestamp() - session["_verified_at"] / 1000) // 60
    second = session["_second_verified_at"]
    if second is None:
        return [first, NEVER]
    return [first, int(clerk.now.timestamp() - second / 1000) // 60]
