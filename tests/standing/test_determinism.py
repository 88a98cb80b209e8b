"""No wall clock and no dice inside a mirror: the same calls give the same bytes."""

import ast
from collections.abc import Iterator

from tests.standing.project import ROOT, files, imported, short

MIRRORS = ROOT / "mirra_mcp" / "local" / "mirrors"
DICE = {"random", "secrets", "time", "uuid.uuid1", "uuid.uuid4", "os.urandom", "numpy.random"}
CLOCKS = {
    "now",
    "utcnow",
    "today",
    "urandom",
    "uuid1",
    "uuid4",
    "time_ns",
    "monotonic",
    "token_hex",
}
CLOCK_OWNERS = {"datetime", "date", "time", "uuid", "os", "secrets", "random", "dt"}


def _breaches(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for line, name in imported(tree):
        if name in DICE or name.split(".")[0] in {"random", "secrets", "time"}:
            yield line, f"import of {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            named = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", None)
            if node.func.attr in CLOCKS and named in CLOCK_OWNERS:
                yield node.lineno, f"{named}.{node.func.attr}()"


def test_mirrors_ask_only_the_sessions_clock_and_ids() -> None:
    breaches = [
        f"{short(path)}:{line} {what}"
        for path in files(".py")
        if MIRRORS in path.parents
        for line, what in _breaches(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert breaches == []


def test_the_check_sees_what_it_looks_for() -> None:
    """A guard that never fires guards nothing."""
    sample = "import random\nfrom time import time\nimport datetime\nx = datetime.datetime.now()\n"
    assert [line for line, _ in _breaches(ast.parse(sample))] == [1, 2, 4]
