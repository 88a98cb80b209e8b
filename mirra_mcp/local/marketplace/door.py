"""The marketplace's way in: its paths, who may use them, and how failures are answered."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, compile_path

from mirra_mcp.local.kit import guard
from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.ratelimit import RateLimiter
from mirra_mcp.local.marketplace import api, bodies, pages
from mirra_mcp.local.marketplace.errors import Refused, denied, translated
from mirra_mcp.local.marketplace.market import Market

log = logging.getLogger("mirra_mcp.local")

V1, V2 = "/api/sdk/v1", "/api/sdk/v2"
PAGE = "/marketplace/authenticate/{nonce}"
ROUTES: tuple[tuple[str, dict[str, api.Handler]], ...] = (
    (f"{V1}/resources", {"GET": api.mine, "POST": api.create}),
    (f"{V1}/resources/marketplace", {"GET": api.browse}),
    (f"{V1}/resources/installations", {"GET": api.installations}),
    (f"{V1}/resources/installations/{{id}}", {"GET": api.installation}),
    (f"{V1}/resources/installations/{{id}}/usage", {"GET": api.usage}),
    (f"{V1}/resources/call", {"POST": api.call}),
    (f"{V1}/resources/{{id}}", {"GET": api.retrieve, "PATCH": api.update, "DELETE": api.delete}),
    (f"{V1}/resources/{{id}}/methods/{{name}}", {"GET": api.method}),
    (f"{V1}/resources/{{id}}/publish", {"POST": api.publish}),
    (f"{V1}/resources/{{id}}/unpublish", {"POST": api.unpublish}),
    (f"{V1}/resources/{{id}}/metrics", {"GET": api.metrics}),
    (f"{V1}/resources/{{id}}/rating", {"POST": api.rate}),
    (f"{V1}/resources/{{id}}/install", {"POST": api.install, "DELETE": api.uninstall}),
    (f"{V1}/resources/{{id}}/upgrade", {"POST": api.upgrade}),
    (f"{V1}/resources/{{id}}/rehearse", {"POST": api.rehearse}),
    (f"{V1}/resources/{{id}}/authenticate", {"POST": api.authenticate, "DELETE": api.clear}),
    (f"{V1}/resources/{{id}}/authenticate/page", {"POST": api.open_page}),
    (f"{V1}/resources/{{id}}/authenticate/page/{{nonce}}", {"GET": api.page_status}),
    (f"{V1}/marketplace", {"GET": api.items}),
    (f"{V1}/marketplace/search", {"GET": api.items}),
    (f"{V1}/marketplaceResources/{{name}}", {"POST": api.operation}),
    (f"{V2}/resources/call", {"POST": api.call}),
)
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FORM = 64 * 1024


class Door:
    """Opens the marketplace with the first request to it."""

    def __init__(self, host: Host, token: str, wall: Wall) -> None:
        self._host, self._token, self._wall = host, token.encode(), wall
        limit = host.settings.rate_limit
        self._limiter = RateLimiter(limit, timedelta(minutes=1)) if limit else None
        self._market: Market | None = None
        self._opening = asyncio.Lock()
        routes = [Route(PAGE, self._page, methods=["GET", "POST"])]
        for path, verbs in ROUTES:
            routes += [
                Route(path, self._answering(work), methods=[verb]) for verb, work in verbs.items()
            ]
        self._app = Starlette(
            routes=routes,
            exception_handlers={HTTPException: _unrouted},  # type: ignore[dict-item]  # as Starlette types them
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            log.debug("%s: the client went away.", scope["method"])

    async def market(self) -> Market:
        """Return the marketplace, open.

        Raises:
            Refused: the data folder can't be used.
        """
        async with self._opening:
            if self._market is None:
                self._market = await asyncio.to_thread(Market, self._host, self._wall)
            return self._market

    async def close(self) -> None:
        """Close it, if it was opened."""
        if self._market is not None:
            await self._market.close()

    def _answering(self, work: api.Handler) -> Callable[[Request], Any]:
        async def handle(request: Request) -> Response:
            try:
                guard.check(request.headers.get("host"), request.headers.get("origin"))
                self._authenticate(request)
                self._count()
                return await work(request, await self.market())
            except Exception as error:
                refused = _refused(error, request)
                return bodies.write(refused.body(), refused.status)

        return handle

    def _authenticate(self, request: Request) -> None:
        key = request.headers.get("x-api-key")
        if key is None:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            key = token if scheme.lower() == "bearer" else None
        if not key:
            raise Refused(
                401,
                "AUTHENTICATION_ERROR",
                "Authentication required: send 'X-API-Key' with the token that Mirra printed.",
            )
        if not compare_digest(key.strip().encode(errors="replace"), self._token):
            raise Refused(
                401,
                "AUTHENTICATION_ERROR",
                "Invalid API key: it is the token that this Mirra printed when it started.",
            )

    def _count(self) -> None:
        taken = self._limiter.take(self._wall()) if self._limiter else None
        if taken is not None and not taken.allowed:
            raise Refused(
                429,
                "RATE_LIMITED",
                f"More than {taken.limit} requests in this minute. Wait {taken.reset_seconds} s.",
                {"retryAfter": taken.reset_seconds},
            )

    async def _page(self, request: Request) -> Response:
        """Show the page for one use, and take what a person types on it."""
        try:
            guard.check(request.headers.get("host"), request.headers.get("origin"))
            market = await self.market()
            nonce = request.path_params["nonce"]
            page = market.pages.find(nonce)
            if request.method != "POST":
                return HTMLResponse(pages.form(page), headers=SAFE)
            _check_origin(request)
            fields = parse_qsl((await bodies.read_bytes(request, FORM)).decode("utf-8", "replace"))
            return await self._take(market, page, dict(fields))
        except Exception as error:
            refused = _refused(error, request)
            return HTMLResponse(pages.gone(refused.message), refused.status, headers=SAFE)

    async def _take(self, market: Market, page: pages.Page, given: dict[str, str]) -> Response:
        wanted = {name for name, *_ in pages.FIELDS[page.type]}
        filled = {name: value for name, value in given.items() if name in wanted and value}
        if page.type == "basic":
            filled.setdefault("password", "")
        page.tries += 1
        page.is_done = True
        try:
            keep = market.installations.authenticate
            await asyncio.to_thread(keep, page.account, page.resource, page.type, filled)
        except Refused as refused:
            page.is_done = False
            return HTMLResponse(pages.form(page, refused.message), refused.status, headers=SAFE)
        except BaseException:
            page.is_done = False
            raise
        return HTMLResponse(pages.done(page), headers=SAFE)


def _check_origin(request: Request) -> None:
    """Take a form only from the page itself."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    host = request.headers.get("host")
    if site not in ("same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc != host
    ):
        raise denied("Only the page itself may send this.")


