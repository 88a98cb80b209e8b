"""The command line as a whole: what it is, what it refuses, and how it says so."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mirra_mcp import __version__
from mirra_mcp.cli.app import mirra_mcp
from tests.cli.command import MODULE, SCRIPT, run


@pytest.mark.parametrize("command", [MODULE, SCRIPT], ids=["python -m", "script"])
def test_the_version_is_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run(tmp_path, "--version", command=command)
    assert (done.returncode, done.stdout) == (0, f"mirra-mcp {__version__}\n")


def test_help_teaches_with_examples_and_names_every_command(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    for word in ("Examples:", "demo", "doctor", "install", "serve", "up", "Exit codes"):
        assert word in done.stdout


def test_help_loads_no_server() -> None:
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from mirra_mcp.cli.app import mirra_mcp\n"
        "assert CliRunner().invoke(mirra_mcp, ['--help']).exit_code == 0\n"
        "heavy = ('mcp', 'starlette', 'uvicorn', 'httpx', 'mirra_mcp.server', 'mirra_mcp.local')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


NOT_IN_JSON = {"serve": "it speaks MCP", "mirror schema": "it prints JSON as it is"}


def test_every_command_answers_in_json_for_programs() -> None:
    def of(command: click.Command, name: str) -> Iterator[tuple[str, bool]]:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for each in command.list_commands(context):
                inner = command.get_command(context, each)
                assert inner is not None
                yield from of(inner, f"{name} {each}".strip())
            return
        yield name, any("--json" in option.opts for option in command.params)

    answers = dict(of(mirra_mcp, ""))
    assert {name for name, has_json in answers.items() if not has_json} == set(NOT_IN_JSON)


REFUSED: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "an unknown command": (("serv",), {}, "Did you mean 'serve'?"),
    "an unknown option": (("up", "--mirors", "resend"), {}, "--mirrors"),
    "a word too much": (("demo", "twice"), {}, "unexpected extra argument"),
    "a seed without a fixture": (("up", "--seed", "resend"), {}, "--seed takes MIRROR:FIXTURE"),
    "two fixtures for one mirror": (
        ("up", "--seed", "resend:empty", "--seed", "resend:over-quota"),
        {},
        "two fixtures for resend",
    ),
    "a name without mirrors": (("up", "--name", "x"), {}, "Name some with --mirrors"),
    "persistent without a name": (
        ("up", "--mirrors", "resend", "--persistent"),
        {},
        "--persistent needs --name",
    ),
    "a timeout that is none": (
        ("up", "--mirrors", "resend", "--timeout", "soon"),
        {},
        "such as 90m",
    ),
    "a port that is none": (("up", "--port", "70000"), {}, "0<=x<=65535"),
    "an unknown toolset": (("--toolsets", "sesions"), {}, "Did you mean 'sessions'?"),
    "a toolset variable": ((), {"MIRRA_TOOLSETS": "sesions"}, "Did you mean 'sessions'?"),
    "a variable that is no number": ((), {"MIRRA_MAX_SESSIONS": "many"}, "MIRRA_MAX_SESSIONS"),
    "an address that is none": (
        ("up",),
        {"MIRRA_API_URL": "api.mirra.run", "MIRRA_TOKEN": "mt_pat_x"},
        "MIRRA_API_URL",
    ),
    "a token in clear": (
        (),
        {"MIRRA_API_URL": "http://mirra.example.com", "MIRRA_TOKEN": "mt_pat_x"},
        "https",
    ),
    "strangers without a token": (
        ("serve", "--http", "--host", "0.0.0.0", "--port", "0"),
        {},
        "MIRRA_MCP_TOKEN",
    ),
    "one token for everybody's Mirra": (
        ("serve", "--http", "--port", "0", "--token", "x"),
        {"MIRRA_TOKEN": "mt_pat_x"},
        "each caller sends its own",
    ),
    "an unknown client": (("install", "curser"), {}, "Did you mean 'cursor'?"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_usage_is_told_in_a_sentence_and_exits_with_64(tmp_path: Path, case: str) -> None:
    """Source: https://docs.mirra.run/cli/run (exit code 64)."""
    arguments, variables, said = REFUSED[case]
    done = run(tmp_path, *arguments, env=variables)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (64, "")
