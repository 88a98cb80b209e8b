"""The session's clock, moved by hand (extension)."""

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, host_of, read
from mirra_mcp.local.kit.clock import FURTHEST, duration, iso, utc
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.wire.sessions import ClockMoved, Fired, MoveClock, Tried

STOP, RUN = "stop", "run"
"""What `advance` says to let time stand until it is moved, and to let it flow again."""
SHOWN = 200
"""Fired timers, and tries at delivering webhooks, that an answer lists."""


async def move(request: Request) -> Response:
    """`POST /v1/sessions/{id}/clock`: let time pass; what falls due happens, in order."""
    host = host_of(request)
    wanted = await read(MoveClock, request)
    session = host.live(request.path_params["id"])
    if wanted.advance in (STOP, RUN):
        async with session.lock:
            session.open()
            session.hold(is_held=wanted.advance == STOP)
        return answer(ClockMoved(at=session.clock.now(), fired=[]))
    if (wanted.advance is None) == (wanted.to is None):
        raise invalid("Give either 'advance' or 'to'.", 'For example {"advance": "3d"}.')
    now = session.clock.now()
    target = utc(wanted.to) if wanted.to else now + duration(wanted.advance or "")
    if target < now:
        raise Refusal(
            400,
            "mirra.clock.backwards",
            f"The clock can't go back: it is {iso(now)} already.",
            "Give a later time, or reset the session.",
        )
    if target - now > FURTHEST:
        raise Refusal(
            400, "mirra.clock.invalid", f"{iso(target)} is too far.", "Move 20 years at most."
        )
    async with session.lock:
        session.open()
        before, sent = session.log.last, session.webhooks_sent
    fired = await host.move_clock(session, target)
    session.acts += 1
    tried = session.log.page(before, SHOWN, ("webhook.dispatched",)).events
    heard = [Tried.model_validate(each.data) for each in tried if each.data["url"]]
    return answer(
        ClockMoved(
            at=session.clock.now(),
            fired=[Fired.model_validate(each._asdict()) for each in fired[:SHOWN]],
            fired_count=len(fired),
            deliveries=heard,
            delivery_count=session.webhooks_sent - sent if len(tried) == SHOWN else len(heard),
        )
    )
