"""Counting documents: how many there are, how often something happened, that it never did."""

from dataclasses import dataclass, replace

from mirra_mcp.local.kit.meanings import Means
from mirra_mcp.local.scenarios.check.conditions import EMPTY, PRESENT, is_value
from mirra_mcp.local.scenarios.check.deeds import deed_of, looker, unclear
from mirra_mcp.local.scenarios.check.documents import Filter, Selection
from mirra_mcp.local.scenarios.check.filters import ByField, ByMeaning
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, found, grade, named
from mirra_mcp.local.scenarios.check.phrases import with_status
from mirra_mcp.local.scenarios.check.quantities import ENDLESS, Quantity
from mirra_mcp.local.scenarios.check.shapes import Reader
from mirra_mcp.local.scenarios.check.values import Value, status_named
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World

MOST_READ = 20
"""Documents that are read to be named, where counting alone would do."""


@dataclass(frozen=True)
class Count(Clause):
    """So many documents."""

    selection: Selection
    quantity: Quantity

    @property
    def plain(self) -> str:
        """The comparison."""
        return f"count of {self.selection.plain} {self.quantity.sign}"

    @property
    def subject(self) -> Selection | None:
        """What is counted, and how many of it; what must not be there isn't spoken of."""
        low, high = self.quantity.low, self.quantity.high
        if not high:
            return None
        return replace(self.selection, few=max(low, 1) if high == ENDLESS else high)

    def grade(self, world: World) -> Grade:
        """Count."""
        selection = self.selection
        many = selection.count(world)
        docs: list[Found] = []
        if many is None or many <= MOST_READ:
            docs = selection.find(world)
            many = len(docs)
        unsure = [each for each in docs if not each.is_sure]
        few = many - len(unsure)
        holds = few >= self.quantity.low and many <= self.quantity.high
        told = found(few, selection.one, selection.many, (each for each in docs if each.is_sure))
        if not docs and many:
            told = f"found {many} {selection.many}"
        if unsure:
            told += f"; neither so nor not so: {named(each.described for each in unsure)}"
        if not holds:
            told += f"; expected {self.quantity}"
        return grade(
            holds, told, docs if docs or holds else selection.near(world), selection.fields
        )

    def moments(self, world: World) -> list[Moment] | None:
        """When what is counted happened."""
        return self.selection.moments(world) if self.selection.deeds else None


@dataclass(frozen=True)
class Times(Clause):
    """Something that can happen to a document again happened to it so often."""

    selection: Selection
    quantity: Quantity

    @property
    def plain(self) -> str:
        """The comparison."""
        return f"times that {self.selection.plain} were so {self.quantity.sign}"

    @property
    def subject(self) -> Selection:
        """What it happened to."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Count the calls, or moments, that did it: of several documents no two may add up."""
        docs = self.selection.find(world)
        times = {each.id: len(self._moments(each, world)) for each in docs}
        most, total = max(times.values(), default=0), sum(times.values())
        holds = most >= self.quantity.low and total <= self.quantity.high
        shown = named(f"{id} {number} times" for id, number in times.items())
        told = f"{self.selection.deeds[0].word}: {shown}" if times else "it never happened"
        if not holds:
            told += f"; expected {self.quantity}"
        return grade(holds, told, docs)

    def _moments(self, found: Found, world: World) -> set[object]:
        deed = self.selection.deeds[self.selection.nouns.index(found.noun)]
        changes = world.changes_to(found.noun.vendor, found.noun.entity, found.id)
        own = [each for each in changes if deed.fits(each)]
        calls = [(each, world.call_of(each)) for each in own]
        return {call.entry if call is not None else each.at for each, call in calls}


@dataclass(frozen=True)
class Never(Clause):
    """Something didn't happen, and isn't so of the only document that may be meant."""

    count: Count
    there: Selection
    verb: str

    @property
    def plain(self) -> str:
        """The count, and the state."""
        return f"{self.count.plain} (nor so at the end, if there is only one)"

    def grade(self, world: World) -> Grade:
        """Count, and look at what is there."""
        own = self.count.grade(world)
        docs = self.there.find(world) if own.passed else []
        if len(docs) != 1:
            return own
        (doc,) = docs
        deed = deed_of(self.verb, doc.noun)
        if deed is None or deed.means is None:
            return own
        if not deed.means.may.holds(doc.doc, looker(world, doc.noun.vendor)):
            return own
        told = f"{doc.described} is so, though it didn't become so in this attempt"
        return grade(False, told, docs, deed.means.may.fields)


@dataclass(frozen=True)
class Several(Clause):
    """Several counts at once."""

    counts: tuple[Count, ...]

    @property
    def plain(self) -> str:
        """All counts."""
        return "; and ".join(each.plain for each in self.counts)

    @property
    def subjects(self) -> tuple[Selection, ...]:
        """What is counted of each."""
        return tuple(subject for each in self.counts for subject in each.subjects)

    def grade(self, world: World) -> Grade:
        """Count each; the one that is wrong tells why."""
        grades = [each.grade(world) for each in self.counts]
        return next((each for each in grades if not each.passed), grades[0])


def chosen(selection: Selection, verb: str, be: Be | None) -> Selection | None:
    """Return the documents that a verb or a state tells of: `was sent`, `is active`."""
    status = status_named(verb, frozenset(s for noun in selection.nouns for s in noun.statuses))
    told = any(
        verb in noun.told or (verb in noun.means and verb not in noun.statuses)
        for noun in selection.nouns
    )
    if be is not None and not be.is_past:
        if status and not told:
            return with_status(selection.of("there"), status)
        if (state := state_of(selection, verb)) is not None:
            return selection.of("there").narrowed(state)
    return selection.done(verb)


def state_of(selection: Selection, verb: str) -> Filter | None:
    """Return the state that a participle describes, if it is no status: `is unsubscribed`."""
    for noun in selection.nouns:
        name, value = noun.verbs.get(verb, (noun.status_field, None))
        if name != noun.status_field and not isinstance(value, str):
            if isinstance(meaning := noun.means.get(verb), Means):
                return ByMeaning(verb, meaning)
            condition = is_value(Value(value))
            if value is None or value is ...:
                condition = EMPTY if value is None else PRESENT
            return ByField((name,), condition)
    return None


def is_unclear(reader: Reader, selection: Selection, verb: str) -> bool:
    """Tell whether people mean different things by a word, and note why."""
    for noun in selection.nouns:
        if meaning := unclear(verb, noun):
            reader.doubt(f"'{verb}' of {noun.spoken_plural}: {meaning.why}", *meaning.instead)
            return True
    return False
