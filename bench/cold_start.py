"""Cold start: from spawning the server to the first `tools/list` answer over stdio.

`python -m bench.cold_start [--rounds 9]`
"""

import argparse
import statistics
import time
from collections.abc import Sequence

from bench.common import milliseconds, processor_seconds, table, verdict
from bench.rpc import BARE, ERAS, OURS, Era, stdio
from bench.vendors import VENDORS

BUDGET = 1.15
"""Times the start of an empty server on the same SDK."""


def listed(command: Sequence[str], era: Era) -> tuple[float, float]:
    """Return the seconds until the tools were listed: by the clock, and of processor time."""
    start = time.perf_counter()
    with stdio(command, era) as client:
        client.shake_hands()
        client.ask("tools/list")
        return time.perf_counter() - start, processor_seconds(client.pid)


def first_session(era: Era, mirror: str) -> float:
    """Return the seconds until an agent that hurries has its first session."""
    start = time.perf_counter()
    with stdio(OURS, era) as client:
        client.shake_hands()
        client.tool("mirra_session_start", {"mirrors": [mirror]})
        return time.perf_counter() - start


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    for command in (OURS, BARE):
        listed(command, ERAS[0])  # writes the .pyc files and warms the disk cache
    rows = []
    for era in ERAS:
        taken: dict[str, list[tuple[float, float]]] = {"bare": [], "ours": []}
        sessions: dict[str, list[float]] = {mirror: [] for mirror in VENDORS}
        for _ in range(rounds):
            taken["bare"].append(listed(BARE, era))
            taken["ours"].append(listed(OURS, era))
            for mirror, each in sessions.items():
                each.append(first_session(era, mirror))
        for index, what in enumerate(("clock", "processor")):
            bare, ours = ([both[index] for both in taken[who]] for who in ("bare", "ours"))
            ratio = statistics.median(ours) / (statistics.median(bare) or 1)
            figures = [milliseconds(bare), milliseconds(ours), f"{ratio:.2f}"]
            hurried = [" " if index else milliseconds(each) for each in sessions.values()]
            rows.append([f"{era}, {what}", *figures, verdict(ratio, BUDGET), *hurried])
    table(
        f"Spawn to first tools/list, ms: median (min-max) of {rounds}",
        [
            "protocol", "bare SDK", "mirra-mcp", "ratio", f"budget {BUDGET}",
            *(f"to first {mirror} session" for mirror in VENDORS),
        ],
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    main()
