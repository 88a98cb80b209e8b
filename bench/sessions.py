"""Starting, resetting, snapshotting, restoring and forking a mirror, by how much it holds.

`python -m bench.sessions [--sizes 0,1000,100000] [--rounds 15]`
"""

import argparse
import statistics
import time
from collections.abc import Sequence

from bench.common import Mirra, fill, milliseconds, mirra, table, verdict

CLOCK = "2026-05-04T12:00:00Z"
"""A clock that stands, so that no delivery of a filled mirror runs beside the measurement."""
BUDGETS = {"start": 50.0, "reset": 5.0, "snapshot": 5.0, "restore": 5.0, "fork": 5.0}
"""Milliseconds, whatever there is."""
SEED = "marketing-list"


def starts(up: Mirra, rounds: int) -> list[list[str]]:
    """Start sessions, and make the first call to each."""
    rows = []
    with up.control() as control:
        for seed in ("empty", SEED):
            wanted = {"mirrors": ["resend"], "seeds": {"resend": seed}}
            first = control.timed("POST", "/v1/sessions", wanted)
            started, used = [], []
            for _ in range(rounds):
                started.append(control.timed("POST", "/v1/sessions", wanted))
                session = up.start(seed)
                with session.connect() as resend:
                    used.append(resend.timed("GET", "/domains"))
                control.call("DELETE", f"/v1/sessions/{session.id}")
            held = verdict(1000 * statistics.median(started), BUDGETS["start"])
            figures = [f"{1000 * first:.1f}", milliseconds(started), milliseconds(used)]
            rows.append([seed, *figures, held])
    return rows


def states(up: Mirra, size: int, rounds: int) -> list[list[str]]:
    """Fill a mirror, then copy its state out and in and replace it."""
    session = up.start("transactional-busy", clock=CLOCK)
    fill(session, size)
    taken: dict[str, list[float]] = {"reset": [], "snapshot": [], "restore": [], "fork": []}
    with session.connect() as resend:
        kept = resend.call("POST", "/_mirra/state/snapshot", {})
        for _ in range(rounds):
            taken["snapshot"].append(resend.timed("POST", "/_mirra/state/snapshot", {}))
            taken["reset"].append(resend.timed("POST", "/_mirra/state/reset", {"seed": SEED}))
            taken["restore"].append(
                resend.timed("POST", "/_mirra/state/restore", {"snapshotId": kept["snapshotId"]})
            )
    with up.control() as control:
        for _ in range(rounds):
            started = time.perf_counter()
            fork = control.call("POST", f"/v1/sessions/{session.id}/fork", {})
            taken["fork"].append(time.perf_counter() - started)
            control.call("DELETE", f"/v1/sessions/{fork['sessionId']}")
        control.call("DELETE", f"/v1/sessions/{session.id}")
    return [row(name, size, values) for name, values in taken.items()]


def row(name: str, size: int, taken: Sequence[float]) -> list[str]:
    """Hold the median against its budget, where there is one for this size."""
    figures = [name, f"{size:,}", milliseconds(taken)]
    budget = BUDGETS[name]
    return [*figures, f"{budget:g}", verdict(1000 * statistics.median(taken), budget)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="0,1000,100000")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    with mirra() as up:
        table(
            f"POST /v1/sessions with one Resend mirror, ms: median (min-max) of {given.rounds}",
            ["seed", "first of its kind", "further ones", "first call to it", "budget 50"],
            starts(up, given.rounds),
        )
        rows: list[list[str]] = []
        for size in map(int, given.sizes.split(",")):
            rows += states(up, size, given.rounds if size < 10_000 else max(3, given.rounds // 3))
    table(
        "The state of one Resend mirror, ms: median (min-max)",
        ["call", "emails on top of the fixture", "ms", "budget", ""],
        rows,
    )


if __name__ == "__main__":
    main()
