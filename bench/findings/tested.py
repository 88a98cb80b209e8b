"""Rows that can't run by themselves: they need a full disk, a kill, another client, a long wait."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TESTED: dict[str, tuple[str, ...]] = {}
"""By row, the tests that hold it: `path::name`, or a path alone for all of a file."""


def missing() -> list[str]:
    """Return the named tests that aren't there."""
    return [test for tests in TESTED.values() for test in tests if not _is_there(test)]


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    return not name or bool(re.search(rf"def {name}\b", file.read_text(encoding="utf-8")))
