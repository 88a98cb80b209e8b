"""Twins: no two documents of a kind are alike in the fields that the check names."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import orjson

from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade, named
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import FieldName, Raw, Things, narrow
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.values import address_of
from mirra_mcp.local.scenarios.world import World

MOST = 4


@dataclass(frozen=True)
class NoTwins(Clause):
    """No two documents have the same values in some fields."""

    selection: Selection
    paths: tuple[str, ...]
    are_whole: tuple[bool, ...]
    """Of each field that is a list whether all of it is meant, or any one in it: a recipient."""

    @property
    def plain(self) -> str:
        """The claim."""
        return f"no two of {self.selection.plain} have the same {' and '.join(self.paths)}"

    def grade(self, world: World) -> Grade:
        """Group the documents by the values of the fields."""
        groups: dict[bytes, list[Found]] = {}
        docs = self.selection.find(world)
        for each in docs:
            for key in self._keys(each):
                groups.setdefault(key, []).append(each)
        alike = {each.key: each for group in groups.values() if len(group) > 1 for each in group}
        twins = list(alike.values())
        many = self.selection.many
        told = f"alike: {named(twins)}" if twins else f"{len(docs)} {many}, no two alike"
        return grade(not twins, told, twins)

    def _keys(self, found: Found) -> set[bytes]:
        """Return what must be no other document's; nothing where a field is empty."""
        parts: list[list[object]] = []
        for path, is_whole in zip(self.paths, self.are_whole, strict=True):
            value = _comparable(found.value((path,)))
            many = value if isinstance(value, list) and not is_whole else [value]
            parts.append([each for each in many if each not in (None, "", [], {})])
        return {orjson.dumps(each) for each in product(*parts)}


def _comparable(value: object) -> object:
    """Return addresses without names and in any order, other values as they are."""
    if isinstance(value, str):
        return address_of(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return sorted(address_of(each) for each in value)
    return value


@slot("twin_fields")
def _fields(reader: Reader, at: int) -> Iterator[tuple[tuple[FieldName, ...], int]]:
    """Read `recipient and subject`."""
    for name, end in reader.slot("field", at):
        yield (name,), end
        for after, _ in reader.match("and [the] [same] | , [and]", end):
            for rest, last in reader.slot("twin_fields", after):
                if len(rest) < MOST:
                    yield (name, *rest), last


def _no_twins(
    reader: Reader, thing: Things, names: tuple[FieldName, ...], verb: str = "",
    raw: tuple[Raw, ...] = (),
) -> NoTwins | None:  # fmt: skip
    selection = thing.selection.done(verb) if verb else thing.selection
    selection = narrow(selection, raw) if selection is not None else None
    if selection is None or not thing.is_plural:
        return None
    ways = {tuple(name.paths(noun) for name in names) for noun in selection.nouns}
    paths = ways.pop()
    if ways or any(len(each) != 1 for each in paths):
        return None
    are_whole = tuple((each.words or (each.code,))[-1].endswith("s") for each in names)
    return NoTwins(selection, tuple(path for (path,) in paths), are_whole)


PATTERNS = (
    Pattern(
        "twins.none",
        (
            "no two/2 {thing} have/had/share/shared the same {names:twin_fields}",
            "no two/2 {thing} {was} {verb:participle} with the same {names:twin_fields}",
            "no two/2 {thing} with the same {names:twin_fields} {was} {verb:participle}"
            " {raw:scopes}",
            "no two/2 {thing} {verb:participle} [{raw:scopes}] have/had/share/shared the same"
            " {names:twin_fields}",
        ),
        _no_twins,
        ("No two emails were sent with the same recipient and subject",),
    ),
)  # fmt: skip
