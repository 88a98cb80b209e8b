"""`install`: our entry in other programs' configuration, and nothing else touched."""

import json
import os
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from mirra_mcp.cli import extras
from mirra_mcp.cli.app import mirra_mcp
from mirra_mcp.cli.clients import McpClient, known, our_command
from mirra_mcp.vendors import VENDORS
from tests.cli.command import SCRIPT, run
from tests.standing.project import ROOT

SKILLS = {page.name for page in (ROOT / "skills").iterdir()}
NAMES = ("claude-code", "cursor", "vscode", "codex", "windsurf", "cline", "claude-desktop")


def _clients(home: Path) -> dict[str, McpClient]:
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


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        (".cache/uv/archive-v0/uhRo43OY", ["uvx", "--from", str(ROOT), "mirra-mcp"]),
        (".cache/uv/environments-v2/a1", ["uvx", "--from", str(ROOT), "mirra-mcp"]),
        (".cache/pipx/e69034bc", ["pipx", "run", "--spec", str(ROOT), "mirra-mcp"]),
        (".local/share/pipx/venvs/mirra-mcp", [*SCRIPT]),
        (".local/share/uv/tools/mirra-mcp", [*SCRIPT]),
    ],
)
def test_what_is_only_cached_is_named_as_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str, command: list[str]
) -> None:
    """`uvx mirra-mcp install`: the cache is emptied one day, and the entry must still start us."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / prefix))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert our_command() == command


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
    assert [line.split(":")[0] for line in done.stdout.splitlines() if " added to " in line] == [
        "Claude Code",
        "Cursor",
    ]


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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a project in it, in which the command runs in this process."""
    for name in ("CODEX_HOME", "XDG_CONFIG_HOME", "APPDATA", "CLAUDE_CONFIG_DIR", "MIRRA_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("MIRRA_DATA_DIR", str(tmp_path / "data" / "mirra"))
    project = tmp_path / "shop"
    project.mkdir()
    (project / "package.json").write_text('{"dependencies": {"stripe": "1"}}', encoding="utf-8")
    monkeypatch.chdir(project)
    return tmp_path


def mirra(*arguments: str) -> str:
    """Run the command in this process; it must succeed."""
    done = CliRunner().invoke(mirra_mcp, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("kind", JSON_FILES)
def test_install_and_uninstall_leave_a_home_as_it_was(home: Path, kind: str) -> None:
    """Byte for byte, with every folder and permission, whatever seven clients' files look like."""
    clients = _clients(home)
    toml = list(TOML_FILES.values())[list(JSON_FILES).index(kind) % len(TOML_FILES)]
    for client in clients.values():
        text = toml if client.kind == "toml" else JSON_FILES[kind]
        client.file.parent.mkdir(parents=True, exist_ok=True)
        if kind != "none":
            client.file.write_bytes(text.replace("mcpServers", client.section).encode())
            client.file.chmod(0o640)
    before = _everything(home)
    mirra("install", *NAMES)
    installed = _everything(home)
    assert installed != before
    mirra("install", *NAMES)
    assert _everything(home) == installed, "twice is once"
    assert mirra("uninstall").count("taken out of") == len(clients)
    assert _everything(home) == before
    assert mirra("uninstall") == "There is nothing of mirra to take out.\n"
    assert _everything(home) == before


def test_where_there_was_nothing_nothing_is_left(home: Path) -> None:
    before = _everything(home)
    mirra("install", *NAMES)
    mirra("uninstall", "codex", "cursor")
    mirra("uninstall")
    assert _everything(home) == before


def test_every_vendor_has_a_scenario_to_start_from() -> None:
    assert extras.STARTERS.keys() == VENDORS.keys()
    for name in extras.STARTERS.values():
        assert (ROOT / "scenarios" / name).is_file()


def test_a_program_is_told_in_one_document(home: Path) -> None:
    cursor = _clients(home)["cursor"]
    shown = json.loads(mirra("install", "cursor", "--print", "--json"))["files"]
    assert not cursor.file.exists()
    done = json.loads(mirra("install", "cursor", "--json"))
    assert done["problems"] == []
    assert [(each["what"], each["path"]) for each in done["done"]] == [
        ("added", str(cursor.file)),
        ("skills", str(cursor.skills)),
        ("scenario", str(home / "shop" / "scenarios" / "stripe-refund.md")),
    ]
    for each in shown[1:]:
        assert Path(each["path"]).read_text(encoding="utf-8") == each["text"]
    assert json.loads(shown[0]["text"]) == json.loads(cursor.file.read_text(encoding="utf-8"))
    again = json.loads(mirra("install", "cursor", "--json"))
    assert again["done"][0] == {"what": "present", "client": "cursor", "path": str(cursor.file)}
    skill = home / ".agents" / "skills" / "mirra" / "SKILL.md"
    skill.write_text("mine\n", encoding="utf-8")
    gone = CliRunner().invoke(mirra_mcp, ["uninstall", "--json"])
    assert gone.exit_code == 1
    told = json.loads(gone.stdout)
    assert told["done"][0] == {"what": "removed", "client": "cursor", "path": str(cursor.file)}
    assert [str(skill) in each for each in told["problems"]] == [True]
    assert str(skill) in gone.stderr
    assert json.loads(mirra("uninstall", "--json")) == {"done": [], "problems": []}


def test_skills_are_where_each_client_looks_and_stay_while_one_of_them_needs_them(
    home: Path,
) -> None:
    clients = _clients(home)
    mirra("install", "cursor", "codex", "claude-code", "claude-desktop")
    shared, own = home / ".agents" / "skills", home / ".claude" / "skills"
    assert (clients["cursor"].skills, clients["codex"].skills) == (shared, shared)
    assert {page.parent.name for page in own.glob("*/SKILL.md")} == SKILLS
    mirra("uninstall", "cursor")
    assert {page.parent.name for page in shared.glob("*/SKILL.md")} == SKILLS
    mirra("uninstall", "codex")
    assert not shared.parent.exists()
    assert {page.parent.name for page in own.glob("*/SKILL.md")} == SKILLS
    mirra("uninstall")


def test_a_skill_or_scenario_that_was_edited_is_left_and_told(home: Path) -> None:
    mirra("install", "claude-code")
    skill = home / ".claude" / "skills" / "mirra" / "SKILL.md"
    scenario = home / "shop" / "scenarios" / "stripe-refund.md"
    for file in (skill, scenario):
        file.write_text("mine\n", encoding="utf-8")
    refused = CliRunner().invoke(mirra_mcp, ["install", "claude-code"])
    assert (refused.exit_code, refused.output.count("--force")) == (1, 1)
    gone = CliRunner().invoke(mirra_mcp, ["uninstall"])
    assert gone.exit_code == 1
    for file in (skill, scenario):
        assert file.read_text(encoding="utf-8") == "mine\n"
        assert f"{file} was edited since" in gone.output
    assert not (home / ".claude" / "skills" / "mirra-email-bounces").exists()
    assert not (home / "data").exists()


def test_force_replaces_a_skill_and_uninstall_brings_it_back(home: Path) -> None:
    skill = home / ".claude" / "skills" / "mirra" / "SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("theirs\n", encoding="utf-8")
    before = _everything(home)
    refused = CliRunner().invoke(mirra_mcp, ["install", "claude-code"])
    assert refused.exit_code == 1
    assert f"{skill} is there already and differs" in refused.output
    assert skill.read_text(encoding="utf-8") == "theirs\n"
    mirra("install", "claude-code", "--force")
    assert skill.read_text(encoding="utf-8").startswith("---\nname: mirra\n")
    mirra("uninstall")
    assert _everything(home) == before


def test_print_shows_all_first_and_options_leave_parts_out(home: Path) -> None:
    before = _everything(home)
    shown = mirra("install", "cursor", "--print")
    assert str(home / ".cursor" / "mcp.json") in shown
    assert str(home / ".agents" / "skills" / "mirra" / "SKILL.md") in shown
    assert f"package.json depends on stripe: {home}/shop/scenarios/stripe-refund.md" in shown
    assert "# Refund Part of a Payment" in shown
    less = mirra("install", "cursor", "--print", "--no-skills", "--no-scenario")
    assert "SKILL.md" not in less
    assert "scenarios" not in less
    assert _everything(home) == before


def test_a_starter_is_a_valid_scenario_and_no_home_is_a_project(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = mirra("install", "cursor")
    assert "package.json depends on stripe: " in said
    page = home / "shop" / "scenarios" / "stripe-refund.md"
    read = CliRunner().invoke(mirra_mcp, ["check", str(page)])
    assert read.exit_code == 0, read.output
    (home / "package.json").write_text('{"dependencies": {"twilio": "1"}}', encoding="utf-8")
    for folder in (home, home.parent):
        monkeypatch.chdir(folder)
        assert "scenario" not in mirra("install", "cursor")


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_is_told_in_a_sentence(home: Path) -> None:
    (home / ".cursor").mkdir(mode=0o500)
    done = CliRunner().invoke(mirra_mcp, ["install", "cursor"])
    assert done.exit_code == 1
    assert "can't be written: Permission denied" in done.output


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


def _everything(home: Path) -> dict[str, tuple[int, bytes]]:
    """Each file and folder below, with its permissions and bytes."""
    return {
        path.relative_to(home).as_posix(): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in home.rglob("*")
    }
