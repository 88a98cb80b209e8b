"""What happened to documents: they were made, deleted, a word became true of them."""

from dataclasses import dataclass, replace

from mirra_mcp.local.kit.meanings import Means
from mirra_mcp.local.scenarios.check.conditions import is_value
from mirra_mcp.local.scenarios.check.counting import (
    Count,
    Never,
    Times,
    chosen,
    is_unclear,
    state_of,
)
from mirra_mcp.local.scenarios.check.deeds import (
    Deed,
    concerned,
    deed_of,
    happened,
    looker,
    reached,
)
from mirra_mcp.local.scenarios.check.documents import Filter, Selection, moment_of
from mirra_mcp.local.scenarios.check.filters import ByField
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.patterns.properties import Each
from mirra_mcp.local.scenarios.check.phrases import Raw, Things, narrow
from mirra_mcp.local.scenarios.check.quantities import NONE, Quantity
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped
from mirra_mcp.local.scenarios.check.values import Value, status_named
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import World


@dataclass(frozen=True)
class Became(Clause):
    """Something happened to `the` documents: to each that was made, or to one of the others."""

    selection: Selection
    verb: str
    filters: tuple[Filter, ...] = ()
    is_each: bool = False
    is_passing: bool = False
    """Whether a status had only to be reached, whatever followed."""
    exactly: int | None = None
    """How many there must be: `both`."""

    @property
    def plain(self) -> str:
        """What happened."""
        which = "each" if self.is_each else "each that it made, or else at least one"
        which += f" of {self.exactly}" if self.exactly is not None else ""
        tests = "".join(f", and {each.plain}" for each in self.filters)
        deeds = [deed.plain for noun in self.selection.nouns if (deed := self._deed(noun))]
        said = deeds[0] if deeds else self.verb
        return f"{self.selection.plain}: {said} ({which}){tests}"

    @property
    def subject(self) -> Selection:
        """What it happened to."""
        return self.selection

    def _deed(self, noun: Noun) -> Deed | None:
        return reached(self.verb, noun) if self.is_passing else deed_of(self.verb, noun)

    def _done(self, world: World) -> dict[str, Found]:
        return {
            each.id: each
            for noun in self.selection.nouns
            if (deed := self._deed(noun))
            for each in happened(world, noun, deed)
            if each.is_sure
        }

    def grade(self, world: World) -> Grade:
        """Look for it in the log."""
        done = self._done(world)
        docs = self.selection.find(world)
        if not self.is_each and self.selection.pick is None:
            gone = [each for each in done.values() if not _is_there(each, world)]
            docs = [each for each in gone if self._fits(each, world)] or docs
        if not docs:
            return grade(False, f"found no {self.selection.plain}", self.selection.near(world))
        left = [each for each in docs if not each.is_sure or not self._is_done(each, done, world)]
        if self.exactly not in (None, len(docs)):
            return grade(False, f"found {len(docs)} {self.selection.many}", docs)
        is_each = self.is_each or docs[0].entry > 0
        holds = not left if is_each else len(left) < len(docs)
        odd = [each for each in docs if not all(test.holds(each, world) for test in self.filters)]
        many = len(docs) - len(left)
        told = f"{self.verb}: {many} of {len(docs)} {self.selection.many}"
        if not holds:
            told += "; not " + ", ".join(each.described for each in left[:5])
        if odd:
            told += "; not as expected: " + ", ".join(each.described for each in odd[:3])
        return grade(holds and not odd, told, docs, self._fields)

    def _is_done(self, each: Found, done: dict[str, Found], world: World) -> bool:
        """Tell whether it happened to one; of every one that there is, whether it ever did."""
        if each.id in done:
            return True
        deed = self._deed(each.noun) if self.is_each else None
        means = deed.means if deed is not None else None
        return means is not None and means.sure.holds(each.doc, looker(world, each.noun.vendor))

    def _fits(self, found: Found, world: World) -> bool:
        return all(test.holds(found, world) for test in self.selection.tests)

    @property
    def _fields(self) -> tuple[str, ...]:
        deeds = [self._deed(noun) for noun in self.selection.nouns]
        means = [deed.means for deed in deeds if deed is not None and deed.means is not None]
        names = [name for each in means for name in each.sure.fields]
        names += [name for test in self.filters for name in test.fields]
        return tuple(dict.fromkeys((*names, *self.selection.fields)))

    def moments(self, world: World) -> list[Moment] | None:
        """When it happened."""
        ids = {each.id for each in self.selection.find(world)}
        done = [each for each in self._done(world).values() if not ids or each.id in ids]
        return [moment for each in done if (moment := moment_of(world, each))]


def _is_there(found: Found, world: World) -> bool:
    view = world.mirrors[found.noun.vendor]
    return view.document(found.noun.plural, found.id) is not None


def _became(
    reader: Reader, thing: Things, be: Be, verb: str, raw: tuple[Raw, ...]
) -> Clause | None:
    selection = thing.selection
    if (be.is_not and thing.is_each) or is_unclear(reader, selection, verb):
        return None  # not all, or none?
    if be.is_not:
        return never(selection, verb, raw, be)
    pairs = [(noun, deed) for noun in selection.nouns if (deed := deed_of(verb, noun))]
    nouns = tuple(concerned(noun, deed.means) for noun, deed in pairs)
    if not nouns:
        return None
    if not selection.deeds:
        thing = thing.of(selection := replace(selection, nouns=nouns))
    if not be.is_past and not raw and (state := state_of(selection, verb)) is not None:
        return Each(selection, (state,))
    if not be.is_past and not any(_is_event(verb, noun) for noun in selection.nouns):
        status = chosen(selection, verb, be)
        if status is not None and status.how == "there":
            return None  # a state: read as one elsewhere
    whole = narrow(selection, raw)
    if whole is None:
        return None
    if thing.is_each:
        tests = whole.tests[len(selection.tests) :]
        return Became(selection, verb, tests, is_each=True, exactly=thing.exactly)
    return Became(whole, verb)


