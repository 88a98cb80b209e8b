"""What calls cost by how much is stored, and by how many other sessions are live.

`python -m bench.growth [--vendor NAME] [--sizes 100,10000,100000] [--rounds 200]`
"""

import argparse
import statistics

from bench.common import milliseconds, mirra, table, timed, verdict
from bench.sessions import CLOCK
from bench.vendors import VENDORS

BUDGET = 1.2
"""Times the cost at the smallest size."""
BYSTANDERS = 200
"""Other live sessions beside the last measurement."""


def main() -> None:
    """Fill a mirror for each size, then call them in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vendor", choices=VENDORS, default="resend")
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    vendor = VENDORS[given.vendor]
    sizes = [int(size) for size in given.sizes.split(",")]
    with mirra() as up:
        stored = {
            size: vendor.store(up.start(vendor.seed, vendor.name, clock=CLOCK), size)
            for size in sizes
        }
        calls = list(stored[sizes[0]])
        taken: dict[str, dict[int, list[float]]] = {call: {n: [] for n in sizes} for call in calls}
        beside: dict[str, list[float]] = {call: [] for call in calls}
        for number in range(given.rounds + 10):
            for call in calls:
                for size in sizes:
                    seconds = timed(stored[size][call])
                    if number >= 10:
                        taken[call][size].append(seconds)
        for _ in range(BYSTANDERS):
            with up.start(vendor.seed, vendor.name).connect() as line:
                line.call("GET", vendor.path)
        for _ in range(given.rounds):
            for call in calls:
                beside[call].append(timed(stored[sizes[0]][call]))
    rows = []
    for call in calls:
        medians = [statistics.median(taken[call][size]) for size in sizes]
        ratio = medians[-1] / medians[0]
        crowd = statistics.median(beside[call]) / medians[0]
        figures = [milliseconds(taken[call][size]) for size in sizes]
        held = verdict(max(ratio, crowd), BUDGET)
        rows.append([call, *figures, f"{ratio:.2f}", f"{crowd:.2f}", held])
    table(
        f"One connection, ms: median (min-max) of {given.rounds}",
        [
            "call", *(f"{size:,} stored" for size in sizes),
            f"{sizes[-1]:,} / {sizes[0]:,}", f"beside {BYSTANDERS} used sessions", "budget 1.2",
        ],
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    main()
