"""Objects created and read a second, by a load process of its own; peers side by side.

`python -m bench.throughput [--vendor resend|stripe|twilio|clerk] [--peers] [--wrk] [--rounds 3]`
"""

import argparse
import statistics
from collections.abc import Iterable
from dataclasses import replace

from bench.common import authorization, numbers, processor_seconds, table
from bench.load import Plan, under_load
from bench.peers import Target, targets
from bench.vendors import VENDORS

Case = tuple[str, int]
Figures = dict[str, dict[Case, list[float]]]
CASES: tuple[Case, ...] = (("create", 16), ("create", 1), ("read", 16), ("read", 1))


def plan_for(target: Target, verb: str, connections: int, seconds: float) -> Plan:
    """Return the load: the same thing created, or the one just made read, again and again."""
    vendor = target.vendor
    plan = Plan(
        target.url,
        "POST",
        [vendor.path],
        {"authorization": authorization(target.key)},
        vendor.body,
        vendor.form,
        connections,
        seconds,
        target.per_token,
    )
    if verb == "create":
        return plan
    with target.connect() as line:
        id = vendor.create(line)
    return replace(plan, method="GET", paths=[vendor.item(id)], body=None)


def nothing(found: Iterable[Target]) -> Figures:
    """Return room for figures."""
    return {target.name: {case: [] for case in CASES} for target in found}


def versus(figures: Figures, *, faster_is: str) -> list[list[str]]:
    """Write medians, and how often ours is in theirs or theirs in ours."""
    ours = next(iter(figures.values()))
    rows = []
    for name, taken in figures.items():
        cells = [name]
        for case in CASES:
            mine, others = statistics.median(ours[case]), statistics.median(taken[case])
            ratio = mine / others if faster_is == "more" else others / mine
            told = numbers(taken[case]) if faster_is == "more" else f"{others:.2f}"
            cells.append(f"{told}, {ratio:.2f}x")
        rows.append(cells)
    return rows


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vendor", choices=VENDORS, default="resend")
    parser.add_argument("--peers", action="store_true", help="install them and compare")
    parser.add_argument("--installed", default="", help="a folder that has them already")
    parser.add_argument("--wrk", action="store_true", help="load with wrk instead of bench.load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    vendor = VENDORS[given.vendor]
    with targets(vendor, with_peers=given.peers, installed=given.installed) as found:
        rates, costs, waits = nothing(found), nothing(found), nothing(found)
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
                        waits[target.name][case].append(figures["p50Ms"])
                        costs[target.name][case].append(1e6 * used / figures["requests"])
    columns = ["server"]
    for verb, n in CASES:
        told = vendor.verb if verb == "create" else verb
        columns.append(f"{told}, {n} connection{'s' * (n > 1)}")
    tool = "wrk -t1" if given.wrk else "bench.load"
    heading = f"Requests a second under {tool}: median (min-max) of {given.rounds}, ours / theirs"
    table(heading, columns, versus(rates, faster_is="more"))
    table("Latency p50, ms: median, theirs / ours", columns, versus(waits, faster_is="less"))
    table(
        "The server's processor time, microseconds a request: median (min-max)",
        columns,
        [[name, *(numbers(taken[case]) for case in CASES)] for name, taken in costs.items()],
    )


if __name__ == "__main__":
    main()
