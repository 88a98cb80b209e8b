"""A session's log as it grows: one stream of events, whatever happens to the connection."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
import httpx_sse

from mirra_mcp.client.answers import refusal
from mirra_mcp.client.calls import Answer, Call
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.retries import PATIENCE, may_repeat, pause
from mirra_mcp.wire.events import Event

if TYPE_CHECKING:
    import httpx

    from mirra_mcp.client.connection import Connection

RECONNECTS = 10
"""Failed connections in a row after which a stream that once worked is given up."""
UNREADABLE = 1000
"""Characters that are handed on of data that can't be read."""
REFUSAL_SECONDS = 10.0
"""How long a refusal may take to arrive whole."""


async def follow(
    call: Call,
    connection: "Connection",
    *,
    after: int | None,
    silence: float,
    has_ended: Callable[[], Awaitable[bool]],
) -> AsyncGenerator[Event, None]:
    """Yield each event once and in order until the session has ended; none stops it.

    A connection that is refused, cut, closed or silent is made anew from the last event on.
    `has_ended` is asked when a connection closed without bringing anything.

    Raises:
        MirraError: the stream can't be had, or no longer.
    """
    place = _Place(after or 0, str(after) if after is not None else None)
    known, failed, fruitless = False, 0, 0
    while True:
        before, error, opened = place.number, None, False
        try:
            async with connection.transport.stream(
                call, headers=_headers(place), silence=silence
            ) as response:
                await _check(response, call, connection.token)
                known, opened, failed = True, True, 0
                async with aclosing(httpx_sse.EventSource(response).aiter_sse()) as messages:
                    async for message in messages:
                        if place.step(message):
                            event = _event(place.number, message)
                            yield event
                            if _is_last(event):
                                return
        except MirraError as caught:
            error = caught
            if known and _is_over(error):
                return
            failed += not opened
            limit = RECONNECTS if known else connection.retries
            if failed > limit or not may_repeat(error, repeatable=True):
                raise
        fruitless = 0 if place.number > before else fruitless + 1
        if opened and error is None and fruitless and await has_ended():
            return
        asked = error.retry_after if error else None
        await connection.sleep(max(place.reconnect_after, pause(max(1, fruitless), asked)))


@dataclass(slots=True)
class _Place:
    """Where in the log the reader is."""

    number: int
    """The last event's id: Mirra's own, or our count where Mirra gives none."""
    last_event_id: str | None
    """The same, as Mirra wrote it."""
    reconnect_after: float = 0.0
    """Seconds that the stream asked to leave between connections (`retry:`)."""

    def step(self, message: httpx_sse.ServerSentEvent) -> bool:
        """Move on to a message; False if it is empty, or was seen before."""
        if message.retry is not None:
            self.reconnect_after = min(message.retry / 1000, PATIENCE)
        if not message.data:
            return False
        if message.id.isdecimal():
            if int(message.id) <= self.number:
                return False
            self.number = int(message.id)
        elif message.id and message.id == self.last_event_id:
            return False
        else:
            self.number += 1
        self.last_event_id = message.id or None
        return True


def _headers(place: _Place) -> dict[str, str]:
    headers = {"accept": "text/event-stream", "cache-control": "no-store"}
    if place.last_event_id is not None:
        headers["last-event-id"] = place.last_event_id
    return headers


async def _check(response: "httpx.Response", call: Call, token: str | None) -> None:
    """Let an open stream pass.

    Raises:
        MirraError: it is anything else.
    """
    kind = response.headers.get("content-type", "")
    if response.status_code == 200 and kind.startswith("text/event-stream"):
        return
    if response.status_code != 200:
        with anyio.fail_after(REFUSAL_SECONDS):
            content = await response.aread()
        answer = Answer(response.status_code, response.headers, content, 0.0)
        raise refusal(answer, call, extension=None, token=token)
    raise MirraError(
        f"{call.base} answered {call.name} with {kind or 'something unnamed'},"
        " not with an event stream.",
        code="mirra.client.not_a_stream",
        request=call.name,
        status=200,
        hint="A proxy or a sign-in page may stand between; or read the events in pages.",
    )


def _event(number: int, message: httpx_sse.ServerSentEvent) -> Event:
    """Read a message; data that is no JSON object becomes `{"unreadable": its beginning}`."""
    try:
        return Event(id=number, type=message.event, data=json.loads(message.data))
    except (ValueError, RecursionError):
        data = {"unreadable": message.data[:UNREADABLE]}
        return Event(id=number, type=message.event or "unreadable", data=data)


def _is_over(error: MirraError) -> bool:
    return error.status in (404, 410) or error.code == "mirra.session.ended"


def _is_last(event: Event) -> bool:
    return event.type == "session.lifecycle" and event.data.get("action") in ("end", "expire")
