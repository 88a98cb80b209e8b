"""The event stream: each event once and in order, whatever happens to the connection.

Source: https://docs.mirra.run/reference/api for the events;
https://html.spec.whatwg.org/multipage/server-sent-events.html for the format; ids and replay are
our extension.
"""

import json
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.events import RECONNECTS
from mirra_mcp.wire.events import Event
from tests.client.scripted import (
    SESSION,
    TOKEN,
    Naps,
    Server,
    Step,
    answer,
    hang,
    playing,
    raw,
    refusal,
    reset,
    serve,
    stream,
)

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
ENDED = answer(SESSION | {"status": "ended"})
READY = answer(SESSION)


def sent(number: int, type: str = "state.changed", **data: Any) -> str:
    """An event as Mirra writes it."""
    return f"id: {number}\nevent: {type}\ndata: {json.dumps(data)}\n\n"


def end(number: int, action: str = "end") -> str:
    return sent(number, "session.lifecycle", action=action)


async def read(mirra: MirraClient, **options: Any) -> list[int]:
    """The ids of all events until the stream ends."""
    return [event.id async for event in mirra.events("ses_a7k2", **options)]


async def ids_of(*steps: Step, **options: Any) -> tuple[list[int], Server, Naps]:
    """Follow a session whose server does this."""
    async with playing(*steps) as (mirra, server, naps):
        return await read(mirra, **options), server, naps


def asked_from(server: Server) -> list[str | None]:
    """The `Last-Event-ID` of each connection to the stream."""
    return [
        request.headers.get("last-event-id")
        for request in server.requests
        if request.target.endswith("/events")
    ]


async def test_events_are_read_whole_until_the_session_ends() -> None:
    async with playing(stream(sent(1, "webhook.dispatched", mirror="resend"), end(2))) as (
        mirra,
        server,
        naps,
    ):
        events = [event async for event in mirra.events("ses_a7k2")]
    assert events == [
        Event(id=1, type="webhook.dispatched", data={"mirror": "resend"}),
        Event(id=2, type="session.lifecycle", data={"action": "end"}),
    ]
    request = server.requests[0]
    assert (request.method, request.target) == ("GET", "/v1/sessions/ses_a7k2/events")
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "last-event-id" not in request.headers
    assert naps == []


@pytest.mark.parametrize("action", ["end", "expire"])
async def test_nothing_is_read_after_the_end(action: str) -> None:
    """The stream ends with its last event, though the server leaves the connection open."""
    ids, server, _ = await ids_of(hang(HEAD + (sent(1) + end(2, action) + sent(3)).encode()))
    assert (ids, len(server.requests)) == ([1, 2], 1)


@pytest.mark.parametrize("action", ["start", "reset", "snapshot", "restore", "clock"])
async def test_other_moments_of_a_session_are_not_its_end(action: str) -> None:
    assert (await ids_of(stream(end(1, action), end(2))))[0] == [1, 2]


async def test_reading_begins_after_the_event_that_was_named() -> None:
    ids, server, _ = await ids_of(stream(sent(8), end(9)), after=7)
    assert (ids, asked_from(server)) == ([8, 9], ["7"])


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(stream(sent(1), sent(2)), id="closed"),
        pytest.param(stream(sent(1), sent(2), whole=False), id="cut-between-events"),
        pytest.param(stream(sent(1), sent(2), sent(3)[:-1], whole=False), id="cut-before-blank"),
        pytest.param(stream(sent(1), sent(2), sent(3)[:14], whole=False), id="cut-mid-event"),
        pytest.param(stream(sent(1), sent(2), sent(3)[:14]), id="ended-mid-event"),
        pytest.param(raw(HEAD, (sent(1) + sent(2)).encode()), id="http-1.0"),
        pytest.param(
            raw(HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
            id="garbled-chunk",
        ),
    ],
)
async def test_a_connection_that_is_lost_is_made_anew_where_it_stopped(cut: Step) -> None:
    """Half an event is no event: it comes again, whole."""
    async with playing(cut, stream(sent(1), sent(2), sent(3), end(4))) as (mirra, server, naps):
        assert await read(mirra) == [1, 2, 3, 4]
    assert asked_from(server)[1] in ("2", None)
    assert len(naps) == 1


async def test_events_that_come_twice_are_told_once() -> None:
    """A server may replay more than was asked for."""
    again = stream(sent(1), sent(2), sent(3), sent(3), end(4))
    ids, server, _ = await ids_of(stream(sent(1), sent(2), whole=False), again)
    assert (ids, asked_from(server)) == ([1, 2, 3, 4], [None, "2"])


