"""Runs a command as if it had been started by itself: its streams, terminal, signals, exit code."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""What a shell exits with when there is no such command, and when it can't be run."""
TERMINALS = ("SIGINT", "SIGQUIT")
"""What a terminal sends to everybody in front of it, the command included."""
FORWARDED = (*TERMINALS, "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGBREAK")


class NotStarted(Exception):
    """A command can't be started; `exit_code` is what a shell would have ended with."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def found(command: str, environ: Mapping[str, str]) -> str:
    """Return where a command is.

    Raises:
        NotStarted: there is none, or it can't be run.
    """
    path = shutil.which(command, path=environ.get("PATH", os.defpath))
    if path is not None:
        return path
    if os.path.dirname(command) and os.path.exists(command):
        what = "is a folder" if os.path.isdir(command) else "can't be executed"
        raise NotStarted(f"{command} {what}.", NOT_EXECUTABLE)
    raise NotStarted(f"There is no command '{command}'.", NOT_FOUND)


def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command to its end; return its exit code, negative if a signal ended it.

    Raises:
        NotStarted: it can't be run.
    """
    path = found(command[0], environ)
    with _forwarding() as children:
        try:
            process = subprocess.Popen(
                command if sys.platform != "win32" else [path, *command[1:]],
                executable=path,
                env=dict(environ),
            )
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise NotStarted(f"{command[0]} can't be run: {reason}.", NOT_EXECUTABLE) from None
        children.append(process)
        return process.wait()


@contextmanager
def _forwarding() -> "Iterator[list[subprocess.Popen[bytes]]]":
    """Pass on what this process is told while the command runs; at first, remember it."""
    children: list[subprocess.Popen[bytes]] = []

    def forward(number: int, frame: FrameType | None) -> None:
        is_shared = signal.Signals(number).name in TERMINALS and _at_terminal()
        for child in children if not is_shared else ():
            with suppress(OSError, ValueError):
                child.send_signal(number)

    before = {}
    for name in FORWARDED:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, forward)
    try:
        yield children
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _at_terminal() -> bool:
    """Whether this process stands in front of a terminal, which tells the command by itself."""
    if sys.platform == "win32":
        return True  # a console tells everybody
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def end_like(code: int) -> int:
    """Return an exit code; a code that means a signal ends this process by that signal."""
    if code < 0 and sys.platform != "win32":
        sys.stderr.flush()
        with suppress(OSError, ValueError):  # SIGKILL's can't be set
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code if code >= 0 else 128 - code
