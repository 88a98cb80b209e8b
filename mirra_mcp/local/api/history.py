"""What a session held at some moment, against another, and by SQL (extension)."""

import asyncio
from contextlib import AsyncExitStack

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, host_of, read
from mirra_mcp.local.kit import differences, queries
from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.kit.moments import Moment, moment
from mirra_mcp.local.kit.reading import invalid, whole
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire.states import QuerySession

QUERY = ("since", "until", "against", "mirror", "entity", "limit", "cursor")


async def changes(request: Request) -> Response:
    """`GET /v1/sessions/{id}/changes`: what is different between two moments.

    From `since` to `until`, each an entry of the log or a snapshot: from how the session began, or
    as far back as is known, to now, unless said. With `against`, `since` is a moment of that
    session, now unless said.
    """
    host, query = host_of(request), request.query_params
    for name in query:
        if name not in QUERY:
            raise invalid(f"There is no '{name[:40]}'.{nearest(name, QUERY)}", _says())
    session = host.live(request.path_params["id"])
    other = host.live(query["against"]) if "against" in query else session
    vendors = _shared(session, other, query.get("mirror"))
    entity = query.get("entity")
    if entity is not None:
        _check_entity(session, vendors, entity)
    limit = whole(query.get("limit"), 100, 1000)
    skip = whole(query.get("cursor"), 0, 2**53, 0, "cursor")
    async with AsyncExitStack() as locks:
        for each in sorted({session.id: session, other.id: other}.items()):
            await locks.enter_async_context(each[1].lock)
        until = await moment(session, query.get("until"), vendors)
        first = None if other is not session else str(max(session.inherited, session.remembered))
        since = await moment(other, query.get("since", first), vendors)
    found = await asyncio.to_thread(
        differences.differences, since, until, entity=entity, limit=limit, skip=skip
    )
    return answer(found)


async def query(request: Request) -> Response:
    """`POST /v1/sessions/{id}/query`: one SELECT over what the mirrors hold."""
    wanted = await read(QuerySession, request)
    session = host_of(request).live(request.path_params["id"])
    async with session.lock:
        session.open()
        session.agenda.fire_due(session.clock.now())
        at = None if wanted.at is None else str(wanted.at)
        then: Moment = await moment(session, at)
    return answer(await queries.run(then, wanted.sql, wanted.limit))


def _says() -> str:
    return f"It takes {', '.join(QUERY)}."


def _shared(session: Session, other: Session, wanted: str | None) -> list[str]:
    """Return the mirrors that both have, or the one that is wanted."""
    if wanted is not None:
        for each in (session, other):
            if wanted not in each.mirrors:
                raise invalid(
                    f"Session {each.id} has no mirror '{wanted[:40]}'."
                    f"{nearest(wanted, each.mirrors)}",
                    f"It has {', '.join(each.mirrors)}.",
                )
        return [wanted]
    shared = [vendor for vendor in session.mirrors if vendor in other.mirrors]
    if not shared:
        raise invalid(
            f"Sessions {session.id} and {other.id} have no mirror in common.",
            "Compare a session with its fork, or with itself at another time.",
        )
    return shared


def _check_entity(session: Session, vendors: list[str], wanted: str) -> None:
    nouns: dict[str, Resource] = {}
    for vendor in vendors:
        nouns |= session.mirrors[vendor].nouns
    names = {name for noun in nouns.values() for name in (noun.plural, noun.entity)}
    if wanted not in names:
        raise invalid(
            f"There is no '{wanted[:40]}'.{nearest(wanted, names)}",
            "mirra_catalog and /_mirra/metadata list the entities.",
        )
