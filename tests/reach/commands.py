"""Drives `mirra-mcp exec` as a person or a CI job does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.cli.command import run

Finished = subprocess.CompletedProcess[str]
BASES = ("RESEND_API_URL", "RESEND_BASE_URL", "STRIPE_API_BASE", "TWILIO_API_URL")
"""An app that is unchanged sets none of these: so that a test can't pass by them."""


def execute(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Finished:
    """Run `mirra-mcp exec` with these arguments to its end."""
    return run(folder, "exec", *arguments, env=env)


def python(folder: Path, code: str, *options: str, env: dict[str, str] | None = None) -> Finished:
    """Run Python code under `exec` with these options."""
    unset = f"import os\nfor name in {BASES!r}: os.environ.pop(name, None)\n"
    return execute(folder, *options, "--", sys.executable, "-c", unset + code, env=env)


def account(done: Finished) -> dict[str, Any]:
    """Return what `--json` wrote."""
    told: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    return told


def calls(done: Finished) -> set[str]:
    """Return which endpoints `--json` tells of."""
    return {f"{each['mirror']} {each['call']}" for each in account(done)["endpoints"]}


@contextmanager
def mirra(folder: Path) -> Iterator[LocalMirra]:
    """Run a Mirra that `exec` finds by `folder`, as it finds an MCP server's."""
    with LocalMirra(Settings(data_dir=folder / "data")) as local:
        yield local
