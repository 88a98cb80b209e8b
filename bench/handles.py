"""What a thousand sessions leave behind: handles, threads and memory before, during and after.

`python -m bench.handles [--sessions 1000]`
"""

import argparse
import os
from pathlib import Path

from bench.common import Mirra, mirra, resident_kb, table


def handles(pid: int) -> int:
    """Return how many files and sockets a process holds open; -1 where /proc isn't."""
    folder = Path(f"/proc/{pid}/fd")
    return len(os.listdir(folder)) if folder.is_dir() else -1


def threads(pid: int) -> int:
    """Return how many threads a process has; -1 where /proc isn't."""
    folder = Path(f"/proc/{pid}/task")
    return len(os.listdir(folder)) if folder.is_dir() else -1


def row(up: Mirra, when: str) -> list[str]:
    """Look at the process now."""
    held = (handles(up.pid), threads(up.pid), resident_kb(up.pid) // 1024)
    return [when, *(f"{each:,}" for each in held)]


def churn(up: Mirra, number: int) -> None:
    """Start, use and end sessions, one after the other."""
    with up.control() as control:
        for _ in range(number):
            session = up.start()
            with session.connect() as resend:
                resend.call("GET", "/domains")
            control.call("DELETE", f"/v1/sessions/{session.id}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    given = parser.parse_args()
    with mirra() as up:
        churn(up, 10)  # what is loaded and pooled once
        before = handles(up.pid)
        rows = [row(up, "before")]
        churn(up, given.sessions)
        rows.append(row(up, f"after {given.sessions:,} sessions, each begun, called and ended"))
        held = "holds" if handles(up.pid) <= before + 2 else "over"
    table(f"Handles of one process: as before, {held}", ["when", "handles", "threads", "MiB"], rows)


if __name__ == "__main__":
    main()
