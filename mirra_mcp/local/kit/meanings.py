"""What people's words mean of a vendor's documents: which state of which document makes them true.

`A payment was made` is true when money has moved, and its denial when none has or may yet: the two
are rarely each other's complement. So a word has two tests, `sure` and `may`. A claim that
something happened counts the documents that are `sure`; a claim that it didn't, those that `may`
be. Between the two lies what neither passes: a payment that is still being processed.

A vendor lists its words in `Mirror.meanings`; whoever reads a criterion needs to know no vendor.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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


DAY = 86_400


def values_at(doc: Any, path: str) -> list[Any]:
    """Return what is at `a.b`, of lists on the way each element's."""
    values = [doc]
    for step in path.split("."):
        found = [each.get(step) for each in values if isinstance(each, dict)]
        values = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return [each for each in values if each is not None]


@dataclass(frozen=True)
class Means:
    """What makes a word true of a document, and what keeps its denial from being true."""

    sure: Fact
    may: Fact
    amount: str = ""
    """The field that holds how much money it was about."""
    stands: bool = True
    """Whether it must still be so at the end: a refund that failed later didn't succeed. What
    can't be undone, as a bounce, stays true though the document went on."""
    turns: bool = False
    """Whether a document that was there must have turned so in this attempt."""
    grows: tuple[str, int] | None = None
    """A path to numbers whose sum must have grown (1) or shrunk (-1) with that."""

    @property
    def plain(self) -> str:
        """What must be so."""
        return self.sure.plain


@dataclass(frozen=True)
class Unclear:
    """A word by which people mean different things: code doesn't grade it."""

    why: str
    instead: tuple[str, ...]
    """Sentences that say one of the things."""


Meaning = Means | Unclear
State = Means | Callable[..., Means]
"""What a phrase means, or what it means with what its shape bound: a number of days."""


@dataclass(frozen=True)
class Alias:
    """A word for some of a noun's documents, with meanings of its own: an MMS, a payment."""

    word: str
    means: Mapping[str, Meaning] = field(default_factory=dict, hash=False)
    only: Fact | None = None
    """Which of the documents are called so; None: any."""
    loosely: Fact | None = None
    """Which of the documents some call so: a denial speaks of them, too."""
    is_strict: bool = False
    """Whether it is only another way to tell what happened: `the card was declined`."""


@dataclass(frozen=True)
class Words:
    """What is said of the documents of one entity."""

    means: Mapping[str, Meaning] = field(default_factory=dict)
    """By participle: `paid`, `sent`."""
    states: Mapping[str, "State"] = field(default_factory=dict)
    """By what may follow the noun, as a shape of the grammar: `will cancel at period end`."""
    aliases: tuple[Alias, ...] = ()
    texts: tuple[str, ...] = ()
    """The fields with text that people see."""
    reasons: tuple[str, ...] = ()
    """The fields that say why something failed."""
    takes: Mapping[str, str] = field(default_factory=dict)
    """What becomes of those who own one, and by which word here: `charged` by `made`."""


def means(
    sure: Fact, may: Fact | None = None, amount: str = "", *, stands: bool = True,
    turns: bool = False, grows: tuple[str, int] | None = None,
) -> Means:  # fmt: skip
    """Give a word its meaning; without `may` its denial is its complement."""
    may = either(sure, may) if may is not None else sure
    return Means(sure, may, amount, stands, turns, grows)


def spoken(rows: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """Give each of several words, written in one text, the same meaning."""
    return {word: meaning for words, meaning in rows.items() for word in words.split()}


def words_in(words: Words) -> Iterator[str]:
    """List the participles that have a meaning."""
    yield from words.means
    for alias in words.aliases:
        yield from alias.means
