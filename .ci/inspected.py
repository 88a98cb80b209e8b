"""Calls every tool with the Inspector's command line, well and badly.

`python .ci/inspected.py INSPECTOR URL`

The calls are those that the TypeScript client makes in `tests/transport/test_typescript.py`.
"""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.transport.test_typescript import GOOD, REFUSED

AT_ONCE = 3
IS_ERROR = 5
"""What the Inspector exits with when a tool answers that it is an error."""

LOCAL_ONLY = {"mirra_resource_authenticate"}
"""A variable of the server's is read for who started it, over stdio."""

Call = dict[str, Any]


def called(inspector: str, url: str, call: Call) -> tuple[int, str]:
    """Make a call; return how the Inspector ended, and what it printed."""
    words = [inspector, "--cli", url, "--method", "tools/call", "--tool-name", call["tool"]]
    for name, value in call["arguments"].items():
        text = value if isinstance(value, str) else json.dumps(value)
        words += ["--tool-arg", f"{name}={text}"]
    done = subprocess.run(
        [*words, "--format", "json"], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def well(inspector: str, url: str) -> list[str]:
    """Make the good calls one after the other; what one gives, later ones name."""
    kept: dict[str, str] = {}
    failed = []
    for call in GOOD:
        text = re.sub(r"{{(\w+)}}", lambda found: kept.get(found[1], "-"), json.dumps(call))
        code, told = called(inspector, url, json.loads(text))
        if call["tool"] in LOCAL_ONLY and code == IS_ERROR:
            continue
        if code:
            failed.append(f"{call['tool']} exited with {code}: {told[-600:]}")
            continue
        answer = json.loads(told.partition("\n")[0])["result"].get("structuredContent")
        for name, path in call["keep"].items():
            kept[name] = reduce(lambda value, key: value[key], path.split("."), answer)
    return failed


def badly(inspector: str, url: str, call: Call) -> list[str]:
    """Make a call that must be refused, in words."""
    code, told = called(inspector, url, call)
    if code == IS_ERROR and "hint" in told:
        return []
    return [f"{call['tool']} was not refused, but exited with {code}: {told[-600:]}"]


def main() -> int:
    """Make all calls and print those that went wrong."""
    inspector, url = sys.argv[1:]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        good = pool.submit(well, inspector, url)
        bad = [pool.submit(badly, inspector, url, call) for call in REFUSED]
        failed = [line for each in (good, *bad) for line in each.result()]
    told = f"{len(GOOD)} good calls, {len(REFUSED)} refused ones, {len(failed)} of them otherwise"
    sys.stdout.write("\n".join([told, *failed, ""]))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
