"""Statuses: what a document is now, and what it went through in this attempt."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mirra_mcp.local.kit.facts import Is
from mirra_mcp.local.kit.meanings import Means
from mirra_mcp.local.scenarios.check.conditions import is_value
from mirra_mcp.local.scenarios.check.counting import Count, Never
from mirra_mcp.local.scenarios.check.deeds import Deed, happened, history, latest, reached
from mirra_mcp.local.scenarios.check.documents import Selection, moment_of
from mirra_mcp.local.scenarios.check.filters import ByField
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, grade
from mirra_mcp.local.scenarios.check.patterns.happenings import Became
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.patterns.properties import Each
from mirra_mcp.local.scenarios.check.phrases import FieldName, Things
from mirra_mcp.local.scenarios.check.quantities import NONE
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.values import Value, equal, status_named
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World


@dataclass(frozen=True)
class Went(Clause):
    """A field had some values one after the other, in each of the documents that changed it."""

    selection: Selection
    name: str
    steps: tuple[Any, ...]

    @property
    def plain(self) -> str:
        """The way it went."""
        way = " to ".join(str(each) for each in self.steps)
        return f"{self.name} of {self.selection.plain} went from {way} in this attempt"

    @property
    def subject(self) -> Selection:
        """What went that way."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Follow the field through the log."""
        moved: list[tuple[Found, list[Any]]] = []
        for noun in self.selection.nouns:
            for found in happened(world, noun, Deed("touched", "touched")):
                values = history(world, noun, found.id, self.name)
                fits = all(test.holds(found, world) for test in self.selection.tests)
                if len(values) > 1 and fits:
                    moved.append((found, values))
        ways = [f"{found.id}: {' -> '.join(map(str, values))}" for found, values in moved]
        right = [found for found, values in moved if _passes(values, self.steps, found)]
        if not moved:
            return grade(False, f"no {self.selection.one} changed its {self.name}")
        return grade(bool(right), "; ".join(ways[:5]), (found for found, _ in moved))

    def moments(self, world: World) -> list[Moment] | None:
        """When the last step was taken."""
        last = Is(self.name, (self.steps[-1].it,))
        deed = Deed(str(self.steps[-1].it), "means", Means(last, last, stands=False))
        return [
            moment
            for noun in self.selection.nouns
            for found in happened(world, noun, deed)
            if (moment := moment_of(world, found))
        ]


def _passes(values: list[Any], steps: tuple[Any, ...], found: Found) -> bool:
    """Tell whether the steps are among the values, in their order."""
    place = 0
    for value in values:
        if place < len(steps) and equal(value, steps[place].it, found.doc):
            place += 1
    return place == len(steps)


@dataclass(frozen=True)
class Stayed(Clause):
    """A field had the same value throughout the attempt."""

    selection: Selection
    test: ByField

    @property
    def plain(self) -> str:
        """What it stayed."""
        tested = self.test.plain.removeprefix("where ")
        return f"{self.selection.plain}: {tested} throughout the attempt"

    @property
    def subject(self) -> Selection:
        """What stayed as it was."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Look at every value that it had."""
        docs = self.selection.find(world)
        if not docs:
            return grade(False, f"found no {self.selection.plain}")
        wrong = []
        for each in docs:
            values = history(world, each.noun, each.id, self.test.paths[0])
            doc = latest(world, each.noun, each.id)
            values = values or [doc.get(self.test.paths[0])]
            if not all(self.test.condition.holds(value, doc) for value in values):
                wrong.append(f"{each.id}: {' -> '.join(map(str, values))}")
        told = "; ".join(wrong) or f"{len(docs)} {self.selection.many} stayed so"
        return grade(not wrong, told, docs)


@slot("state")
def _state(reader: Reader, at: int) -> Iterator[tuple[Value, int]]:
    """Read a status: a word that some noun knows, or one in backticks."""
    for value, end in reader.slot("value", at):
        if isinstance(value.it, str):
            yield value, end


@slot("way")
def _way(reader: Reader, at: int) -> Iterator[tuple[tuple[Value, ...], int]]:
    """Read `trialing to active`, `trialing through past_due to canceled`."""
    for value, end in reader.slot("state", at):
        yield (value,), end
        for after, _ in reader.match("to/into/through/via | and then [to] | then [to]", end):
            for rest, last in reader.slot("way", after):
                yield (value, *rest), last


def _known(selection: Selection, steps: tuple[Value, ...], name: str) -> bool:
    """Tell whether the steps are statuses, if the field is one of status."""
    return all(
        name != noun.status_field or status_named(str(step.it), noun.statuses) is not None
        for noun in selection.nouns
        for step in steps
        if noun.statuses
    )


