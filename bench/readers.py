"""What readers that never read cost the others: the time of a call with none, and with twenty.

`python -m bench.readers [--events 20000] [--readers 20]`
"""

import argparse
import socket
from urllib.parse import urlsplit

from bench.common import Mirra, Started, milliseconds, mirra, table, verdict

BUDGET = 2.0
"""Milliseconds that 99 of 100 calls may take."""


def stalled(up: Mirra, session: Started) -> socket.socket:
    """Ask for a session's stream, and read nothing of it."""
    parts = urlsplit(up.url)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((parts.hostname or "", parts.port or 0))
    head = f"GET /v1/sessions/{session.id}/events HTTP/1.1\r\nhost: {parts.netloc}\r\n"
    line.sendall(f"{head}authorization: Bearer {up.token}\r\n\r\n".encode())
    return line


def calls(session: Started, number: int) -> list[float]:
    """Make so many calls, each of which is an entry of the log; return how long each took."""
    with session.connect() as resend:
        return [resend.timed("GET", "/domains") for _ in range(number)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--readers", type=int, default=20)
    given = parser.parse_args()
    rows = []
    with mirra() as up:
        for number in (0, given.readers):
            session = up.start()
            lines = [stalled(up, session) for _ in range(number)]
            taken = sorted(calls(session, given.events))
            for line in lines:
                line.close()
            p99 = 1000 * taken[int(len(taken) * 0.99)]
            held = verdict(p99, BUDGET)
            rows.append([str(number), milliseconds(taken), f"{p99:.2f}", held])
    table(
        f"{given.events:,} calls while readers of the log never read, ms",
        ["readers", "median (min-max)", "p99", f"budget {BUDGET:g}"],
        rows,
    )


if __name__ == "__main__":
    main()
