"""Emails sent and read a second, by a load process of its own; peers side by side.

`python -m bench.throughput [--peers] [--wrk] [--rounds 3] [--seconds 3]`
"""

import argparse
import statistics
from dataclasses import replace

from bench.common import EMAIL, numbers, processor_seconds, table
from bench.load import Plan, under_load
from bench.peers import Target, targets

Figures = dict[str, dict[tuple[str, int], list[float]]]
CASES = (("send", 16), ("send", 1), ("read", 16), ("read", 1))


def plan_for(target: Target, verb: str, connections: int, seconds: float) -> Plan:
    """Return the load: the same email sent, or the email just sent read, again and again."""
    headers = {"authorization": f"Bearer {target.key}"}
    more = (headers, EMAIL, connections, seconds, target.per_token)
    if verb == "send":
        return Plan(target.url, "POST", ["/emails"], *more)
    with target.connect() as resend:
        id = resend.call("POST", "/emails", EMAIL)["id"]
    plan = Plan(target.url, "GET", [f"/emails/{id}"], *more)
    return replace(plan, body=None)


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="install them with npm and compare")
    parser.add_argument("--installed", default="", help="a folder that has them already")
    parser.add_argument("--wrk", action="store_true", help="load with wrk instead of bench.load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    with targets(with_peers=given.peers, installed=given.installed) as found:
        rates: Figures = {target.name: {case: [] for case in CASES} for target in found}
        costs: Figures = {target.name: {case: [] for case in CASES} for target in found}
        for turn in range(given.rounds + 1):
            seconds = given.seconds if turn else 1.0  # the first one warms up
            for case in CASES:
                for target in found:
                    plan = plan_for(target, *case, seconds)
                    before = processor_seconds(target.pid)
                    figures = under_load(plan, wrk=given.wrk)
                    used = processor_seconds(target.pid) - before
                    target.rest()
                    if turn:
                        rates[target.name][case].append(figures["perSecond"])
                        costs[target.name][case].append(1e6 * used / figures["requests"])
    ours = rates[found[0].name]
    rows = []
    for name, taken in rates.items():
        cells = []
        for case in CASES:
            ratio = statistics.median(ours[case]) / statistics.median(taken[case])
            cells.append(f"{numbers(taken[case])}, {ratio:.2f}x")
        rows.append([name, *cells])
    columns = [f"{verb}, {n} connection{'s' * (n > 1)}" for verb, n in CASES]
    tool = "wrk -t1" if given.wrk else "bench.load"
    table(
        f"Requests a second under {tool}: median (min-max) of {given.rounds}, ours / theirs",
        ["server", *columns],
        rows,
    )
    table(
        "The server's processor time, microseconds a request: median (min-max)",
        ["server", *columns],
        [[name, *(numbers(taken[case]) for case in CASES)] for name, taken in costs.items()],
    )


if __name__ == "__main__":
    main()
