"""Facts about documents, as a vendor's description states them: a field is so, or leads to such.

Each tells itself in plain words, and which fields and which other entities it looks at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mirra_mcp.wire.model import Doc

Look = Callable[[str, str], Doc | None]
"""Returns the document of an entity that has an id, as it was at the time in question."""

EMPTY: tuple[Any, ...] = (None, "", [], {})


class Fact(Protocol):
    """A claim about one document."""

    @property
    def plain(self) -> str:
        """The claim in plain words."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that decide it."""

    @property
    def entities(self) -> tuple[str, ...]:
        """The other entities that it looks at."""

    def holds(self, doc: Doc, look: Look) -> bool:
        """Tell whether the document is so."""


def value_at(doc: Any, path: str) -> Any:
    """Return what is at `a.b`; None where there is nothing."""
    for step in path.split("."):
        doc = doc.get(step) if isinstance(doc, dict) else None
    return doc


@dataclass(frozen=True)
class Is:
    """A field has one of some values."""

    name: str
    values: tuple[Any, ...]

    @property
    def plain(self) -> str:
        """The comparison."""
        shown = [str(each).lower() if isinstance(each, bool) else str(each) for each in self.values]
        return f"{self.name} is {' or '.join(shown)}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.name,)

    entities = ()

    def holds(self, doc: Doc, look: Look) -> bool:
        """Compare."""
        return value_at(doc, self.name) in self.values


def is_(name: str, *values: Any) -> Is:
    """Claim that a field has one of some values."""
    return Is(name, values)


@dataclass(frozen=True)
class Given:
    """A field has a value at all, and a number is above zero."""

    name: str

    @property
    def plain(self) -> str:
        """The claim."""
        return f"{self.name} is given"

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.name,)

    entities = ()

    def holds(self, doc: Doc, look: Look) -> bool:
        """Look for a value."""
        value = value_at(doc, self.name)
        return value not in EMPTY and value != 0 and value != "0"


@dataclass(frozen=True)
class Begins:
    """A text begins with one of some prefixes."""

    name: str
    prefixes: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The claim."""
        return f"{self.name} begins with {' or '.join(self.prefixes)}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.name,)

    entities = ()

    def holds(self, doc: Doc, look: Look) -> bool:
        """Compare the beginning."""
        return str(value_at(doc, self.name) or "").startswith(self.prefixes)


@dataclass(frozen=True)
class All:
    """Several claims hold at once."""

    tests: tuple[Fact, ...]

    @property
    def plain(self) -> str:
        """All of them."""
        return " and ".join(each.plain for each in self.tests)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of each."""
        return tuple(name for each in self.tests for name in each.fields)

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities of each."""
        return tuple(name for each in self.tests for name in each.entities)

    def holds(self, doc: Doc, look: Look) -> bool:
        """Tell whether each holds."""
        return all(each.holds(doc, look) for each in self.tests)


def all_(*tests: Fact) -> All:
    """Claim several things at once."""
    return All(tests)


@dataclass(frozen=True)
class Either:
    """At least one of several claims holds."""

    tests: tuple[Fact, ...]

    @property
    def plain(self) -> str:
        """All of them."""
        return ", or ".join(each.plain for each in self.tests)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of each."""
        return tuple(name for each in self.tests for name in each.fields)

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities of each."""
        return tuple(name for each in self.tests for name in each.entities)

    def holds(self, doc: Doc, look: Look) -> bool:
        """Tell whether any holds."""
        return any(each.holds(doc, look) for each in self.tests)


def either(*tests: Fact) -> Either:
    """Claim at least one of several things."""
    return Either(tests)


@dataclass(frozen=True)
class Not:
    """A claim doesn't hold."""

    test: Fact

    @property
    def plain(self) -> str:
        """The denial."""
        return f"not ({self.test.plain})"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of what is denied."""
        return self.test.fields

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities of what is denied."""
        return self.test.entities

    def holds(self, doc: Doc, look: Look) -> bool:
        """Tell whether it doesn't hold."""
        return not self.test.holds(doc, look)


