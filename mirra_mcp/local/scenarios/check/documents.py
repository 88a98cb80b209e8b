"""Which documents a criterion speaks of: all there are, those of this attempt, or `the` one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from mirra_mcp.local.scenarios.check.grades import Moment
from mirra_mcp.local.scenarios.check.values import at_path
from mirra_mcp.local.scenarios.check.words import CHANGED, GONE, MADE, TOUCHED
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import Change, World
from mirra_mcp.wire.model import Doc

LABELS = ("from", "to", "subject", "email", "name", "amount")
"""Fields that help a reader to recognise a document."""
LABEL = 60
MOST_NEAR = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A document that was found, and where the log tells why."""

    noun: Noun
    id: str
    doc: Doc
    entry: int = 0
    at: datetime | None = None

    def __str__(self) -> str:
        """Name it by its id."""
        return self.id

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other document."""
        return self.noun.vendor, self.noun.plural, self.id

    @property
    def described(self) -> str:
        """Name it with the fields that one knows it by."""
        names = (*LABELS, *self.noun.names, self.noun.status_field)
        shown = [
            f"{name} {_brief(self.doc[name])}"
            for name in dict.fromkeys(names)
            if self.doc.get(name) not in (None, "", [], {})
        ]
        return f"{self.noun.spoken} {self.id}" + (f" ({', '.join(shown)})" if shown else "")

    def value(self, paths: Sequence[str]) -> Any:
        """Return what the first of the paths holds that has anything."""
        values = [at_path(self.doc, path) for path in paths]
        return next((each for each in values if each not in (None, "", [], {})), values[0])


def _brief(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = ", ".join(value)
    else:
        text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"


class Filter(Protocol):
    """A narrowing of a selection."""

    @property
    def plain(self) -> str:
        """The narrowing in plain words, to follow the noun."""

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether a document stays in."""

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """Return an indexed field and its value, if the store can narrow by that."""

    @property
    def mention(self) -> str | None:
        """A text that must be in the document's JSON, if there is one."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of a document in this attempt."""

    word: str
    kind: Literal["made", "gone", "changed", "touched", "set"]
    name: str = ""
    value: Any = None

    def fits(self, change: Change) -> bool:
        """Tell whether a change is one of these."""
        if self.kind == "made":
            return change.before is None
        if self.kind == "gone":
            return change.after is None
        if self.kind == "changed":
            return change.before is not None and change.after is not None
        if self.kind == "touched":
            return True
        after = change.after or {}
        if self.name not in after:
            return False
        before = (change.before or {}).get(self.name) if change.before is not None else None
        if self.value is ...:
            return after[self.name] is not None and after[self.name] != before
        is_new = change.before is None or before != after[self.name]
        return after[self.name] == self.value and is_new


CREATED = Deed("created", "made")


def deed_of(word: str, noun: Noun) -> Deed | None:
    """Return what a participle means for a noun, or None if it isn't known to mean anything."""
    for spelling in (word, word.replace("-", "_"), word.replace("cancelled", "canceled")):
        if spelling in noun.verbs:
            name, value = noun.verbs[spelling]
            return Deed(word, "set", name, value)
    if word in MADE:
        return Deed(word, "made")
    if word in GONE:
        return Deed(word, "gone")
    if word in CHANGED:
        return Deed(word, "changed")
    return Deed(word, "touched") if word in TOUCHED else None


How = Literal["there", "the", "done"]


