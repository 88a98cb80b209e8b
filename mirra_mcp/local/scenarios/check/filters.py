"""Narrowings of documents: by a field, by an id or name, by what they refer to, by mirror."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mirra_mcp.local.kit.meanings import Means
from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.deeds import Deed, looker
from mirra_mcp.local.scenarios.check.documents import Filter, Selection
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.references import all_references
from mirra_mcp.local.scenarios.check.texts import texts_of
from mirra_mcp.local.scenarios.check.values import FIXED, address_of, equal, number_of
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import World

PLAIN = re.compile(r"[\w@.:+ -]+", re.ASCII)
"""Texts that JSON writes as they are."""


class Narrowing:
    """What most filters have in common."""

    @property
    def mention(self) -> str | None:
        """No text must be in the document."""
        return None

    @property
    def fields(self) -> tuple[str, ...]:
        """No field decides alone."""
        return ()

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """No index tells."""
        return None

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether a document surely stays in."""
        raise NotImplementedError

    def may_hold(self, found: Found, world: World) -> bool:
        """Tell the same: there is nothing between yes and no."""
        return self.holds(found, world)

    def meant(self, deed: Deed) -> Any:
        """Return itself: it is meant the same, whatever became of the document."""
        return self


@dataclass(frozen=True)
class ByField(Narrowing):
    """A field of the document must be so."""

    paths: tuple[str, ...]
    condition: Condition

    @property
    def plain(self) -> str:
        """The condition."""
        return f"where {' or '.join(self.paths)} {self.condition.plain}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields."""
        return self.paths

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether any of the fields is so; with a denial whether all are."""
        verdicts = [self.condition.holds(each, found.doc) for each in self._values(found)]
        return all(verdicts) if self.condition.is_not else any(verdicts)

    def may_hold(self, found: Found, world: World) -> bool:
        """Tell whether any of the fields is nearly so."""
        verdicts = [self.condition.may_hold(each, found.doc) for each in self._values(found)]
        return all(verdicts) if self.condition.is_not else any(verdicts)

    def _values(self, found: Found) -> list[Any]:
        return [found.value((path,)) for path in self.paths]

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
class ByAmount(Narrowing):
    """What was paid must be so; a denial looks at what was asked for, too."""

    sure: str
    condition: Condition
    may: tuple[str, ...] = ()
    nouns: tuple[Noun, ...] = ()

    @property
    def plain(self) -> str:
        """The condition."""
        return f"where {self.sure} {self.condition.plain}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields."""
        return tuple(dict.fromkeys((self.sure, *self.may)))

    def meant(self, deed: Deed) -> "ByAmount":
        """Return the narrowing by what truly moved with a deed."""
        paid = deed.means.amount if deed.means is not None else ""
        if not paid or paid == self.sure or not any(paid in each.roots for each in self.nouns):
            return self
        return replace(self, sure=paid, may=(self.sure, *self.may))

    def holds(self, found: Found, world: World) -> bool:
        """Compare what was paid."""
        return self.condition.holds(found.doc.get(self.sure), found.doc)

    def may_hold(self, found: Found, world: World) -> bool:
        """Compare what was paid, and what was asked for."""
        return any(self.condition.may_hold(found.doc.get(n), found.doc) for n in self.fields)


@dataclass(frozen=True)
class ByMeaning(Narrowing):
    """A word of people's must be true of the document as it is at the end."""

    word: str
    means: Means

    @property
    def plain(self) -> str:
        """The word, and what must be so."""
        return f"where it is {self.word} ({self.means.plain})"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that tell."""
        return tuple(dict.fromkeys((*self.means.sure.fields, *self.means.may.fields)))

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether it is true."""
        return self.means.sure.holds(found.doc, looker(world, found.noun.vendor))

    def may_hold(self, found: Found, world: World) -> bool:
        """Tell whether it keeps the denial from being true."""
        return self.means.may.holds(found.doc, looker(world, found.noun.vendor))


@dataclass(frozen=True)
class Lacking(Narrowing):
    """Another narrowing must not hold, not even nearly."""

    other: Filter

    @property
    def plain(self) -> str:
        """The denial."""
        return f"where it is not so: {self.other.plain.removeprefix('where ')}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that tell."""
        return self.other.fields

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether the other surely doesn't hold."""
        return not self.other.may_hold(found, world)

    def may_hold(self, found: Found, world: World) -> bool:
        """Tell whether the other doesn't surely hold."""
        return not self.other.holds(found, world)


@dataclass(frozen=True)
class ByName(Narrowing):
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

    @property
    def fields(self) -> tuple[str, ...]:
        """The id."""
        return ("id",)


def is_called(found: Found, name: str) -> bool:
    """Tell whether a document has this id, or this value in a field that names it."""
    if found.id == name:
        return True
    return any(equal(found.doc.get(field), name, found.doc) for field in found.noun.names)


@dataclass(frozen=True)
class ByReference(Narrowing):
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
        address = self.name.lower() if "@" in self.name else None
        for each in all_references(found, world):
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


@dataclass(frozen=True)
class ByMirror(Narrowing):
    """The document must be in one mirror."""

    vendor: str

    @property
    def plain(self) -> str:
        """The mirror."""
        return f"in {self.vendor}"

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether it is."""
        return found.noun.vendor == self.vendor


@dataclass(frozen=True)
class Mentions(Narrowing):
    """The text that people see must be so."""

    condition: Condition
    paths: tuple[str, ...] = ()
    """The fields whose text is meant; none means all that people see."""

    @property
    def plain(self) -> str:
        """The condition."""
        where = " or ".join(self.paths) or "a text that people see"
        return f"where {where} {self.condition.plain}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields with text."""
        return self.paths

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether any visible text is so; with a denial whether nothing at all is."""
        seen, hidden = texts_of(found, self.paths)
        if self.condition.is_not:
            bare = self.condition.opposite()
            return not any(bare.may_hold(each, found.doc) for each in (*seen, *hidden))
        return self.condition.holds_in(seen, found.doc)

    def may_hold(self, found: Found, world: World) -> bool:
        """Tell whether any text is nearly so; with a denial whether no visible one is."""
        seen, hidden = texts_of(found, self.paths)
        if self.condition.is_not:
            return not self.condition.opposite().holds_in(seen, found.doc)
        return any(self.condition.may_hold(each, found.doc) for each in (*seen, *hidden)) or (
            self.condition.holds_in((*seen, *hidden), found.doc)
        )


@dataclass(frozen=True)
class ByOwner(Narrowing):
    """The document must refer to one of some others."""

    owners: Selection

    @property
    def plain(self) -> str:
        """Whose they are."""
        return f"that refer to {self.owners.plain}"

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether it is one of theirs."""
        return any(ByReference(each.id).holds(found, world) for each in self.owners.find(world))


def can_refer(noun: Noun, owners: tuple[Noun, ...]) -> bool:
    """Tell whether a noun has a field that is called as one of the owners is: `customer`."""
    names = {
        name
        for owner in owners
        if owner.vendor == noun.vendor
        for name in (owner.entity, owner.entity.rpartition("_")[2])
    }
    return any(root.startswith(name) for root in noun.roots for name in names)
