"""How a process over pipes learns that it should end: signals, and a reader that is gone."""

import os
import select
import signal
import stat
import sys
import threading
from collections.abc import Callable

ENDING = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)


def ending_signals() -> tuple[signal.Signals, ...]:
    """List the signals that end us: all but those that we were started to ignore (`nohup`)."""
    hup = getattr(signal, "SIGHUP", None)
    return tuple(
        each for each in ENDING if each != hup or signal.getsignal(each) is not signal.SIG_IGN
    )


def when_reader_goes(tell: Callable[[], object]) -> None:
    """Call `tell`, in a thread of its own, when nobody reads our standard output any more.

    The end of a pipe or socket can be seen without writing to it, except on Windows.
    """
    if sys.platform == "win32":
        return
    try:
        number = os.dup(sys.stdout.fileno())  # the transport puts something else in its place
        mode = os.fstat(number).st_mode
    except (OSError, ValueError):
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def watch() -> None:
        poll = select.poll()
        poll.register(number, 0)
        seen = poll.poll()
        if any(events & (select.POLLERR | select.POLLHUP) for _, events in seen):
            tell()

    threading.Thread(target=watch, name="reader", daemon=True).start()