def _is_event(verb: str, noun: Noun) -> bool:
    return verb in noun.told or isinstance(noun.means.get(verb), Means)


def never(
    selection: Selection, verb: str, raw: tuple[Raw, ...] = (), be: Be | None = None
) -> Clause | None:
    """Claim that something didn't happen to what is meant."""
    done = chosen(selection.of("there"), verb, be)
    done = narrow(done, raw) if done is not None else None
    there = narrow(selection.of("there"), raw)
    if done is None or there is None:
        return None
    count = Count(done, NONE)
    return Never(count, there, verb) if done.how == "done" else count


def _so_often(
    reader: Reader, thing: Things, be: Be, verb: str, times: Quantity, raw: tuple[Raw, ...]
) -> Clause | None:
    if be.is_not or thing.is_each or thing.is_plural:
        return None
    if is_unclear(reader, thing.selection, verb):
        return None
    done = thing.selection.done(verb)
    done = narrow(done, raw) if done is not None else None
    if done is None:
        return None
    if any(deed.kind in ("changed", "touched") for deed in done.deeds):
        return Times(done, times)
    return Count(done, times)


def _did(reader: Reader, thing: Things, verb: str, raw: tuple[Raw, ...]) -> Clause | None:
    """Read `the email bounced`: something that a document did by itself."""
    nouns = thing.selection.nouns
    if not all(verb in noun.verbs or verb in noun.means for noun in nouns):
        return None
    if is_unclear(reader, thing.selection, verb):
        return None
    if not verb.endswith(("ed", "t", "won", "lost", "paid", "made")):
        return _is_now(thing, verb) if not raw else None
    return _became(reader, thing, Be(is_not=False, is_past=True), verb, raw)


def _is_now(thing: Things, verb: str) -> Clause | None:
    """Read `the payment intent requires action`: what a verb in the present tense says."""
    noun = thing.selection.nouns[0]
    status = status_named(verb, noun.statuses)
    if status is None or not status.startswith("requires"):
        return None
    test = ByField((noun.status_field,), is_value(Value(status, is_status=True)))
    return Each(thing.selection, (test,))


def _does(reader: Reader, thing: Things, verb: str, raw: tuple[Raw, ...] = ()) -> Clause | None:
    """Read `the payment succeeds`, `the charge should fail`."""
    nouns = thing.selection.nouns
    if not all(verb in noun.verbs or verb in noun.means for noun in nouns):
        return None
    return _became(reader, thing, Be(is_not=False, is_past=True), verb, raw)


def _did_not(reader: Reader, thing: Things, verb: str) -> Clause | None:
    stems = [word for noun in thing.selection.nouns for word in (*noun.means, *noun.verbs)]
    past = next((word for word in stems if verb in (word, word.removesuffix("ed"))), None)
    past = past or next((word for word in stems if verb == word.removesuffix("d")), None)
    if past is None:
        return None
    return _became(reader, thing, Be(is_not=True, is_past=True), past, ())


def _it_became(
    reader: Reader, verb: str, raw: tuple[Raw, ...], be: Be | None = None
) -> Clause | None:
    selection = reader.antecedent
    if not isinstance(selection, Selection):
        return None
    be = be or Be(is_not=False, is_past=True)
    is_each = selection.how == "done"
    return _became(reader, Things(selection, False, is_each), be, verb, raw)


shaped("left", {"(went|gone|goes) out": "sent", "arrived/arrives": "delivered"})

PATTERNS = (
    Pattern(
        "happened",
        ("{thing:the_thing} {be} [{sure}] {verb:participle} {raw:scopes}",),
        _became,
        (
            "The email was delivered",
            "The subscription was canceled",
            "The customer cus_1 was not deleted",
            "All emails were sent from hello@acme.com",
        ),
    ),
    Pattern(
        "happened.times",
        ("{thing:the_thing} {be} [{sure}] {verb:participle} {raw:scopes} {times}",),
        _so_often,
        (
            "The email was sent exactly once",
            "The refund was created at most once",
            "The customer was updated exactly once",
        ),
    ),
    Pattern(
        "happened.by_itself",
        (
            "{thing:the_thing} [has/have] [{sure}] {verb:participle} {raw:scopes}",
            "{thing:the_thing} [has/have] {verb:left} {raw:scopes}",
        ),
        _did,
        (
            "The email bounced",
            "The payment intent succeeded",
            "The payment failed",
            "The payment intent requires action",
        ),
    ),
    Pattern(
        "happened.does",
        ("{thing:the_thing} [should/must/will] {verb:deed} {raw:scopes}",),
        _does,
        ("The payment succeeds", "The email bounces"),
    ),
    Pattern(
        "happened.not_by_itself",
        ("{thing:the_thing} did/does/should/must not {verb:participle}",),
        _did_not,
        ("The email did not bounce", "The payment intent did not succeed"),
    ),
    Pattern(
        "happened.it",
        (
            "[it/they] {be} [{sure}] {verb:participle} {raw:scopes}",
            "[it/they/then/also] [{sure}] {verb:participle} {raw:scopes}",
        ),
        _it_became,
        ("Exactly 1 email was sent and it was delivered", "An email was sent and delivered"),
    ),
)
