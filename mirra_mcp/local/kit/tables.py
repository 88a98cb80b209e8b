"""Tables in memory: values that are shared between states, and copied by the first who writes.

Each table belongs to the store that made or copied it; a store that holds another's must `copy` it
before it writes. All of them have `get` and `set`, so that a write can be taken back, journaled or
looked at from earlier without knowing what the table holds.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from mirra_mcp.wire.model import Doc

Row = tuple[int, bytes]
"""A document as it is kept: its place in the order of creation, and its JSON."""


class Plain:
    """Values by name."""

    __slots__ = ("owner", "rows")

    def __init__(self, owner: object, rows: dict[str, Any] | None = None) -> None:
        self.owner = owner
        self.rows: dict[str, Any] = {} if rows is None else rows

    def copy(self, owner: object) -> "Plain":
        """Return a table of the same rows that `owner` may write."""
        return Plain(owner, self.rows.copy())

    def get(self, key: str) -> Any:
        """Return a row, or None."""
        return self.rows.get(key)

    def set(self, key: str, row: Any) -> None:
        """Make a row what it should be; None: gone."""
        if row is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = row


class Index:
    """Which documents have a value in one field, in order of creation."""

    __slots__ = ("many", "one")

    def __init__(self, one: dict[str, int], many: dict[str, list[int]]) -> None:
        self.one, self.many = one, many

    def copy(self) -> "Index":
        """Return an index that can be written alone."""
        return Index(self.one.copy(), {value: each.copy() for value, each in self.many.items()})

    def add(self, value: str, seq: int) -> None:
        """Let a document have a value."""
        many = self.many.get(value)
        if many is None:
            first = self.one.setdefault(value, seq)
            if first != seq:
                del self.one[value]
                self.many[value] = [first, seq] if first < seq else [seq, first]
        elif seq > many[-1]:
            many.append(seq)
        elif many[bisect_left(many, seq)] != seq:
            insort(many, seq)

    def drop(self, value: str, seq: int) -> None:
        """Let a document not have a value any more."""
        many = self.many.get(value)
        if many is None:
            if self.one.get(value) == seq:
                del self.one[value]
            return
        take_out(many, seq)
        if len(many) == 1:
            self.one[value] = many[0]
            del self.many[value]

    def find(self, value: str) -> Sequence[int]:
        """List the documents that have a value."""
        many = self.many.get(value)
        if many is not None:
            return many
        one = self.one.get(value)
        return () if one is None else (one,)


class Documents:
    """The documents of one kind: by id, in order of creation, and by their indexed fields."""

    __slots__ = ("bodies", "by_id", "indexes", "names", "order", "owner")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.by_id: dict[str, int] = {}
        self.bodies: dict[int, bytes] = {}
        self.order: list[int] = []
        self.indexes: dict[str, Index] = {}
        self.names: tuple[str, ...] = ()
        """The fields that are indexed; those not in `indexes` yet, when they are asked for."""

    def copy(self, owner: object) -> "Documents":
        """Return a table of the same documents that `owner` may write."""
        other = Documents(owner)
        other.by_id, other.bodies = self.by_id.copy(), self.bodies.copy()
        other.order, other.names = self.order.copy(), self.names
        other.indexes = {name: each.copy() for name, each in self.indexes.copy().items()}
        return other

    def get(self, key: str) -> Row | None:
        """Return a document, or None."""
        seq = self.by_id.get(key)
        return None if seq is None else (seq, self.bodies[seq])

    def set(self, key: str, row: Row | None) -> None:
        """Make a document what it should be; None: gone."""
        seq = self.by_id.get(key)
        if seq is not None:
            body = self.bodies[seq]
            if row is not None and row[0] == seq:
                self.replace(seq, row[1], orjson.loads(body), orjson.loads(row[1]))
                return
            self.remove(key, seq, orjson.loads(body))
        if row is not None:
            self.insert(key, *row, orjson.loads(row[1]))

    def use(self, names: tuple[str, ...]) -> None:
        """Index these fields: at once while there is no document yet."""
        if names != self.names:
            self.names = names
            if not self.order:
                self.indexes = {name: Index({}, {}) for name in names}

    def insert(self, id: str, seq: int, body: bytes, doc: Doc) -> None:
        """Add a document whose id is new."""
        self.place(id, seq, body)
        for name, index in self.indexes.items():
            value = doc.get(name)
            if isinstance(value, str):
                index.add(value, seq)
            else:
                for each in keys_of(value):
                    index.add(each, seq)

    def place(self, id: str, seq: int, body: bytes) -> None:
        """Add a document while no field is indexed."""
        self.by_id[id] = seq
        self.bodies[seq] = body
        if not self.order or seq > self.order[-1]:
            self.order.append(seq)
        else:
            insort(self.order, seq)

    def replace(self, seq: int, body: bytes, before: Doc, after: Doc) -> None:
        """Change a document."""
        self.bodies[seq] = body
        for name, index in self.indexes.items():
            old, new = before.get(name), after.get(name)
            if old != new:
                kept = set(keys_of(new))
                for each in keys_of(old):
                    if each not in kept:
                        index.drop(each, seq)
                for each in kept:
                    index.add(each, seq)

    def remove(self, id: str, seq: int, doc: Doc) -> None:
        """Take a document out."""
        del self.by_id[id], self.bodies[seq]
        take_out(self.order, seq)
        for name, index in self.indexes.items():
            for each in keys_of(doc.get(name)):
                index.drop(each, seq)

    def index(self, name: str) -> Index:
        """Return the index of a field; a table that was read from a file makes it now."""
        if name not in self.indexes:
            made = Index({}, {})
            for seq in self.order:
                for each in keys_of(orjson.loads(self.bodies[seq]).get(name)):
                    made.add(each, seq)
            self.indexes[name] = made  # whole at once: another thread may read it
        return self.indexes[name]

    def find(self, where: dict[str, Any]) -> Sequence[int]:
        """List the documents whose indexed fields are, or contain, the given values."""
        if not where or not self.order:
            return self.order
        if len(where) == 1:
            ((name, value),) = where.items()
            return self.index(name).find(key_of(value))
        found = sorted(
            (self.index(name).find(key_of(value)) for name, value in where.items()), key=len
        )
        first, others = found[0], found[1:]
        return (
            [seq for seq in first if all(is_in(seq, each) for each in others)] if others else first
        )


def between(found: Sequence[int], above: int | None, below: int | None) -> Sequence[int]:
    """Return the part of a sorted list that lies between two bounds, both left out."""
    if above is None and below is None:
        return found
    low = 0 if above is None else bisect_right(found, above)
    high = len(found) if below is None else bisect_left(found, below)
    return found[low:high]


def is_in(seq: int, found: Sequence[int]) -> bool:
    """Tell whether a number is in a sorted list."""
    at = bisect_left(found, seq)
    return at < len(found) and found[at] == seq


def take_out(found: list[Any], each: Any) -> None:
    """Remove one from a sorted list, if it is there."""
    at = bisect_left(found, each)
    if at < len(found) and found[at] == each:
        del found[at]


def key_of(value: Any) -> str:
    """Return a field's value as an index has it."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def keys_of(value: Any) -> Iterable[str]:
    """Return the values under which a field is found: of a list, each one."""
    return [key_of(each) for each in value] if isinstance(value, list) else (key_of(value),)
