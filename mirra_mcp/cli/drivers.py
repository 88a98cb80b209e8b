"""Drivers: a command that does an attempt's work, in a process group of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

KEPT_LINES = 400
"""Lines of output that are kept for reports, the last."""
LONGEST_LINE = 65_536
GRACE = 2.0
"""Seconds between asking a driver to end and killing it."""
LEFT_BEHIND = 0.1
"""Seconds that what a driver has left behind gets to end."""
DRAIN = 0.5
"""Seconds that output may still come after a driver has ended: its children may hold the pipe."""


@dataclass(frozen=True, slots=True)
class Driven:
    """How a driver did."""

    exit_code: int | None
    """None: it was killed, as its time was up."""
    output: str
    """The end of what it said."""


async def drive(
    command: str, env: Mapping[str, str], seconds: float, show: Callable[[str], None]
) -> Driven:
    """Run a command in a shell until it ends or its time is up, and leave no process behind.

    `show` is told each line of its output as it comes.
    """
    lines: deque[str] = deque(maxlen=KEPT_LINES)

    def heard(line: str) -> None:
        lines.append(line)
        show(line)

    process = await asyncio.create_subprocess_shell(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(env),
        limit=LONGEST_LINE,
        **_apart(),
    )
    listening = asyncio.ensure_future(_listen(process.stdout, heard))
    exit_code: int | None = None
    try:
        async with asyncio.timeout(seconds):
            exit_code = await process.wait()
    except TimeoutError:
        pass
    finally:
        await _end(process)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await listening
    return Driven(exit_code, "\n".join(lines))


async def _listen(stream: asyncio.StreamReader | None, heard: Callable[[str], None]) -> None:
    assert stream is not None
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # longer than the limit: what is there is dropped
            heard("(a line that is too long to show)")
            continue
        if not line:
            return
        heard(line.decode("utf-8", "replace").rstrip("\r\n"))


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the process group: also what a driver that ended has left behind."""
    if not _tell(process, signal.SIGTERM):
        return
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await process.wait()
        if _tell(process, 0):
            await asyncio.sleep(LEFT_BEHIND)
    finally:
        _tell(process, _KILL)
        await process.wait()


_KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL


def _tell(process: asyncio.subprocess.Process, number: int) -> bool:
    """Send a signal to the group; return whether anybody is left in it."""
    if sys.platform == "win32":
        if process.returncode is None and number:
            subprocess.run(
                ["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
            )
        return process.returncode is None
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
