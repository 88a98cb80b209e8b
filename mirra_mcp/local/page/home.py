"""Where the page begins: at the newest session, or at a list of all."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mirra_mcp.local.page.rendering import show
from mirra_mcp.local.page.visits import visit


async def first(request: Request) -> Response:
    """`GET /`: the newest session; with none, how to begin one."""
    seeing = await visit(request)
    if seeing.sessions:
        return RedirectResponse(f"/s/{seeing.sessions[0].session_id}/timeline", 303)
    return show(seeing, "sessions.html", "sessions", found=[])


async def sessions(request: Request) -> Response:
    """`GET /sessions`: all of them, those that are over, too."""
    seeing = await visit(request)
    page = await seeing.mirra.list_sessions(limit=100)
    return show(seeing, "sessions.html", "sessions", found=page.sessions)


async def session(request: Request) -> Response:
    """`GET /s/{session}`: its timeline."""
    return RedirectResponse(f"/s/{request.path_params['session']}/timeline", 303)


routes = [
    Route("/", first),
    Route("/sessions", sessions),
    Route("/s/{session}", session),
]
