"""The control plane: Mirra's documented HTTP API, one module a noun.

Source: https://docs.mirra.run/reference/api
"""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mirra_mcp.local.api import (
    catalog,
    clock,
    events,
    faults,
    history,
    mirrors,
    runs,
    scenarios,
    sessions,
    states,
    webhooks,
)
from mirra_mcp.local.kit import guard
from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.kit.errors import Refusal, internal
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.ratelimit import RateLimiter
from mirra_mcp.local.page.door.keys import Keys

log = logging.getLogger("mirra_mcp.local")

PER_MINUTE = 600
"""Requests a minute that the headers speak of; enforced only where a limit is set."""

Handler = Callable[[Request], Awaitable[Response]]
ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/v1/sessions", {"GET": sessions.index, "POST": sessions.create}),
    ("/v1/sessions/{id}", {"GET": sessions.retrieve, "DELETE": sessions.end}),
    ("/v1/sessions/{id}/fork", {"POST": sessions.fork}),
    ("/v1/sessions/{id}/snapshot", {"POST": states.snapshot}),
    ("/v1/sessions/{id}/restore", {"POST": states.restore}),
    ("/v1/sessions/{id}/reset", {"POST": states.reset}),
    ("/v1/sessions/{id}/changes", {"GET": history.changes}),
    ("/v1/sessions/{id}/query", {"POST": history.query}),
    ("/v1/sessions/{id}/events", {"GET": events.read}),
    ("/v1/sessions/{id}/webhooks", {"GET": webhooks.index, "POST": webhooks.forward}),
    ("/v1/sessions/{id}/clock", {"POST": clock.move}),
    (
        "/v1/sessions/{id}/faults",
        {"GET": faults.index, "POST": faults.add, "DELETE": faults.remove},
    ),
    ("/v1/catalog", {"GET": catalog.index}),
    ("/v1/catalog/{vendor}", {"GET": catalog.retrieve}),
    ("/v1/mirrors", {"POST": mirrors.create}),
    ("/v1/runs", {"GET": runs.index, "POST": runs.create}),
    ("/v1/runs/{id}", {"GET": runs.retrieve, "DELETE": runs.cancel}),
    ("/v1/runs/{id}/finish", {"POST": runs.finish}),
    ("/v1/scenarios/check", {"POST": scenarios.check}),
    ("/v1/scenarios/draft", {"POST": scenarios.draft}),
)


def build_api(host: Host, token: str, limit: int | None, wall: Wall, keys: Keys) -> "ControlPlane":
    """Return the control plane over the sessions of `host`."""
    routes = [Route("/healthz", _health)]
    for path, verbs in ROUTES:
        routes += [Route(path, verb, methods=[method]) for method, verb in verbs.items()]
    app = Starlette(
        routes=routes,
        exception_handlers={
            Refusal: _refused,  # type: ignore[dict-item]  # Starlette types them as Exception
            HTTPException: _unrouted,  # type: ignore[dict-item]  # the same
        },
    )
    app.router.redirect_slashes = False
    app.state.host = host
    app.state.keys = keys
    return ControlPlane(app, token, limit, wall)


class ControlPlane:
    """The API behind its guards: Host and Origin, token, rate limit."""

    def __init__(self, app: Starlette, token: str, limit: int | None, wall: Wall) -> None:
        self._app = app
        self._token = token.encode()
        self._enforced = limit is not None
        self._limiter = RateLimiter(limit or PER_MINUTE, timedelta(minutes=1))
        self._wall = wall

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        extra: list[tuple[bytes, bytes]] = []
        started = False

        async def send_with_limits(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            guard.check(headers.get("host"), headers.get("origin"))
            if scope["path"] != "/healthz":
                self._authenticate(headers.get("authorization"))
                extra += self._count()
            await self._app(scope, receive, send_with_limits)
        except Refusal as refusal:
            await _answer(refusal)(scope, receive, send_with_limits)
        except ClientDisconnect:
            log.debug("%s %s: the client went away.", scope["method"], scope["path"])
        except Exception:
            log.exception("%s %s failed.", scope["method"], scope["path"])
            if not started:
                await _answer(internal())(scope, receive, send_with_limits)

    def _authenticate(self, header: str | None) -> None:
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refusal(
                401,
                "mirra.auth.missing",
                "The request carries no token.",
                "Send 'Authorization: Bearer <token>' with the token that Mirra printed.",
            )
        if not hmac.compare_digest(token.strip().encode(errors="replace"), self._token):
            raise Refusal(
                401,
                "mirra.auth.invalid",
                "The token is not this Mirra's.",
                "Use the token that this Mirra printed when it started.",
            )

    def _count(self) -> list[tuple[bytes, bytes]]:
        now = self._wall()
        taken = self._limiter.take(now)
        reset = int(now.timestamp()) + taken.reset_seconds
        pairs = (("limit", taken.limit), ("remaining", taken.remaining), ("reset", reset))
        headers = [(f"x-mirra-ratelimit-{k}".encode(), str(value).encode()) for k, value in pairs]
        if self._enforced and not taken.allowed:
            raise Refusal(
                429,
                "mirra.rate_limited",
                f"More than {taken.limit} requests in this minute.",
                f"Wait {taken.reset_seconds} s.",
            )
        return headers


def _answer(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body(), refusal.status)


async def _refused(request: Request, refusal: Refusal) -> Response:
    return _answer(refusal)


async def _unrouted(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        refusal = Refusal(
            405,
            "mirra.request.method_not_allowed",
            f"{request.url.path} doesn't take {request.method}.",
            f"Use {allowed}." if allowed else None,
        )
    else:
        refusal = Refusal(
            404,
            "mirra.request.not_found",
            f"The control plane has no {request.url.path}.",
            f"It has {', '.join(path for path, _ in ROUTES)}.",
        )
    return _answer(refusal)


async def _health(request: Request) -> Response:
    return Response(json.dumps({"status": "ok"}), media_type="application/json")
