"""Nouns in criteria: `2 bounced emails to bob@x.com`, `the customer cus_1`, `every refund`.

A phrase is read before it is known which noun's fields its narrowings name, so that `with status
active` is kept as it was written, and resolved for each noun that the phrase may mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mirra_mcp.local.scenarios.check.conditions import Condition, is_value
from mirra_mcp.local.scenarios.check.deeds import CREATED, Deed
from mirra_mcp.local.scenarios.check.documents import ORDER, Filter, Selection
from mirra_mcp.local.scenarios.check.filters import ByField, ByName, ByOwner, can_refer
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.values import Value, status_named
from mirra_mcp.local.scenarios.vocabulary import Noun

PLACES = {word: place for place, word in ORDER.items()} | {"latest": -1, "newest": -1, "final": -1}


@dataclass(frozen=True)
class Things:
    """The documents that a phrase means."""

    selection: Selection
    is_plural: bool
    is_each: bool = False
    exactly: int | None = None
    """How many there must be: `both emails`, `all three`."""

    def of(self, selection: Selection) -> "Things":
        """Return the same phrase about other documents."""
        return replace(self, selection=selection)


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field as it is written: a name in code, or words."""

    words: tuple[str, ...]
    code: str = ""

    def paths(self, noun: Noun) -> tuple[str, ...]:
        """Return what it means for a noun; nothing if the noun has no such field."""
        if self.words and self.words in noun.fields:
            paths = noun.fields[self.words]
            return tuple(f"{path}.{self.code}" for path in paths) if self.code else paths
        if self.words or not self.code:
            return ()
        return noun.fields.get((self.code.lower(),)) or noun.paths(self.code)


@slot("field")
def _field(reader: Reader, at: int) -> Iterator[tuple[FieldName, int]]:
    """Read a field's name: in backticks or quotes, or in words that some noun knows."""
    token = reader.token(at)
    if token is None:
        return
    if token.kind == "code":
        yield FieldName((), token.text), at + 1
        return
    if token.kind == "word" and ("." in token.text or "_" in token.text):
        yield FieldName((), token.text), at + 1
    for length in range(min(reader.vocabulary.longest, 5), 0, -1):
        words = tuple(reader.low(each) for each in range(at, at + length))
        if not all(words) or not _is_field(reader, words):
            continue
        if words[-1] in ("metadata", "properties"):
            inner = reader.token(at + length)
            if inner is not None and inner.is_literal:
                yield FieldName(words, inner.text), at + length + 1
        for end, _ in reader.match("address/value/field/header/text", at + length):
            yield FieldName(words), end
        yield FieldName(words), at + length


def _is_field(reader: Reader, words: tuple[str, ...]) -> bool:
    return any(words in noun.fields for noun in reader.vocabulary.nouns)


@slot("noun")
def _noun(reader: Reader, at: int) -> Iterator[tuple[Things, int]]:
    """Read a bare noun, with its mirror's name ahead of it if that is said."""
    vendor = reader.low(at) if reader.low(at) in reader.vocabulary.kinds else ""
    start = at + 1 if vendor else at
    for length in range(min(reader.vocabulary.longest, 5), 0, -1):
        words = tuple(_word(reader, each) for each in range(start, start + length))
        for is_plural in (False, True):
            nouns = tuple(
                noun
                for noun, plural in reader.vocabulary.by_phrase.get(words, ())
                if plural == is_plural and vendor in ("", noun.vendor)
            )
            if nouns:
                yield Things(Selection(nouns), is_plural), start + length


def _word(reader: Reader, at: int) -> str:
    token = reader.token(at)
    return token.text.lower() if token is not None and token.kind in ("word", "code") else ""


@slot("thing")
def _thing(reader: Reader, at: int) -> Iterator[tuple[Things, int]]:
    """Read a noun with what is said ahead of it and the id or name that follows it."""
    for things, end in reader.slot("noun", at):
        yield from _identified(reader, things, end)
        yield things, end
    for state, start in reader.slot("adjective", at):
        for things, end in reader.slot("thing", start):
            selection = with_status(things.selection, state)
            if selection is not None:
                yield things.of(selection), end
    if reader.low(at) == "new":
        for things, end in reader.slot("thing", at + 1):
            yield (
                things.of(things.selection.of("done", *(CREATED for _ in things.selection.nouns))),
                end,
            )


