"""The commands of a person: a whole session by the command alone, and what goes wrong."""

import json
import os
import shlex
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mirra_mcp.cli.app import mirra_mcp
from mirra_mcp.cli.detecting import detect
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.fields import fields_of, is_at
from tests.cli.command import command_for, environment, first_line, run, running
from tests.local.receiver import Reply, receiving
from tests.local.scenarios.driving import handling

SCRIPT = Path(__file__).with_name("session.sh")
NEEDS_BASH = pytest.mark.skipif(sys.platform == "win32", reason="the script is one for bash")


def played(folder: Path, **given: str) -> dict[str, str]:
    """Run the script; return what it said under each of its headings, and on standard error."""
    (folder / "package.json").write_text('{"dependencies": {"resend": "^6"}}', encoding="utf-8")
    with handling() as handler:
        given |= {"MIRRA": shlex.join(command_for()), "HOOK": handler.url}
        done = subprocess.run(
            ["bash", str(SCRIPT)], cwd=folder, env=environment(folder, given),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
            timeout=240, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    parts = [each.partition("\n") for each in done.stdout.split("--- ")[1:]]
    told = {name: text for name, _, text in parts}
    ready, ended = (json.loads((folder / f"{name}.json").read_text()) for name in ("up", "down"))
    assert [each["vendor"] for each in ready["mirrors"]] == ["resend"]
    assert told["ls"].splitlines()[1].split()[:4] == [ready["sessionId"], "shop", "resend", "ready"]
    assert f"email.sent to {handler.url} → 200" in told["wait"]
    assert "received_email" in told["simulate"]
    assert "delivered@resend.dev" in told["state"] or "Hi" in told["state"]
    assert json.loads(told["snapshot"])["mirrors"].keys() == {"resend"}
    assert "POST /contacts" in told["break"]
    assert told["break"].endswith("refused with 1\n")
    assert json.loads((folder / "refused.json").read_text())["statusCode"] == 500
    assert json.loads((folder / "carol.json").read_text())["object"] == "contact"
    assert json.loads(told["clock"])["at"] > ready.get("at", "")
    assert told["restore"].split()[:3] == ["mirror", "snapshot", "documents"]
    moved, back = json.loads(told["clock"])["at"], told["restore"].rstrip(".\n").rpartition(" ")[2]
    assert back < moved[:10]
    assert told["contacts"] == "There is none.\n"
    assert (ended["sessionId"], ended["status"]) == (ready["sessionId"], "ended")
    assert told["down"] == "gone with 1\n"
    assert "'mirra-mcp up' starts one." in done.stderr
    return told | {"stderr": done.stderr, "hook": handler.url}


@NEEDS_BASH
def test_a_shell_script_plays_a_whole_session_on_the_embedded_mirra(tmp_path: Path) -> None:
    told = played(tmp_path)
    assert told["replay"] == f"email.sent is sent again to {told['hook']}.\n"
    assert [line.split()[4] for line in told["events"].splitlines()] == ["POST", "POST"]
    assert told["late"] == "late with 2\n"
    assert "No webhook 'email.bounced' came within 1 s." in told["stderr"]
    assert "transactional-busy" in told["reset"]


@NEEDS_BASH
def test_the_same_script_plays_it_on_a_hosted_one(tmp_path: Path) -> None:
    """Another process plays the hosted one: the commands know its address, and the token."""
    with running(tmp_path, "up", "--no-session", "--json") as process:
        hosted = json.loads(first_line(process))
        at = {"MIRRA_API_URL": hosted["url"], "MIRRA_DATA_DIR": str(tmp_path / "elsewhere")}
        told = played(tmp_path, TOKEN=hosted["token"], **at)
        assert hosted["token"] not in told["login"] + told["stderr"]
        assert "token" not in json.loads((tmp_path / "up.json").read_text())
        assert told["logout"] == "Logged out.\n"
        assert not credentials(tmp_path).exists()
        assert not (tmp_path / "elsewhere").exists(), "no Mirra of our own was started"


def test_a_login_is_for_its_own_mirra_and_no_other(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--mirrors", "resend", "--json") as process:
        ready = json.loads(first_line(process))
        at = {"MIRRA_API_URL": ready["url"], "MIRRA_DATA_DIR": str(tmp_path / "elsewhere")}
        refused = logged_in(tmp_path, "mt_pat_wrong", at)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert not credentials(tmp_path).exists()
        done = logged_in(tmp_path, ready["token"], at)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"url": ready["url"], "file": str(credentials(tmp_path))}
        if sys.platform != "win32":
            assert credentials(tmp_path).stat().st_mode & 0o777 == 0o600
        listed = json.loads(run(tmp_path, "ls", "--json", env=at).stdout)
        assert listed["sessionId"] == ready["sessionId"]
        assert "env" not in listed["mirrors"][0]
        other = run(tmp_path, "ls", env=at | {"MIRRA_API_URL": "http://127.0.0.1:9"})
        assert other.stdout == "No session is live: mirra-mcp up starts one.\n"


def credentials(folder: Path) -> Path:
    return folder / ".config" / "mirra-mcp" / "credentials.json"


def logged_in(folder: Path, token: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*command_for(), "login", "--json"], env=environment(folder, env), input=f"{token}\n",
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


SIGNS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "package.json": (
        {"package.json": '{"dependencies": {"stripe": "1"}, "devDependencies": {"twilio": "5"}}'},
        {"stripe": "package.json depends on stripe", "twilio": "package.json depends on twilio"},
    ),
    "pyproject.toml": (
        {"pyproject.toml": '[project]\ndependencies = ["Stripe>=9"]\n'
         '[project.optional-dependencies]\nmail = ["resend"]\n'
         '[dependency-groups]\ndev = [{include-group = "x"}, "twilio"]\n'},
        {"resend": "pyproject.toml depends on resend", "stripe": "pyproject.toml depends on stripe",
         "twilio": "pyproject.toml depends on twilio"},
    ),
    "poetry": (
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nresend = "^2"\n'},
        {"resend": "pyproject.toml depends on resend"},
    ),
    "requirements": (
        {"back/requirements-dev.txt": "# twilio\n-r base.txt\nstripe==9.1 ; platform != 'x'\n"},
        {"stripe": "back/requirements-dev.txt depends on stripe"},
    ),
    "imports": (
        {"app.py": "def f():\n    from twilio.rest import Client\n",
         "web/mail.ts": "import { Resend } from 'resend';\nimport x from './stripe';\n",
         "pay.js": 'const s = require("stripe/lib/x");\n'},
        {"resend": "web/mail.ts imports resend", "stripe": "pay.js imports stripe",
         "twilio": "app.py imports twilio"},
    ),
    "clerk": (
        {"package.json": '{"dependencies": {"@clerk/express": "2"}}'},
        {"clerk": "package.json depends on @clerk/express"},
    ),
    "clerk's imports": (
        {"auth.ts": "import { auth } from '@clerk/nextjs/server';\n"},
        {"clerk": "auth.ts imports @clerk/nextjs"},
    ),
    "clerk in Python": (
        {"auth.py": "from clerk_backend_api import Clerk\n"},
        {"clerk": "auth.py imports clerk_backend_api"},
    ),
    "environment files": (
        {".env.local": "# STRIPE_SECRET_KEY=no\nexport RESEND_API_KEY=re_123\nOTHER=1\n"},
        {"resend": ".env.local sets RESEND_API_KEY"},
    ),
    "nothing": (
        {"package.json": "{broken", "pyproject.toml": "[project", "a.py": "import stripes\n",
         "node_modules/x/package.json": '{"dependencies": {"stripe": "1"}}',
         ".venv/lib/a.py": "import stripe\n", "b.js": "// from stripe\n"},
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "found"), SIGNS.values(), ids=SIGNS.keys())
def test_the_vendors_of_a_project_are_found_with_the_sign_of_each(
    tmp_path: Path, files: dict[str, str], found: dict[str, str]
) -> None:
    """Source: https://docs.mirra.run/cli/up"""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert detect(tmp_path, {}) == found


