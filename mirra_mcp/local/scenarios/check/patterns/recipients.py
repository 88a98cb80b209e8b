"""Recipients: who was sent what, who got it, and that nobody else was sent anything.

An address "was sent" what left for it, be it as `to`, `cc` or `bcc`; it "got" or "received" what
reached it, and got nothing where nothing was even sent. "Anybody else" is whom the scenario's
other criteria about the same noun don't name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mirra_mcp.local.kit.facts import either
from mirra_mcp.local.kit.meanings import Means
from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.counting import Count, Several
from mirra_mcp.local.scenarios.check.deeds import Deed, deed_of
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.filters import ByField
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade, named
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Things
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.values import Value, equal, leaves
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World

TO, COPIES = "to", ("cc", "bcc")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+\d{6,15}", re.ASCII)


def recipient_paths(selection: Selection) -> tuple[str, ...]:
    """Return the fields that name recipients; nothing if some noun has none or others."""
    found = {
        (TO, *(name for name in COPIES if name in noun.roots)) if TO in noun.roots else ()
        for noun in selection.nouns
    }
    return found.pop() if len(found) == 1 else ()


def sent(selection: Selection) -> tuple[Selection, tuple[str, ...]] | None:
    """Return what was sent of it and where its recipients stand; None if it isn't sent."""
    done = selection.done("sent") if selection.how == "there" else None
    paths = recipient_paths(done) if done is not None else ()
    return (done, paths) if done is not None and paths else None


@dataclass(frozen=True)
class NobodyElse(Clause):
    """Nothing was sent to anybody but some."""

    selection: Selection
    paths: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The claim."""
        where = " or ".join(self.paths)
        names = ", ".join(f'"{each}"' for each in self.allowed)
        return f"count of {self.selection.plain} where {where} has anybody but {names} = 0"

    def grade(self, world: World) -> Grade:
        """Look at each recipient."""
        others = [each for each in self.selection.find(world) if self._strangers(each)]
        names = dict.fromkeys(name for each in others for name in self._strangers(each))
        told = f"also sent to {named(names)}" if others else "sent to nobody else"
        return grade(not others, told, others)

    def _strangers(self, found: Found) -> list[str]:
        return [
            each
            for path in self.paths
            for each in leaves(found.doc.get(path))
            if isinstance(each, str)
            and each
            and not any(equal(each, name, found.doc) for name in self.allowed)
        ]


GOT = "delivered"


def got(selection: Selection) -> tuple[Selection, tuple[str, ...]] | None:
    """Return what reached people, and, for a denial, what was sent to them."""
    kept = sent(selection)
    if kept is None:
        return None
    left, paths = kept
    deeds = []
    for noun, deed in zip(left.nouns, left.deeds, strict=True):
        arrived = deed_of(GOT, noun)
        if arrived is None or arrived.means is None or deed.means is None:
            return None
        both = Means(arrived.means.sure, either(arrived.means.may, deed.means.may))
        deeds.append(Deed("received", "means", both))
    return replace(left, deeds=tuple(deeds)), paths


def _received(
    reader: Reader, address: str, thing: Things, quantity: Quantity = SOME,
    times: Quantity | None = None,
) -> Count | None:  # fmt: skip
    kept = got(thing.selection)
    if kept is None:
        return None
    done, paths = kept
    test = ByField(paths, Condition("has", (Value(address),)))
    return Count(done.narrowed(test), times or quantity)


def _not_received(reader: Reader, address: str, thing: Things) -> Count | None:
    return _received(reader, address, thing, NONE)


def _to_each(
    reader: Reader, thing: Things, addresses: tuple[str, ...], be: Be | None = None,
    quantity: Quantity = SOME,
) -> Several | None:  # fmt: skip
    if len(addresses) < 2 or (be is not None and be.is_not):
        return None
    claims = [_got(reader, each, thing, quantity) for each in addresses]
    counts = tuple(each for each in claims if each is not None)
    return Several(counts) if len(counts) == len(addresses) else None


def _but_not(
    reader: Reader, thing: Things, address: str, other: str, be: Be, quantity: Quantity = SOME
) -> Several | None:
    one = None if be.is_not else _got(reader, address, thing, quantity)
    none = _got(reader, other, thing, NONE)
    return Several((one, none)) if one is not None and none is not None else None


def _addresses(subjects: tuple[object, ...], selection: Selection) -> Iterator[str]:
    """List the recipients that other claims about the same nouns name."""
    for subject in subjects:
        if not isinstance(subject, Selection) or not set(subject.nouns) & set(selection.nouns):
            continue
        for test in subject.tests:
            if not isinstance(test, ByField) or not set(test.paths) <= {TO, *COPIES}:
                continue
            condition = test.condition
            if condition.op in ("is", "has", "one of") and not condition.is_not:
                its = [getattr(each, "it", None) for each in condition.values]
                yield from (each for each in its if isinstance(each, str))


def _nobody_else(
    reader: Reader, thing: Things | None = None, emailed: Selection | None = None,
    others: tuple[str, ...] = (),
) -> NobodyElse | None:  # fmt: skip
    selection = thing.selection if thing is not None else emailed
    kept = sent(selection) if selection is not None else None
    if kept is None:
        return None
    done, paths = kept
    allowed = others or tuple(dict.fromkeys(_addresses(reader.context.beside, done)))
    return NobodyElse(done, paths, allowed) if allowed else None


def _got(
    reader: Reader, address: str, thing: Things | None = None, quantity: Quantity = SOME,
    emailed: Selection | None = None, be: Be | None = None, times: Quantity | None = None,
) -> Count | None:  # fmt: skip
    selection = thing.selection if thing is not None else emailed
    kept = sent(selection) if selection is not None else None
    if kept is None:
        return None
    if be is not None and be.is_not:
        if quantity != SOME or times is not None:
            return None
        quantity = NONE
    done, paths = kept
    test = ByField(paths, Condition("has", (Value(address),)))
    return Count(done.narrowed(test), times or quantity)


@slot("address")
def _address(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read an email address or a telephone number."""
    token = reader.token(at)
    if token is not None and token.is_literal and ADDRESS.fullmatch(token.text):
        yield token.text, at + 1


