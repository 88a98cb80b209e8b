"""What documents are like: fields, senders and recipients, amounts, what they refer to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.documents import Filter, Selection
from mirra_mcp.local.scenarios.check.filters import ByField, Mentions
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import FieldName, Raw, RawField, Things, narrow
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.values import Value
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import World


@dataclass(frozen=True)
class Each(Clause):
    """Each of some documents, and there must be one, is as the filters say."""

    selection: Selection
    filters: tuple[Filter, ...]
    exactly: int | None = None
    """How many there must be: `both`."""

    @property
    def plain(self) -> str:
        """The filters."""
        tests = " and ".join(each.plain.removeprefix("where ") for each in self.filters)
        number = f" {self.exactly}" if self.exactly is not None else ""
        return f"each of{number} {self.selection.plain}: {tests}"

    @property
    def subject(self) -> Selection:
        """What is spoken of, as it should be."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Look at each."""
        docs = self.selection.find(world)
        if not self.selection.sure(world):
            return grade(False, f"found no {self.selection.plain}", self.selection.near(world))
        if self.exactly not in (None, len(docs)):
            return grade(False, f"found {len(docs)} {self.selection.many}", docs)
        names = tuple(name for test in self.filters for name in test.fields)
        wrong = [
            f"{each.noun.spoken} {each.id}: {_told(each, test)}"
            for each in docs
            for test in self.filters
            if not test.holds(each, world)
        ]
        if wrong:
            return grade(False, "; ".join(wrong[:3]), docs, names)
        shown = "; ".join(
            f"{each.noun.spoken} {each.id}: {_shown(each, self.filters)}" for each in docs[:3]
        )
        return grade(True, shown, docs, names)

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


def each_of(selection: Selection, raw: tuple[Raw, ...], exactly: int | None = None) -> Each | None:
    """Claim that the documents are as the narrowings say; None if they don't make sense."""
    whole = narrow(selection.bare, raw)
    if whole is None or not whole.filters:
        return None
    return Each(replace(selection, nouns=whole.nouns, deeds=whole.deeds), whole.filters, exactly)


def _field(reader: Reader, thing: Things, name: FieldName, condition: Condition) -> Each | None:
    return each_of(thing.selection, (RawField(name, condition),), thing.exactly)


def _tests(reader: Reader, thing: Things, tests: tuple[Raw, ...]) -> Each | None:
    return each_of(thing.selection, tests, thing.exactly)


def _mentions(reader: Reader, thing: Things, condition: Condition) -> Each | None:
    if condition.op not in ("contains", "mentions", "matches", "starts", "ends"):
        return None
    if not all(noun.texts for noun in thing.selection.nouns):
        reader.doubt(
            f"a {thing.selection.one} has no text that people see",
            f"The {thing.selection.one}'s `metadata` contains ...",
        )
        return None
    return Each(thing.selection, (Mentions(condition),), thing.exactly)


def _does_not_mention(reader: Reader, thing: Things, condition: Condition) -> Each | None:
    return _mentions(reader, thing, condition.opposite())


def _scopes(reader: Reader, thing: Things, be: Be, raw: tuple[Raw, ...]) -> Each | None:
    if be.is_not or not raw:
        return None
    return each_of(thing.selection, raw, thing.exactly)


@slot("dotted")
def _read_dotted(reader: Reader, at: int) -> Iterator[tuple[tuple[Noun, str], int]]:
    """Read a noun and its field in one: `email.subject`."""
    token = reader.token(at)
    if token is None or not token.is_literal or token.kind == "quote":
        return
    entity, dot, name = token.text.partition(".")
    for noun in reader.vocabulary.nouns if dot else ():
        if noun.entity == entity and noun.paths(name):
            yield (noun, name), at + 1


def _dotted(reader: Reader, dotted: tuple[Noun, str], condition: Condition) -> Each | None:
    noun, name = dotted
    return each_of(Selection((noun,), "the"), (RawField(FieldName((), name), condition),))


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
        "property.dotted",
        ("{dotted} {condition}",),
        _dotted,
        ('email.subject == "Welcome"', "`charge.amount_refunded` is 4500"),
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
)  # fmt: skip
