"""Tries small inputs that once went wrong: `python -m bench.findings [ID...]`.

Prints a line a row: held or not, its id, what should come. Rows that can't run by themselves are
listed with the tests that hold them. Exits with 1 where a row isn't held.

To add a row, write a function that calls `expect` under `@finding("ID", "what should come")`, in
the module of its kind, or name its tests in `tested.py`.
"""

import sys
import tempfile
import traceback
from pathlib import Path

from bench.findings import grading, mcp, resend, robustness, stripe, twilio, use
from bench.findings.ground import FINDINGS, Finding, Ground
from bench.findings.tested import TESTED, missing
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings

KINDS = (mcp, robustness, stripe, resend, twilio, use, grading)
"""The modules that list their rows when they are imported."""


def held(found: Finding, ground: Ground) -> bool:
    """Check a row and print its line."""
    try:
        found.check(ground)
    except Exception as error:  # a check that breaks isn't held, and the next one runs
        cause: BaseException = error
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        told = "".join(traceback.format_exception(cause, limit=-2))
        print(f"NOT HELD {found.id:5} {found.what}\n{told}")
        return False
    print(f"held     {found.id:5} {found.what}")
    return True


def main() -> int:
    """Check all rows, or those that are named."""
    chosen = sys.argv[1:]
    rows = [each for each in FINDINGS if not chosen or each.id in chosen]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(data_dir=folder / "data", resource_hosts=("127.0.0.1",))
        with LocalMirra(settings) as local:
            ground = Ground(local, folder)
            results = [held(each, ground) for each in rows]
    lost = [] if chosen else missing()
    for id, tests in () if chosen else TESTED.items():
        print(f"tested   {id:5} {', '.join(tests)}")
    for test in lost:
        print(f"NO SUCH TEST: {test}")
    print(f"{sum(results)} of {len(results)} held; {0 if chosen else len(TESTED)} held by tests")
    return int(not all(results) or bool(lost))


if __name__ == "__main__":
    sys.exit(main())
