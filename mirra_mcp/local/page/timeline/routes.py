"""The timeline: each call and what it caused, as one thread."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mirra_mcp.local.page.rendering import show
from mirra_mcp.local.page.visits import visit


async def index(request: Request) -> Response:
    """`GET /s/{session}/timeline`."""
    seeing = await visit(request)
    assert seeing.session is not None
    page = await seeing.mirra.events_page(seeing.session.session_id, limit=1000)
    return show(seeing, "timeline/index.html", "timeline", events=page.events)


routes = [Route("/s/{session}/timeline", index)]
