"""The page for the person beside the agent: its routes, behind its guard.

It reads and does everything through Mirra's HTTP API, by the same client as everyone, so that a
hosted session can be looked at as well as an embedded one.

To add a part: a package beside this with a list `routes` in its `routes.py` and templates under
`templates/<part>/`, a line in `PARTS`, and a line in `NAVIGATION` of `rendering.py`.
"""

import logging
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.page import home, statics
from mirra_mcp.local.page.door.access import Access
from mirra_mcp.local.page.door.keys import Keys
from mirra_mcp.local.page.mail import routes as mail
from mirra_mcp.local.page.moves import routes as moves
from mirra_mcp.local.page.phone import routes as phone
from mirra_mcp.local.page.rendering import SAFE, notice, passing
from mirra_mcp.local.page.runs import routes as runs
from mirra_mcp.local.page.state import routes as state
from mirra_mcp.local.page.timeline import routes as timeline
from mirra_mcp.local.page.visits import OpenRoute

GUARDED = [(name.encode(), text.encode()) for name, text in SAFE.items()]
log = logging.getLogger("mirra_mcp.local")

PARTS = (home, timeline, state, moves, runs, mail, phone)
"""Each has a list `routes`; an `OpenRoute` among them needs no key, but is guarded all the same."""


class PageApp:
    """Serves the page of one Mirra."""

    def __init__(self, url: str, token: str | None, keys: Keys, *, own_token: str = "") -> None:
        """Make the page of the Mirra at `url`.

        Args:
            url: The control plane that is asked.
            token: What it is asked with; it never reaches a browser.
            keys: Which links open the page.
            own_token: A bearer token that opens the page, too: for browser tests.
        """
        self._access = Access(keys, own_token or keys.cookie)
        self._mirra = MirraClient(url, token)
        routes: list[BaseRoute] = [each for part in PARTS for each in part.routes]
        self._app = Starlette(
            routes=[*routes, Route("/static/{name}", statics.serve)],
            exception_handlers={
                MirraError: _failed,  # type: ignore[dict-item]  # Starlette types them as Exception
                HTTPException: _unrouted,  # type: ignore[dict-item]  # the same
                Exception: _crashed,
            },
        )
        self._app.router.redirect_slashes = False
        self._app.state.mirra = self._mirra
        self._app.state.access = self._access
        self._app.state.notes = {}

    async def close(self) -> None:
        """Close the connections to Mirra."""
        await self._mirra.aclose()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        started = False

        async def told(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                said = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"], *(each for each in GUARDED if each[0] not in said)
                ]  # fmt: skip
            await send(message)

        try:
            await (self._door(request) or self._app)(scope, receive, told)
        except ClientDisconnect:
            log.debug("%s %s: the browser went away.", request.method, request.url.path)
        except Refusal as refusal:
            page = notice(request, refusal.status, refusal.message, refusal.hint)
            await page(scope, receive, told)
        except Exception:
            log.exception("%s %s failed.", request.method, request.url.path)
            if not started:
                await _broken(request)(scope, receive, told)

    def _door(self, request: Request) -> Response | None:
        """Return what keeps a request out, if anything does.

        Raises:
            Refusal: it comes from another page.
        """
        if request.url.path.startswith("/static/"):
            return None
        self._access.check(request)
        if _is_for_anyone(self._app.routes, request):
            return None
        verdict = self._access.judge(request)
        if verdict == "in":
            return None if "key" not in request.query_params else _without_key(request)
        if verdict == "again":
            return passing(request, str(request.url.remove_query_params("key")))
        if verdict == "new":
            page = passing(request, str(request.url.remove_query_params("key")))
            page.headers["set-cookie"] = self._access.cookie(request)
            return page
        return notice(
            request,
            401,
            "This browser hasn't been let in yet.",
            "Run 'mirra-mcp open', or follow a new link from your agent: each opens one browser.",
        )


def _is_for_anyone(routes: list[BaseRoute], request: Request) -> bool:
    for route in routes:
        if route.matches(request.scope)[0] is Match.FULL:
            return isinstance(route, OpenRoute)
    return False


def _without_key(request: Request) -> Response:
    return RedirectResponse(str(request.url.remove_query_params("key")), 303)


async def _failed(request: Request, error: MirraError) -> Response:
    status = error.status if error.status and error.status >= 400 else 502
    return notice(request, status, error.message, error.hint)


async def _crashed(request: Request, error: Exception) -> Response:
    return _broken(request)


async def _unrouted(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        return notice(request, 405, "This address takes no such request.", "Go back, and reload.")
    return notice(request, 404, "There is no such page.", "The navigation leads to what there is.")


def _broken(request: Request) -> Response:
    return notice(
        request, 500, "The page itself failed.", "Mirra's log says why; please report it."
    )
