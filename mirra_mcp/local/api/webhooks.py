"""The webhooks of a session: what was sent, where, and how it was received."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, host_of
from mirra_mcp.local.kit.reading import whole


async def index(request: Request) -> Response:
    """`GET /v1/sessions/{id}/webhooks`: list deliveries, newest first (extension)."""
    session = host_of(request).live(request.path_params["id"])
    query = request.query_params
    filters: dict[str, Any] = {
        name: query[name] for name in ("mirror", "type", "status") if name in query
    }
    if "deliveryId" in query:
        filters["id"] = query["deliveryId"]
    if "afterEvent" in query:
        filters["after"] = whole(query["afterEvent"], 0, 2**53, 0, "afterEvent")
    limit = whole(query.get("limit"), 20, 100)
    below = whole(query["cursor"], 0, 2**53, 0, "cursor") if "cursor" in query else None
    async with session.lock:
        session.open()
        return answer(session.deliveries.page(filters, limit, below))
