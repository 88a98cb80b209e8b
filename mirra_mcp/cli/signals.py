"""Being asked to end: SIGINT and SIGTERM break work off on the event loop, and it cleans up."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from mirra_mcp.server.pipes import ending_signals

T = TypeVar("T")


class Interrupted(Exception):
    """Somebody asked the process to end; `exit_code` is what a shell expects of it then."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


async def unless_asked_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Return what the work comes to, unless SIGINT, SIGTERM or SIGHUP break it off.

    Also where SIGINT was ignored, as under `nohup` and in a shell's background. Whoever asks again
    while the work cleans up waits for that.

    Raises:
        Interrupted: it was broken off.
    """
    asked: list[int] = []
    task = asyncio.ensure_future(work)

    def told(number: int) -> None:
        if not asked:
            asked.append(number)
            task.cancel()

    with _hearing(told):
        try:
            return await task
        except asyncio.CancelledError:
            if asked:
                raise Interrupted(asked[0]) from None
            raise


@contextmanager
def _hearing(told: Callable[[int], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in ending_signals()}
    for number in before:
        if sys.platform == "win32":  # its loop takes no handlers
            signal.signal(number, lambda got, _: loop.call_soon_threadsafe(told, got))
        else:
            loop.add_signal_handler(number, told, number)
    try:
        yield
    finally:
        for number, handler in before.items():
            if sys.platform != "win32":
                loop.remove_signal_handler(number)
            signal.signal(number, handler)
