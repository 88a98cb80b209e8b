"""What calls cost by how many emails are stored, and by how many other sessions are live.

`python -m bench.growth [--sizes 100,10000,100000] [--rounds 200]`
"""

import argparse
import statistics
from collections.abc import Callable

from bench.common import EMAIL, Http, fill, milliseconds, mirra, table, timed, verdict
from bench.sessions import CLOCK

BUDGET = 1.2
"""Times the cost at the smallest size."""
BYSTANDERS = 200
"""Other live sessions beside the last measurement."""
CALLS = ("create", "read", "list", "find by id", "search state")


def acts(resend: Http, id: str) -> dict[str, Callable[[], object]]:
    """Return the calls to measure."""
    state = "/_mirra/state?entity=emails"
    made: tuple[Callable[[], object], ...] = (
        lambda: resend.call("POST", "/emails", EMAIL),
        lambda: resend.call("GET", f"/emails/{id}"),
        lambda: resend.call("GET", "/emails?limit=20"),
        lambda: resend.call("GET", f"{state}&id={id}"),
        lambda: resend.call("GET", f"{state}&limit=20&where=last_event:sent"),
    )
    return dict(zip(CALLS, made, strict=True))


def main() -> None:
    """Fill a mirror for each size, then call them in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    taken: dict[str, dict[int, list[float]]] = {call: {n: [] for n in sizes} for call in CALLS}
    beside: dict[str, list[float]] = {call: [] for call in CALLS}
    with mirra() as up:
        stored = {}
        for size in sizes:
            session = up.start("transactional-busy", clock=CLOCK)
            with session.connect() as resend:
                oldest = resend.call("POST", "/emails", EMAIL)["id"]
            fill(session, size, already=101)
            stored[size] = acts(session.connect(), oldest)
        for number in range(given.rounds + 10):
            for call in CALLS:
                for size in sizes:
                    seconds = timed(stored[size][call])
                    if number >= 10:
                        taken[call][size].append(seconds)
        for _ in range(BYSTANDERS):
            with up.start("transactional-busy").connect() as resend:
                resend.call("GET", "/domains")
        for _ in range(given.rounds):
            for call in CALLS:
                beside[call].append(timed(stored[sizes[0]][call]))
    rows = []
    for call in CALLS:
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
