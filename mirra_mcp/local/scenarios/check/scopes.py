"""What narrows a noun down from behind: `to bob@x.com`, `on payment_intent pi_1`, `in Stripe`."""

from collections.abc import Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.conditions import EMPTY, PRESENT, Condition, is_value
from mirra_mcp.local.scenarios.check.deeds import Deed
from mirra_mcp.local.scenarios.check.documents import Filter
from mirra_mcp.local.scenarios.check.filters import (
    ByAmount,
    ByField,
    ByMirror,
    ByName,
    ByReference,
    Mentions,
)
from mirra_mcp.local.scenarios.check.phrases import (
    FieldName,
    Raw,
    RawField,
    Things,
    field_filter,
)
from mirra_mcp.local.scenarios.check.quantities import Quantity
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.values import Money, Value
from mirra_mcp.local.scenarios.vocabulary import Noun

COPIES = ("cc", "bcc")
AMOUNTS = ("amount", "amount_due", "amount_total", "total", "unit_amount", "price")
MOST = 6


@dataclass(frozen=True)
class RawReference(Raw):
    """Something that is referred to."""

    name: str
    nouns: tuple[Noun, ...] = ()

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """References make sense for every noun."""
        own = tuple(each for each in self.nouns if each.vendor == noun.vendor)
        if self.nouns and not own:
            return None
        return ByReference(self.name, own)


@dataclass(frozen=True)
class RawReason(Raw):
    """Why something failed."""

    reason: str

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """Look into the fields that say why."""
        value = Value(int(self.reason) if self.reason.isdecimal() else self.reason)
        return ByField(noun.reasons, is_value(value)) if noun.reasons else None


@dataclass(frozen=True)
class RawMirror(Raw):
    """A mirror's name."""

    vendor: str

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """A noun of another mirror is not meant."""
        return ByMirror(self.vendor) if noun.vendor == self.vendor else None


@dataclass(frozen=True)
class RawAmount(Raw):
    """What something costs."""

    condition: Condition

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """Find the field that holds the amount: of a deed the one of what truly moved."""
        name = next((each for each in AMOUNTS if each in noun.roots), None)
        if name is None:
            return None
        own = ByAmount(name, self.condition, nouns=(noun,))
        return own.meant(deed) if deed is not None else own


@dataclass(frozen=True)
class RawText(Raw):
    """Any text that must be so."""

    condition: Condition

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """Look into the text that people see, if there is any."""
        return Mentions(self.condition) if noun.texts else None


@dataclass(frozen=True)
class RawName(Raw):
    """What something is called."""

    name: str

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """Every noun has an id."""
        return ByName(self.name)


@dataclass(frozen=True)
class RawPreposition(Raw):
    """`from` or `to` a value."""

    word: str
    value: Value

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """The field is called as the preposition is; who gets a copy is a recipient, too."""
        condition = Condition("has", (self.value,))
        own = field_filter(noun, FieldName((self.word,)), condition)
        copies = tuple(name for name in COPIES if name in noun.roots)
        if own is None or self.word != "to" or not copies:
            return own
        return ByField((*own.paths, *copies), condition)


@dataclass(frozen=True)
class RawAddressed(Raw):
    """Whom something is addressed to, copies aside."""

    value: Value

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """Only `to` counts."""
        return field_filter(noun, FieldName(("to",)), Condition("has", (self.value,)))


def _referred(thing: Things) -> RawReference | None:
    named = [each.name for each in thing.selection.filters if isinstance(each, ByName)]
    if len(named) != 1 or len(thing.selection.filters) != 1:
        return None
    return RawReference(named[0], thing.selection.nouns)


def _literal(literal: str) -> RawReference:
    return RawReference(literal)