@dataclass(frozen=True)
class Through:
    """The document of another entity that a field names is so."""

    name: str
    entity: str
    test: Fact

    @property
    def plain(self) -> str:
        """The claim about the other document."""
        return f"its {self.name.replace('_', ' ')}'s {self.test.plain}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The field that names it."""
        return (self.name,)

    @property
    def entities(self) -> tuple[str, ...]:
        """The other entity, and whatever that looks at."""
        return (self.entity, *self.test.entities)

    def holds(self, doc: Doc, look: Look) -> bool:
        """Look at the other document."""
        id = value_at(doc, self.name)
        other = look(self.entity, id) if isinstance(id, str) else None
        return other is not None and self.test.holds(other, look)


@dataclass(frozen=True)
class Lasts:
    """The time from one field to another is so many days."""

    since: str
    until: str
    days: int

    @property
    def plain(self) -> str:
        """The claim."""
        return f"from {self.since} to {self.until} it is {self.days} days"

    @property
    def fields(self) -> tuple[str, ...]:
        """Both fields."""
        return self.since, self.until

    entities = ()

    def holds(self, doc: Doc, look: Look) -> bool:
        """Measure, in seconds as the vendor's times are."""
        since, until = value_at(doc, self.since), value_at(doc, self.until)
        if not isinstance(since, int) or not isinstance(until, int):
            return False
        return until - since == self.days * DAY


@dataclass(frozen=True)
class Leads:
    """One of the documents that a path leads to is called so."""

    path: str
    steps: tuple[tuple[str, str], ...]
    """The entities on the way, each with the field that names the next."""
    names: tuple[str, ...]
    """The fields of those, and of the last, that may hold the name."""
    name: str

    @property
    def plain(self) -> str:
        """The claim."""
        way = " or ".join(dict.fromkeys(entity for entity, _ in self.steps))
        return f'its {way} is called "{self.name}"'

    @property
    def fields(self) -> tuple[str, ...]:
        """Where the path begins."""
        return (self.path,)

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities on the way."""
        return tuple(entity for entity, _ in self.steps)

    def holds(self, doc: Doc, look: Look) -> bool:
        """Follow the path."""
        docs = values_at(doc, self.path)
        for entity, following in self.steps:
            known = [look(entity, each) if isinstance(each, str) else each for each in docs]
            found = [each for each in known if isinstance(each, dict)]
            if any(self._is_called(each) for each in found):
                return True
            docs = [each.get(following) for each in found]
        return False

    def _is_called(self, doc: Doc) -> bool:
        values = [doc.get(each) for each in ("id", *self.names)]
        return any(isinstance(it, str) and it.lower() == self.name.lower() for it in values)


@dataclass(frozen=True)
class Names:
    """An object has a key, in any case; a list of names and values has a name, with a value."""

    name: str
    keys: tuple[str, ...]
    value: str | None = None

    @property
    def plain(self) -> str:
        """The claim."""
        wanted = " or ".join(self.keys)
        return f"{self.name} has {wanted}" + (f"={self.value}" if self.value is not None else "")

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.name,)

    entities = ()

    def holds(self, doc: Doc, look: Look) -> bool:
        """Look for it."""
        held, keys = value_at(doc, self.name), {each.lower() for each in self.keys}
        if isinstance(held, list):
            held = {each["name"]: each.get("value") for each in held if "name" in each}
        if not isinstance(held, dict):
            return False
        found = [value for key, value in held.items() if str(key).lower() in keys]
        return any(self.value is None or str(each) == self.value for each in found)


DAY = 86_400


def values_at(doc: Any, path: str) -> list[Any]:
    """Return what is at `a.b`, of lists on the way each element's."""
    values = [doc]
    for step in path.split("."):
        found = [each.get(step) for each in values if isinstance(each, dict)]
        values = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return [each for each in values if each is not None]
