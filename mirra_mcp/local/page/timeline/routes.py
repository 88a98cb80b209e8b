"""The timeline: each call and what it caused, as one thread."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.page.rendering import render, show
from mirra_mcp.local.page.timeline.chronicles import WAIT, Chronicle, chronicle
from mirra_mcp.local.page.timeline.details import detail
from mirra_mcp.local.page.timeline.filters import KINDS, OUTCOMES, PAGE, Filter
from mirra_mcp.local.page.timeline.threads import Thread
from mirra_mcp.local.page.visits import Visit, done, visit

PAUSE = 0.1
"""Seconds in which what happens is told in one piece."""


async def index(request: Request) -> Response:
    """`GET /s/{session}/timeline`: the newest threads that fit."""
    seeing = await visit(request)
    return await _list(seeing, None)


async def thread(request: Request) -> Response:
    """`GET /s/{session}/timeline/{entry}`: one thread, beside the others."""
    seeing = await visit(request)
    return await _list(seeing, request.path_params["entry"])


async def part(request: Request) -> Response:
    """`GET /s/{session}/timeline/{entry}/part`: one thread alone, for the script."""
    seeing = await visit(request)
    told = await chronicle(seeing)
    found = await _found(told, request.path_params["entry"])
    whole = await detail(seeing, told, found)
    text = render("timeline/detail.html", visit=seeing, told=whole, filter=_filter(request))
    return HTMLResponse(text)


async def stream(request: Request) -> Response:
    """`GET /s/{session}/timeline/stream`: rows as they change, as server-sent events."""
    seeing = await visit(request)
    told = await chronicle(seeing, whole=_filter(request).is_set)
    after = request.headers.get("last-event-id") or request.query_params.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 16 else told.threads.last
    return StreamingResponse(
        _rows(seeing, told, start, _filter(request)),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def replay(request: Request) -> Response:
    """`POST /s/{session}/timeline/{entry}/replay`: deliver a webhook again, or forge copies."""
    seeing = await visit(request)
    entry = request.path_params["entry"]
    form = await request.form()
    id, forge = str(form.get("delivery", "")), form.get("forge") == "yes"
    found = await _found(await chronicle(seeing), entry)
    trip = found.trips.get(id)
    if trip is None or found.mirror is None:
        raise HTTPException(404)
    assert seeing.session is not None
    tries, forged = trip.tries, trip.forged
    await seeing.mirror(found.mirror).retry_webhook(id, forge=forge)
    told = await chronicle(seeing)
    for _ in range(5):
        if trip.tries > tries and (not forge or trip.forged > forged or trip.state == "refused"):
            break
        await told.catch_up(wait=2.0)
    back = f"{seeing.base}/timeline/{found.id}{_filter(request).query()}"
    said = f"status {trip.status}" if trip.status is not None else trip.error or "no answer yet"
    what = f"{trip.type} was sent again: {said}."
    if forge and trip.forged > forged:
        what += f" Of {trip.forged} forged copies {trip.fooled} were taken."
    return done(request, back, what, failed=trip.state == "refused" or trip.fooled > 0)


async def _list(seeing: Visit, entry: int | None) -> Response:
    filter = _filter(seeing.request)
    told = await chronicle(seeing, whole=filter.is_set or bool(filter.before))
    thread = None if entry is None else await _found(told, entry)
    found, more = filter.page(told.threads.newest())
    if found and not more and told.threads.start:
        more = found[-1].id
    opened = None if thread is None else await detail(seeing, told, thread)
    return show(
        seeing,
        "timeline/index.html",
        "timeline",
        threads=found,
        more=more,
        filter=filter,
        opened=opened,
        last=told.threads.last,
        kinds=KINDS,
        outcomes=OUTCOMES,
    )


async def _found(told: Chronicle, entry: int) -> Thread:
    found = told.threads.find(entry)
    if found is None and told.threads.start:
        await told.catch_up(whole=True)
        found = told.threads.find(entry)
    if found is None:
        raise MirraError(
            f"The timeline has no entry {entry}.",
            code="mirra.page.not_found",
            status=404,
            hint="It may be of another session, or was taken back.",
        )
    return found


def _filter(request: Request) -> Filter:
    return Filter.of(request.query_params)


async def _rows(seeing: Visit, told: Chronicle, after: int, filter: Filter) -> AsyncIterator[bytes]:
    """Yield what changed after an entry, until the session ends."""
    assert seeing.session is not None
    yield b"retry: 1000\n\n"
    while True:
        changed = told.threads.touched(after)
        after = told.threads.last
        if changed:
            fitting = [each for each in changed if filter.fits(each)]
            rows = [
                (each.id, render("timeline/row.html", visit=seeing, each=each, filter=filter))
                for each in fitting[:PAGE]
            ]
            body = json.dumps({"rows": rows[::-1], "missed": max(len(fitting) - PAGE, 0)})
            yield f"id: {after}\nevent: rows\ndata: {body}\n\n".encode()
        try:
            before = told.threads.last
            await told.catch_up(wait=WAIT)
        except MirraError:
            yield b"event: over\ndata: {}\n\n"
            return
        if told.threads.last == before:
            yield b": nothing new\n\n"
        else:
            await asyncio.sleep(PAUSE)
            await told.catch_up()


_PATH = "/s/{session}/timeline"
routes = [
    Route(_PATH, index),
    Route(f"{_PATH}/stream", stream),
    Route(f"{_PATH}/{{entry:int}}", thread),
    Route(f"{_PATH}/{{entry:int}}/part", part),
    Route(f"{_PATH}/{{entry:int}}/replay", replay, methods=["POST"]),
]
