"""`self.stripe.charges` is typed: `api/peers.pyi` names the nouns of `nouns.py`, and them alone.

`UPDATE_DOCS=1 pytest tests/standing/test_peers.py` writes the stubs anew.
"""

import ast
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from tests.standing.project import ROOT, short

MIRRORS = ROOT / "mirra_mcp" / "local" / "mirrors"
VENDORS = sorted(path.parent.name for path in MIRRORS.glob("*/nouns.py"))
HEAD = "# Written by tests/standing/test_peers.py from nouns.py.\n"


def stub(peers: Path, nouns: Sequence[type[Resource]]) -> str:
    """The types of a vendor's `peers.py`, with each noun under its plural."""
    tree = ast.parse(peers.read_text(encoding="utf-8"))
    (owner,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    imports = {ast.unparse(node) for node in tree.body if isinstance(node, ast.ImportFrom)}
    imports |= {f"from {noun.__module__} import {noun.__name__}" for noun in nouns}
    by_module: dict[str, list[str]] = {}
    for line in imports:
        _, module, _, name = line.split()
        by_module.setdefault(module, []).append(name)
    base = ast.unparse(owner.bases[0])
    fields = sorted(f"    {noun.plural}: {noun.__name__}" for noun in nouns)
    return "\n".join(
        [
            HEAD,
            *(_import(module, sorted(by_module[module])) for module in sorted(by_module)),
            f"\nclass {owner.name}({base}):",
            *fields,
            "",
        ]
    )


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 100:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_stub_names_every_noun_once(vendor: str) -> None:
    nouns = import_module(f"mirra_mcp.local.mirrors.{vendor}.nouns").NOUNS
    assert len({noun.plural for noun in nouns}) == len(nouns)
    peers = MIRRORS / vendor / "api" / "peers.py"
    path, text = peers.with_suffix(".pyi"), stub(peers, nouns)
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, (
        f"{short(path)} is out of date: run with UPDATE_DOCS=1 and review the difference"
    )


def misspelt(stripe: Peers) -> object:
    """What the type checker must refuse: an ignore that isn't needed is an error of its own."""
    return stripe.chrages  # type: ignore[attr-defined]  # that it is an error is the point


def test_the_type_checker_reports_ignores_that_are_not_needed() -> None:
    """It is what makes `misspelt` a test: without the stub's table, the ignore would be unused."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "strict = true" in text
    assert "warn_unused_ignores = false" not in text
