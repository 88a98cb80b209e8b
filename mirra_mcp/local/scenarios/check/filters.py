"""Narrowings of documents: by a field, by an id or name, by what they refer to, by mirror."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.documents import Found, Selection
from mirra_mcp.local.scenarios.check.values import FIXED, address_of, equal, leaves, number_of
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import World
from mirra_mcp.wire.model import Doc

PLAIN = re.compile(r"[\w@.:+ -]+", re.ASCII)
"""Texts that JSON writes as they are."""


@dataclass(frozen=True)
class ByField:
    """A field of the document must be so."""

    paths: tuple[str, ...]
    condition: Condition

    @property
    def plain(self) -> str:
        """The condition."""
        return f"where {' or '.join(self.paths)} {self.condition.plain}"

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether any of the fields is so; with a denial whether all are."""
        values = [found.value((path,)) for path in self.paths]
        verdicts = [self.condition.holds(each, found.doc) for each in values]
        return all(verdicts) if self.condition.is_not else any(verdicts)

    @property
    def mention(self) -> str | None:
        """The value, if it must be a certain text; with its field, if that tells more."""
        condition = self.condition
        if condition.op != "is" or condition.is_not or len(self.paths) > 1:
            return None
        value, name = condition.values[0], self.paths[0]
        if name.isidentifier() and (value.is_status or isinstance(value.it, bool)):
            return f'"{name}":{orjson.dumps(value.it).decode()}'
        it = value.it
        if not isinstance(it, str) or number_of(it) is not None or it.lower() in FIXED:
            return None
        return it if PLAIN.fullmatch(it) else None

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """Narrow by a field that the store has indexed."""
        if len(self.paths) == 1 and self.paths[0] in noun.indexes:
            wanted = self.condition.exact
            return None if wanted is None else (self.paths[0], wanted)
        return None


@dataclass(frozen=True)
class ByName:
    """The document must have this id, or be called so."""

    name: str

    @property
    def plain(self) -> str:
        """The id or name."""
        return f'called "{self.name}"'

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether the document is called so."""
        return is_called(found, self.name)

    @property
    def mention(self) -> str | None:
        """The id or name."""
        return self.name if PLAIN.fullmatch(self.name) else None

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """Names may be any of several fields."""
        return None


def is_called(found: Found, name: str) -> bool:
    """Tell whether a document has this id, or this value in a field that names it."""
    if found.id == name:
        return True
    return any(equal(found.doc.get(field), name, found.doc) for field in found.noun.names)


@dataclass(frozen=True)
class ByReference:
    """The document must refer to something, itself or through what it refers to."""

    name: str
    nouns: tuple[Noun, ...] = ()
    """What is referred to, if the criterion says it."""

    @property
    def plain(self) -> str:
        """What is referred to."""
        noun = f"{self.nouns[0].spoken} " if self.nouns else ""
        return f'that refer to {noun}"{self.name}"'

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether it does."""
        wanted = self._ids(found.noun.vendor, world)
        if self._is_in(found.doc, wanted):
            return True
        return any(self._is_in(doc, wanted) for doc in neighbours(found, world))

    def _is_in(self, doc: Doc, wanted: frozenset[str]) -> bool:
        address = self.name.lower() if "@" in self.name else None
        for each in leaves(doc):
            if not isinstance(each, str):
                continue
            if each in wanted or (address and address_of(each) == address):
                return True
            if each == "*" and "." in self.name:  # an endpoint that takes every event
                return True
        return False

    def _ids(self, vendor: str, world: World) -> frozenset[str]:
        """Return the name itself, and the ids of what is called so."""
        key = ("ids", vendor, self.name, tuple(noun.plural for noun in self.nouns))
        if key not in world.memo:
            world.memo[key] = frozenset((self.name, *self._called(vendor, world)))
        found: frozenset[str] = world.memo[key]
        return found

    def _called(self, vendor: str, world: World) -> Iterator[str]:
        view = world.mirrors[vendor]
        for noun in self.nouns:
            if noun.vendor != vendor or view.document(noun.plural, self.name) is not None:
                continue
            for field in noun.names:
                where = {field: self.name} if field in noun.indexes else None
                for doc in view.documents(noun.plural, where):
                    if equal(doc.get(field), self.name, doc):
                        yield doc["id"]

    mention = None

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """What refers to it may be any field."""
        return None


def neighbours(found: Found, world: World) -> Iterator[Doc]:
    """List the documents that a document names in fields called as their entities are."""
    view = world.mirrors[found.noun.vendor]
    for name, value in found.doc.items():
        plural = view.plural_of(name) if isinstance(value, str) else None
        doc = view.document(plural, value) if plural else None
        if doc is not None:
            yield doc


@dataclass(frozen=True)
class ByMirror:
    """The document must be in one mirror."""

    vendor: str

    @property
    def plain(self) -> str:
        """The mirror."""
        return f"in {self.vendor}"

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether it is."""
        return found.noun.vendor == self.vendor

    mention = None

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """The noun tells."""
        return None


@dataclass(frozen=True)
class Anywhere:
    """Some text of the document must be so."""

    condition: Condition

    @property
    def plain(self) -> str:
        """The condition."""
        return f"where any text {self.condition.plain}"

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether any text in the document is so; with a denial whether none is."""
        bare = replace(self.condition, is_not=False)
        return any(bare.holds(each, found.doc) for each in leaves(found.doc)) != (
            self.condition.is_not
        )

    mention = None

    def index(self, noun: Noun) -> None:
        """No index tells."""


@dataclass(frozen=True)
class ByOwner:
    """The document must refer to one of some others."""

    owners: Selection

    @property
    def plain(self) -> str:
        """Whose they are."""
        return f"that refer to {self.owners.plain}"

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether it is one of theirs."""
        return any(ByReference(each.id).holds(found, world) for each in self.owners.find(world))

    mention = None

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """No index tells."""
        return None


def can_refer(noun: Noun, owners: tuple[Noun, ...]) -> bool:
    """Tell whether a noun has a field that is called as one of the owners is: `customer`."""
    names = {
        name
        for owner in owners
        if owner.vendor == noun.vendor
        for name in (owner.entity, owner.entity.rpartition("_")[2])
    }
    return any(root.startswith(name) for root in noun.roots for name in names)
