"""What documents are like: fields, senders and recipients, amounts, what they refer to."""

from dataclasses import dataclass, replace

from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.documents import (
    Filter,
    Found,
    Selection,
    deed_of,
    happened,
    moment_of,
)
from mirra_mcp.local.scenarios.check.filters import ByField
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, grade
from mirra_mcp.local.scenarios.check.patterns.counts import Count, chosen, state_of
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import FieldName, Raw, RawField, Things, narrow
from mirra_mcp.local.scenarios.check.quantities import NONE, Quantity
from mirra_mcp.local.scenarios.check.shapes import Reader
from mirra_mcp.local.scenarios.check.values import Value, leaves
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import World


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
class Each(Clause):
    """Each of some documents, and there must be one, is as the filters say."""

    selection: Selection
    filters: tuple[Filter, ...]

    @property
    def plain(self) -> str:
        """The filters."""
        tests = " and ".join(each.plain.removeprefix("where ") for each in self.filters)
        return f"each of {self.selection.plain}: {tests}"

    @property
    def subject(self) -> Selection:
        """What is spoken of, as it should be."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Look at each."""
        docs = self.selection.find(world)
        if not docs:
            return grade(False, f"found no {self.selection.plain}")
        wrong = [
            f"{each.noun.spoken} {each.id}: {_told(each, test)}"
            for each in docs
            for test in self.filters
            if not test.holds(each, world)
        ]
        if wrong:
            return grade(False, "; ".join(wrong[:3]), (each.described for each in docs))
        shown = "; ".join(
            f"{each.noun.spoken} {each.id}: {_shown(each, self.filters)}" for each in docs[:3]
        )
        return grade(True, shown, (each.described for each in docs))

    def moments(self, world: World) -> list[Moment] | None:
        """When the documents were made."""
        done = self.selection.done("created")
        return done.moments(world) if done is not None else None


def _told(found: Found, test: Filter) -> str:
    if isinstance(test, ByField):
        return f"{test.paths[0]} is {_written(found, test)}; expected {test.condition.plain}"
    return f"expected one {test.plain}"


def _shown(found: Found, filters: tuple[Filter, ...]) -> str:
    return ", ".join(
        f"{test.paths[0]} is {_written(found, test)}" if isinstance(test, ByField) else test.plain
        for test in filters
    )


def _written(found: Found, test: ByField) -> str:
    value = found.value(test.paths)
    if isinstance(value, list):
        return "[" + ", ".join(str(Value(each)) for each in value[:5]) + "]"
    text = str(Value(value))
    return text if len(text) <= 120 else text[:119] + "…"


@dataclass(frozen=True)
class Became(Clause):
    """Something happened to `the` documents: to each that was made, or to one of the others."""

    selection: Selection
    verb: str
    filters: tuple[Filter, ...] = ()
    is_each: bool = False

    @property
    def plain(self) -> str:
        """What happened."""
        which = "each" if self.is_each else "each that it made, or else at least one"
        tests = "".join(f", and {each.plain}" for each in self.filters)
        return f"{self.selection.plain}: {self.verb} in this attempt ({which}){tests}"

    @property
    def subject(self) -> Selection:
        """What it happened to."""
        return self.selection

    def _done(self, world: World) -> dict[str, Found]:
        return {
            each.id: each
            for noun in self.selection.nouns
            if (deed := deed_of(self.verb, noun))
            for each in happened(world, noun, deed)
        }

    def grade(self, world: World) -> Grade:
        """Look for it in the log."""
        done = self._done(world)
        docs = self.selection.find(world)
        if not docs and self.verb:  # what is gone can't be found any more
            docs = [each for each in done.values() if self._fits(each, world)]
        if not docs:
            return grade(False, f"found no {self.selection.plain}")
        left = [each for each in docs if each.id not in done]
        is_each = self.is_each or docs[0].entry > 0
        holds = not left if is_each else len(left) < len(docs)
        odd = [each for each in docs if not all(test.holds(each, world) for test in self.filters)]
        many = len(docs) - len(left)
        told = f"{self.verb}: {many} of {len(docs)} {self.selection.many}"
        if not holds:
            told += "; not " + ", ".join(each.id for each in left[:5])
        if odd:
            told += "; not as expected: " + ", ".join(each.described for each in odd[:3])
        return grade(holds and not odd, told, (each.described for each in docs))

    def _fits(self, found: Found, world: World) -> bool:
        return all(test.holds(found, world) for test in self.selection.filters)

    def moments(self, world: World) -> list[Moment] | None:
        """When it happened."""
        ids = {each.id for each in self.selection.find(world)}
        done = [each for each in self._done(world).values() if not ids or each.id in ids]
        return [moment for each in done if (moment := moment_of(world, each))]


