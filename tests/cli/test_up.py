"""`up`: how other programs use the embedded Mirra."""

import json
import os
import signal
import socket
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from mirra_mcp.cli.embedded import Embedded
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import settings_from
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.cli.command import MODULE, SECONDS, ended, first_line, run, running


def _ready(line: str) -> dict[str, Any]:
    ready: dict[str, Any] = json.loads(line)
    return ready


def _get(ready: dict[str, Any], path: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {ready['token']}"}
    return httpx.get(ready["url"] + path, headers=headers, trust_env=False, timeout=30)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_json_is_one_line_when_ready_and_a_signal_ends_it_cleanly(
    tmp_path: Path, number: int
) -> None:
    with running(tmp_path, "up", "--json") as process:
        ready = _ready(first_line(process))
        assert ready.keys() == {"url", "token"}
        assert _get(ready, "/v1/catalog").status_code == 200
        assert ended(process, number) == (0, "", "")
    with pytest.raises(httpx.ConnectError):
        _get(ready, "/v1/catalog")


def test_with_mirrors_it_tells_where_they_are_and_how_to_reach_them(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--seed", "resend:transactional-busy", "--json") as process:
        ready = _ready(first_line(process))
        (mirror,) = ready["mirrors"]
        assert mirror["vendor"] == "resend"
        assert mirror["env"].keys() >= {
            "RESEND_API_KEY",
            "RESEND_API_URL",
            "RESEND_BASE_URL",
            "RESEND_WEBHOOK_SECRET",
        }
        emails = httpx.get(
            f"{mirror['url']}/emails",
            headers={"authorization": f"Bearer {mirror['env']['RESEND_API_KEY']}"},
            trust_env=False,
        )
        assert emails.json()["data"]
        session = _get(ready, f"/v1/sessions/{ready['sessionId']}").json()
        assert session["seeds"] == {"resend": "transactional-busy"}
        assert ended(process)[0] == 0


def test_for_a_person_it_prints_lines_to_paste(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--mirrors", "resend") as process:
        assert first_line(process).startswith("Mirra is running at http://127.0.0.1:")
        code, out, err = ended(process)
    assert (code, err) == (0, "")
    assert "  export RESEND_API_KEY=re_" in out
    assert "Ctrl-C ends it." in out


def test_the_port_can_be_chosen_and_a_taken_one_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "up", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert port in done.stderr
    assert "Traceback" not in done.stderr
    with running(tmp_path, "up", "--port", port, "--json") as process:
        assert _ready(first_line(process))["url"] == f"http://127.0.0.1:{port}"
        assert ended(process)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mirrors", "resent"), "resend"),
        (("--seed", "resend:transactional-bussy"), "transactional-busy"),
    ],
    ids=["mirror", "fixture"],
)
def test_a_mirror_that_cannot_be_provisioned_exits_with_3(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Source: https://docs.mirra.run/cli/run (exit code 3)."""
    done = run(tmp_path, "up", "--json", *arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_persistent_session_is_taken_up_again_after_a_kill(tmp_path: Path) -> None:
    arguments = ("up", "--mirrors", "resend", "--persistent", "--name", "shop", "--json")
    with running(tmp_path, *arguments, command=MODULE) as process:
        before = _ready(first_line(process))
        state = f"{before['mirrors'][0]['url']}/_mirra/state"
        httpx.get(state, headers={"connection": "close"})  # lingers, and holds the port
        process.kill()
        process.wait(SECONDS)
    with running(tmp_path, *arguments) as process:
        after = _ready(first_line(process))
        assert after["sessionId"] == before["sessionId"]
        assert after["mirrors"] == before["mirrors"]
        assert ended(process)[0] == 0


def test_a_second_one_on_the_same_folder_serves_but_keeps_nothing(tmp_path: Path) -> None:
    persistent = ("up", "--mirrors", "resend", "--persistent", "--name", "shop", "--json")
    with running(tmp_path, "up", "--json") as first, running(tmp_path, "up", "--json") as second:
        one, two = _ready(first_line(first)), _ready(first_line(second))
        assert one["url"] != two["url"]
        refused = run(tmp_path, *persistent)
    assert refused.returncode == 3
    assert str(tmp_path) in refused.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that is refused")
def test_a_folder_that_cannot_be_written_refuses_only_persistent_sessions(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    folder = {"MIRRA_DATA_DIR": str(closed / "data")}
    refused = run(tmp_path, "up", "--mirrors", "resend", "--persistent", "--name", "x", env=folder)
    assert refused.returncode == 3
    assert str(closed) in refused.stderr


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    folder = {"MIRRA_DATA_DIR": str(tmp_path / "file" / "data")}
    refused = run(tmp_path, "up", "--mirrors", "resend", "--persistent", "--name", "x", env=folder)
    assert refused.returncode == 3
    assert "file" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_other_processes_find_it_but_other_users_cannot_read_how(tmp_path: Path) -> None:
    address = tmp_path / "data" / "mirra.json"
    with running(tmp_path, "up", "--json", command=MODULE) as process:
        ready = _ready(first_line(process))
        found = json.loads(address.read_text(encoding="utf-8"))
        assert (found["url"], found["pid"]) == (ready["url"], process.pid)
        if os.name != "nt":
            assert stat.S_IMODE(address.stat().st_mode) == 0o600
        assert ended(process)[0] == 0
    assert not address.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_readers_of_its_stream_that_do_not_read_hold_nothing_up(
    tmp_path: Path, number: str
) -> None:
    """Whatever asks it to end, the end is clean: no traceback, nothing left behind."""
    with running(tmp_path, "up", "--mirrors", "resend", "--json") as process:
        ready = _ready(first_line(process))
        head = f"GET /v1/sessions/{ready['sessionId']}/events HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with reader, httpx.Client() as caller:
            reader.connect(("127.0.0.1", httpx.URL(ready["url"]).port or 0))
            reader.sendall(f"{head}authorization: Bearer {ready['token']}\r\n\r\n".encode())
            for _ in range(300):
                caller.post(f"{ready['mirrors'][0]['url']}/emails", content=b" " * 4000)
            process.send_signal(getattr(signal, number))
            assert process.wait(SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert not (tmp_path / "data" / "mirra.json").exists()


def test_special_ports_mean_a_mirra_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalMirra(Settings(data_dir=tmp_path), shared=True) as shared:
        plain = Embedded(Settings(data_dir=tmp_path))
        apart = Embedded(Settings(data_dir=tmp_path, mirror_ports=range(47000, 47100)))
        assert plain.start()[0] == shared.url
        assert apart.start()[0] != shared.url
        apart.end()
    monkeypatch.setenv("MIRRA_TOKEN", "mt_pat_1")
    with pytest.raises(BadUsage, match="MIRRA_TOKEN asks for hosted ones"):
        settings_from(mirror_ports=range(47000, 47100))
    monkeypatch.setenv("MIRRA_MIRROR_PORTS", "47000-47099")
    assert settings_from().is_hosted, "the variable is an image's default, and is no question"
