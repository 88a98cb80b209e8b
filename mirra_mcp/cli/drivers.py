"""Drivers: a command that does an attempt's work, over when it ends, whatever it leaves behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mirra_mcp.cli.descendants import Family

KEPT_LINES = 400
"""Lines of output that are kept for reports, the last."""
LONGEST_LINE = 65_536
AHEAD = 1_000
"""Lines that a driver may be ahead of who shows them."""
DRAIN = 0.5
"""Seconds that output may still come when nothing of the driver is left."""


@dataclass(frozen=True, slots=True)
class Driven:
    """How a driver did."""

    exit_code: int | None
    """None: it was killed, as its time was up, or it never began."""
    output: str
    """The end of what it said."""
    error: str | None = None
    """Why its work wasn't done: it couldn't be started, or something else killed it."""
    left: tuple[str, ...] = ()
    """What it left running, which was ended."""

    @property
    def timed_out(self) -> bool:
        """Whether its time was up."""
        return self.exit_code is None and self.error is None


async def drive(
    command: str, env: Mapping[str, str], seconds: float, show: Callable[[str], None]
) -> Driven:
    """Run a command in a shell until it ends or its time is up, and leave no process behind.

    `show` is told each line of its output as it comes. `env` must hold a `MIRRA_RUN_ID`, by which
    its descendants are known.
    """
    lines: deque[str] = deque(maxlen=KEPT_LINES)

    def heard(line: str) -> None:
        lines.append(line)
        show(line)

    family = Family(env["MIRRA_RUN_ID"])
    reading, writing = os.pipe()
    ears = _Ears(reading, heard)
    try:
        # A pipe of our own, as asyncio's wait() waits until a child's pipes are closed, too.
        process = await asyncio.create_subprocess_shell(
            command,
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.STDOUT,
            env=dict(env),
            **_apart(),
        )
    except OSError as problem:
        why = f"The driver couldn't be started: {problem.strerror or problem}."
        return Driven(None, "", error=why)
    finally:
        os.close(writing)
        ears.listen()
    exit_code: int | None = None
    try:
        async with asyncio.timeout(seconds):
            exit_code = await process.wait()
    except TimeoutError:
        pass
    finally:
        left = await family.end(process)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await ears.done.wait()
    return Driven(exit_code, "\n".join(lines), why_broken(exit_code), left)


class _Ears:
    """Reads what comes through a pipe in a thread of its own, and tells it line by line."""

    def __init__(self, pipe: int, heard: Callable[[str], None]) -> None:
        self._pipe, self._heard = pipe, heard
        self._loop = asyncio.get_running_loop()
        self._room = threading.Semaphore(AHEAD)
        self.done = asyncio.Event()

    def listen(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody hears any more
            with open(self._pipe, "rb") as stream:
                while line := stream.readline(LONGEST_LINE):
                    self._room.acquire()
                    text = line.decode("utf-8", "replace").rstrip("\r\n")
                    self._loop.call_soon_threadsafe(self._tell, text)
            self._loop.call_soon_threadsafe(self.done.set)

    def _tell(self, line: str) -> None:
        self._room.release()
        self._heard(line)


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def why_broken(code: int | None) -> str | None:
    """Say why a driver that ended so has not done its work; None if it may have.

    A shell answers 127 for a command that isn't there, 126 for one that can't be run, and 128 and
    the signal's number for one that was killed. Source:
    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02
    """
    if code == 127 or (sys.platform == "win32" and code == 9009):
        return f"The driver's command was not found (exit code {code})."
    if code == 126:
        return "The driver's command can't be executed (exit code 126)."
    if code is not None and (number := _signal_in(code)):
        return f"The driver was killed by {number.name} (exit code {code})."
    if sys.platform == "win32" and code is not None and code >= 0xC0000000:
        return f"The driver crashed (exit code {code:#x})."
    return None


def _signal_in(code: int) -> signal.Signals | None:
    number = -code if code < 0 else code - 128
    try:
        return signal.Signals(number)
    except ValueError:
        return None
