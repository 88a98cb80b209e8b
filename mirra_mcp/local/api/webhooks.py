"""The webhooks of a session: what was sent, where, and how it was received."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, found, host_of, read, seconds
from mirra_mcp.local.kit import forwards
from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.kit.reading import invalid, whole
from mirra_mcp.wire.events import DeliveryPage
from mirra_mcp.wire.sessions import ForwardWebhooks


async def index(request: Request) -> Response:
    """`GET /v1/sessions/{id}/webhooks`: list deliveries, newest first (extension).

    With `wait`, up to so many seconds for one that fits.
    """
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
    wait = seconds(query.get("wait"))

    def look() -> tuple[DeliveryPage, bool, int]:
        page = session.deliveries.page(filters, limit, below)
        return page, bool(page.webhooks), session.log.last

    return answer(await found(session, wait, look))


async def forward(request: Request) -> Response:
    """`POST /v1/sessions/{id}/webhooks`: send mirrors' webhooks to URLs from now on (extension)."""
    session = host_of(request).live(request.path_params["id"])
    wanted = await read(ForwardWebhooks, request)
    for vendor in wanted.webhooks:
        if vendor not in session.mirrors:
            raise invalid(
                f"The session has no mirror '{vendor[:40]}'.{nearest(vendor, session.mirrors)}",
                f"It has {', '.join(session.mirrors)}.",
            )
    async with session.lock:
        session.open()
        forwards.forward(session, wanted.webhooks)
    return answer(wanted)
