"""The cost of a tool call over stdio, against an echo tool on the bare SDK.

`python -m bench.call [--calls 300]`
"""

import argparse
import statistics
from collections.abc import Callable

from bench.common import milliseconds, table, timed, verdict
from bench.rpc import BARE, ERAS, OURS, Stdio, stdio

BUDGET = 3.0
"""Milliseconds above the echo tool for a tool that reads state."""


def tools(ours: Stdio, bare: Stdio) -> dict[str, Callable[[], object]]:
    """Return what is called, by name; the first is the floor."""
    return {
        "bare SDK: echo": lambda: bare.tool("echo", {"text": "hello"}),
        "mirra_session_list": lambda: ours.tool("mirra_session_list"),
        "mirra_session_state": lambda: ours.tool("mirra_session_state"),
        "mirra_session_state of emails": lambda: ours.tool(
            "mirra_session_state", {"mirror": "resend", "entity": "emails", "limit": 5}
        ),
        "mirra_session_request GET /emails": lambda: ours.tool(
            "mirra_session_request",
            {"mirror": "resend", "method": "GET", "path": "/emails?limit=5"},
        ),
    }


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=300)
    calls = parser.parse_args().calls
    for era in ERAS:
        with stdio(OURS, era) as ours, stdio(BARE, era) as bare:
            ours.shake_hands()
            bare.shake_hands()
            ours.tool(
                "mirra_session_start",
                {"mirrors": ["resend"], "seeds": {"resend": "transactional-busy"}},
            )
            acts = tools(ours, bare)
            taken: dict[str, list[float]] = {name: [] for name in acts}
            for act in acts.values():
                for _ in range(20):
                    act()
            for _ in range(calls):
                for name, act in acts.items():
                    taken[name].append(timed(act))
        floor = statistics.median(next(iter(taken.values())))
        rows = []
        for name, values in taken.items():
            above = 1000 * (statistics.median(values) - floor)
            times = statistics.median(values) / floor
            told = [milliseconds(values), f"+{above:.2f}", f"{times:.1f}x"]
            rows.append([name, *told, verdict(above, BUDGET)])
        table(
            f"Protocol {era}, ms a call: median (min-max) of {calls}",
            ["tool", "ms", "above the floor", "", f"budget {BUDGET:g} above"],
            rows,
        )


if __name__ == "__main__":
    main()
