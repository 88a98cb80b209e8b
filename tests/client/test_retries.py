"""A call is made again where that can't do something twice, and only there."""

import socket
from asyncio import AbstractServer, start_server
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.retries import FIRST, PATIENCE, pause
from mirra_mcp.wire.runs import CreateRun, FinishRun
from mirra_mcp.wire.sessions import CreateSession
from tests.client.scripted import (
    SESSION,
    Naps,
    Server,
    Step,
    answer,
    hang,
    playing,
    raw,
    refusal,
    reset,
)

pytestmark = pytest.mark.anyio

Make = Callable[[MirraClient], Awaitable[Any]]

DATE = "Wed, 22 Apr 2026 18:00:00 GMT"
EPOCH = 1776880800
"""The same instant."""

READ: list[Any] = [
    pytest.param(lambda m: m.get_session("ses_a7k2"), id="get"),
    pytest.param(lambda m: m.end_session("ses_a7k2"), id="end"),
    pytest.param(lambda m: m.cancel_run("run_1"), id="cancel"),
    pytest.param(lambda m: m.mirror(m.url).reset("empty"), id="reset"),
    pytest.param(lambda m: m.mirror(m.url).restore("snap_1"), id="restore"),
]
"""Calls that leave the same behind when made twice."""

MAKE: list[Any] = [
    pytest.param(lambda m: m.create_session(CreateSession(mirrors=["resend"])), id="create"),
    pytest.param(lambda m: m.create_run(CreateRun(scenario_markdown="# A")), id="run"),
    pytest.param(lambda m: m.finish_run("run_1", FinishRun()), id="finish"),
    pytest.param(lambda m: m.move_clock("ses_a7k2", advance="1d"), id="clock"),
    pytest.param(lambda m: m.mirror(m.url).simulate("email.bounced"), id="simulate"),
    pytest.param(lambda m: m.mirror(m.url).snapshot("one"), id="snapshot"),
    pytest.param(lambda m: m.mirror(m.url).retry_webhook("dlv_1"), id="retry-webhook"),
]
"""Calls that make something, or move something on."""

LATER: list[Any] = [
    pytest.param(answer("", 429), id="429"),
    pytest.param(answer("", 503), id="503"),
    pytest.param(refusal(429, "mirra.request.rate_limited"), id="429-in-words"),
]
"""Answers that say: not done, come back."""

PERHAPS: list[Any] = [
    pytest.param(answer("", 502), id="502"),
    pytest.param(reset, id="reset"),
    pytest.param(raw(b""), id="closed"),
    pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), id="cut"),
]
"""After these nobody knows whether it was done."""

NO: list[Any] = [
    pytest.param(answer("", status), id=str(status))
    for status in (400, 401, 402, 403, 404, 409, 413, 500, 501)
] + [
    pytest.param(answer("<html>", type="text/html"), id="html"),
    pytest.param(answer("", 302, headers={"Location": "http://localhost/"}), id="redirect"),
]


async def attempts(make: Make, step: Step) -> tuple[Server, Naps]:
    """Make a call of a server that always does this, and count."""
    async with playing(*[step] * 9) as (mirra, server, naps):
        with pytest.raises(MirraError):
            await make(mirra)
        return server, naps


@pytest.mark.parametrize("step", LATER)
@pytest.mark.parametrize("make", READ + MAKE)
async def test_what_was_not_done_is_repeated_whatever_the_call(make: Make, step: Step) -> None:
    server, naps = await attempts(make, step)
    assert (len(server.requests), len(naps)) == (4, 3)
    assert all(one == other for one, other in pairwise(server.requests))


@pytest.mark.parametrize("step", PERHAPS)
@pytest.mark.parametrize("make", READ)
async def test_what_may_have_been_done_is_repeated_where_twice_is_once(
    make: Make, step: Step
) -> None:
    server, naps = await attempts(make, step)
    assert (len(server.requests), len(naps)) == (4, 3)


@pytest.mark.parametrize("step", PERHAPS)
@pytest.mark.parametrize("make", MAKE)
async def test_what_may_have_been_done_is_not_repeated_where_twice_is_twice(
    make: Make, step: Step
) -> None:
    server, naps = await attempts(make, step)
    assert (len(server.requests), naps) == (1, [])


@pytest.mark.parametrize("step", NO)
@pytest.mark.parametrize("make", [*READ[:1], *MAKE[:1]])
async def test_a_refusal_is_final(make: Make, step: Step) -> None:
    server, naps = await attempts(make, step)
    assert (len(server.requests), naps) == (1, [])


async def test_a_call_that_may_have_been_done_says_so() -> None:
    async with playing(reset) as (mirra, _, _):
        with pytest.raises(MirraError) as caught:
            await mirra.create_session(CreateSession(mirrors=["resend"]))
    assert caught.value.outcome == "unknown"
    assert caught.value.hint == "It may have been done all the same: look before you repeat it."