async def test_a_restart_of_the_server_is_survived() -> None:
    """While it restarts, connections are reset and a proxy in front answers 502 and 503."""
    steps = [
        stream(sent(1), whole=False),
        reset,
        answer("", 502),
        answer("<html>", 503, type="text/html"),
        stream(sent(2), end(3)),
    ]
    ids, server, naps = await ids_of(*steps)
    assert (ids, asked_from(server), len(naps)) == ([1, 2, 3], [None, "1", "1", "1", "1"], 4)


async def test_a_stream_that_worked_is_given_up_after_so_many_failures() -> None:
    async with playing(stream(sent(1), whole=False), *[reset] * 20) as (mirra, server, naps):
        with pytest.raises(MirraError, match="closed the connection"):
            await read(mirra)
    assert len(server.requests) == RECONNECTS + 2
    assert len(naps) == RECONNECTS + 1


async def test_a_stream_that_never_worked_is_given_up_sooner() -> None:
    async with playing(*[reset] * 9, retries=2) as (mirra, server, _):
        with pytest.raises(MirraError, match="closed the connection"):
            await read(mirra)
    assert len(server.requests) == 3


async def test_silence_beyond_the_keep_alive_is_a_lost_connection() -> None:
    steps = [hang(HEAD + sent(1).encode()), stream(end(2))]
    ids, server, _ = await ids_of(*steps, silence=0.3)
    assert (ids, asked_from(server)) == ([1, 2], [None, "1"])


async def test_keep_alives_are_not_silence_and_not_events() -> None:
    chatter = [":\n\n", ": keep-alive\n\n", ":" + " " * 5000 + "\n", "event: ping\n\n", "id: 9\n\n"]
    ids, server, _ = await ids_of(stream(*chatter, sent(1), *chatter, end(2)))
    assert (ids, len(server.requests)) == ([1, 2], 1)


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
async def test_any_newline_and_any_packet_size_will_do(newline: str, size: int) -> None:
    said = (sent(1, text="grüße 🎉") + ": hm\n" + end(2)).replace("\n", newline).encode()
    parts = [said[at : at + size] for at in range(0, len(said), size)]
    async with playing(stream(*parts)) as (mirra, _, _):
        events = [event async for event in mirra.events("ses_a7k2")]
    assert [event.data for event in events] == [{"text": "grüße 🎉"}, {"action": "end"}]


async def test_data_may_take_several_lines() -> None:
    said = 'id:1\nevent:state.changed\ndata:{"entity":\ndata: "email"}\nunknown: x\n\n'
    async with playing(stream(said, end(2))) as (mirra, _, _):
        events = [event async for event in mirra.events("ses_a7k2")]
    assert events[0] == Event(id=1, type="state.changed", data={"entity": "email"})


async def test_an_event_may_be_huge() -> None:
    body = "x" * 3_000_000
    said = sent(1, html=body)
    async with playing(stream(said[:1000], said[1000:2_000_000], said[2_000_000:], end(2))) as (
        mirra,
        _,
        _,
    ):
        events = [event async for event in mirra.events("ses_a7k2")]
    assert events[0].data["html"] == body


async def test_a_burst_is_read_to_its_end() -> None:
    said = "".join(sent(number) for number in range(1, 5001))
    ids, _, _ = await ids_of(stream(said, end(5001)))
    assert ids == list(range(1, 5002))


async def test_a_mirra_without_ids_is_read_and_counted() -> None:
    """The documents show events with no `id`."""
    said = 'event: webhook.dispatched\ndata: {"mirror": "resend"}\n\n'
    last = 'event: session.lifecycle\ndata: {"action": "end"}\n\n'
    ids, server, _ = await ids_of(stream(said, said, whole=False), stream(said, last))
    assert (ids, asked_from(server)) == ([1, 2, 3, 4], [None, None])


async def test_ids_that_are_no_numbers_are_given_back_as_they_came() -> None:
    def said(id: str, **data: Any) -> str:
        return f"id: {id}\nevent: session.lifecycle\ndata: {json.dumps(data)}\n\n"

    ids, server, _ = await ids_of(
        stream(said("1713-0"), said("1713-1"), whole=False),
        stream(said("1713-1"), said("1714-0", action="end")),
    )
    assert (ids, asked_from(server)) == ([1, 2, 3], [None, "1713-1"])


@pytest.mark.parametrize(
    "gone",
    [
        refusal(404, "mirra.session.not_found"),
        answer("", 404),
        answer("", 410),
        refusal(409, "mirra.session.ended"),
    ],
)
async def test_a_session_that_is_gone_after_a_reconnection_has_ended(gone: Step) -> None:
    ids, _, _ = await ids_of(stream(sent(1), whole=False), gone)
    assert ids == [1]


