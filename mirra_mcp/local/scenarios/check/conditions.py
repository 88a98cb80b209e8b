"""What a field must be: the comparisons that criteria know, and how they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from mirra_mcp.local.scenarios.check.expressions import Expression, Unsupported
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.values import (
    Money,
    Value,
    amount_for,
    contains,
    equal,
    number_of,
)
from mirra_mcp.wire.model import Doc

Op = Literal[
    "is", "contains", "starts", "ends", "matches", "empty", "one of", "above", "below", "least",
    "most", "between", "length", "has", "mentions",
]  # fmt: skip
SPOKEN: dict[str, str] = {
    "is": "= {}", "contains": "contains {}", "starts": "starts with {}", "ends": "ends with {}",
    "matches": "matches {}", "empty": "is empty", "one of": "is one of {}", "above": "> {}",
    "below": "< {}", "least": ">= {}", "most": "<= {}", "between": "is between {} and {}",
    "length": "has length {}", "has": "has {}", "mentions": "mentions {}",
}  # fmt: skip


DENIED: dict[str, str] = {
    "is": "is not {}", "contains": "does not contain {}", "empty": "is present",
    "starts": "does not start with {}", "ends": "does not end with {}",
    "matches": "does not match {}", "one of": "is none of {}", "above": "<= {}", "below": ">= {}",
    "least": "< {}", "most": "> {}", "between": "is not between {} and {}",
    "length": "does not have length {}", "has": "does not have {}",
    "mentions": "does not mention {}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of a field with values, or its opposite."""

    op: Op
    values: tuple[Any, ...] = ()
    is_not: bool = False

    @property
    def plain(self) -> str:
        """The comparison in plain words."""
        shown = [str(each) for each in self.values]
        if self.op in ("one of", "contains", "mentions"):
            shown = [(", " if self.op == "one of" else " and ").join(shown)]
        spoken = DENIED if self.is_not else SPOKEN
        return spoken[self.op].format(*shown)

    @property
    def needs_status(self) -> bool:
        """Whether a value is a plain word, which only a status can be."""
        return any(isinstance(each, Value) and each.is_status for each in self.values)

    @property
    def exact(self) -> Any:
        """The one value that the field must have, if it is text."""
        if self.op != "is" or self.is_not:
            return None
        it = self.values[0].it
        return it if isinstance(it, str) and "@" not in it else None

    def opposite(self) -> "Condition":
        """Return the condition that holds where this one doesn't."""
        return Condition(self.op, self.values, not self.is_not)

    def holds(self, actual: Any, doc: Doc) -> bool:
        """Tell whether a document's value is surely so: a denial, that it isn't even nearly."""
        return not self._nearly(actual, doc) if self.is_not else self._holds(actual, doc)

    def may_hold(self, actual: Any, doc: Doc) -> bool:
        """Tell whether a document's value is at least nearly so."""
        return not self._holds(actual, doc) if self.is_not else self._nearly(actual, doc)

    def holds_in(self, texts: Sequence[str], doc: Doc) -> bool:
        """Tell whether several texts together are so: each value may be in another one."""
        if self.op not in ("contains", "mentions") or self.is_not:
            return any(self.holds(each, doc) for each in texts)
        singles = [Condition(self.op, (value,)) for value in self.values]
        return all(any(each.holds(text, doc) for text in texts) for each in singles)

    def _nearly(self, actual: Any, doc: Doc) -> bool:
        if self.op not in ("contains", "mentions"):
            return self._holds(actual, doc)
        wanted = [getattr(each, "it", each) for each in self.values]
        return all(contains(actual, each, doc, loosely=True) for each in wanted)

    def _holds(self, actual: Any, doc: Doc) -> bool:
        op, wanted = self.op, [getattr(each, "it", each) for each in self.values]
        if op == "empty":
            return actual is None or actual == "" or actual == [] or actual == {}
        if op == "is":
            return equal(actual, wanted[0], doc)
        if op == "one of":
            return any(equal(actual, each, doc) for each in wanted)
        if op == "has":
            each = actual if isinstance(actual, list) else [actual]
            return any(equal(one, wanted[0], doc) for one in each)
        if op in ("contains", "mentions"):
            return all(
                contains(actual, each, doc, as_words=op == "mentions" or not isinstance(each, str))
                for each in wanted
            )
        if op == "length":
            return wanted[0].holds(_length(actual))  # type: ignore[no-any-return]  # a quantity
        if op in ("starts", "ends", "matches"):
            texts = actual if isinstance(actual, list) else [actual]
            return any(self._fits(each, wanted[0]) for each in texts if isinstance(each, str))
        return self._compares(actual, wanted, doc)

    def _fits(self, text: str, wanted: Any) -> bool:
        if self.op == "matches":
            return wanted.found_in(text)  # type: ignore[no-any-return]  # an expression
        return text.startswith(str(wanted)) if self.op == "starts" else text.endswith(str(wanted))

    def _compares(self, actual: Any, wanted: list[Any], doc: Doc) -> bool:
        number = number_of(actual)
        bounds = [amount_for(actual, each, doc) for each in wanted]
        if number is None or bounds[0] is None:
            return False
        currency = str(doc.get("currency") or "").lower()
        for each in wanted:
            if isinstance(each, Money) and currency not in ("", each.currency):
                return False
        if self.op == "between":
            return bounds[1] is not None and bounds[0] <= number <= bounds[1]
        if self.op in ("above", "below"):
            return number > bounds[0] if self.op == "above" else number < bounds[0]
        return number >= bounds[0] if self.op == "least" else number <= bounds[0]


