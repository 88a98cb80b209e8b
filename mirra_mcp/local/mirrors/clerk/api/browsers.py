"""Which calls come from browsers, and what lets their pages read the answers.

The Frontend API has a host of its own at Clerk; here both answer at one address. Where both have a
path, a browser's call is known by what only browsers send along.

Source: https://clerk.com/docs/reference/frontend-api
"""

from mirra_mcp.local.kit.routes import Call

FRONTEND_HOST = "mirra.clerk.accounts.dev"
"""Where browsers call the instance, and who issues its tokens."""
PREFIX = "/frontend"
"""Before the paths of routes that the Backend API has under the same path."""
ALONE = (
    "/.well-known",
    "/oauth",
    "/v1/account_portal",
    "/v1/clear-site-data",
    "/v1/client",
    "/v1/dev_browser",
    "/v1/environment",
    "/v1/health",
    "/v1/me",
    "/v1/oauth_callback",
    "/v1/proxy-health",
    "/v1/redirect",
    "/v1/tickets",
    "/v1/verify",
    "/v1/waitlist",
)
"""Paths of the Frontend API alone: nobody there has the secret key."""
SHARED = ("/v1/organizations",)
"""Paths that both have."""
MARKS = ("_clerk_session_id=", "_clerk_js_version=", "__clerk_db_jwt=", "_is_native=")
"""What only browsers and native apps send in the query."""
HEADERS = "Authorization, Clerk-Db-Jwt, Clerk-Cookie"


def is_browsers(call: Call) -> bool:
    """Tell whether a call is of the Frontend API."""
    return is_within(call.path, ALONE) or is_shared(call)


def is_shared(call: Call) -> bool:
    """Tell whether a browser calls what a backend could call, too."""
    if not is_within(call.path, SHARED):
        return False
    named = call.headers.get("x-mirra-host") == FRONTEND_HOST
    return named or any(mark in call.query_string for mark in MARKS)


def is_within(path: str, roots: tuple[str, ...]) -> bool:
    """Tell whether a path is one of some, or below it."""
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def headers(call: Call) -> dict[str, str]:
    """Return the headers that let a page of another origin read what it is answered.

    Source: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
    """
    origin = call.headers.get("origin")
    if origin is None or not is_browsers(call):
        return {}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": HEADERS,
        "vary": "Origin",
    }
