"""Drives `mirra-mcp` as a process, the way a person, an IDE or another program does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.warm import starting

MODULE = starting.COLD
SCRIPT = (str(Path(os.path.abspath(sys.executable)).with_name("mirra-mcp")),)
SECONDS = 30


def environment(folder: Path, env: dict[str, str] | None = None) -> dict[str, str]:
    """Return an environment of its own: no settings of ours, a data folder and home apart."""
    ours = ("MIRRA_", "ANTHROPIC_", "OPENAI_", "GITHUB_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    apart = {"MIRRA_DATA_DIR": str(folder / "data"), "HOME": str(folder), "COLUMNS": "100"}
    kept.pop("XDG_CONFIG_HOME", None)
    kept.pop("CODEX_HOME", None)
    kept.pop("APPDATA", None)
    return kept | apart | (env or {})


def command_for(env: dict[str, str] | None = None) -> tuple[str, ...]:
    """Return what starts the command: cold where its own interpreter is to be told something."""
    return MODULE if any(name.startswith("PYTHON") for name in env or ()) else starting.command()


def run(
    folder: Path,
    *arguments: str,
    command: tuple[str, ...] | None = None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    seconds: float = SECONDS,
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, in the folder itself unless told otherwise."""
    return subprocess.run(
        [*(command or command_for(env)), *arguments],
        cwd=cwd or folder,
        env=environment(folder, env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )


@contextmanager
def running(
    folder: Path,
    *arguments: str,
    command: tuple[str, ...] | None = None,
    env: dict[str, str] | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in the background; it is killed at the end if it is still there.

    Who kills it, or asks for its process id, gives MODULE as `command`: a process of its own.
    """
    with subprocess.Popen(
        [*(command or command_for(env)), *arguments],
        cwd=folder,
        env=environment(folder, env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: "subprocess.Popen[bytes]") -> str:
    """Wait for the first line that a process writes."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        _, err = process.communicate(timeout=SECONDS)
        raise AssertionError(f"it ended with {process.returncode}: {err.decode()}")
    return line.decode()


def ended(process: "subprocess.Popen[bytes]", number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Ask a process to end; return its exit code and what it still had to say."""
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out.decode(), err.decode()