def _refused(error: Exception, request: Request) -> Refused:
    """Return any failure as the refusal that the caller gets.

    Raises:
        ClientDisconnect: there is no caller any more.
    """
    if isinstance(error, ClientDisconnect):
        raise error
    if isinstance(error, Refused):
        return error
    if isinstance(error, Refusal):
        return translated(error)
    route = request.scope.get("route")
    path = route.path if isinstance(route, Route) else "?"
    if isinstance(error, sqlite3.Error):
        log.warning("%s %s: the database fails: %s.", request.method, path, error)
        message = f"The marketplace's database fails: {error}. Try again."
        return Refused(503, "UNAVAILABLE", message)
    log.error("%s %s failed.", request.method, path, exc_info=error)
    return Refused(
        500,
        "INTERNAL_ERROR",
        "The marketplace itself failed on this request. Mirra's log says why; please report it.",
    )


async def _unrouted(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        allowed = [
            verb
            for path, verbs in ROUTES
            if compile_path(path)[0].match(request.url.path)
            for verb in verbs
        ]
        message = f"{request.url.path} doesn't take {request.method}: use {', '.join(allowed)}."
        refused = Refused(405, "VALIDATION_ERROR", message)
    else:
        known = ", ".join(path for path, _ in ROUTES)
        refused = Refused(
            404, "NOT_FOUND", f"There is no {request.url.path[:200]}. It has {known}."
        )
    return bodies.write(refused.body(), refused.status)