def _length(actual: Any) -> int:
    if isinstance(actual, dict) and isinstance(actual.get("data"), list):
        actual = actual["data"]
    if isinstance(actual, list | dict):
        return len(actual)
    return 0 if actual in (None, "") else 1


EMPTY, PRESENT = Condition("empty"), Condition("empty", is_not=True)


def _one(op: Op, *, is_not: bool = False) -> Any:
    return lambda **bound: Condition(op, tuple(bound.values()), is_not)


def is_value(value: Value) -> Condition:
    """Return the condition that a field has a value."""
    return Condition("is", (value,))


@slot("values")
def _values(reader: Reader, at: int) -> Iterator[tuple[tuple[Value, ...], int]]:
    """Read `a, b or c`."""
    yield from _row(reader, at, "values", ", or | , and | , | or | and")


@slot("all_values")
def _all_values(reader: Reader, at: int) -> Iterator[tuple[tuple[Value, ...], int]]:
    """Read `a, b and c`."""
    yield from _row(reader, at, "all_values", ", and | , | and | and also")


def _row(
    reader: Reader, at: int, again: str, joint: str
) -> Iterator[tuple[tuple[Value, ...], int]]:
    for value, end in reader.slot("value", at):
        yield (value,), end
        for after, _ in reader.match(joint, end):
            for rest, last in reader.slot(again, after):
                yield (value, *rest), last


@slot("expression")
def _expression(reader: Reader, at: int) -> Iterator[tuple[Expression, int]]:
    """Read a regular expression, if it is one that can be matched in linear time."""
    token = reader.token(at)
    if token is not None and (token.kind == "pattern" or token.is_literal):
        made = _compiled(token.text, token.kind == "pattern")
        if made is not None:
            yield made, at + 1


@lru_cache(maxsize=256)
def _compiled(text: str, delimited: bool) -> Expression | None:
    ignore_case = delimited and text.endswith("i")
    source = text.removesuffix("i")[1:-1] if delimited else text
    try:
        return Expression(source, ignore_case=ignore_case)
    except Unsupported:
        return None


