"""Sums: what some documents amount to together, in one currency."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mirra_mcp.local.kit.meanings import Means
from mirra_mcp.local.scenarios.check.conditions import Condition, is_value
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.filters import ByMeaning, ByOwner, can_refer
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Raw, Things, narrow
from mirra_mcp.local.scenarios.check.scopes import AMOUNTS
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.values import Money, Value, number_of
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World

COMPARED = ("is", "above", "below", "least", "most", "between")


@dataclass(frozen=True)
class Total(Clause):
    """The amounts of some documents together are so."""

    selection: Selection
    condition: Condition

    @property
    def plain(self) -> str:
        """The comparison."""
        name = _field(self.selection)
        return f"sum of {name} of {self.selection.plain} {self.condition.plain}"

    @property
    def subject(self) -> Selection:
        """What is added up."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Add up what is sure, and what may be: the claim must hold of both."""
        docs = self.selection.find(world)
        name = _field(self.selection)
        currencies = {str(each.doc.get("currency") or "").lower() for each in docs}
        if len(currencies) > 1:
            return grade(False, f"the {self.selection.many} have several currencies", docs, (name,))
        doc = {"currency": next(iter(currencies), "")}
        sure = _sum([each for each in docs if each.is_sure], name)
        may = _sum(docs, name)
        holds = all(self.condition.holds(int(each), doc) for each in {sure, may})
        told = f"the {len(docs)} {self.selection.many} come to {sure}"
        if may != sure:
            told += f", and to {may} with those that may count"
        return grade(holds, told, docs, (name,))


def _sum(docs: list[Found], name: str) -> Decimal:
    return sum((number_of(each.doc.get(name)) or Decimal(0) for each in docs), Decimal(0))


def _field(selection: Selection) -> str:
    """Return the field that holds what counts: what was paid, not what was asked for."""
    noun = selection.nouns[0]
    means = [deed.means for deed in selection.deeds if deed.means is not None]
    means += [test.means for test in selection.filters if isinstance(test, ByMeaning)]
    paid = [each.amount for each in means if each.amount in noun.roots]
    return next(iter(paid), None) or next((each for each in AMOUNTS if each in noun.roots), "")


def _total(selection: Selection, condition: Condition) -> Total | None:
    money = [getattr(each, "it", None) for each in condition.values]
    if condition.is_not or condition.op not in COMPARED or len(selection.nouns) != 1:
        return None
    if not _field(selection) or not all(isinstance(each, Money | int) for each in money):
        return None
    return Total(selection, condition)


def _of_things(reader: Reader, thing: Things, condition: Condition) -> Total | None:
    selection = thing.selection
    if not thing.is_plural or len(selection.nouns) != 1 or selection.how == "done":
        return None
    (noun,) = selection.nouns
    for word in ("issued", "made"):
        meaning = noun.means.get(word)
        if isinstance(meaning, Means):
            return _total(selection.narrowed(ByMeaning(word, meaning)), condition)
    return _total(selection, condition)


def _taken(
    reader: Reader, took: Selection, amount: Value | None = None,
    condition: Condition | None = None, raw: tuple[Raw, ...] = (), be: Be | None = None,
) -> Total | None:  # fmt: skip
    if be is not None and be.is_not:
        return None
    narrowed = narrow(took, raw)
    if condition is None and amount is not None:
        condition = is_value(amount)
    return _total(narrowed, condition) if narrowed is not None and condition is not None else None


def _from(reader: Reader, owner: Things, be: Be, took: Selection, amount: Value) -> Total | None:
    if be.is_not or owner.is_each or not can_refer(took.nouns[0], owner.selection.nouns):
        return None
    return _total(took.narrowed(ByOwner(owner.selection)), is_value(amount))


@slot("those")
def _those(reader: Reader, at: int) -> Iterator[tuple[Things, int]]:
    """Read `all invoices`, `the refunds`, `invoices`."""
    yield from reader.slot("the_thing", at)
    yield from reader.slot("scoped", at)


shaped("summed", {"[the] (total|sum|total amount|total value|combined amount)": True})

PATTERNS = (
    Pattern(
        "sum.of",
        (
            "{summed} [amount/value] of {thing:those} {condition}",
            "{thing:those} {sum_up} {condition:bare_sum}",
            "{thing:those} {sum_up} {condition:own_sum}",
        ),
        _of_things,
        (
            "The total of all invoices is $98",
            "The refunds total $49.00",
            "The total amount of the invoices is at least $90",
        ),
    ),
    Pattern(
        "sum.taken",
        (
            "[in] [a] total of {amount:value} {be} {took} {raw:scopes}",
            "{amount:sum_alone} {be} {took} in total {raw:scopes}",
            "{summed} {took} {condition} | {summed} [amount] that {be} {took} {condition}",
        ),
        _taken,
        (
            "A total of $49.00 was refunded",
            "The total amount charged is $98.00",
            "$49.00 was refunded in total",
        ),
    ),
    Pattern(
        "sum.from",
        (
            "{owner:the_thing} {be} {took} a total of {amount:value}",
            "{owner:the_thing} {be} {took} {amount:value} in total",
        ),
        _from,
        ("The customer was charged a total of $98",),
    ),
)
shaped("sum_up", {"total/totaled/totalled | (add up|sum up|sum|amount|come) to": True})
shaped("bare_sum", {"[to] [exactly] {value}": is_value})
shaped("own_sum", {"{comparison}": lambda comparison: comparison})
shaped("sum_alone", {"{value}": lambda value: value if isinstance(value.it, Money) else None})
