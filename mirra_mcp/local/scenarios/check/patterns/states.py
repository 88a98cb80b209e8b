"""Phrases: what a vendor's own description says of documents, `will cancel at period end`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mirra_mcp.local.kit.facts import Fact, values_at
from mirra_mcp.local.kit.meanings import Means, State
from mirra_mcp.local.scenarios.check.counting import Count
from mirra_mcp.local.scenarios.check.deeds import Deed, concerned, looker, versions
from mirra_mcp.local.scenarios.check.documents import Filter, Selection
from mirra_mcp.local.scenarios.check.filters import ByMeaning, Lacking
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Things
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.tokens import Token
from mirra_mcp.local.scenarios.world import World

KEYS = re.compile(r"[0-9*#]{1,64}")
NOW = ("is", "are", "has", "have", "will", "uses", "cancels", "ends")
"""Verbs of what is so, whenever it came to be so."""
PLANS = ("plan", "tier", "price", "package", "product")


@dataclass(frozen=True)
class Stands(Clause):
    """Each of some documents is, or isn't, as a phrase of the vendor's says."""

    selection: Selection
    phrase: str
    means: Means
    is_not: bool = False
    exactly: int | None = None
    """How many there must be: `both`."""

    @property
    def plain(self) -> str:
        """What must be so."""
        when = "turned so in this attempt" if self.means.turns else "so at the end"
        fact = self.means.may if self.is_not else self.means.sure
        said = f"not {when}" if self.is_not else when
        return f"each of {self.selection.plain}: {said}: {fact.plain}"

    @property
    def subject(self) -> Selection:
        """What is spoken of."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Look at each; there must be one."""
        docs = self.selection.find(world)
        fields = (*self.means.sure.fields, *self.means.may.fields)
        if not docs:
            return grade(False, f"found no {self.selection.plain}")
        if self.exactly not in (None, len(docs)):
            return grade(False, f"found {len(docs)} {self.selection.many}", docs)
        odd = [each for each in docs if not self._fits(each, world)]
        named = ", ".join(each.described for each in odd[:3])
        told = f"not as said: {named}" if odd else f"{len(docs)} {self.selection.many} as said"
        return grade(not odd, told, docs, fields)

    def _fits(self, found: Found, world: World) -> bool:
        if self.is_not:
            return not self._is_so(found, self.means.may, world)
        return found.is_sure and self._is_so(found, self.means.sure, world)

    def _is_so(self, found: Found, fact: Fact, world: World) -> bool:
        look = looker(world, found.noun.vendor)
        if not fact.holds(found.doc, look):
            return False
        if not self.means.turns:
            return True
        before = versions(world, found.noun.vendor, found.noun.entity, found.id)[0][2]
        then = looker(world, found.noun.vendor, world.mark.entry)
        if before is None or fact.holds(before, then):
            return False
        if self.means.grows is None or self.is_not:
            return True
        path, sign = self.means.grows
        sums = [
            sum(each for each in values_at(doc, path) if isinstance(each, int))
            for doc in (before, found.doc)
        ]
        return (sums[1] - sums[0]) * sign > 0


