"""What a driver has started, found wherever it hides, and ended.

A process is a driver's if it carries the run's id in its environment, if its parents lead to the
driver, or, on Linux, if it was orphaned to us: we take orphans in, as `init` would. So neither a
session of its own nor a cleaned environment takes a child out of reach.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress

import psutil

MARK = "MIRRA_RUN_ID"
GRACE = 2.0
"""Seconds between asking a process to end and killing it."""
ROUNDS = 5
"""How often what was started meanwhile is looked for."""
PR_SET_CHILD_SUBREAPER = 36
"""Source: https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html"""


class Family:
    """A driver and its descendants."""

    def __init__(self, run_id: str) -> None:
        """Make this before the driver is started: what is ours already is none of it."""
        ours = psutil.Process()
        self._run_id, self._since = run_id, ours.create_time()
        self._others = {each.pid for each in ours.children()} | {os.getpid()}
        _take_orphans()

    async def end(self, driver: asyncio.subprocess.Process) -> tuple[str, ...]:
        """End all of it; return what there was besides the driver."""
        found = await asyncio.to_thread(self._alive, driver.pid)
        names = tuple(dict.fromkeys(_name(each) for each in found))
        if driver.returncode is None or found:
            _ask(driver, found, signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await driver.wait()
                    await asyncio.to_thread(psutil.wait_procs, found, timeout=GRACE)
        for _ in range(ROUNDS):
            found = await asyncio.to_thread(self._alive, driver.pid)
            if driver.returncode is not None and not found:
                break
            _ask(driver, found, _KILL)
            await asyncio.to_thread(psutil.wait_procs, found, timeout=GRACE)
            await driver.wait()
        return names

    def _alive(self, driver: int) -> list[psutil.Process]:
        """List the descendants that are there; those that ended under our roof are buried."""
        children = dict[int, list[psutil.Process]]()
        marked = []
        for each in psutil.process_iter(["ppid", "create_time"]):
            if each.pid in self._others or (each.info["create_time"] or 0) < self._since:
                continue
            children.setdefault(each.info["ppid"], []).append(each)
            if self._is_marked(each):
                marked.append(each)
        found = dict[int, psutil.Process]()
        adopted = [each for each in children.get(os.getpid(), ()) if each.pid != driver]
        waiting = [*children.get(driver, ()), *adopted, *marked]
        while waiting:
            each = waiting.pop()
            if each.pid not in found and each.pid != driver:
                found[each.pid] = each
                waiting += children.get(each.pid, ())
        return [each for each in found.values() if not _is_dead(each)]

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            return bool(process.environ().get(MARK) == self._run_id)
        except (psutil.Error, OSError):
            return False


def _is_dead(process: psutil.Process) -> bool:
    try:
        if process.status() != psutil.STATUS_ZOMBIE:
            return False
        process.wait(0)
    except (psutil.Error, OSError):
        return not process.is_running()
    return True


def _name(process: psutil.Process) -> str:
    try:
        return f"{process.name()} ({process.pid})"
    except psutil.Error:
        return str(process.pid)


_KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL


def _ask(
    driver: asyncio.subprocess.Process, found: list[psutil.Process], number: signal.Signals
) -> None:
    """Send a signal to the driver's group, while anybody is in it, and to each descendant."""
    if sys.platform != "win32" and (
        driver.returncode is None or any(_group(each) == driver.pid for each in found)
    ):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(driver.pid, number)
    if sys.platform == "win32" and driver.returncode is None:
        driver.terminate()
    for each in found:
        with suppress(psutil.Error):
            each.send_signal(number)


def _group(process: psutil.Process) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        return os.getpgid(process.pid)
    except OSError:
        return None


def _take_orphans() -> None:
    """Become the parent of orphans among our descendants, where the system lets us."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
