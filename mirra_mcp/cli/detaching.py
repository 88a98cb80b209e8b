"""`up --detach`: a Mirra in the background, that ends when its session has ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mirra_mcp.cli.failures import NOT_PROVISIONED, CommandFailed
from mirra_mcp.cli.options import settings_from
from mirra_mcp.cli.progress import STARTING, working
from mirra_mcp.cli.running import data_folder

LOG = "up.log"
SHOWN = 2_000
"""Characters of the log's end that a failure shows."""


def detached(
    words: Sequence[str],
    single: Mapping[str, object],
    several: Mapping[str, Iterable[str]],
    *,
    data_dir: Path | None,
    webhook_hosts: Iterable[str],
) -> dict[str, Any]:
    """Start it with these words and options, and return what it says when it is ready.

    Raises:
        CommandFailed: it doesn't get ready.
    """
    given = ["up", "--json", "--until-down", *words]
    for name, value in {**single, "--data-dir": data_dir}.items():
        given += [name, str(value)] if value is not None else []
    for name, values in {**several, "--webhook-host": webhook_hosts}.items():
        given += [part for value in values for part in (name, value)]
    folder = data_folder(settings_from(data_dir=data_dir))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / LOG
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "mirra_mcp", *given],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=handle,
            **_apart(),
        )
    finally:
        os.close(handle)
    assert process.stdout is not None
    with working(STARTING):
        line = process.stdout.readline()
    process.stdout.close()
    if not line:
        code = process.wait()
        raise CommandFailed(
            _said(log) or f"Mirra ended with exit code {code}.", exit_code=code or NOT_PROVISIONED
        )
    ready: dict[str, Any] = json.loads(line)
    return ready


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags}
    return {"start_new_session": True}


def _said(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace").strip()
    return text[-SHOWN:].removeprefix("Error: ")
