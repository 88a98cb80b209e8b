"""Where the Mirra token goes: to the control plane, over a safe line, and nowhere else."""

import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from tests.client.scripted import (
    SESSION,
    TOKEN,
    Server,
    Step,
    answer,
    playing,
    refusal,
    reset,
    serve,
    stream,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def two(*of_mirror: Step) -> AsyncIterator[tuple[MirraClient, Server, Server]]:
    """A client, its control plane, and a mirror on another port."""
    async with playing(answer(SESSION)) as (mirra, server, _), serve(*of_mirror) as mirror:
        yield mirra, server, mirror


async def test_the_token_goes_to_the_control_plane_and_never_to_a_mirror() -> None:
    steps = [answer("", 204)] * 3 + [
        answer({"snapshotId": "s"}),
        answer({}),
        answer({}),
        answer({}),
    ]
    async with two(*steps) as (mirra, server, played):
        await mirra.get_session("ses_a7k2")
        mirror = mirra.mirror(played.url)
        await mirror.reset()
        await mirror.simulate("x")
        await mirror.restore("s")
        await mirror.snapshot()
        for _ in range(3):
            await mirror.request("POST", "/emails", body={})
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert len(played.requests) == 7
    for request in played.requests:
        assert TOKEN not in repr(request)
        assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/emails", {"headers": {"Authorization": f"Bearer {TOKEN}"}}),
        ("/emails", {"headers": {"X-Key": TOKEN}}),
        (f"/emails?key={TOKEN}", {}),
        ("/emails", {"body": {"key": [TOKEN]}}),
        ("/emails", {"body": {"key": TOKEN}, "encoding": "form"}),
    ],
)
async def test_a_caller_that_gives_the_token_to_a_mirror_is_stopped(
    path: str, options: dict[str, Any]
) -> None:
    """The natural mistake of an agent that looks for a key."""
    async with two() as (mirra, _, played):
        with pytest.raises(MirraError, match="never sent to a mirror") as caught:
            await mirra.mirror(played.url).request("POST", path, **options)
        assert played.requests == []
    assert caught.value.code == "mirra.client.token_to_mirror"
    assert TOKEN not in str(caught.value) + repr(caught.value)


async def test_a_token_too_short_to_be_one_is_not_looked_for_in_words() -> None:
    async with serve(answer({})) as played, MirraClient(played.url, "a") as mirra:
        got = await mirra.mirror(played.url).request("POST", "/a", body={"a": "a"})
    assert got.status == 200


async def test_a_mirrors_redirect_to_the_control_plane_is_an_answer_like_any_other() -> None:
    async with playing() as (mirra, server, _):
        there = answer("", 307, headers={"Location": f"{server.url}/v1/sessions"})
        async with serve(there) as played:
            assert (await mirra.mirror(played.url).request("GET", "/")).status == 307
        assert server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://api.mirra.run",
        "http://10.0.0.1:4000",
        "http://0.0.0.0:4000",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://[::2]:4000",
        "HTTP://API.MIRRA.RUN",
    ],
)
def test_plain_http_to_another_machine_is_refused(url: str) -> None:
    with pytest.raises(MirraError, match="not sent over plain http") as caught:
        MirraClient(url, TOKEN)
    assert caught.value.code == "mirra.client.insecure_url"
    assert "https" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4000",
        "http://127.9.9.9",
        "http://localhost:4000",
        "http://mirra.localhost",
        "http://[::1]:4000",
        "https://api.mirra.run",
    ],
)
def test_this_machine_and_https_are_allowed(url: str) -> None:
    assert MirraClient(url, TOKEN).url == url


def test_without_a_token_plain_http_gives_nothing_away() -> None:
    assert MirraClient("http://mirra:4000", None).url == "http://mirra:4000"


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f"  {TOKEN} "])
async def test_white_space_around_the_token_is_ignored(token: str) -> None:
    async with playing(answer(SESSION), token=token) as (mirra, server, _):
        await mirra.get_session("ses_a7k2")
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("token", [f"{TOKEN}\r\nX: y", f"{TOKEN} b", f"{TOKEN}é", f"{TOKEN}\x00"])
def test_a_token_that_is_none_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(MirraError, match="other characters that no token has") as caught:
        MirraClient("https://api.mirra.run", token)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "step",
    [
        refusal(401, "mirra.auth.invalid", f"Unknown token {TOKEN}", f"Not {TOKEN}?"),
        refusal(400, f"mirra.{TOKEN}"),
        answer({TOKEN: 1, "mirrors": {TOKEN: []}}),
        answer(f"<html>{TOKEN}", 500, type="text/html"),
        answer("", 302, headers={"Location": f"http://localhost/?token={TOKEN}"}),
        answer(SESSION | {"seeds": {TOKEN: 5}}),
        stream(f"id: 1\nevent: {TOKEN}\ndata: {{\n\n"),
        reset,
    ],
)
async def test_a_server_that_repeats_the_token_is_not_repeated(step: Step) -> None:
    async with playing(*[step] * 4) as (mirra, _, _):
        with pytest.raises(MirraError) as caught:
            await mirra.get_session("ses_a7k2")
        told = "".join(traceback.format_exception(caught.value))
        assert TOKEN not in str(caught.value) + repr(caught.value) + repr(vars(caught.value))
        assert TOKEN not in told
        with pytest.raises(MirraError) as caught:
            async for _ in mirra.events("ses_a7k2"):
                pass
        assert TOKEN not in str(caught.value) + repr(caught.value)


async def test_no_log_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with playing(answer("", 503), answer(SESSION), stream()) as (mirra, _, _):
        await mirra.get_session("ses_a7k2")
        with pytest.raises(MirraError):
            async for _ in mirra.events("ses_a7k2"):
                pass
        assert TOKEN not in repr(mirra) + repr(mirra.mirror(mirra.url))
    assert caplog.records
    assert TOKEN not in caplog.text
