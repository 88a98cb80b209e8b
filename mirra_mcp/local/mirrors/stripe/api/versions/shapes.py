"""The fields of Stripe's objects, version by version, and documents shown with exactly those.

`fields/*.txt` has a line for each object and each object inside it: its fields in Stripe's order,
`?` after those that are never null and left out when they say nothing, `??` after those that may
be null or left out, `=` before the line that describes what is inside (`[]` a list of such, `{}` a
map to such). Each file has what differs from the one before it.

Source: the types and fixtures of https://github.com/stripe/stripe-node and
https://github.com/stripe/openapi
"""

from functools import cache
from importlib.resources import files
from typing import Any

from mirra_mcp.local.mirrors.stripe.api.versions.renames import RENAMES
from mirra_mcp.wire.model import Doc

FAMILIES = ("2024-06-20", "acacia", "basil", "clover", "dahlia", "endive")
"""The versions between which fields moved, oldest first."""
FREE = ("metadata", "previous_attributes")
"""Fields whose content is the caller's own, or is shown already."""

Row = tuple[str, bool, bool, "Shape | None", bool, bool]
"""A field, whether it is always there and whether it may be null, its shape, whether that is of
each value of a map, and whether it may hold anything to shape."""


class Family:
    """All shapes of one version family; each is built when it is first needed."""

    def __init__(self, name: str, lines: dict[str, str]) -> None:
        self.name = name
        self._lines = lines
        self._shapes: dict[str, Shape] = {}

    def shape(self, name: str) -> "Shape | None":
        """Return the shape of an object, or None for one that isn't described."""
        found = self._shapes.get(name)
        if found is None and name in self._lines:
            found = self._shapes[name] = Shape(self)
            found.read(self._lines[name])
        return found

    def show(self, value: Any, *, whole: bool = True) -> Any:
        """Return a value with every object in it shown as this family knows it."""
        if value.__class__ is list:
            return [self.show(each, whole=whole) for each in value]
        if value.__class__ is not dict:
            return value
        name = value.get("object")
        if name.__class__ is not str:
            return value
        if name == "list" or name == "search_result":
            return {**value, "data": [self.show(each, whole=whole) for each in value["data"]]}
        shape = self.shape(name)
        if shape is None:
            return value
        if name == "event":  # what it is about stays in the version in which it happened
            shown = shape.show({**value, "data": None}, whole=whole)
            return {**shown, "data": value.get("data")} if "data" in shown else shown
        if value.get("deleted") is True:
            return self._deleted(value, shape) if name == "discount" else value
        return shape.show(self.renamed(value), whole=whole)

    def _deleted(self, doc: Doc, shape: "Shape") -> Doc:
        """Show a deleted discount, the one stub that keeps its fields, all but its `end`."""
        shown = shape.show(self.renamed(doc))
        shown.pop("end", None)
        return shown | {"deleted": True}

    def renamed(self, doc: Doc) -> Doc:
        """Return a document with what this family calls otherwise under its own names."""
        move = RENAMES.get(doc.get("object", ""))
        return move(doc, self.name) if move else doc

    def has(self, doc: Doc, field: str) -> bool:
        """Tell whether this family knows a field of an object."""
        shape = self.shape(str(doc.get("object")))
        return shape is None or any(row[0] == field for row in shape.rows)


class Shape:
    """The fields of one object."""

    __slots__ = ("_family", "rows")

    def __init__(self, family: Family) -> None:
        self._family = family
        self.rows: list[Row] = []

    def read(self, line: str) -> None:
        """Take the fields from a line of the table."""
        for word in line.split():
            name, _, inside = word.partition("=")
            is_map = inside.endswith("{}")
            shape = self._family.shape(inside.rstrip("[]{}")) if inside else None
            field = name.rstrip("?")
            always, nullable = name == field, name != f"{field}?"
            self.rows.append((field, always, nullable, shape, is_map, field not in FREE))

    def show(self, doc: Doc, *, whole: bool = True) -> Doc:
        """Return a document with these fields; `whole` fills in those that must be there."""
        shown: Doc = {}
        for name, always, nullable, shape, is_map, nested in self.rows:
            if name in doc:
                value = doc[name]
                if value is None and not nullable:
                    continue
                kind = value.__class__
                if nested and (kind is dict or kind is list) and value:
                    value = self._inside(value, shape, is_map, whole)
                shown[name] = value
            elif always and whole and name != "id":  # an upcoming invoice has none
                shown[name] = None
        return shown

    def _inside(self, value: Any, shape: "Shape | None", is_map: bool, whole: bool) -> Any:
        if value.__class__ is list:
            return [
                self._inside(each, shape, False, whole)
                if each.__class__ is dict or each.__class__ is list
                else each
                for each in value
            ]
        if value.get("object").__class__ is str:
            return self._family.show(value, whole=whole)
        if shape is None:
            return value
        if is_map:
            return {
                name: shape.show(each, whole=whole) if each.__class__ is dict else each
                for name, each in value.items()
            }
        return shape.show(value, whole=whole)


@cache
def family_named(name: str) -> Family:
    """Return a family's shapes, read from the tables once."""
    lines: dict[str, str] = {}
    folder = files("mirra_mcp.local.mirrors.stripe.api.versions") / "fields"
    for each in FAMILIES[: FAMILIES.index(name) + 1]:
        for line in (folder / f"{each}.txt").read_text(encoding="utf-8").splitlines():
            key, _, fields = line.partition(": ")
            lines[key] = fields
    return Family(name, lines)