@slot("addresses")
def _some_addresses(reader: Reader, at: int) -> Iterator[tuple[tuple[str, ...], int]]:
    for address, end in reader.slot("address", at):
        yield (address,), end
        for after, _ in reader.match("and/or | , [and/or]", end):
            for rest, last in reader.slot("addresses", after):
                yield (address, *rest), last


@slot("emailed")
def _emailed(reader: Reader, at: int) -> Iterator[tuple[Selection, int]]:
    """Read a noun used as a verb: `emailed`, `texted`."""
    word = reader.low(at)
    if word.endswith("ed"):
        nouns = tuple(noun for noun, _ in reader.vocabulary.by_phrase.get((word[:-2],), ()))
        if nouns:
            yield Selection(nouns), at + 1


shaped("nobody", {"nobody/noone/no-one | no one": True})
shaped("but", {"other than | except [for] | but | besides | apart from": True})
shaped("anybody", {"anybody/anyone/somebody/someone": True})
shaped("else", {"{anybody} else | any other (address|person|recipient|number)": True})

PATTERNS = (
    Pattern(
        "recipient.nobody_else",
        (
            "no {thing} {was} sent to {else}",
            "no {thing} {was} sent to {anybody} {but} {others:addresses}",
            "{nobody} else {was} {emailed}",
            "{nobody} else got/gets [a/an/any] {thing}",
            "{nobody} else {was} sent [a/an/any] {thing}",
            "{nobody} {but} {others:addresses} {was} {emailed}",
            "{nobody} {but} {others:addresses} {was} sent [a/an/any] {thing}",
            "{nobody} {but} {others:addresses} got/gets [a/an/any] {thing}",
        ),
        _nobody_else,
        (
            "No email was sent to anybody except `alice@example.com`",
            "Exactly 1 email was sent to bob@example.com and nobody else was emailed",
        ),
    ),
    Pattern(
        "recipient.got",
        (
            "{address} {was} sent {quantity} {thing:scoped}",
            "{address} {be} {emailed} [{times}]",
        ),
        _got,
        ("alice@example.com was sent exactly one email", "bob@example.com was not emailed"),
    ),
    Pattern(
        "recipient.received",
        (
            "{address} got/gets/received/receives {quantity} {thing:scoped} [{times}]",
            "{address} (has/have|should/must have) received {quantity} {thing:scoped}",
        ),
        _received,
        ("alice@example.com got exactly one email", "bob@example.com received no emails"),
    ),
    Pattern(
        "recipient.not_received",
        (
            "{address} (did/does|should/must) not receive/get [any/a/an] {thing:scoped}",
            "{address} never received/got/receives/gets [any/a/an] {thing:scoped}",
        ),
        _not_received,
        ("bob@example.com did not receive any emails",),
    ),
    Pattern(
        "recipient.each",
        (
            "[{quantity}] {thing} {be} sent to [both/each] [of] {addresses}",
            "both {addresses} {be} sent [{quantity}] {thing}",
        ),
        _to_each,
        ("Emails were sent to both alice@example.com and bob@example.com",),
    ),
    Pattern(
        "recipient.but_not",
        (
            "[{quantity}] {thing} {be} sent to {address} (but not|and not|not) to"
            " {other:address}",
            "[{quantity}] {thing} {be} sent to {address} [,] (but|and) not [to] {other:address}",
        ),
        _but_not,
        ("An email was sent to alice@example.com but not to bob@example.com",),
    ),
)  # fmt: skip
