"""stdio, as an IDE uses it: what comes first, what goes to stdout, and how it ends."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.cli.command import SECONDS, running

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}

Process = subprocess.Popen[bytes]


def ask(process: Process, id: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Send a request and wait for its answer; notifications in between are passed over."""
    assert process.stdin is not None
    assert process.stdout is not None
    message = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
    process.stdin.write(json.dumps(message).encode() + b"\n")
    while True:
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        if answer.get("id") == id:
            return answer


def call(process: Process, id: int, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    answer = ask(process, id, "tools/call", {"name": tool, "arguments": arguments})
    body: dict[str, Any] = answer["result"]["structuredContent"]
    return body


UNIX = pytest.mark.skipif(os.name == "nt", reason="Windows has neither")


@pytest.mark.parametrize(
    "how",
    [
        "SIGTERM",
        "SIGINT",
        pytest.param("SIGHUP", marks=UNIX),
        "stdin",
        pytest.param("stdout", marks=UNIX),
    ],
)
def test_however_it_ends_its_sessions_end_with_it(tmp_path: Path, how: str) -> None:
    """Mirra runs elsewhere here, so that we can look at what is left."""
    with LocalMirra(Settings(data_dir=tmp_path / "mirra")) as local:
        env = {"MIRRA_TOKEN": local.token, "MIRRA_API_URL": local.url}
        with running(tmp_path, env=env) as process:
            ask(process, 1, "initialize", INITIALIZE)
            started = call(process, 2, "mirra_session_start", {"mirrors": ["resend"]})
            code = 0
            if how.startswith("SIG"):
                process.send_signal(number := getattr(signal, how))
                code = 128 + number
            else:
                pipe = getattr(process, how)
                pipe.close()
            assert process.wait(SECONDS) == code
            assert process.stderr is not None
            assert b"Traceback" not in process.stderr.read()
        with running(tmp_path, env=env) as process:
            ask(process, 1, "initialize", INITIALIZE)
            listed = call(process, 2, "mirra_session_list", {})
    assert [(each["sessionId"], each["status"]) for each in listed["sessions"]] == [
        (started["sessionId"], "ended")
    ]


def test_a_discover_first_does_not_fix_the_era(tmp_path: Path) -> None:
    """Copilot CLI 1.0.81 and Claude Code 2.1.280 probe and then initialize all the same."""
    with running(tmp_path) as process:
        discovered = ask(process, 0, "server/discover", {"_meta": META})["result"]
        assert discovered["supportedVersions"] == ["2026-07-28"]
        assert discovered["capabilities"]["resources"]["subscribe"] is True
        initialized = ask(process, 1, "initialize", INITIALIZE)["result"]
        assert initialized["protocolVersion"] == "2025-11-25"
        assert initialized["capabilities"]["resources"]["subscribe"] is True
        assert ask(process, 2, "tools/list", {})["result"]["tools"]


def test_a_discover_that_is_meant_is_followed_by_its_era(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        ask(process, 0, "server/discover", {"_meta": META})
        tools = ask(process, 1, "tools/list", {"_meta": META})["result"]
        assert tools["tools"]
        assert tools["ttlMs"] == 60_000
        assert tools["cacheScope"] == "public"


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_every_version_of_the_handshake_is_spoken(tmp_path: Path, version: str) -> None:
    with running(tmp_path) as process:
        answer = ask(process, 1, "initialize", {**INITIALIZE, "protocolVersion": version})
        assert answer["result"]["protocolVersion"] == version
        assert ask(process, 2, "tools/list", {})["result"]["tools"]


def test_broken_input_is_survived(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        assert process.stdin is not None
        process.stdin.write(b'{"jsonrpc": "2.0", nonsense\n\xff\xfe\n[]\n{}\n')
        assert "result" in ask(process, 1, "initialize", INITIALIZE)
        process.stdin.write(b"not json\n")
        answer = ask(process, 2, "tools/call", {"name": "mirra_session_list", "arguments": []})
        assert "error" in answer
        assert "error" in ask(process, 3, "no/such/method", {})
        assert call(process, 4, "mirra_catalog", {})["mirrors"]
