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


def test_without_any_client_it_says_so_and_shows_what_each_would_get(tmp_path: Path) -> None:
    done = run(tmp_path, "install")
    assert done.returncode == 1
    assert "No MCP client was found" in done.stderr
    shown = run(tmp_path, "install", "--print")
    assert shown.returncode == 0
    for client in _clients(tmp_path).values():
        assert f"{client.title}: {client.file}" in shown.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"mcpServers": {}, // mine\n', "line 2 is no JSON"),
        ("[]", "holds no object"),
        ('{"mcpServers": ["x"]}', "mcpServers is no object"),
        ('{"mcpServers": {"mirra": {"command": "elsewhere"}}}', "--force"),
    ],
    ids=["broken", "no object", "list of servers", "another entry"],
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


JSON_FILES = {
    "one line": '{"theme":"\\u00e9","n":1e5,"mcpServers":{"a":{"args":["1","2"]}}}',
    "tabs": '{\n\t"mcpServers": {\n\t\t"a": {"command": "x"}\n\t},\n\t"b": [1, 2]\n}\n',
    "crlf": '{\r\n  "mcpServers": {\r\n    "a": {}\r\n  }\r\n}\r\n',
    "comments": '// mine\n{\n  /* of all */ "mcpServers": {\n    "a": {} // not "mirra"\n  }\n}\n',
    "trailing commas": '{\n  "mcpServers": {\n    "a": {"args": [1,],}, // x\n  },\n}\n',
    "bom": '\ufeff{\n    "inputs": []\n}',
    "empty object": "{}",
    "empty section": '{\n  "mcpServers": {},\n  "x": null\n}\n',
    "comment in an empty section": '{\n  "mcpServers": {\n    // none yet\n  }\n}\n',
    "no section": '{\n    "a": {\n        "b": 1\n    }\n}',
    "blank": "\n",
    "none": "",
}
TOML_FILES = {
    "comments": '# mine\nmodel = "o9" # here\n\n[mcp_servers.other]\ncommand = "x"\n',
    "crlf": 'model = "o9"\r\n[mcp_servers.other]\r\ncommand = "x"\r\n',
    "no end of line": 'model = "o9"',
    "inline": 'mcp_servers = {a = {command = "x"}} # mine\n[tui]\nx = 1e5\n',
    "none": "",
}
FILES = [
    *((name, text) for name in NAMES if name != "codex" for text in JSON_FILES),
    *(("codex", text) for text in TOML_FILES),
]


@pytest.mark.parametrize(("name", "kind"), FILES)
def test_nothing_but_the_entry_changes_and_taking_it_out_brings_all_back(
    tmp_path: Path, name: str, kind: str
) -> None:
    """On the text alone: the command writes what this returns."""
    client = _clients(tmp_path)[name]
    text = (TOML_FILES if client.kind == "toml" else JSON_FILES)[kind]
    text = text.replace("mcpServers", client.section)
    entry = client.entry(["mirra-mcp", "serve"], {"A": "1"})
    after = client.with_entry(text, entry)

    assert client.parse(after) == {**client.parse(text), "mirra": entry}
    added = _inserted(text, after)
    assert added is not None, "the old text is still there, with ours put in at one place"
    if text.strip():
        assert ("\r\n" in added) == ("\r\n" in text)
    without = client.without_entry(after)
    assert client.parse(without) == client.parse(text)
    changed = client.with_entry(after, client.entry(["elsewhere"], {}))
    assert client.parse(changed)["mirra"]["command"] == "elsewhere"


def _inserted(before: str, after: str) -> str | None:
    """What was put in at one place (a comma apart); None if more than that changed."""
    start = next(
        (n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]),
        len(before),
    )
    if after[start] == "," and before[start : start + 1].isspace():
        after = after[:start] + after[start + 1 :]  # the comma stands before a comment, ours behind
        start = next(n for n, each in enumerate(after) if before[n : n + 1] != each)
    rest = before[start:]
    return after[start : len(after) - len(rest)] if after.endswith(rest) else None


def test_install_and_uninstall_leave_a_home_as_it_was(tmp_path: Path) -> None:
    clients = _clients(tmp_path)
    for number, client in enumerate(clients.values()):
        texts = TOML_FILES if client.kind == "toml" else JSON_FILES
        text = list(texts.values())[number % 5].replace("mcpServers", client.section)
        client.file.parent.mkdir(parents=True, exist_ok=True)
        if text.strip():
            client.file.write_bytes(text.encode())
    before = _files(tmp_path)
    assert run(tmp_path, "install").returncode == 0
    assert _files(tmp_path) != before
    done = run(tmp_path, "uninstall")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(clients)
    assert _files(tmp_path) == before


def test_what_was_edited_since_keeps_the_edit_when_we_go(tmp_path: Path) -> None:
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text('{"mcpServers": {}}', encoding="utf-8")
    assert run(tmp_path, "install", "cursor").returncode == 0
    edited = file.read_text(encoding="utf-8").replace("{", '{ // mine\n "theme": "dark",', 1)
    file.write_text(edited, encoding="utf-8")
    assert run(tmp_path, "uninstall").returncode == 0
    after = file.read_text(encoding="utf-8")
    assert "// mine" in after
    assert _clients(tmp_path)["cursor"].servers() == {}
    assert list(file.parent.iterdir()) == [file]


def _files(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    }
