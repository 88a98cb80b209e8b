"""Inside a vendor imports point one way, knots stay small, and a listing fits on a screen.

`mirra_mcp/local/mirrors/<vendor>/` reads like the vendor's own API reference: areas in the vendor's
product words, `api/` for how the vendor speaks, one table of nouns. Areas know `api/` and the kit;
they meet each other through the mirror (`self.stripe.charges`), never by an import.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.standing.project import ROOT, files, imports, module_name, short

MIRRORS = "mirra_mcp.local.mirrors"
FOLDER = ROOT / "mirra_mcp" / "local" / "mirrors"
VENDORS = sorted(path.parent.name for path in FOLDER.glob("*/mirror.py"))
SERVE = {"api", "ledger", "seeds", "simulate"}
"""The folders of a vendor that are no area."""
ABOVE = {"mirror", "nouns", "seeds", "simulate"}
"""What knows areas, and no area may know."""
LONGEST_LISTING, LARGEST_KNOT = 16, 3


def areas(vendor: str) -> set[str]:
    """The folders of a vendor that hold nouns."""
    return {path.parent.name for path in (FOLDER / vendor).glob("*/__init__.py")} - SERVE


def astray(vendor: str, rooms: set[str], modules: Mapping[str, Iterable[str]]) -> list[str]:
    """The imports inside a vendor that point up or sideways, by importing module."""
    root = f"{MIRRORS}.{vendor}."
    found = []
    for module, names in modules.items():
        room = module.removeprefix(root).split(".")[0]
        forbidden = ABOVE | rooms if room == "api" else ABOVE | rooms - {room}
        if room in rooms or room == "api":
            found += [
                f"{module} imports {name}"
                for name in names
                if name.startswith(root) and name.removeprefix(root).split(".")[0] in forbidden
            ]
    return found


def knots(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """The groups of modules that all reach each other, largest first (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []
    for start in graph:
        if start in number:
            continue
        number[start] = low[start] = len(number)
        stack.append(start)
        work: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(graph[start])))]
        while work:
            node, others = work[-1]
            for other in others:
                if other not in number:
                    number[other] = low[other] = len(number)
                    stack.append(other)
                    work.append((other, iter(sorted(graph[other]))))
                    break
                if other in stack:
                    low[node] = min(low[node], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    at = stack.index(node)
                    found.append(set(stack[at:]))
                    del stack[at:]
    return sorted((knot for knot in found if len(knot) > 1), key=len, reverse=True)


@functools.cache
def package() -> dict[str, set[str]]:
    """Each module of the package with those that it imports, for type checking or not."""
    paths = {module_name(path): path for path in files(".py")}
    ours = {name: path for name, path in paths.items() if name.startswith("mirra_mcp")}
    graph: dict[str, set[str]] = {}
    for module, path in ours.items():
        names = {name for _, name in imports(path)}
        found = {name if name in ours else name.rpartition(".")[0] for name in names}
        graph[module] = found & ours.keys() - {module}
    return graph


@pytest.mark.parametrize("vendor", VENDORS)
def test_areas_know_the_vendors_speech_and_never_each_other(vendor: str) -> None:
    root = f"{MIRRORS}.{vendor}."
    graph = {name: found for name, found in package().items() if name.startswith(root)}
    assert areas(vendor)
    assert astray(vendor, areas(vendor), graph) == []


def test_no_import_knot_is_larger_than_a_handful() -> None:
    large = [sorted(knot) for knot in knots(package()) if len(knot) > LARGEST_KNOT]
    assert large == []


def listings(top: Path) -> dict[str, int]:
    """How many entries each folder under a folder lists, itself included."""
    folders = [top, *(path for path in top.rglob("*") if path.is_dir())]
    return {
        short(folder): sum(each.name != "__pycache__" for each in folder.iterdir())
        for folder in folders
        if folder.name != "__pycache__"
    }


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_listing_of_a_vendors_folder_fits_on_a_screen(vendor: str) -> None:
    found = listings(FOLDER / vendor) | listings(ROOT / "tests" / "local" / "mirrors" / vendor)
    assert {name: count for name, count in found.items() if count > LONGEST_LISTING} == {}


def test_the_checks_see_what_they_look_for() -> None:
    """Guards that never fire guard nothing."""
    root = f"{MIRRORS}.toy"
    modules = {
        f"{root}.billing.invoices": [f"{root}.payments.cards.Card", f"{root}.api.errors"],
        f"{root}.api.errors": [f"{root}.billing.invoices", "mirra_mcp.local.kit.errors"],
        f"{root}.payments.cards": [f"{root}.mirror.Toy", f"{root}.payments.banks"],
        f"{root}.mirror": [f"{root}.payments.cards"],
    }
    assert astray("toy", {"billing", "payments"}, modules) == [
        f"{root}.billing.invoices imports {root}.payments.cards.Card",
        f"{root}.api.errors imports {root}.billing.invoices",
        f"{root}.payments.cards imports {root}.mirror.Toy",
    ]
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": {"d"}, "f": {"a"}}
    assert knots(graph) == [{"a", "b", "c"}, {"d", "e"}]