@slot("plan")
def _plan(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read `Pro plan`, `"Pro"`, `price_123`."""
    for end in range(at + 1, min(at + 4, len(reader.tokens))):
        if reader.low(end) in PLANS:
            words = [reader.tokens[each] for each in range(at, end)]
            if all(each.kind in ("word", "quote", "code") for each in words):
                yield " ".join(each.text for each in words), end + 1
    token = reader.token(at)
    if token is not None and token.is_literal:
        yield token.text, at + 1


@slot("one_word")
def _one_word(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read a name of one word, as it is written."""
    token = reader.token(at)
    if token is not None and token.kind in ("word", "code", "quote") and " " not in token.text:
        yield token.text, at + 1


@slot("tag")
def _tag(reader: Reader, at: int) -> Iterator[tuple[tuple[str, str | None], int]]:
    """Read `category=welcome`, `category: welcome`, or a name alone."""
    for name, end in reader.slot("one_word", at):
        before, mark, after = name.partition("=")
        yield (before, after if mark else None), end
        for last, _ in reader.match(": | = | set to", end):
            for value, stop in reader.slot("one_word", last):
                yield (name, value), stop


@slot("days")
def _days(reader: Reader, at: int) -> Iterator[tuple[int, int]]:
    """Read `14-day`."""
    number, _, unit = reader.low(at).partition("-")
    if number.isdecimal() and len(number) < 6 and unit in ("day", "days"):
        yield int(number), at + 1


@slot("keys")
def _keys(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read keys of a telephone: `1`, `1042#`."""
    keys = ""
    for end in range(at, len(reader.tokens)):
        keys += reader.tokens[end].text
        if not KEYS.fullmatch(keys):
            return
        yield keys, end + 1


@slot("quoted")
def _quoted(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read words between quotes or in code."""
    token = reader.token(at)
    if token is not None and token.kind in ("quote", "code") and token.text.strip():
        yield token.text, at + 1


shaped(
    "end_of_period",
    {
        "[end of] [the] [current] [billing] period/cycle [end]": True,
        "(end of) [the] month/year/term | period_end": True,
    },
)


class Said(Pattern):
    """A pattern whose shapes are the nouns' own."""

    def read(self, reader: Reader) -> Iterator[Clause]:
        """List the claims that a whole text makes by this pattern."""
        yield from self._claims(reader, is_not=False)
        lows = [each.low for each in reader.tokens]
        for at, word in enumerate(lows):
            if word in ("not", "no", "never", "longer"):
                end = at + 2 if word == "no" and lows[at + 1 : at + 2] == ["longer"] else at + 1
                tokens = (*_without(reader.tokens, at, end),)
                part = Reader(tokens, reader.context, reader.antecedent)
                yield from self._claims(part, is_not=True, ahead=at)
                if word == "no":
                    kept = (*reader.tokens[:at], Token("word", "a"), *reader.tokens[end:])
                    part = Reader(kept, reader.context, reader.antecedent)
                    yield from self._claims(part, is_not=True, ahead=at)

    def _claims(self, reader: Reader, *, is_not: bool, ahead: int = 1 << 20) -> Iterator[Clause]:
        yield from () if is_not else self._sentences(reader)
        things: list[tuple[Things, int]] = list(reader.slot("the_thing", 0))
        before = reader.antecedent
        if isinstance(before, Selection) and reader.low(0) in ("it", "they"):
            things.append((Things(before, False), 1))
        for thing, end in things:
            if end > ahead or (is_not and thing.is_each):
                continue
            for noun in thing.selection.nouns:
                for means in _meant(reader, noun.states, end):
                    spoken_of = noun if is_not else concerned(noun, means)
                    chosen = replace(thing.selection, nouns=(spoken_of,))
                    yield Stands(chosen, self.name, means, is_not, thing.exactly)

    def _sentences(self, reader: Reader) -> Iterator[Clause]:
        for noun in reader.vocabulary.nouns:
            for shape, sentence in noun.sentences.items():
                for _ in reader.whole(shape):
                    if sentence.of == "each":
                        yield Stands(Selection((noun,), "the"), self.name, sentence.means)
                    else:
                        such = _such(Selection((noun,)), sentence.means, "so")
                        yield Count(such, SOME if sentence.of == "some" else NONE)


class Counted(Pattern):
    """A pattern that counts the documents of which a phrase is true."""

    def read(self, reader: Reader) -> Iterator[Clause]:
        """List the claims that a whole text makes by this pattern."""
        yield from self._counts(reader, is_not=False)
        for at, token in enumerate(reader.tokens):
            if at and token.low in ("not", "never"):
                tokens = _without(reader.tokens, at, at + 1)
                part = Reader(tokens, reader.context, reader.antecedent)
                yield from self._counts(part, is_not=True)

    def _counts(self, reader: Reader, *, is_not: bool) -> Iterator[Clause]:
        for quantity, start in reader.slot("quantity", 0):
            if is_not and not quantity.low:
                continue
            for thing, end in reader.slot("scoped", start):
                for noun in thing.selection.nouns:
                    chosen = replace(thing.selection, nouns=(noun,))
                    for means in _meant(reader, noun.states, end):
                        if not means.turns:
                            said = " ".join(each.text for each in reader.tokens[end:])
                            yield Count(_such(chosen, means, said, is_not=is_not), quantity)


def _such(selection: Selection, means: Means, said: str, *, is_not: bool = False) -> Selection:
    """Return those of which a phrase is true at the end: of all, or of this attempt's if it was."""
    test: Filter = ByMeaning(said, means)
    if said.partition(" ")[0].lower() not in NOW:
        selection = selection.of("done", *(Deed("touched", "touched") for _ in selection.nouns))
    return selection.narrowed(Lacking(test) if is_not else test)


def _meant(reader: Reader, shapes: Mapping[str, State], at: int) -> Iterator[Means]:
    """List what the rest of a text means by shapes of a vendor's."""
    for shape, meaning in shapes.items():
        for last, bound in reader.match(shape, at):
            if last == len(reader.tokens):
                yield meaning if isinstance(meaning, Means) else meaning(**bound)


def _without(tokens: tuple[Token, ...], at: int, end: int) -> tuple[Token, ...]:
    return (*tokens[:at], *tokens[end:])


PATTERNS = (
    Said(
        "state.said",
        ("{thing:the_thing}",),
        lambda reader, thing: None,
        (
            "The subscription will cancel at period end",
            "The subscription has a 14 day trial",
            "The subscription was upgraded to the Pro plan",
            "The subscription is not on the Pro plan",
        ),
    ),
    Counted(
        "state.count",
        ("{quantity} {thing:scoped}",),
        lambda reader, quantity, thing: None,
        (
            "Exactly 1 subscription is on the Pro plan",
            "No subscription will cancel at period end",
        ),
    ),
)