@slot("literal")
def _read_literal(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    token = reader.token(at)
    if token is not None and token.is_literal:
        yield token.text, at + 1


@slot("vendor")
def _vendor(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    token = reader.token(at)
    if token is not None and token.kind in ("word", "code"):
        word = token.text.lower()
        if word in reader.vocabulary.kinds:
            yield word, at + 1


REASONS = (
    "insufficient funds", "lost card", "stolen card", "expired card", "do not honor",
    "incorrect cvc", "generic decline", "card declined", "processing error", "fraudulent",
)  # fmt: skip


@slot("reason")
def _reason(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read why something failed: `insufficient_funds`, `insufficient funds`, `30003`."""
    token = reader.token(at)
    if token is not None and (token.is_literal or token.kind == "number"):
        yield token.text, at + 1
    for reason in REASONS:
        words = reason.split()
        if [reader.low(each) for each in range(at, at + len(words))] == words:
            yield "_".join(words), at + len(words)


def _length(quantity: Quantity, name: FieldName) -> RawField:
    return RawField(name, Condition("length", (quantity,)))


def _amount(value: Value) -> RawAmount | None:
    return RawAmount(is_value(value)) if isinstance(value.it, Money | int) else None


shaped(
    "own_test",
    {
        "[a/an/the/its/their] {name:field} {condition:own_condition}": RawField,
        "{name:field} set": lambda name: RawField(name, PRESENT),
        "[a/an] empty {name:field}": lambda name: RawField(name, EMPTY),
        "no {name:field} | without [a/an/any] {name:field}": lambda name: RawField(name, EMPTY),
        "a/an [non-empty] {name:field}": lambda name: RawField(name, PRESENT),
        "{quantity} {name:field}": _length,
    },
)  # fmt: skip


@slot("own_tests")
def _own_tests(reader: Reader, at: int) -> Iterator[tuple[tuple[Raw, ...], int]]:
    """Read `subject "x", status active and no bcc`."""
    for test, end in reader.slot("own_test", at):
        for after, _ in reader.match("and/, [with/whose/where] | , and [with/whose/where]", end):
            for rest, last in reader.slot("own_tests", after):
                if len(rest) < MOST:
                    yield (test, *rest), last
        yield (test,), end


shaped(
    "scope",
    {
        "in/on/through/via/with/by/at/from/using/to [the] {vendor}"
        " [mirror/api/account/sandbox]": lambda vendor: (RawMirror(vendor),),
        "with/having {tests:own_tests}": lambda tests: tests,
        "where/whose [the] {tests:own_tests} | that/which has/have"
        " {tests:own_tests}": lambda tests: tests,
        "where/whose {name:field} {condition}": lambda name, condition: (
            RawField(name, condition),
        ),
        "without [a/an/any] {name:field}": lambda name: (RawField(name, EMPTY),),
        "from [the] [address/number/sender] {value}": lambda value: (
            RawPreposition("from", value),
        ),
        "to [the] [address/number/recipient] {value}": lambda value: (
            RawPreposition("to", value),
        ),
        "addressed to {value}": lambda value: (RawAddressed(value),),
        "on/for/of/by/in/against/under/about/to/from [the] {thing}": lambda thing: (
            _one(_referred(thing))
        ),
        "belonging/attached/linked/related/tied to [the] {thing}": lambda thing: (
            _one(_referred(thing))
        ),
        "on/for/of/by/in/against/under/about {literal}": lambda literal: (_literal(literal),),
        "belonging/attached/linked/related/tied to {literal}": lambda literal: (_literal(literal),),
        "for/of/worth/totaling/totalling {value}": lambda value: _one(_amount(value)),
        "named/called/titled {literal} | with id {literal}": lambda literal: (RawName(literal),),
        "with/for/by/because [of] [the/a/an] [reason/code/error] [code/reason]"
        " {reason}": lambda reason: (RawReason(reason),),
        "(with|because of) [the/a/an] [decline/error] [code/reason] {reason}": lambda reason: (
            RawReason(reason),
        ),
        "containing/mentioning [the] [text/word/words] {values:all_values}": lambda values: (
            RawText(Condition("contains", values)),
        ),
        "{open} {raw:scopes} {close}": lambda raw: raw or None,
        ", {raw:scope}": lambda raw: raw or None,
        "{noise}": (),
    },
)  # fmt: skip


def _one(raw: Raw | None) -> tuple[Raw, ...] | None:
    return None if raw is None else (raw,)


@slot("scopes")
def _scopes(reader: Reader, at: int) -> Iterator[tuple[tuple[Raw, ...], int]]:
    """Read any number of narrowings, the longest reading first."""
    for raw, end in reader.slot("scope", at):
        for after, _ in reader.match("[and|,]", end):
            for rest, last in reader.slot("scopes", after):
                if last > after or after == end:
                    yield (*raw, *rest), last
    yield (), at