async def test_a_time_out_is_repeated_for_a_read_and_not_for_a_creation() -> None:
    async with playing(*[hang()] * 3, retries=1, within=1.0) as (mirra, _, naps):
        with pytest.raises(MirraError, match="did not answer"):
            await mirra.get_session("ses_a7k2")
        assert len(naps) == 1
        with pytest.raises(MirraError, match="did not answer"):
            await mirra.create_session(CreateSession(mirrors=["resend"]))
        assert len(naps) == 1


@pytest.mark.parametrize("make", [*READ, *MAKE])
async def test_a_connection_that_was_never_made_is_tried_again_whatever_the_call(
    make: Make, closed_port: int
) -> None:
    naps = Naps()
    async with MirraClient(f"http://127.0.0.1:{closed_port}", None, sleep=naps) as mirra:
        with pytest.raises(MirraError, match="connection refused"):
            await make(mirra)
    assert len(naps) == 3


async def test_a_call_gets_through_to_a_server_that_comes_up_late(
    held: socket.socket, closed_port: int
) -> None:
    """A restart takes a moment: the connection is refused twice before somebody listens."""
    late = Server([answer(SESSION, 201)])
    waits: list[float] = []
    listening: list[AbstractServer] = []

    async def start_on_the_second(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            listening.append(await start_server(late.play, sock=held))

    with anyio.fail_after(5):
        async with MirraClient(
            f"http://127.0.0.1:{closed_port}", None, sleep=start_on_the_second
        ) as mirra:
            session = await mirra.create_session(CreateSession(mirrors=["resend"]))
    listening[0].close()
    assert (session.session_id, len(waits), len(late.requests)) == ("ses_a7k2", 2, 1)


async def test_two_refusals_and_then_an_answer_are_one_answer() -> None:
    async with playing(answer("", 503), answer("", 503), answer(SESSION)) as (mirra, _, naps):
        assert (await mirra.get_session("ses_a7k2")).session_id == "ses_a7k2"
    assert len(naps) == 2


async def test_half_an_answer_and_then_a_whole_one_are_one_answer() -> None:
    half = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"sessionId":')
    async with playing(half, answer(SESSION)) as (mirra, _, _):
        assert (await mirra.get_session("ses_a7k2")).session_id == "ses_a7k2"


@pytest.mark.parametrize("retries", [0, 1, 5])
async def test_the_number_of_repeats_is_the_callers(retries: int) -> None:
    async with playing(*[answer("", 503)] * 9, retries=retries) as (mirra, server, _):
        with pytest.raises(MirraError):
            await mirra.get_session("ses_a7k2")
        assert len(server.requests) == retries + 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Wed, 22 Apr 2026 18:00:12 GMT", "Date": DATE}, 12),
        ({"x-mirra-ratelimit-reset": str(EPOCH + 9), "Date": DATE}, 9),
        ({"x-mirra-ratelimit-reset": str(EPOCH - 9), "Date": DATE}, 0),
        ({"x-mirra-ratelimit-reset": str(EPOCH + 9), "Date": DATE, "Retry-After": "3"}, 3),
        ({"x-mirra-ratelimit-reset": "1713802534"}, 0),
    ],
)
async def test_the_wait_is_what_the_answer_asks_for(
    headers: dict[str, str], asked: float, status: int
) -> None:
    """The answer's own `Date` is the clock: ours may be wrong by minutes."""
    async with playing(answer("", status, headers=headers), answer(SESSION)) as (mirra, _, naps):
        await mirra.get_session("ses_a7k2")
    assert len(naps) == 1
    assert asked <= naps[0] <= asked + FIRST


@pytest.mark.parametrize("said", ["soon", "-5", "", "Wed, 99 Apr", "\xb2"])
async def test_a_wait_that_nobody_can_read_is_ours(said: str) -> None:
    step = answer("", 429, headers={"Retry-After": said, "x-mirra-ratelimit-reset": said})
    async with playing(step, answer(SESSION)) as (mirra, _, naps):
        await mirra.get_session("ses_a7k2")
    assert len(naps) == 1
    assert 0 <= naps[0] <= FIRST


async def test_a_wait_beyond_patience_is_the_callers_to_decide() -> None:
    step = answer("", 429, headers={"Retry-After": f"{PATIENCE + 1:.0f}"})
    async with playing(step) as (mirra, _, naps):
        with pytest.raises(MirraError) as caught:
            await mirra.get_session("ses_a7k2")
    assert naps == []
    assert (caught.value.retry_after, caught.value.hint) == (31.0, "Call again in 31 s.")


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(1, 0.25), (2, 0.5), (3, 1.0), (6, 8.0), (5000, 8.0)]
)
def test_the_wait_is_random_below_a_ceiling_that_doubles(failures: int, ceiling: float) -> None:
    waits = [pause(failures) for _ in range(200)]
    assert 0 <= min(waits) < ceiling / 4
    assert ceiling * 3 / 4 < max(waits) <= ceiling