def each_of(selection: Selection, raw: tuple[Raw, ...]) -> Each | None:
    """Claim that the documents are as the narrowings say; None if they don't make sense."""
    whole = narrow(replace(selection, filters=()), raw)
    if whole is None or not whole.filters:
        return None
    return Each(replace(selection, nouns=whole.nouns, deeds=whole.deeds), whole.filters)


def _field(reader: Reader, thing: Things, name: FieldName, condition: Condition) -> Each | None:
    return each_of(thing.selection, (RawField(name, condition),))


def _tests(reader: Reader, thing: Things, tests: tuple[Raw, ...]) -> Each | None:
    return each_of(thing.selection, tests)


def _lengthless(reader: Reader, thing: Things, quantity: Quantity, name: FieldName) -> Each | None:
    return _tests(reader, thing, (RawField(name, Condition("length", (quantity,))),))


def _mentions(reader: Reader, thing: Things, condition: Condition, no: bool = False) -> Each | None:
    if condition.op not in ("contains", "matches"):
        return None
    return Each(thing.selection, (Anywhere(condition),))


def _does_not_mention(reader: Reader, thing: Things, condition: Condition) -> Each | None:
    return _mentions(reader, thing, condition.opposite())


def _scopes(reader: Reader, thing: Things, be: Be, raw: tuple[Raw, ...]) -> Each | None:
    if be.is_not or not raw:
        return None
    return each_of(thing.selection, raw)


def _became(
    reader: Reader, thing: Things, be: Be, verb: str, raw: tuple[Raw, ...]
) -> Clause | None:
    selection = thing.selection
    if be.is_not and thing.is_each:
        return None  # not all, or none?
    if be.is_not:
        done = chosen(selection.of("there"), verb, be)
        done = narrow(done, raw) if done is not None else None
        return Count(done, NONE) if done is not None else None
    if not any(deed_of(verb, noun) for noun in selection.nouns):
        return None
    if not be.is_past and not raw and (state := state_of(selection, verb)) is not None:
        return Each(selection, (state,))
    if not be.is_past and not any(verb in noun.told for noun in selection.nouns):
        status = chosen(selection, verb, be)
        if status is not None and status.how == "there":
            return None  # a state: read as one elsewhere
    whole = narrow(selection, raw)
    if whole is None:
        return None
    if thing.is_each:
        return Became(selection, verb, whole.filters[len(selection.filters) :], is_each=True)
    return Became(whole, verb)


def _so_often(
    reader: Reader, thing: Things, be: Be, verb: str, times: Quantity, raw: tuple[Raw, ...]
) -> Clause | None:
    if be.is_not or thing.is_each or thing.is_plural:
        return None
    done = thing.selection.done(verb)
    done = narrow(done, raw) if done is not None else None
    return Count(done, times) if done is not None else None


def _did(reader: Reader, thing: Things, verb: str, raw: tuple[Raw, ...]) -> Clause | None:
    """Read `the email bounced`: something that a document did by itself."""
    if not all(verb in noun.verbs for noun in thing.selection.nouns):
        return None
    return _became(reader, thing, Be(is_not=False, is_past=True), verb, raw)


def _did_not(reader: Reader, thing: Things, verb: str) -> Clause | None:
    stems = [word for noun in thing.selection.nouns for word in noun.verbs]
    past = next((word for word in stems if verb in (word, word.removesuffix("ed"))), None)
    past = past or next((word for word in stems if verb == word.removesuffix("d")), None)
    if past is None:
        return None
    return _became(reader, thing, Be(is_not=True, is_past=True), past, ())


def _loose(reader: Reader, name: FieldName, condition: Condition) -> Each | None:
    nouns = reader.vocabulary.loose_fields.get(name.words, ())
    if len(nouns) != 1:
        return None
    return each_of(Selection(nouns, "the"), (RawField(name, condition),))


