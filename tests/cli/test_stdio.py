"""`mirra-mcp` as an IDE starts it: MCP on standard input and output."""

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.answers import error
from tests.cli.command import MODULE, SCRIPT, SECONDS, command_for, environment, first_line, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _server(folder: Path, command: tuple[str, ...] = MODULE, *arguments: str) -> Any:
    return StdioServerParameters(
        command=command[0], args=[*command[1:], *arguments], env=environment(folder)
    )


@pytest.mark.parametrize("command", [MODULE, SCRIPT], ids=["python -m", "script"])
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_of_either_era_gets_a_session(
    tmp_path: Path, command: tuple[str, ...], mode: Any
) -> None:
    async with Client(_server(tmp_path, command), mode=mode) as client:
        started = await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
        assert not started.is_error
        assert started.structured_content is not None
        assert started.structured_content["status"] == "ready"


async def test_read_only_leaves_the_tools_that_change_nothing(tmp_path: Path) -> None:
    async with Client(_server(tmp_path, command_for(), "serve", "--read-only")) as client:
        tools = (await client.list_tools()).tools
    assert tools
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)


async def test_a_mirra_that_runs_already_is_shared(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--mirrors", "resend", "--json") as process:
        ready = json.loads(first_line(process))
        async with Client(_server(tmp_path, command_for())) as client:
            listed = await client.call_tool("mirra_session_list", {})
        assert listed.structured_content is not None
        found = [session["sessionId"] for session in listed.structured_content["sessions"]]
    assert found == [ready["sessionId"]]


async def test_when_the_shared_mirra_goes_the_next_call_starts_one(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        process = stack.enter_context(
            running(tmp_path, "up", "--mirrors", "resend", "--json", command=MODULE)
        )
        first_line(process)
        client = await stack.enter_async_context(Client(_server(tmp_path, command_for())))
        assert not (await client.call_tool("mirra_session_state", {})).is_error
        process.kill()
        process.wait(SECONDS)
        lost = await client.call_tool("mirra_session_state", {})
        assert error(lost)["code"] == "mirra.client.unreachable"
        started = await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
        assert not started.is_error


async def test_what_a_dead_mirra_left_behind_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with running(tmp_path, "up", "--json", command=MODULE) as process:
        first_line(process)
        process.kill()
        process.wait(SECONDS)
    assert (tmp_path / "data" / "mirra.json").exists()
    async with Client(_server(tmp_path, command_for())) as client:
        started = await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
        assert not started.is_error


def test_end_of_input_ends_it_cleanly_and_nothing_but_mcp_was_written(tmp_path: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    with running(tmp_path) as process:
        out, err = process.communicate(json.dumps(hello).encode() + b"\n", timeout=SECONDS)
    (line,) = out.splitlines()
    assert json.loads(line)["result"]["serverInfo"]["name"] == "mirra"
    assert (process.returncode, err) == (0, b"")
