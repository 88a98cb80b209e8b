"""`install`: our entry in other programs' configuration, and nothing else touched."""

import json
import tomllib
from pathlib import Path

import pytest

from mirra_mcp.cli.clients import McpClient, known
from tests.cli.command import SCRIPT, run

NAMES = ("claude-code", "cursor", "vscode", "codex", "windsurf", "cline", "claude-desktop")


def _clients(home: Path) -> dict[str, McpClient]:
    import sys

    return {client.name: client for client in known(home, {}, sys.platform)}


@pytest.mark.parametrize("name", NAMES)
def test_every_client_gets_an_entry_that_starts_this_installation(
    tmp_path: Path, name: str
) -> None:
    done = run(tmp_path, "install", name)
    assert (done.returncode, done.stderr) == (0, "")
    entry = _clients(tmp_path)[name].servers()["mirra"]
    assert [entry["command"], *entry["args"]] == [*SCRIPT]
    again = run(tmp_path, "install", name)
    assert (again.returncode, again.stderr) == (0, "")
    assert "already set up" in again.stdout


def test_all_else_stays_and_the_old_file_is_kept(tmp_path: Path) -> None:
    before = {"theme": "dunkel ☾", "mcpServers": {"other": {"command": "other"}}}
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    text = json.dumps(before, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o640)
    assert run(tmp_path, "install", "cursor").returncode == 0
    after = json.loads(file.read_text(encoding="utf-8"))
    assert after["mcpServers"].pop("mirra")
    assert after == before
    assert file.stat().st_mode & 0o777 == 0o640
    backup = file.with_name("mcp.json.mirra-backup")
    assert backup.read_text(encoding="utf-8") == text


def test_toml_keeps_its_comments(tmp_path: Path) -> None:
    file = tmp_path / ".codex" / "config.toml"
    file.parent.mkdir()
    text = '# mine\nmodel = "o9"\n\n[mcp_servers.other]\ncommand = "other"\n'
    file.write_text(text, encoding="utf-8")
    assert run(tmp_path, "install", "codex").returncode == 0
    after = file.read_text(encoding="utf-8")
    assert after.startswith(text)
    assert tomllib.loads(after)["mcp_servers"].keys() == {"other", "mirra"}


def test_without_a_name_every_client_that_is_there_is_set_up(tmp_path: Path) -> None:
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".claude.json").write_text("{}", encoding="utf-8")
    done = run(tmp_path, "install")
    assert done.returncode == 0
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["Claude Code", "Cursor"]


def test_without_any_client_it_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, "install")
    assert done.returncode == 1
    assert "No MCP client was found" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"mcpServers": {}, // mine\n}', "can't be read"),
        ("[]", "holds no object"),
        ('{"mcpServers": ["x"]}', "mcpServers is no object"),
        ('{"mcpServers": {"mirra": {"command": "elsewhere"}}}', "--force"),
    ],
    ids=["comments", "no object", "list of servers", "another entry"],
)
def test_a_file_that_cannot_be_merged_is_left_alone(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    done = run(tmp_path, "install", "cursor")
    assert done.returncode == 1
    assert said in done.stderr
    assert file.read_text(encoding="utf-8") == text
    assert list(file.parent.iterdir()) == [file]


def test_force_replaces_another_entry(tmp_path: Path) -> None:
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text('{"mcpServers": {"mirra": {"command": "elsewhere"}}}', encoding="utf-8")
    assert run(tmp_path, "install", "cursor", "--force").returncode == 0
    assert _clients(tmp_path)["cursor"].servers()["mirra"]["command"] == SCRIPT[0]


def test_print_writes_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "install", "codex", "--print")
    assert done.returncode == 0
    assert "[mcp_servers.mirra]" in done.stdout
    assert list(tmp_path.iterdir()) == []
