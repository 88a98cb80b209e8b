"""Toolset `sessions`: the session's log, read by long-polling."""

from typing import Annotated, Any

from pydantic import Field

from mirra_mcp.server.answers import filled, fit
from mirra_mcp.server.caller import Caller
from mirra_mcp.wire.events import Event, EventType
from mirra_mcp.wire.model import Doc, Wire


class EventAnswer(Wire):
    """A part of the log, oldest first."""

    session_id: str
    events: list[Event]
    next_after: int
    note: str | None = None


async def mirra_events_read(
    caller: Caller,
    session: str | None = None,
    after: Annotated[int, Field(ge=0)] = 0,
    types: list[EventType] = [],  # noqa: B006 -- the schema's default
    mirror: str | None = None,
    wait_seconds: Annotated[float, Field(ge=0, le=25)] = 0,
    limit: Annotated[int, Field(ge=1, le=100)] = 25,
) -> EventAnswer:
    """Read the log after an entry, waiting for the next one if asked to."""
    if session is None or not session.startswith("ses_"):
        session = (await caller.session(session)).session_id
    page = await (await caller.mirra()).events_page(
        session,
        after=after,
        limit=limit,
        types=types or None,
        mirror=mirror,
        wait=wait_seconds or None,
    )
    fitted = fit([_shown(event) for event in page.events], widest=500)
    shown = [Event.model_validate(event) for event in fitted.items]
    return EventAnswer(
        session_id=session,
        events=shown,
        next_after=shown[-1].id if fitted.missing else page.next_after,
        note=fitted.note("Use `types` or `mirror`; go on with after=nextAfter."),
    )


def _shown(event: Event) -> Doc:
    """Return an entry without what another tool shows, and without what is empty."""
    data: dict[str, Any] = dict(event.data)
    data.pop("sessionId", None)
    if event.type == "webhook.dispatched":
        data.pop("payload", None)
        data.pop("headers", None)
    elif event.type == "state.changed" and data.get("before") is None:
        data["after"] = filled(data.get("after"))
    return {"id": event.id, "type": event.type, "data": data}