@slot("adjective")
def _adjective(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    for length in (2, 1):
        words = [reader.low(each) for each in range(at, at + length)]
        status = status_named("_".join(words), reader.vocabulary.statuses) if all(words) else None
        if status is not None:
            yield status, at + length


def with_status(selection: Selection, status: str) -> Selection | None:
    """Narrow to the documents with a status; None if no noun knows it."""
    nouns = tuple(noun for noun in selection.nouns if status in noun.statuses)
    if not nouns:
        return None
    value = Value(status, is_status=True)
    test = ByField((nouns[0].status_field,), is_value(value))
    return replace(selection, nouns=nouns).narrowed(test)


def _identified(reader: Reader, things: Things, at: int) -> Iterator[tuple[Things, int]]:
    for end, _ in reader.match("[with id/name | id/named/called]", at):
        token = reader.token(end)
        if token is None or not token.is_literal or things.is_plural:
            continue
        if token.kind == "code" and any(
            FieldName((), token.text).paths(n) for n in things.selection.nouns
        ):
            continue
        if "." in token.text and token.text in reader.vocabulary.events:
            continue
        yield things.of(things.selection.narrowed(ByName(token.text))), end + 1


@slot("the_thing")
def _the_thing(reader: Reader, at: int) -> Iterator[tuple[Things, int]]:
    """Read `the email`, `the first email`, `every email`, `customer cus_1`."""
    for end, _ in reader.match("[the/that/this/our/their]", at):
        place = PLACES.get(reader.low(end))
        if place is not None:
            for things, last in reader.slot("scoped", end + 1):
                yield things.of(replace(things.selection.of("the"), pick=place)), last
        for things, last in reader.slot("scoped", end):
            if end > at or _is_named(things) or at == 0:
                yield replace(things, selection=_chosen(things)), last
    yield from reader.slot("owned_thing", at)
    for end, _ in reader.match("each/every/all | (each|every one|all) of the | all the", at):
        for things, last in reader.slot("scoped", end):
            yield Things(things.selection, things.is_plural, is_each=True), last
    for end, bound in reader.match("both [the] | both of the | all [the] {count}", at):
        for things, last in reader.slot("scoped", end):
            if things.is_plural:
                yield Things(_chosen(things), True, True, bound.get("count", 2)), last


@slot("owned_thing")
def _owned_thing(reader: Reader, at: int) -> Iterator[tuple[Things, int]]:
    """Read `the customer's subscription`."""
    for end, _ in reader.match("[the/that/this/our/their]", at):
        for owner, last in reader.slot("scoped", end):
            if reader.low(last) != "'s" or (end == at and not _is_named(owner) and at):
                continue
            owners = _chosen(owner)
            for things, after in reader.slot("scoped", last + 1):
                nouns = things.selection.nouns
                if all(can_refer(noun, owners.nouns) for noun in nouns):
                    yield things.of(_chosen(things).narrowed(ByOwner(owners))), after


def _is_named(things: Things) -> bool:
    return any(isinstance(each, ByName) for each in things.selection.tests)


def _chosen(things: Things) -> Selection:
    """A document that is named may be any; else it is one of this attempt, if there is one."""
    selection = things.selection
    if selection.how != "there":
        return selection
    return selection.of("there" if _is_named(things) else "the")


@slot("scoped")
def _scoped(reader: Reader, at: int) -> Iterator[tuple[Things, int]]:
    """Read a noun with all narrowings that follow it."""
    for things, end in reader.slot("thing", at):
        for raw, last in reader.slot("scopes", end):
            selection = narrow(things.selection, raw)
            if selection is not None:
                yield things.of(selection), last
        for after, _ in reader.match("sent/created/made/issued", end):
            for raw, last in reader.slot("scopes", after):
                selection = narrow(things.selection, raw)
                if raw and selection is not None:
                    yield things.of(selection), last


class Raw:
    """A narrowing as it was read, before it is known of what."""

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """Return the filter that it is for a noun, or None if it makes no sense there.

        `deed` is what is said to have become of the documents.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class RawField(Raw):
    """A field that must be so: `with subject "x"`."""

    name: FieldName
    condition: Condition

    def resolve(self, noun: Noun, deed: Deed | None = None) -> Filter | None:
        """Find the field."""
        return field_filter(noun, self.name, self.condition)


def field_filter(noun: Noun, name: FieldName, condition: Condition) -> ByField | None:
    """Return the filter on a noun's field; None if there is no such field, or status."""
    paths = name.paths(noun)
    if not paths or not fits_status(noun, paths, condition):
        return None
    return ByField(paths, condition)


def fits_status(noun: Noun, paths: tuple[str, ...], condition: Condition) -> bool:
    """Tell whether plain words among the values are statuses of the field."""
    if not condition.needs_status:
        return True
    if paths != (noun.status_field,):
        return False
    values = [each.it for each in condition.values if isinstance(each, Value) and each.is_status]
    return set(values) <= noun.statuses


def narrow(selection: Selection, raw: tuple[Raw, ...]) -> Selection | None:
    """Narrow a selection; None if the narrowings make sense for none of its nouns."""
    if not raw:
        return selection
    deeds = dict(zip(selection.nouns, selection.deeds, strict=False))
    for noun in selection.nouns:
        filters = [each.resolve(noun, deeds.get(noun)) for each in raw]
        if all(each is not None for each in filters):
            nouns = tuple(
                other
                for other in selection.nouns
                if [each.resolve(other, deeds.get(other)) for each in raw] == filters
            )
            kept = tuple(each for each in filters if each is not None)
            own = tuple(deeds[other] for other in nouns if other in deeds)
            return replace(selection, nouns=nouns, deeds=own).narrowed(*kept)
    return None


shaped("the_noun", {"[the/a/an] {thing}": lambda thing: thing})
