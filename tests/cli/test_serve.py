"""`serve --http`: one server for several clients."""

import signal
import socket
from pathlib import Path

import httpx
import pytest
from mcp import Client

from tests.cli.command import ended, first_line, run, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _url(line: str) -> str:
    assert line.startswith("Serving MCP at http://127.0.0.1:")
    return line.split()[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
async def test_clients_connect_where_it_says_and_a_signal_ends_it(
    tmp_path: Path, number: int
) -> None:
    with running(tmp_path, "serve", "--http", "--port", "0") as process:
        url = _url(first_line(process))
        async with Client(url) as client:
            started = await client.call_tool("mirra_session_start", {"mirrors": ["resend"]})
            assert not started.is_error
        async with httpx.AsyncClient(trust_env=False) as http:
            health = await http.get(url.replace("/mcp", "/healthz"))
        assert health.json()["status"] == "ok"
        assert ended(process, number) == (0, "", "")


def test_with_a_token_strangers_are_refused(tmp_path: Path) -> None:
    arguments = ("serve", "--http", "--port", "0")
    with running(tmp_path, *arguments, env={"MIRRA_MCP_TOKEN": "secret"}) as process:
        url = _url(first_line(process))
        for headers in ({}, {"authorization": "Bearer wrong"}):
            refused = httpx.post(url, json={}, headers=headers, trust_env=False)
            assert refused.status_code == 401
            assert "oauth-protected-resource" in refused.headers["www-authenticate"]
        known = httpx.post(
            url, json={}, headers={"authorization": "Bearer secret"}, trust_env=False
        )
        assert known.status_code != 401


def test_foreign_hosts_are_refused_unless_allowed(tmp_path: Path) -> None:
    arguments = ("serve", "--http", "--port", "0", "--allowed-host", "mcp.example.com")
    with running(tmp_path, *arguments) as process:
        url = _url(first_line(process))
        answers = {
            host: httpx.post(url, json={}, headers={"host": host}, trust_env=False).status_code
            for host in ("evil.example.com", "mcp.example.com")
        }
    assert answers["evil.example.com"] == 421
    assert answers["mcp.example.com"] != 421


def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, "serve", "--http", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Port {port} on 127.0.0.1 is already taken.\n")
