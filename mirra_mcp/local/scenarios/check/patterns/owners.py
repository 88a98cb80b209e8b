"""Owners: how many of something each of them has, or how often each was charged."""

from collections.abc import Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.conditions import is_value
from mirra_mcp.local.scenarios.check.deeds import CREATED, deed_of
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.filters import ByOwner, can_refer
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade, named
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Things, narrow
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.references import all_references
from mirra_mcp.local.scenarios.check.scopes import RawAmount
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.values import Money, Value
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World

Tally = dict[tuple[str, ...], tuple[int, int]]
"""By mirror and id how many surely are an owner's, and how many may be."""


@dataclass(frozen=True)
class EachOwns(Clause):
    """Each of some documents, or none of them, is referred to by so many others."""

    owners: Selection
    things: Selection
    quantity: Quantity
    is_none: bool = False
    is_one: bool = False
    """Whether one is meant: each that the attempt made, or else all that there are together."""

    @property
    def plain(self) -> str:
        """The claim."""
        which = "none" if self.is_none else "each"
        owners = self.owners.of("there") if self.is_one else self.owners
        text = (
            f"{which} of {owners.plain}: count of {self.things.plain} that refer to it"
            f" {self.quantity.sign}"
        )
        return text + (" (each that it made, or else all together)" if self.is_one else "")

    @property
    def subject(self) -> Selection | None:
        """What they have; what they must not have isn't spoken of."""
        if self.is_none or not self.quantity.high:
            return None
        return self.things.narrowed(ByOwner(self.owners))

    def grade(self, world: World) -> Grade:
        """Count what refers to each, reading every document once."""
        owners = self.owners.find(world)
        if self.is_one:
            made = self.owners.done(CREATED.word)
            owners = made.find(world) if made is not None else []
            if not owners:
                return self._together(world)
        if not owners:
            return grade(self.is_none, f"found no {self.owners.plain}")
        counts = self._counts(owners, world)
        odd = [each for each in owners if not self._holds(*counts[each.key[::2]])]
        named_odd = (
            f"{each}: {_written(counts[each.key[::2]])} {self.things.many}" for each in odd
        )
        told = named(named_odd) if odd else f"looked at {len(owners)} {self.owners.many}"
        if odd and not self.is_none:
            told += f"; expected {self.quantity}"
        return grade(
            not odd, told, [*(odd or owners), *self.things.find(world)], self.things.fields
        )

    def _holds(self, sure: int, may: int) -> bool:
        low, high = self.quantity.low, self.quantity.high
        if self.is_none:
            return may < low or sure > high
        return sure >= low and may <= high

    def _together(self, world: World) -> Grade:
        owners = self.owners.of("there").find(world)
        counts = self._counts(owners, world).values()
        both = sum(sure for sure, _ in counts), sum(may for _, may in counts)
        told = f"found {_written(both)} {self.things.plain}"
        holds = self._holds(*both)
        things = self.things.find(world)
        told = told if holds else f"{told}; expected {self.quantity}"
        return grade(holds, told, things, self.things.fields)

    def _counts(self, owners: list[Found], world: World) -> Tally:
        counts: Tally = {each.key[::2]: (0, 0) for each in owners}
        for thing in self.things.find(world):
            for text in all_references(thing, world):
                key = thing.noun.vendor, text
                if key in counts:
                    sure, may = counts[key]
                    counts[key] = sure + thing.is_sure, may + 1
        return counts


def _written(tally: tuple[int, int]) -> str:
    sure, may = tally
    return str(sure) if sure == may else f"{sure} (and {may - sure} that may become so)"


def _each_owns(
    reader: Reader, owner: Things, quantity: Quantity, thing: Things
) -> EachOwns | None:  # fmt: skip
    if not owner.is_each or not _can_own(owner.selection, thing.selection):
        return None
    if owner.is_plural and quantity.low > 1:
        return None  # `all customers have 3 orders`: each of them, or together?
    return EachOwns(owner.selection, thing.selection, quantity)


def _none_owns(
    reader: Reader, owner: Things, quantity: Quantity, thing: Things
) -> EachOwns | None:  # fmt: skip
    if owner.selection.how != "there" or quantity == NONE:
        return None
    if not _can_own(owner.selection, thing.selection):
        return None
    return EachOwns(owner.selection, thing.selection, quantity, is_none=True)


def _can_own(owners: Selection, things: Selection) -> bool:
    return all(can_refer(noun, owners.nouns) for noun in things.nouns)


def _took(
    reader: Reader, owner: Things, be: Be, took: Selection, times: Quantity | None = None,
    amount: Value | None = None,
) -> EachOwns | None:  # fmt: skip
    things = _of_amount(took, amount)
    if things is None or not _can_own(owner.selection, things):
        return None
    if owner.is_plural and not owner.is_each:
        return None
    if be.is_not and times is not None:
        return None
    if _knows(owner.selection, took):
        return None
    quantity = NONE if be.is_not else times or SOME
    is_one = owner.selection.how == "the" and not owner.is_each
    return EachOwns(owner.selection, things, quantity, is_one=is_one)


def _knows(owners: Selection, took: Selection) -> bool:
    """Tell whether the owner is what the word is said of: a charge that was refunded."""
    words = {word for noun in took.nouns for word in noun.takes}
    return any(word in noun.means for noun in owners.nouns for word in words)


def _none_took(
    reader: Reader, owner: Things, took: Selection, times: Quantity | None = None,
    amount: Value | None = None,
) -> EachOwns | None:  # fmt: skip
    things = _of_amount(took, amount)
    if things is None or not _can_own(owner.selection, things) or _knows(owner.selection, took):
        return None
    if owner.selection.how != "there":
        return None
    return EachOwns(owner.selection, things, times or SOME, is_none=True)


def _of_amount(took: Selection, amount: Value | None) -> Selection | None:
    if amount is None:
        return took
    narrowed = narrow(took, (RawAmount(is_value(amount)),))
    return narrowed if isinstance(amount.it, Money) else None


@slot("took")
def _taking(reader: Reader, at: int) -> Iterator[tuple[Selection, int]]:
    """Read what becomes of an owner: `charged` is a charge that went through."""
    word = reader.low(at)
    nouns = tuple(n for n in reader.vocabulary.nouns if word in n.takes and not n.alias)
    deeds = tuple(deed for n in nouns if (deed := deed_of(n.takes[word], n)))
    if nouns and len(deeds) == len(nouns):
        yield Selection(nouns).of("done", *deeds), at + 1


PATTERNS = (
    Pattern(
        "owner.each",
        ("{owner:the_thing} has/have/owns/own/had {quantity} {thing:scoped}",),
        _each_owns,
        ("Every customer has at most one active subscription",),
    ),
    Pattern(
        "owner.none",
        ("no {owner:scoped} has/have/owns/own/had {quantity} {thing:scoped}",),
        _none_owns,
        ("No customer has more than one active subscription",),
    ),
    Pattern(
        "owner.took",
        (
            "{owner:the_thing} {be} {took} [{times}]",
            "{owner:the_thing} {be} {took} [exactly/only] {amount:value} [{times}]",
        ),
        _took,
        (
            "The customer was charged exactly once",
            "Customer `cus_1` was not charged",
            "The customer was charged $49 once",
            "The customer was refunded exactly once",
            "Each customer was charged at most once",
        ),
    ),
    Pattern(
        "owner.none_took",
        ("no {owner:scoped} [{was}] {took} [{amount:value}] [{times}]",),
        _none_took,
        ("No customer was charged more than once", "No customer was refunded"),
    ),
)
