"""Sessions of the control plane.

Source: https://docs.mirra.run/reference/api
"""

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.links import linked
from mirra_mcp.local.api.reading import answer, host_of, read
from mirra_mcp.local.kit import forks
from mirra_mcp.local.kit.reading import invalid, whole
from mirra_mcp.wire.sessions import (
    CreateSession,
    ForkSession,
    SessionMode,
    SessionPage,
    SessionStatus,
)

WORKSPACE = "local"


async def create(request: Request) -> Response:
    """`POST /v1/sessions`: start a session; it is ready when this answers."""
    wanted = await read(CreateSession, request)
    host = host_of(request)
    entry = await host.create(wanted)
    return answer(linked(request, entry.show(stats=False)), 201)


async def fork(request: Request) -> Response:
    """`POST /v1/sessions/{id}/fork`: another future of the same past (extension)."""
    wanted = await read(ForkSession, request)
    host = host_of(request)
    parent = host.live(request.path_params["id"])
    entry = await forks.fork(host, parent, wanted)
    return answer(linked(request, entry.show(stats=False)), 201)


async def retrieve(request: Request) -> Response:
    """`GET /v1/sessions/{id}`."""
    host = host_of(request)
    return answer(linked(request, host.entry(request.path_params["id"]).show()))


async def end(request: Request) -> Response:
    """`DELETE /v1/sessions/{id}`: end a session. Ending it again changes nothing."""
    host = host_of(request)
    entry = host.entry(request.path_params["id"])
    await host.end(entry)
    return answer(linked(request, entry.show()))


async def index(request: Request) -> Response:
    """`GET /v1/sessions`: list sessions, newest first."""
    host, query = host_of(request), request.query_params
    for name, known in (("status", SessionStatus), ("mode", SessionMode)):
        if name in query and query[name] not in get_args(known):
            options = ", ".join(get_args(known))
            raise invalid(f"'{name}' can't be '{query[name][:40]}'.", f"It is one of {options}.")
    limit = whole(query.get("limit"), 20, 100)
    entries = [
        entry
        for entry in host.entries()
        if query.get("status", entry.status) == entry.status
        and query.get("mode", entry.session.mode) == entry.session.mode
        and query.get("workspace", WORKSPACE) == WORKSPACE
    ]
    if cursor := query.get("cursor"):
        ids = [entry.session.id for entry in entries]
        if cursor not in ids:
            raise invalid("'cursor' names no session.", "Leave it out to begin anew.")
        entries = entries[ids.index(cursor) + 1 :]
    more = entries[limit - 1].session.id if len(entries) > limit else None
    shown = [linked(request, entry.show()) for entry in entries[:limit]]
    return answer(SessionPage(sessions=shown, next_cursor=more))