def _went(
    reader: Reader, way: tuple[Value, ...], thing: Things | None = None,
    name: FieldName | None = None,
) -> Went | None:  # fmt: skip
    selection = thing.selection if thing is not None else reader.antecedent
    if not isinstance(selection, Selection) or len(way) < 2:
        return None
    noun = selection.nouns[0]
    paths = name.paths(noun) if name is not None else (noun.status_field,)
    if len(paths) != 1 or not _known(selection, way, paths[0]):
        return None
    return Went(selection.of("there"), paths[0], way)


def _status_test(selection: Selection, state: Value) -> ByField | None:
    noun = selection.nouns[0]
    status = status_named(str(state.it).lower(), noun.statuses)
    if status is None:
        return None
    return ByField((noun.status_field,), is_value(Value(status, is_status=True)))


def _became(reader: Reader, state: Value, thing: Things | None = None) -> Clause | None:
    selection = thing.selection if thing is not None else reader.antecedent
    if not isinstance(selection, Selection):
        return None
    status = status_named(str(state.it).lower(), selection.nouns[0].statuses)
    return Became(selection, status, is_passing=True) if status is not None else None


def _never(reader: Reader, state: Value, thing: Things) -> Clause | None:
    status = status_named(str(state.it).lower(), thing.selection.nouns[0].statuses)
    if status is None:
        return None
    nouns = thing.selection.nouns
    done = thing.selection.of("done", *(reached(status, noun) for noun in nouns))
    return Never(Count(done, NONE), thing.selection.of("there"), status)


def _is(
    reader: Reader, state: Value, thing: Things | None = None, be: Be | None = None
) -> Clause | None:
    selection = thing.selection if thing is not None else reader.antecedent
    if not isinstance(selection, Selection):
        return None
    test = _status_test(selection, state)
    if test is None:
        return None
    if be is not None and (be.is_past or str(state.it).lower() in selection.nouns[0].told):
        return None  # something that happened: read as that elsewhere
    if be is not None and be.is_not:
        test = ByField(test.paths, test.condition.opposite())
    return Each(selection, (test,), thing.exactly if thing is not None else None)


def _is_no_longer(reader: Reader, state: Value, thing: Things | None = None) -> Clause | None:
    return _is(reader, state, thing, Be(is_not=True, is_past=False))


def _stayed(reader: Reader, state: Value, thing: Things) -> Clause | None:
    test = _status_test(thing.selection, state)
    return Stayed(thing.selection, test) if test is not None else None


PATTERNS = (
    Pattern(
        "status.went",
        (
            "{thing:the_thing} went/moved/changed/transitioned/goes/moves/transitions/progressed"
            "/switched from {way}",
            "{thing:the_thing} ['s] {name:field} went/moved/changed/transitioned/goes/changes/was"
            " [updated/changed] from {way}",
            "{thing:the_thing} {be} (moved|changed|updated|switched|upgraded|downgraded) from"
            " {way}",
            "[the/its] {name:field} of {thing:the_thing} went/moved/changed/transitioned from"
            " {way}",
            "[it] went/moved/changed/transitioned from {way}",
            "its {name:field} went/moved/changed/transitioned from {way}",
        ),
        lambda reader, be=None, **bound: None if be and be.is_not else _went(reader, **bound),
        (
            "The subscription went from trialing to active",
            "The subscription's status changed from `active` to `past_due` to `canceled`",
        ),
    ),
    Pattern(
        "status.became",
        (
            "{thing:the_thing} (became|becomes|turned|turns|reached|reaches|went|goes into|moved to"
            "|entered|transitioned to|changed to) [the/status/state] [status/state] {state}",
            "[it] (became|becomes|turned|turns|reached|reaches) [status/state] {state}",
        ),
        _became,
        ("The subscription became active", "The payment intent reached `requires_action`"),
    ),
    Pattern(
        "status.never",
        (
            "{thing:the_thing} (never became|never becomes|never turned|never reached"
            "|did not become|does not become|should/must not become) [status/state] {state}",
        ),
        _never,
        ("The subscription never became active",),
    ),
    Pattern(
        "status.is",
        (
            "{thing:the_thing} {be} [now/still/finally/currently] [in] [the/status/state]"
            " [status/state] {state} [at the end]",
            "{thing:the_thing} (ended|ends|ended up|ends up|finished) [as/in] [status/state]"
            " {state}",
            "[it/they] {be} [now/still/finally] {state}",
            "[it/they] (ended|ends|ended up|ends up) [as/in] {state}",
        ),
        _is,
        (
            "The subscription is active",
            "The domain is now verified",
            "The subscription ended up canceled",
            "The subscription is not past due",
        ),
    ),
    Pattern(
        "status.no_longer",
        (
            "{thing:the_thing} is/are no longer {state}",
            "{thing:the_thing} is/are not {state} any more",
        ),
        _is_no_longer,
        ("The subscription is no longer trialing",),
    ),
    Pattern(
        "status.stayed",
        (
            "{thing:the_thing} (stays|stayed|remains|remained|keeps|kept being) {state}"
            " [throughout]",
        ),
        _stayed,
        ("The subscription stays active", "The domain remained verified"),
    ),
)  # fmt: skip
