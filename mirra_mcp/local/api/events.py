"""Live events: the session's log as a stream or as pages.

Source: https://docs.mirra.run/reference/api
"""

import asyncio
from collections.abc import AsyncIterator
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mirra_mcp.local.api.reading import answer, found, host_of, seconds
from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.kit.reading import invalid, whole
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire.events import EventPage, EventType

CHUNK = 200
MOST_AFTER = 2**53
LINE_ENDS = (
    (b"\n", b" "),
    (b"\r", b" "),
    (b"\xc2\x85", b"\\u0085"),
    (b"\xe2\x80\xa8", b"\\u2028"),
    (b"\xe2\x80\xa9", b"\\u2029"),
)
"""Between the parts of JSON, and the three within texts that some readers split lines at."""


async def read(request: Request) -> Response:
    """`GET /v1/sessions/{id}/events`: a stream, or with `Accept: application/json` a page."""
    host = host_of(request)
    session = host.live(request.path_params["id"])
    query = request.query_params
    types = _types(query.get("types"))
    mirror = query.get("mirror")
    if mirror is not None and mirror not in session.mirrors:
        raise invalid(
            f"The session has no mirror '{mirror[:40]}'.{nearest(mirror, session.mirrors)}",
            f"It has {', '.join(session.mirrors)}.",
        )
    after = whole(query.get("after"), 0, MOST_AFTER, 0, "after")
    if "application/json" in request.headers.get("accept", ""):
        limit = whole(query.get("limit"), 100, 1000)
        wait = seconds(query.get("wait"))
        return await _page(session, after, limit, types, mirror, wait)
    last = request.headers.get("last-event-id")
    if last is not None:
        after = whole(last.strip(), 0, MOST_AFTER, 0, "Last-Event-ID")
    return StreamingResponse(
        _stream(session, after, types, mirror, host.settings.keep_alive),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _page(
    session: Session,
    after: int,
    limit: int,
    types: tuple[str, ...],
    mirror: str | None,
    wait: float,
) -> Response:
    def look() -> tuple[EventPage, bool, int]:
        page = session.log.page(after, limit, types, mirror)
        return page, bool(page.events), page.next_after

    return answer(await found(session, wait, look))


async def _stream(
    session: Session, after: int, types: tuple[str, ...], mirror: str | None, keep_alive: float
) -> AsyncIterator[bytes]:
    async with session.lock:
        session.open()
    log = session.log
    with log.reading():
        while not log.is_closed:
            async with session.lock:
                rows, after = log.rows(after, CHUNK, types, mirror)
            for id, type, data in rows:
                yield b"id: %d\nevent: %s\ndata: %s\n\n" % (id, type.encode(), _one_line(data))
                if type == "session.lifecycle" and _is_last(data):
                    return
            if rows:
                continue
            try:
                async with asyncio.timeout(keep_alive):
                    await log.wait_beyond(after)
            except TimeoutError:
                yield b": keep-alive\n\n"


def _one_line(data: bytes) -> bytes:
    """Return JSON without what any reader takes for the end of a line; texts have it escaped."""
    for mark, escaped in LINE_ENDS:
        if mark in data:
            data = data.replace(mark, escaped)
    return data


def _is_last(data: bytes) -> bool:
    return b'"action":"end"' in data or b'"action":"expire"' in data


def _types(text: str | None) -> tuple[str, ...]:
    types = tuple(part.strip() for part in (text or "").split(",") if part.strip())
    for each in types:
        if each not in get_args(EventType):
            raise invalid(
                f"There is no event type '{each[:60]}'.{nearest(each, get_args(EventType))}",
                f"The types are {', '.join(get_args(EventType))}.",
            )
    return types
