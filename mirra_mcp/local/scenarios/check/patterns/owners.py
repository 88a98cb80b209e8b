"""Owners: how many of something each of them has, or how often each was charged."""

from collections.abc import Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.documents import CREATED, Found, Selection
from mirra_mcp.local.scenarios.check.filters import ByOwner, can_refer, neighbours
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade, named
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Things, with_status
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.values import leaves
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World

TAKEN, DONE = "captured", "succeeded"
"""What a noun that is also a verb must know, so that it tells of money that was taken."""


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
        text = (
            f"{which} of {self.owners.plain}: count of {self.things.plain} that refer to it"
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
        odd = [
            each for each in owners if self.quantity.holds(counts[each.key[::2]]) == self.is_none
        ]
        named_odd = (f"{each}: {counts[each.key[::2]]} {self.things.many}" for each in odd)
        told = named(named_odd) if odd else f"looked at {len(owners)} {self.owners.many}"
        if odd and not self.is_none:
            told += f"; expected {self.quantity}"
        return grade(not odd, told, (each.described for each in odd or owners))

    def _together(self, world: World) -> Grade:
        owners = self.owners.of("there").find(world)
        count = sum(self._counts(owners, world).values())
        holds = self.quantity.holds(count)
        told = f"found {count} {self.things.plain}"
        return grade(holds, told if holds else f"{told}; expected {self.quantity}")

    def _counts(self, owners: list[Found], world: World) -> dict[tuple[str, ...], int]:
        """Count by mirror and id of the owner."""
        counts: dict[tuple[str, ...], int] = {each.key[::2]: 0 for each in owners}
        for thing in self.things.find(world):
            docs = (thing.doc, *neighbours(thing, world))
            texts = {text for doc in docs for text in leaves(doc) if isinstance(text, str)}
            for text in texts:
                key = thing.noun.vendor, text
                if key in counts:
                    counts[key] += 1
        return counts


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


def _charged(
    reader: Reader, owner: Things, be: Be, charged: Selection, times: Quantity | None = None
) -> EachOwns | None:
    if not _can_own(owner.selection, charged) or (owner.is_plural and not owner.is_each):
        return None
    if not be.is_past or (be.is_not and times is not None):
        return None
    quantity = NONE if be.is_not else times or SOME
    is_one = owner.selection.how == "the" and not owner.is_each
    return EachOwns(owner.selection, charged, quantity, is_one=is_one)


@slot("charged")
def _charging(reader: Reader, at: int) -> Iterator[tuple[Selection, int]]:
    """Read a noun used as a verb for taking money: `charged` is a charge that went through."""
    word = reader.low(at)
    for stem in (word[:-1], word[:-2]) if word.endswith("ed") else ():
        nouns = tuple(
            noun
            for noun, is_plural in reader.vocabulary.by_phrase.get((stem,), ())
            if not is_plural and TAKEN in noun.verbs and DONE in noun.statuses
        )
        done = Selection(nouns).done(TAKEN) if nouns else None
        succeeded = with_status(done, DONE) if done is not None else None
        if succeeded is not None:
            yield succeeded, at + 1


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
        "owner.charged",
        ("{owner:the_thing} {be} {charged} [{times}]",),
        _charged,
        ("The customer was charged exactly once", "Customer `cus_1` was not charged"),
    ),
)  # fmt: skip