@dataclass(frozen=True)
class Selection:
    """Documents of some nouns, narrowed down."""

    nouns: tuple[Noun, ...]
    how: How = "there"
    deeds: tuple[Deed, ...] = ()
    """Per noun, if `how` is `done`."""
    filters: tuple[Filter, ...] = ()
    pick: int | None = None
    """Only the one at this place, in order; -1 is the last."""
    few: int | None = None
    """How many of them a count speaks of, for what is said of the others."""

    @property
    def one(self) -> str:
        """The noun, singular."""
        return self.nouns[0].spoken

    @property
    def many(self) -> str:
        """The noun, plural; of several mirrors where it is each one's."""
        if len({noun.vendor for noun in self.nouns}) == 1:
            return self.nouns[0].spoken_plural
        return " and ".join(f"{noun.vendor} {noun.spoken_plural}" for noun in self.nouns)

    @property
    def plain(self) -> str:
        """The selection in plain words."""
        word = f"{self.deeds[0].word} in this attempt" if self.deeds else ""
        if self.how == "the":
            word = "of this attempt"
        parts = [self.many, word, *(each.plain for each in self.filters)]
        text = " ".join(each for each in parts if each)
        first, where, more = text.partition(" where ")
        text = first + where + more.replace(" where ", " and ")
        if self.pick is not None:
            text = f"the {ORDER[self.pick]} of {text}"
        return text

    def of(self, how: How, *deeds: Deed) -> "Selection":
        """Return the same documents, chosen in another way."""
        return replace(self, how=how, deeds=deeds)

    def narrowed(self, *filters: Filter) -> "Selection":
        """Return those of the documents that also fit `filters`."""
        return replace(self, filters=(*self.filters, *filters))

    def done(self, word: str) -> "Selection | None":
        """Return those to which something happened; None if the word means nothing for a noun."""
        pairs = [(noun, deed) for noun in self.nouns if (deed := deed_of(word, noun))]
        if not pairs:
            return None
        nouns, deeds = zip(*pairs, strict=True)
        return replace(self, nouns=nouns, how="done", deeds=deeds)

    def find(self, world: World) -> list[Found]:
        """List the documents, each once, in the order in which they came."""
        if self not in world.memo:
            world.memo[self] = self._find(world)
        found: list[Found] = world.memo[self]
        return found

    def _find(self, world: World) -> list[Found]:
        if self.how == "the":
            found = self._the(world)
        else:
            found = [
                each
                for number, noun in enumerate(self.nouns)
                for each in self._candidates(world, noun, number)
                if all(test.holds(each, world) for test in self.filters)
            ]
        if len(self.nouns) > 1:
            found.sort(key=lambda each: each.entry)
        if self.pick is not None:
            found = found[self.pick :][:1] if self.pick < 0 or self.pick < len(found) else []
        return found

    def _the(self, world: World) -> list[Found]:
        """Return what the attempt made; if that is nothing what it changed; else what is there."""
        bare = replace(self, pick=None)
        for word in ("created", "changed"):
            done = bare.done(word)
            if done is not None and (found := done.find(world)):
                return found
        return bare.of("there").find(world)

    def _candidates(self, world: World, noun: Noun, number: int) -> Iterator[Found]:
        if self.how == "done":
            yield from happened(world, noun, self.deeds[number])
            return
        pairs = [pair for test in self.filters if (pair := test.index(noun))]
        mentions = [text for test in self.filters if (text := test.mention)]
        view = world.mirrors.get(noun.vendor)
        if view is None:
            return
        for doc in view.documents(noun.plural, dict(pairs), next(iter(mentions), None)):
            yield Found(noun, doc["id"], doc)

    def count(self, world: World) -> int | None:
        """Count without reading the documents, where that is possible."""
        if self.how != "there" or self.filters or self.pick is not None:
            return None
        views = [(world.mirrors.get(noun.vendor), noun.plural) for noun in self.nouns]
        return sum(view.count(plural) for view, plural in views if view is not None)

    def near(self, world: World) -> list[str]:
        """Describe what would have been found without the narrowings, if that is little."""
        if not self.filters:
            return []
        bare = replace(self, filters=(), pick=None)
        if bare.how == "there" and (bare.count(world) or 0) > MOST_NEAR:
            return []
        return [each.described for each in bare.find(world)]

    def moments(self, world: World) -> list[Moment]:
        """Return when each of the documents came to be chosen."""
        return [moment for each in self.find(world) if (moment := moment_of(world, each))]


def moment_of(world: World, found: Found) -> Moment | None:
    """Return when something happened to a document, and when it was made."""
    if found.at is None:
        return None
    changes = world.changes_of.get((found.noun.vendor, found.noun.entity), ())
    made = (each for each in changes if each.id == found.id and each.before is None)
    first = next(made, None)
    since = first.at if first is not None and first.entry != found.entry else None
    return Moment(found.entry, found.at, f"{found.noun.spoken} {found.id}", since)


ORDER = {0: "first", 1: "second", 2: "third", 3: "fourth", 4: "fifth", -1: "last"}


def happened(world: World, noun: Noun, deed: Deed) -> Iterator[Found]:
    """List the documents to which something happened in this attempt, each once."""
    seen: set[str] = set()
    for change in world.changes_of.get((noun.vendor, noun.entity), ()):
        if change.id in seen or not deed.fits(change):
            continue
        seen.add(change.id)
        yield Found(noun, change.id, latest(world, noun, change.id), change.entry, change.at)


def latest(world: World, noun: Noun, id: str) -> Doc:
    """Return a document as it is, or as it last was."""
    doc = world.mirrors[noun.vendor].document(noun.plural, id)
    if doc is not None:
        return doc
    known: Doc = {"id": id}
    for change in world.changes_of.get((noun.vendor, noun.entity), ()):
        if change.id == id:
            known = known | (change.before or {}) | (change.after or {})
    return known


def history(world: World, noun: Noun, id: str, name: str) -> list[Any]:
    """Return the values that a field has had in this attempt, from before it on."""
    values: list[Any] = []
    for change in world.changes_of.get((noun.vendor, noun.entity), ()):
        if change.id != id or change.after is None or name not in change.after:
            continue
        if not values and change.before is not None:
            values.append(change.before.get(name))
        if not values or values[-1] != change.after[name]:
            values.append(change.after[name])
    return values
