"""A mirror made of a document: how long that takes, and beside Prism, how fast it answers.

`python -m bench.documents --document DOC.json [--large LARGE.json] [--prism FOLDER]`. With
`--large` it loads that document first and once more from what was kept, each in a process of its
own. `--prism` names a folder into which `npm install @stoplight/prism-cli@5.16.0` went: Prism
answers the same calls of the same document, without state.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from bench.common import PATIENCE, mirra, numbers, process, scratch, table
from bench.load import Plan, under_load
from bench.peers import free_port, script_of

FIRST, AFTER, MEMORY = 20.0, 2.0, 300
"""Seconds that the first load and each later one may take, and MiB at most."""
LOAD = """
import json, resource, sys, time
from pathlib import Path
from mirra_mcp.local.kinds import Kinds
from mirra_mcp.wire.mirrors import CreateMirror
start = time.perf_counter()
kinds = Kinds({}, Path(sys.argv[2]))
if sys.argv[3] == "first":
    kinds.add(CreateMirror(path=sys.argv[1], name="large"))
operations = len(kinds["large"].plan.spec.operations)
print(json.dumps([time.perf_counter() - start, operations,
                  resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def load(document: str, folder: str, turn: str) -> tuple[float, int, float]:
    """Load a document in a process of its own; return seconds, operations and MiB."""
    command = [sys.executable, "-c", LOAD, document, folder, turn]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    seconds, operations, memory = json.loads(ran.stdout)
    return seconds, operations, memory


def large(document: str) -> None:
    """Measure how long a large document takes, first and from what is kept."""
    rows = []
    with scratch() as folder:
        for turn, most in (("first", FIRST), ("after", AFTER), ("after", AFTER)):
            seconds, operations, memory = load(document, folder, turn)
            holds = "holds" if seconds < most and memory < MEMORY else "over"
            rows.append([turn, f"{operations:,}", f"{seconds:.2f} s", f"{memory:.0f} MiB", holds])
    heading = f"{Path(document).name}, {Path(document).stat().st_size / 1e6:.0f} MB"
    table(heading, ["load", "operations", "time", "memory", "budget"], rows)


def rate(url: str, method: str, path: str, body: object, seconds: float) -> float:
    """Return the calls a second that a server answers over eight connections."""
    path = urlsplit(url).path + path
    headers = {"authorization": "Bearer any", "accept": "application/json"}
    sent = body if method == "POST" else None
    plan = Plan(url, method, [path], headers, sent, connections=8, seconds=seconds)
    return float(under_load(plan)["perSecond"])


def wait_for(url: str, path: str) -> None:
    """Return once a server answers."""
    end = time.monotonic() + PATIENCE
    headers = {"authorization": "Bearer any"}
    while time.monotonic() < end:
        with suppress(OSError):
            urlopen(Request(url + path, headers=headers), timeout=5).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer.")


def beside(given: argparse.Namespace) -> None:
    """Measure calls a second of the mirror and of Prism, in turn."""
    body = json.loads(given.body)
    with ExitStack() as stack:
        up = stack.enter_context(mirra("--mirrors", given.document))
        env = up.mirrors[0]["env"]
        base = next(text for name, text in env.items() if name.endswith("_BASE_URL"))
        found = {"mirra-mcp, stateful": base}
        if given.prism:
            port = free_port()
            script = script_of(Path(given.prism) / "node_modules", "@stoplight/prism-cli")
            command = ["node", script, "mock", given.document, "-p", str(port), "-v", "silent"]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            stack.enter_context(process(command, **quiet))
            found["Prism 5.16.0, stateless"] = f"http://127.0.0.1:{port}"
        rate(base, "POST", given.path, body, 0.2)
        for url in found.values():
            wait_for(url, given.item)
        rates: dict[str, list[list[float]]] = {name: [[], []] for name in found}
        for turn in range(given.rounds + 1):
            for name, url in found.items():
                seconds = given.seconds if turn else 1.0
                made = rate(url, "POST", given.path, body, seconds)
                read = rate(url, "GET", given.item, None, seconds)
                if turn:
                    rates[name][0].append(made)
                    rates[name][1].append(read)
    ours = [statistics.median(each) for each in next(iter(rates.values()))]
    rows = [
        [
            name,
            *(
                f"{numbers(t)}, {o / statistics.median(t):.1f}x"
                for o, t in zip(ours, taken, strict=True)
            ),
        ]
        for name, taken in rates.items()
    ]
    heading = f"{Path(given.document).name}: calls a second, 8 connections, ours / theirs"
    table(heading, ["server", f"POST {given.path}", f"GET {given.item}"], rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--document", default="", help="what both answer for")
    parser.add_argument("--path", default="/volumes", help="where one is made")
    parser.add_argument("--item", default="/volumes/1", help="where one is read")
    parser.add_argument("--body", default='{"label": "data", "size": 20, "region": "us-east"}')
    parser.add_argument("--large", default="", help="a large document, to be loaded")
    parser.add_argument("--prism", default="", help="where Prism is installed")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    if given.large:
        large(given.large)
    if given.document:
        beside(given)


if __name__ == "__main__":
    main()
