"""Which documents a criterion speaks of: all there are, those of this attempt, or `the` one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from mirra_mcp.local.scenarios.check.deeds import Deed, called, deed_of, happened
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Moment
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import World

MOST_NEAR = 50


class Filter(Protocol):
    """A narrowing of a selection."""

    @property
    def plain(self) -> str:
        """The narrowing in plain words, to follow the noun."""

    def holds(self, found: Found, world: World) -> bool:
        """Tell whether a document surely stays in."""

    def may_hold(self, found: Found, world: World) -> bool:
        """Tell whether a document keeps it from being true that none stays in."""

    def index(self, noun: Noun) -> tuple[str, Any] | None:
        """Return an indexed field and its value, if the store can narrow by that."""

    @property
    def mention(self) -> str | None:
        """A text that must be in the document's JSON, if there is one."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that decide."""

    def meant(self, deed: Deed) -> "Filter":
        """Return the narrowing as it is meant of what became of a document."""


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
    then: tuple[Filter, ...] = ()
    """What the picked one must be: it is chosen first."""
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
        """The selection in plain words, with its scope."""
        scopes = {"the": "that the attempt made (else changed, else any)", "there": "at the end"}
        word = self.deeds[0].plain if self.deeds else scopes[self.how]
        text = _joined([self.many, word, *(each.plain for each in self.filters)])
        if self.pick is not None:
            text = f"the {ORDER[self.pick]} of {text}"
            if self.then:
                text += f", and of these those {_joined([each.plain for each in self.then])}"
        return text

    def of(self, how: How, *deeds: Deed) -> "Selection":
        """Return the same documents, chosen in another way."""
        return replace(self, how=how, deeds=deeds)

    def narrowed(self, *filters: Filter) -> "Selection":
        """Return those of the documents that also fit `filters`."""
        if self.pick is not None:
            return replace(self, then=(*self.then, *filters))
        return replace(self, filters=(*self.filters, *filters))

    @property
    def bare(self) -> "Selection":
        """The selection without its narrowings."""
        return replace(self, filters=(), pick=None, then=())

    @property
    def tests(self) -> tuple[Filter, ...]:
        """All narrowings."""
        return (*self.filters, *self.then)

    def done(self, word: str) -> "Selection | None":
        """Return those to which something happened; None if the word means nothing for a noun."""
        pairs = [(noun, deed) for noun in self.nouns if (deed := deed_of(word, noun))]
        if not pairs:
            return None
        nouns, deeds = zip(*pairs, strict=True)
        filters = tuple(each.meant(deeds[0]) for each in self.filters)
        return replace(self, nouns=nouns, how="done", deeds=deeds, filters=filters)

    def find(self, world: World) -> list[Found]:
        """List the documents, each once, in the order in which they came.

        Those of which it isn't sure are among them; `sure` leaves these out.
        """
        if self not in world.memo:
            world.memo[self] = self._find(world)
        found: list[Found] = world.memo[self]
        return found

    def sure(self, world: World) -> list[Found]:
        """List the documents of which all that is said is true."""
        return [each for each in self.find(world) if each.is_sure]

    def _find(self, world: World) -> list[Found]:
        if self.how == "the":
            found = self._the(world)
        else:
            found = [
                kept
                for number, noun in enumerate(self.nouns)
                for each in self._candidates(world, noun, number)
                if (kept := narrowed(each, self.filters, world)) is not None
            ]
        if len(self.nouns) > 1:
            found.sort(key=lambda each: each.entry)
        if self.pick is not None:
            found = found[self.pick :][:1] if self.pick < 0 or self.pick < len(found) else []
            kept_ones = [narrowed(each, self.then, world) for each in found]
            found = [each for each in kept_ones if each is not None]
        return found

    def _the(self, world: World) -> list[Found]:
        """Return what the attempt made; if that is nothing what it changed; else what is there."""
        plain = replace(self, pick=None, then=())
        for word in ("created", "changed"):
            done = plain.of("done", *(_plain_deed(word) for _ in self.nouns))
            if found := done.find(world):
                return found
        return plain.of("there").find(world)

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
            found = called(Found(noun, doc["id"], doc), world)
            if found is not None:
                yield found

    def count(self, world: World) -> int | None:
        """Count without reading the documents, where that is possible."""
        if self.how != "there" or self.filters or self.pick is not None:
            return None
        if any(noun.only is not None for noun in self.nouns):
            return None
        views = [(world.mirrors.get(noun.vendor), noun.plural) for noun in self.nouns]
        return sum(view.count(plural) for view, plural in views if view is not None)

    def near(self, world: World) -> list[Found]:
        """List what would have been found without the narrowings, if that is little."""
        if not self.tests:
            return []
        bare = self.bare
        if bare.how == "there" and (bare.count(world) or 0) > MOST_NEAR:
            return []
        return bare.find(world)

    def moments(self, world: World) -> list[Moment]:
        """Return when each of the documents came to be chosen."""
        return [moment for each in self.sure(world) if (moment := moment_of(world, each))]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that decide whether a document is meant."""
        means = [deed.means for deed in self.deeds if deed.means is not None]
        names = [name for each in means for name in (*each.sure.fields, *each.may.fields)]
        names += [name for test in self.tests for name in test.fields]
        return tuple(dict.fromkeys(names))


def _plain_deed(word: str) -> Deed:
    return Deed(word, "made" if word == "created" else "changed")


def _joined(parts: list[str]) -> str:
    """Join narrowings, so that `where` stands only once."""
    text = " ".join(each for each in parts if each)
    first, where, more = text.partition(" where ")
    return first + where + more.replace(" where ", " and ")


def narrowed(found: Found, filters: tuple[Filter, ...], world: World) -> Found | None:
    """Return a document if it fits, or may fit, which makes it unsure; else None."""
    if not all(test.may_hold(found, world) for test in filters):
        return None
    if found.is_sure and not all(test.holds(found, world) for test in filters):
        return replace(found, is_sure=False)
    return found


def moment_of(world: World, found: Found) -> Moment | None:
    """Return when something happened to a document, and when it was made."""
    if found.at is None:
        return None
    changes = world.changes_to(found.noun.vendor, found.noun.entity, found.id)
    made = (each for each in changes if each.before is None)
    first = next(made, None)
    since = first.at if first is not None and first.entry != found.entry else None
    return Moment(found.entry, found.at, f"{found.noun.spoken} {found.id}", since)


ORDER = {0: "first", 1: "second", 2: "third", 3: "fourth", 4: "fifth", -1: "last"}
