"""Cold start: from spawning the server to the first `tools/list` answer over stdio.

`python -m bench.cold_start [--rounds 9]`
"""

import argparse
import statistics
import time
from collections.abc import Sequence

from bench.common import milliseconds, table, verdict
from bench.rpc import BARE, ERAS, OURS, Era, stdio

BUDGET = 1.15
"""Times the start of an empty server on the same SDK."""


def listed(command: Sequence[str], era: Era) -> float:
    """Return the seconds until the tools were listed."""
    start = time.perf_counter()
    with stdio(command, era) as client:
        client.shake_hands()
        client.ask("tools/list")
        return time.perf_counter() - start


def first_session(era: Era) -> float:
    """Return the seconds until an agent that hurries has its first session."""
    start = time.perf_counter()
    with stdio(OURS, era) as client:
        client.shake_hands()
        client.tool("mirra_session_start", {"mirrors": ["resend"]})
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
        ours, bare, session = [], [], []
        for _ in range(rounds):
            bare.append(listed(BARE, era))
            ours.append(listed(OURS, era))
            session.append(first_session(era))
        ratio = statistics.median(ours) / statistics.median(bare)
        paired = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
        rows.append(
            [
                era, milliseconds(bare), milliseconds(ours), f"{ratio:.2f} ({paired:.2f} by pairs)",
                verdict(min(ratio, paired), BUDGET), milliseconds(session),
            ]
        )  # fmt: skip
    table(
        f"Spawn to first tools/list, ms: median (min-max) of {rounds}",
        ["protocol", "bare SDK", "mirra-mcp", f"ratio (budget {BUDGET})", "", "to first session"],
        rows,
    )


if __name__ == "__main__":
    main()