def _its(reader: Reader, name: FieldName, condition: Condition) -> Each | None:
    selection = reader.antecedent
    if not isinstance(selection, Selection):
        return None
    return each_of(selection, (RawField(name, condition),))


def _it_has(reader: Reader, tests: tuple[Raw, ...]) -> Each | None:
    selection = reader.antecedent
    return each_of(selection, tests) if isinstance(selection, Selection) else None


def _it_is(reader: Reader, be: Be, raw: tuple[Raw, ...]) -> Each | None:
    selection = reader.antecedent
    if not isinstance(selection, Selection) or be.is_not or not raw:
        return None
    return each_of(selection, raw)


def _it_became(
    reader: Reader, verb: str, raw: tuple[Raw, ...], be: Be | None = None
) -> Clause | None:
    selection = reader.antecedent
    if not isinstance(selection, Selection):
        return None
    be = be or Be(is_not=False, is_past=True)
    is_each = selection.how == "done"
    return _became(reader, Things(selection, False, is_each), be, verb, raw)


PATTERNS = (
    Pattern(
        "property",
        (
            "{thing:the_thing} 's {name:field} [field/value/address] {condition}",
            "[the] {name:field} [field/value] of/on/in/for {thing:the_thing} {condition}",
            "{thing:the_thing} {name:field} {condition}",
            "{thing:the_thing} has/have {name:field} {condition:own_condition}",
        ),
        _field,
        (
            "The email's `from` address is `hello@mail.acme.com`",
            "The email's `to` includes `alice@example.com`",
            "The subject of the email starts with \"Welcome\"",
            "The refund amount is 4500 (in cents)",
            "The refund's amount is $45.00",
            "The subscription's `metadata.plan` equals `pro`",
            "The email's reply_to is empty",
            "The email's subject matches /^Welcome/",
            "Every email's from is hello@acme.com",
        ),
    ),
    Pattern(
        "property.had",
        (
            "{thing:the_thing} (has/have/had|should have|must have) [a/an/the] {tests:own_tests}",
            "{thing:the_thing} is/are {tests:own_tests}",
        ),
        _tests,
        ("The email has subject \"Welcome\" and no bcc", "The refund has an amount of 4500"),
    ),
    Pattern(
        "property.mentions",
        ("{thing:the_thing} {condition:verb_condition}",),
        _mentions,
        ("The email contains `https://acme.com/start`",),
    ),
    Pattern(
        "property.mentions_not",
        ("{thing:the_thing} (do/does/did|should/must) not {condition:verb_condition}",),
        _does_not_mention,
        ("The email does not contain `undefined`",),
    ),
    Pattern(
        "property.scoped",
        ("{thing:the_thing} {be} {raw:scopes}",),
        _scopes,
        ("The email is addressed to `bob@acme.com`", "All refunds are for pi_abc"),
    ),
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
        ("The email was sent exactly once", "The refund was created at most once"),
    ),
    Pattern(
        "happened.by_itself",
        ("{thing:the_thing} [has/have] [{sure}] {verb:participle} {raw:scopes}",),
        _did,
        ("The email bounced", "The payment intent succeeded"),
    ),
    Pattern(
        "happened.not_by_itself",
        ("{thing:the_thing} did/does/should/must not {verb:participle}",),
        _did_not,
        ("The email did not bounce", "The payment intent did not succeed"),
    ),
    Pattern(
        "property.loose",
        ("[the] {name:field} {condition}",),
        _loose,
        ("From address is `hello@mail.acme.com`", "The subject contains \"Welcome\""),
    ),
    Pattern(
        "property.its",
        ("[its/the/their] {name:field} {condition}",),
        _its,
        ("Exactly 1 email is created and its subject is \"Welcome\"",),
    ),
    Pattern(
        "property.it_has",
        ("[it/they] has/have/had [a/an/the] {tests:own_tests}",),
        _it_has,
        ("An email was sent and it has no bcc",),
    ),
    Pattern(
        "property.it_is",
        ("[it/they] {be} {raw:scopes}",),
        _it_is,
        ("Exactly 1 refund is created and it is for $45.00",),
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
)  # fmt: skip
