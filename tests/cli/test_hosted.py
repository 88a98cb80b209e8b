"""With a token, the same server speaks to a Mirra elsewhere: here, one that `up` plays."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.cli.command import command_for, environment, first_line, run, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A Mirra with one session, on a data folder of its own."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with running(folder, "up", "--mirrors", "resend", "--json") as process:
        yield json.loads(first_line(process))


async def _sessions(client: Client) -> list[str]:
    answer = await client.call_tool("mirra_session_list", {})
    assert answer.structured_content is not None
    return [session["sessionId"] for session in answer.structured_content["sessions"]]


async def test_stdio_speaks_for_the_token_of_the_environment(
    tmp_path: Path, elsewhere: dict[str, Any]
) -> None:
    settings = {"MIRRA_API_URL": elsewhere["url"], "MIRRA_TOKEN": elsewhere["token"]}
    program, *arguments = command_for()
    server = StdioServerParameters(
        command=program, args=arguments, env=environment(tmp_path, settings)
    )
    async with Client(server) as client:
        assert await _sessions(client) == [elsewhere["sessionId"]]
    assert not (tmp_path / "data").exists(), "no Mirra of our own was started"


async def test_over_http_each_caller_brings_its_own_token(
    tmp_path: Path, elsewhere: dict[str, Any]
) -> None:
    settings = {"MIRRA_API_URL": elsewhere["url"]}
    arguments = ("serve", "--http", "--hosted", "--port", "0")
    with running(tmp_path, *arguments, env=settings) as process:
        url = first_line(process).split()[-1]
        async with httpx.AsyncClient(trust_env=False) as http:
            for headers in ({}, {"authorization": "Bearer mt_pat_wrong"}):
                assert (await http.post(url, json={}, headers=headers)).status_code == 401
        good = {"authorization": f"Bearer {elsewhere['token']}"}
        async with (
            httpx2.AsyncClient(headers=good, trust_env=False) as http_client,
            Client(streamable_http_client(url, http_client=http_client)) as client,
        ):
            assert await _sessions(client) == [elsewhere["sessionId"]]


def test_doctor_tells_whether_the_token_is_good(tmp_path: Path, elsewhere: dict[str, Any]) -> None:
    status = {}
    for token in (elsewhere["token"], "mt_pat_wrong"):
        settings = {"MIRRA_API_URL": elsewhere["url"], "MIRRA_TOKEN": token}
        report = json.loads(run(tmp_path, "doctor", "--json", env=settings).stdout)
        (check,) = [check for check in report["checks"] if check["name"] == "Hosted Mirra"]
        status[token] = check["status"]
    assert list(status.values()) == ["ok", "failed"]