shaped(
    "comparison",
    {
        "equal/equals/equalling/equaling [to] [exactly] {value}": _one("is"),
        "= {value} | == {value}": _one("is"),
        "greater/more/higher/larger/bigger/later than {value} | above/over/exceeding {value}"
        " | exceed/exceeds {value} | > {value}": _one("above"),
        "less/lower/smaller/fewer/earlier than {value} | below/under {value}"
        " | < {value}": _one("below"),
        "at least {value} | no less/fewer than {value} | >= {value}": _one("least"),
        "at most {value} | no/not more/greater than {value} | up to {value}"
        " | <= {value}": _one("most"),
        "between {low:value} and/to {high:value}": _one("between"),
        "one of {values} | [either] {values} | any of {values}": lambda values: (
            Condition("one of", values) if len(values) > 1 else None
        ),
        "in {values}": lambda values: Condition("one of", values) if len(values) > 1 else None,
        "empty/blank/missing/absent/unset/null/none | [an] empty string/list"
        " | not set/present": EMPTY,
        "present/non-empty/nonempty/set/filled/given/provided | non empty": PRESENT,
    },
)  # fmt: skip
shaped(
    "verb_condition",
    {
        "contain/contains/containing/include/includes/including [exactly] [the/a]"
        " [text/word/words/string/value/phrase/sentence/link/url/key/code/amount/number]"
        " [to/reading] {values:all_values}": lambda values: Condition("contains", values),
        "mention/mentions/mentioning/say/says/saying/show/shows/showing/state/states [the]"
        " [text/word/words/string/value/phrase/link/url/code/amount/name] {values:all_values}": (
            lambda values: Condition("mentions", values)
        ),
        "(contain|contains|containing|include|includes|mention|mentions|mentioning|show|shows) the"
        " (order|invoice|tracking|ticket|account|reference|booking|confirmation|customer|room"
        "|flight|case|phone|support) (number|id|code|reference) {values:all_values}": (
            lambda values: Condition("mentions", values)
        ),
        "link/links/linking to {values:all_values}": lambda values: Condition("contains", values),
        "start/starts/starting/begin/begins/beginning with {value}": _one("starts"),
        "end/ends/ending/finish/finishes with/in {value}": _one("ends"),
        "match/matches/matching [the] [regex/regexp/pattern] [expression]"
        " {expression}": _one("matches"),
        "equal/equals/equalling/equaling [to] {value}": _one("is"),
        "exist/exists": PRESENT,
        "exceed/exceeds/exceeding {value}": _one("above"),
        "= {value} | == {value} | : {value}": _one("is"),
        "> {value}": _one("above"),
        "< {value}": _one("below"),
        ">= {value}": _one("least"),
        "<= {value}": _one("most"),
        "has/have/of length {quantity}": lambda quantity: Condition("length", (quantity,)),
    },
)  # fmt: skip


@slot("condition")
def _condition(reader: Reader, at: int) -> Iterator[tuple[Condition, int]]:
    """Read all that may follow a field: `is x`, `is not empty`, `does not contain y`."""
    for end, bound in reader.match("{be} [set to|exactly|now|still]", at):
        is_not = bound["be"].is_not
        for condition, last in reader.slot("after_be", end):
            yield condition.opposite() if is_not else condition, last
    for condition, last in reader.slot("verb_condition", at):
        yield condition, last
    for end, _ in reader.match("(do/does/did|should/must/will) [not]", at):
        is_not = reader.low(end - 1) == "not"
        for condition, last in reader.slot("verb_condition", end):
            yield condition.opposite() if is_not else condition, last
        for last, inner in reader.match("be {after_be}", end):
            yield inner["after_be"].opposite() if is_not else inner["after_be"], last


@slot("after_be")
def _after_be(reader: Reader, at: int) -> Iterator[tuple[Condition, int]]:
    yield from reader.slot("comparison", at)
    for value, last in reader.slot("value", at):
        yield is_value(value), last
    for end, _ in reader.match("[set to|exactly]", at):
        for value, last in reader.slot("value", end) if end > at else ():
            yield is_value(value), last


@slot("own_condition")
def _own_condition(reader: Reader, at: int) -> Iterator[tuple[Condition, int]]:
    """Read what may follow a field after `with`: `"x"`, `of 5`, `equal to y`, `containing z`."""
    yield from reader.slot("verb_condition", at)
    yield from reader.slot("comparison", at)
    for end, _ in reader.match("[of|set to|exactly|being|:]", at):
        for value, last in reader.slot("value", end):
            yield is_value(value), last
    yield from reader.slot("condition", at)