def test_the_environment_is_a_sign_too(tmp_path: Path) -> None:
    assert detect(tmp_path, {"TWILIO_AUTH_TOKEN": "x", "STRIPES": "x"}) == {
        "twilio": "TWILIO_AUTH_TOKEN is set"
    }


def test_fields_are_read_as_json_has_them() -> None:
    given = ["to=a@b.com", "n=2", "on=true", 'tags=["x"]', "bounce.type=hard", "bounce.code=5"]
    assert fields_of(given) == {
        "to": "a@b.com", "n": 2, "on": True, "tags": ["x"], "bounce": {"type": "hard", "code": 5}
    }  # fmt: skip
    for wrong in (["x"], ["=1"], ["a..b=1"], ["a=1", "a.b=2"]):
        with pytest.raises(BadUsage):
            fields_of(wrong)


@pytest.mark.parametrize(
    ("path", "wanted", "holds"),
    [
        ("data.object.status", "paid", True), ("data.object.status", "open", False),
        ("data.n", "5", True), ("data.n", "5.5", False), ("data.to", "b@x", True),
        ("data.to.0", "a@x", True), ("data.to.7", "a@x", False), ("data.none", "null", False),
        ("gone.x", "null", False),
    ],
)  # fmt: skip
def test_a_match_is_looked_up_at_its_path(path: str, wanted: str, holds: bool) -> None:
    doc: Any = {"data": {"object": {"status": "paid"}, "n": 5, "to": ["a@x", "b@x"], "none": None}}
    assert is_at(doc, path, wanted) is holds


