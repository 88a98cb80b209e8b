"""Who may see the page: one browser that came by a one-time link, and nothing from elsewhere.

Another site's page, and any other server on this machine, is kept out four times over: by the
Host and Origin headers, by what a browser says of where a request comes from, by a cookie that
no script reads and no other site sends, and by headers that let nobody frame or embed this.
"""

from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Literal

from starlette.requests import Request

from mirra_mcp.local.kit import guard
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.page.door.keys import Keys

SAFE_METHODS = ("GET", "HEAD")
Verdict = Literal["in", "again", "new", "key"]
"""Let in; to be asked again from here, for a link elsewhere brings no cookie along; a key opened
the page; a key is needed."""


class Access:
    """Decides about one request after another."""

    def __init__(self, keys: Keys, token: str) -> None:
        self._keys = keys
        self._token = token.encode()

    def check(self, request: Request) -> None:
        """Let a request through that may have come from the page itself, or from a person.

        Raises:
            Refusal: it names another host, or another page made it.
        """
        headers = request.headers
        host, origin = headers.get("host"), headers.get("origin")
        guard.check(host, None)
        if self._has_token(request):
            return
        site = headers.get("sec-fetch-site", "none" if origin is None else "same-origin")
        is_own = origin is None or origin == f"http://{host}"
        if request.method in SAFE_METHODS:
            if is_own and (site in ("same-origin", "none") or is_followed(request)):
                return
        elif origin is not None and is_own and site == "same-origin":
            return
        raise Refusal(
            403,
            "mirra.page.forbidden_origin",
            "Only this page itself may ask for this.",
            "Open it in a tab of its own.",
        )

    def judge(self, request: Request) -> Verdict:
        """Say whether whoever asks may see anything."""
        if self._has_token(request) or self._has_cookie(request):
            return "in"
        is_prefetched = "prefetch" in request.headers.get("sec-purpose", "")
        if request.method == "GET" and not is_prefetched:
            if self._keys.use(request.query_params.get("key", "")):
                return "new"
            if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
                return "again"
        return "key"

    def opens_inbox(self, session: str, token: str) -> bool:
        """Tell whether a token is that of a session's inbox."""
        return _same(token, self._keys.inbox(session).encode())

    def cookie(self, request: Request) -> str:
        """Return the `Set-Cookie` that lets a browser in."""
        name = cookie_name(request)
        return f"{name}={self._keys.cookie}; HttpOnly; SameSite=Strict; Path=/"

    def _has_cookie(self, request: Request) -> bool:
        try:
            jar = SimpleCookie(request.headers.get("cookie", ""))
        except CookieError:
            return False
        morsel = jar.get(cookie_name(request))
        return morsel is not None and _same(morsel.value, self._keys.cookie.encode())

    def _has_token(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and _same(token.strip(), self._token)


def cookie_name(request: Request) -> str:
    """Return the cookie's name: browsers don't tell ports apart, and there may be two Mirras."""
    return f"mirra_page_{request.scope['server'][1]}"


def is_followed(request: Request) -> bool:
    """Tell whether a person followed a link in a tab; nothing else may come from another site."""
    headers = request.headers
    return (
        request.method in SAFE_METHODS
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _same(given: str, known: bytes) -> bool:
    return compare_digest(given.encode(errors="replace"), known)
