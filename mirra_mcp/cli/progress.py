"""Telling a person that work goes on: on a terminal, once it has taken over a second."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.status import Status

PATIENCE = 1.0
"""Seconds that may pass in silence."""
STARTING = "Starting Mirra"

_at_work = threading.Lock()


@contextmanager
def working(what: str | None) -> Iterator[None]:
    """Say on standard error what is being done for as long as it takes; nothing of None.

    Nothing is written where standard error is no terminal, nor of what is done within a second.
    The block writes nothing to the terminal itself. Of work within work only the outer is told.
    """
    if what is None or not sys.stderr.isatty() or not _at_work.acquire(blocking=False):
        yield
        return
    sign = _Sign(what)
    timer = threading.Timer(PATIENCE, sign.show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        sign.take_down()
        _at_work.release()


class _Sign:
    """Shown by a timer's thread, taken down by the one that works."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lock = threading.Lock()
        self._is_over = False
        self._status: Status | None = None

    def show(self) -> None:
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        with self._lock:
            if self._is_over:
                return
            if console.is_dumb_terminal:
                click.echo(f"{self._text} ...", err=True)
                return
            self._status = console.status(f"{self._text} ...")
            self._status.start()

    def take_down(self) -> None:
        with self._lock:
            self._is_over = True
            if self._status is not None:
                self._status.stop()