def test_a_shell_completes_commands_and_options(tmp_path: Path) -> None:
    for shell in ("bash", "zsh", "fish"):
        script = run(tmp_path, "completion", shell).stdout
        assert "_MIRRA_MCP_COMPLETE" in script
    for words, wanted in (
        ("mirra-mcp sta", "plain,state"),
        ("mirra-mcp wait --ti", "plain,--timeout"),
    ):
        asked = {"_MIRRA_MCP_COMPLETE": "bash_complete", "COMP_WORDS": words}
        done = run(tmp_path, env=asked | {"COMP_CWORD": str(len(words.split()) - 1)})
        assert wanted in done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ls",), 0, ""),
        (("state",), 1, "No session is live."),
        (("down", "--all", "--session", "x"), 64, "exclude each other"),
        (("restore",), 64, "Say which snapshot"),
        (("send", "GET", "/x", "a"), 64, "'a' is no FIELD=VALUE."),
        (("wait", "webhook", "x", "--match", "y"), 64, "--match takes FIELD=VALUE"),
        (("up", "--detach"), 64, "Name some with --mirrors"),
        (("logout",), 0, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_goes_wrong_is_said_in_a_sentence_or_two(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr
    assert os.linesep not in done.stdout.strip()


REFUSALS = {
    "a wrong token": (Reply('{"error": {"code": "x", "message": "No."}}', 401), "token"),
    "no more minutes": (
        Reply('{"error": {"code": "mirra.plan.exhausted", "message": "All is used up."}}', 402),
        "All is used up.",
    ),
    "a page instead of JSON": (Reply("<html>Sign in</html>", 200, "text/html"), ""),
    "no words": (Reply("", 418), ""),
}


@pytest.mark.parametrize(("reply", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_hosted_mirra_that_refuses_is_told_in_a_sentence_and_the_token_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: Reply, said: str
) -> None:
    with receiving() as hosted:
        monkeypatch.setenv("MIRRA_API_URL", hosted.url.removesuffix("/hook"))
        monkeypatch.setenv("MIRRA_TOKEN", "mt_pat_7f3a9c0d")
        for arguments in (["ls"], ["state"], ["up", "--mirrors", "stripe"], ["down", "--all"]):
            hosted.answers.append(replace(reply, content_type="application/json"))
            done = CliRunner().invoke(mirra_mcp, arguments)
            assert done.exit_code in (1, 3), done.output
            assert isinstance(done.exception, SystemExit), done.exception
            assert done.output.startswith("Error: ")
            assert len(done.output.splitlines()) <= 2
            assert said in done.output
            assert "mt_pat_7f3a9c0d" not in done.output


def test_a_hosted_mirra_that_is_away_is_told_with_its_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    done = run(tmp_path, "ls", env={"MIRRA_API_URL": url, "MIRRA_TOKEN": "mt_pat_7f3a9c0d"})
    assert (done.returncode, done.stdout) == (1, "")
    assert url in done.stderr
    assert len(done.stderr.splitlines()) <= 2