async def test_a_session_that_never_was_is_an_error() -> None:
    async with playing(refusal(404, "mirra.session.not_found", "No 'ses_a7k2'.")) as (
        mirra,
        _,
        naps,
    ):
        with pytest.raises(MirraError, match="No 'ses_a7k2'"):
            await read(mirra)
    assert naps == []


async def test_a_stream_that_closes_with_nothing_new_is_over_if_its_session_is() -> None:
    """Whoever reads on after the last event finds a stream with nothing in it."""
    ids, server, _ = await ids_of(stream(), ENDED, after=9)
    assert ids == []
    assert [request.target for request in server.requests] == [
        "/v1/sessions/ses_a7k2/events",
        "/v1/sessions/ses_a7k2",
    ]


async def test_a_stream_that_closes_with_nothing_new_is_opened_again_if_its_session_lives() -> None:
    ids, _, naps = await ids_of(stream(), READY, stream(": hm\n\n"), READY, stream(sent(1), end(2)))
    assert (ids, len(naps)) == ([1, 2], 2)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 409, 500])
async def test_a_refusal_is_told_at_once(status: int) -> None:
    async with playing(stream(sent(1), whole=False), answer("", status)) as (mirra, _, naps):
        with pytest.raises(MirraError) as caught:
            await read(mirra)
    assert (caught.value.status, len(naps)) == (status, 1)


async def test_a_rate_limit_is_waited_for() -> None:
    wait = answer("", 429, headers={"Retry-After": "5"})
    _, _, naps = await ids_of(wait, stream(end(1)))
    assert 5 <= naps[0] <= 5.25


async def test_the_server_may_name_the_pause_before_reconnecting() -> None:
    _, _, naps = await ids_of(stream("retry: 3000\n\n", sent(1), whole=False), stream(end(2)))
    assert naps == [3.0]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(answer("<html>", type="text/html"), id="html"),
        pytest.param(answer({"events": [], "nextAfter": 0}), id="json"),
        pytest.param(answer("hi", type=""), id="untyped"),
    ],
)
async def test_an_answer_that_is_no_stream_says_so(step: Step) -> None:
    async with playing(step) as (mirra, _, _):
        with pytest.raises(MirraError, match="not with an event stream") as caught:
            await read(mirra)
    assert caught.value.code == "mirra.client.not_a_stream"


@pytest.mark.parametrize("data", ["{", "[1]", '"text"', "null", "[" * 5000])
async def test_data_that_is_no_object_is_handed_on_as_it_is(data: str) -> None:
    unreadable = f"id: 2\nevent: x\ndata: {data}\n\n"
    async with playing(stream(sent(1), unreadable, end(3))) as (mirra, _, _):
        got = [each async for each in mirra.events("ses_a7k2")]
    assert [each.id for each in got] == [1, 2, 3]
    assert (got[1].type, got[1].data) == ("x", {"unreadable": data[:1000]})


async def test_a_redirect_is_not_followed() -> None:
    async with serve(stream(end(1))) as elsewhere:
        moved = answer("", 307, headers={"Location": elsewhere.url})
        async with playing(moved) as (mirra, _, _):
            with pytest.raises(MirraError, match="redirects are not followed"):
                await read(mirra)
        assert elsewhere.requests == []


async def test_leaving_early_closes_the_connection() -> None:
    async with watched(hang(HEAD + sent(1).encode())) as (mirra, left):
        async with aclosing(mirra.events("ses_a7k2")) as events:
            async for event in events:
                assert event.id == 1
                break
        await left.wait()


async def test_cancelling_closes_the_connection() -> None:
    async with watched(hang(HEAD + sent(1).encode())) as (mirra, left):
        with anyio.CancelScope() as scope:
            async for _ in mirra.events("ses_a7k2"):
                scope.cancel()
        await left.wait()
    assert scope.cancelled_caught


async def test_other_calls_are_made_while_a_stream_is_open() -> None:
    async with playing(hang(HEAD + sent(1).encode()), READY) as (mirra, _, _):
        events = mirra.events("ses_a7k2")
        assert (await anext(events)).id == 1
        assert (await mirra.get_session("ses_a7k2")).status == "ready"
        await events.aclose()


@asynccontextmanager
async def watched(step: Step) -> AsyncIterator[tuple[MirraClient, anyio.Event]]:
    """A client, and what is set once it has let go of the connection on which `step` plays."""
    left = anyio.Event()

    async def telling(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await step(reader, writer)
        finally:
            left.set()

    async with playing(telling) as (mirra, _, _):
        yield mirra, left
