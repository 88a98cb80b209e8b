"""Each behaviour of a mirror has a row in its ledger with a source and a test, and each test a row.

A ledger is a folder of TOML files beside the mirror, in the mirror's areas: `[[row]]` with `id`,
`behaviour`, `source` (an address, or `ours` where it is our decision), `test`, and `divergence`
where it isn't like the vendor.
"""

import ast
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.standing.project import ROOT, short

MIRRORS = ROOT / "mirra_mcp" / "local" / "mirrors"
LEDGERS = sorted(MIRRORS.glob("*/ledger"))
MUST, MAY = {"id", "behaviour", "source", "test"}, {"divergence"}


def rows(ledger: Path) -> list[dict[str, Any]]:
    """Every row of a vendor's ledger."""
    found: list[dict[str, Any]] = []
    for path in sorted(ledger.rglob("*.toml")):
        found += tomllib.loads(path.read_text(encoding="utf-8"))["row"]
    return found


def proofs(vendor: str) -> set[str]:
    """The test functions of a mirror, as rows name them."""
    found = set()
    for path in sorted((ROOT / "tests" / "local" / "mirrors" / vendor).rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test_"
            ):
                found.add(f"{short(path)}::{node.name}")
    return found


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: path.parent.name)
def test_rows_are_whole_and_unlike_each_other(ledger: Path) -> None:
    found = rows(ledger)
    assert found
    for row in found:
        assert MUST <= set(row) <= MUST | MAY, row
        assert all(isinstance(value, str) and value.strip() for value in row.values()), row
        assert row["source"] == "ours" or row["source"].startswith("https://"), row
    ids = Counter(row["id"] for row in found)
    assert [id for id, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: path.parent.name)
def test_rows_name_tests_that_exist_and_every_test_has_a_row(ledger: Path) -> None:
    named, existing = {row["test"] for row in rows(ledger)}, proofs(ledger.parent.name)
    assert named - existing == set()
    assert existing - named == set()
