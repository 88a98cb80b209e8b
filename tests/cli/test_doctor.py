"""`doctor`: says what is wrong, and what to do."""

import json
from pathlib import Path

from tests.cli.command import run


def test_a_sound_installation_passes_every_check(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (0, True)
    status = {check["name"]: check["status"] for check in report["checks"]}
    assert status == {
        "Python": "ok",
        "Packages": "ok",
        "Data folder": "ok",
        "Local Mirra": "note",
        "Embedded Mirra": "ok",
        "MCP server": "ok",
        "Hosted Mirra": "note",
    }


def test_what_fails_is_named_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run(
        tmp_path,
        "doctor",
        env={
            "MIRRA_DATA_DIR": str(tmp_path / "file"),
            "MIRRA_TOKEN": "mt_pat_x",
            "MIRRA_API_URL": "http://127.0.0.1:9",
        },
    )
    assert (done.returncode, done.stderr) == (1, "")
    failed = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert [line.split(":")[0] for line in failed] == ["✗ Data folder", "✗ Hosted Mirra"]
    assert "MIRRA_DATA_DIR" in done.stdout


def test_clients_are_found(tmp_path: Path) -> None:
    texts = {
        ".claude.json": "{}",
        ".cursor/mcp.json": '{"mcpServers": {"mirra": {}}}',
        ".codex/config.toml": "[",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = json.loads(run(tmp_path, "doctor", "--json").stdout)
    found = {check["name"]: check for check in report["checks"]}
    assert found["Cursor"]["status"] == "ok"
    assert found["Claude Code"]["hint"] == "mirra-mcp install claude-code"
    assert "can't be read" in found["Codex"]["detail"]
    assert "VS Code" not in found
