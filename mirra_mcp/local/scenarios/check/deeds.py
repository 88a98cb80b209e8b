"""What became of documents in an attempt: they were made, changed, or a word became true of them.

A document's states are rebuilt from the log's differences, the newest first, so that a claim about
any moment of the attempt looks at the whole document as it was then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from mirra_mcp.local.kit.facts import Fact, Given, Is, Look, all_
from mirra_mcp.local.kit.meanings import Means, Unclear
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.values import leaves
from mirra_mcp.local.scenarios.check.words import CHANGED, GONE, MADE, TOUCHED
from mirra_mcp.local.scenarios.vocabulary import Noun
from mirra_mcp.local.scenarios.world import Change, World
from mirra_mcp.wire.model import Doc

State = tuple[int, datetime, Doc | None]
"""The log's number from which on a document was so, when that was, and the document."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of a document in this attempt."""

    word: str
    kind: Literal["made", "gone", "changed", "touched", "means"]
    means: Means | None = None

    @property
    def plain(self) -> str:
        """What must have happened, in plain words."""
        word = self.word.replace("_", " ")
        if self.means is None or self.kind != "means":
            return f"{word} in this attempt"
        end = " at the end" if self.means.stands else ""
        return f"{word} in this attempt ({self.means.plain}{end})"

    def fits(self, change: Change) -> bool:
        """Tell whether a change is one of these."""
        if self.kind == "made":
            return change.before is None
        if self.kind == "gone":
            return change.after is None
        if self.kind == "changed":
            return change.before is not None and change.after is not None
        return self.kind == "touched"


CREATED = Deed("created", "made")


def spellings(word: str) -> tuple[str, ...]:
    """Return the ways in which a word may be spelt in a vendor's description."""
    return word, word.replace("-", "_"), word.replace("cancelled", "canceled")


def deed_of(word: str, noun: Noun) -> Deed | None:
    """Return what a participle means for a noun, or None if it isn't known to mean anything."""
    for spelling in spellings(word):
        meaning = noun.means.get(spelling)
        if isinstance(meaning, Unclear):
            return None
        if meaning is not None:
            return Deed(word, "means", meaning)
    if noun.is_strict:
        return None
    for spelling in spellings(word):
        if spelling in noun.verbs:
            name, value = noun.verbs[spelling]
            fact: Fact = Given(name) if value is ... else Is(name, (value,))
            return Deed(word, "means", Means(fact, fact, stands=spelling in noun.told))
    if word in MADE:
        return Deed(word, "made")
    if word in GONE:
        return Deed(word, "gone")
    if word in CHANGED:
        return Deed(word, "changed")
    return Deed(word, "touched") if word in TOUCHED else None


def concerned(noun: Noun, means: Means | None) -> Noun:
    """Return a noun as what is said of it speaks of its documents: of those alone that it can."""
    if means is None or means.among is None:
        return noun
    only = all_(noun.only, means.among) if noun.only is not None else means.among
    loosely = all_(noun.loosely, means.among) if noun.loosely is not None else None
    return replace(noun, only=only, loosely=loosely)


def reached(status: str, noun: Noun) -> Deed:
    """Return the deed of reaching a status, whatever followed."""
    fact = Is(noun.status_field, (status,))
    return Deed(status, "means", Means(fact, fact, stands=False))


def unclear(word: str, noun: Noun) -> Unclear | None:
    """Return why a word isn't graded by code, if people mean different things by it."""
    for spelling in spellings(word):
        if isinstance(meaning := noun.means.get(spelling), Unclear):
            return meaning
    return None


def happened(world: World, noun: Noun, deed: Deed) -> Iterator[Found]:
    """List the documents to which something happened in this attempt, each once.

    Those to which it may have happened are among them, and not `is_sure`.
    """
    if deed.kind == "means" and deed.means is not None:
        found = [each for id in _concerned(world, noun, deed.means) for each in
                 _meant(world, noun, id, deed.means)]  # fmt: skip
        yield from sorted(found, key=lambda each: each.entry)
        return
    seen: set[str] = set()
    for change in world.changes_of.get((noun.vendor, noun.entity), ()):
        if change.id in seen or not deed.fits(change):
            continue
        seen.add(change.id)
        found_doc = Found(noun, change.id, latest(world, noun, change.id), change.entry, change.at)
        if (kept := called(found_doc, world)) is not None:
            yield kept


def called(found: Found, world: World) -> Found | None:
    """Return a document as far as its noun's alias speaks of it: surely, maybe, or not at all."""
    noun = found.noun
    if noun.only is None:
        return found
    look = looker(world, noun.vendor)
    if noun.only.holds(found.doc, look):
        return found
    if noun.loosely is None or not noun.loosely.holds(found.doc, look):
        return None
    return Found(noun, found.id, found.doc, found.entry, found.at, is_sure=False)


def _concerned(world: World, noun: Noun, means: Means) -> list[str]:
    """List the ids of which a word may have become true in this attempt."""
    ids = [each.id for each in world.changes_of.get((noun.vendor, noun.entity), ())]
    others = {*means.sure.entities, *means.may.entities}
    if any(world.changes_of.get((noun.vendor, each)) for each in others):
        view = world.mirrors.get(noun.vendor)
        ids += [doc["id"] for doc in view.documents(noun.plural)] if view is not None else []
    return list(dict.fromkeys(ids))


def _meant(world: World, noun: Noun, id: str, means: Means) -> Iterator[Found]:
    sure = turning(world, noun, id, means.sure, stands=means.stands)
    moment = sure or turning(world, noun, id, means.may)
    if moment is not None:
        entry, at = moment
        found = Found(noun, id, latest(world, noun, id), entry, at, is_sure=sure is not None)
        if (kept := called(found, world)) is not None:
            yield kept


def turning(
    world: World, noun: Noun, id: str, fact: Fact, *, stands: bool = False
) -> tuple[int, datetime] | None:
    """Return when a fact became true in this attempt; with `stands` only if it still is."""
    states = versions(world, noun.vendor, noun.entity, id)
    times = {(entry, at) for entry, at, _ in states}
    named = {each for _, _, doc in states for each in leaves(doc) if isinstance(each, str)}
    for entity in fact.entities:
        for other in named if (noun.vendor, entity) in world.changes_of else ():
            changes = world.changes_to(noun.vendor, entity, other)
            times |= {(each.entry, each.at) for each in changes}
    was, moment, is_so = False, None, False
    for number, (entry, at) in enumerate(sorted(times)):
        doc = _at(states, entry)
        is_so = doc is not None and fact.holds(doc, looker(world, noun.vendor, entry))
        if number and is_so and not was and (moment is None or stands):
            moment = entry, at
        was = is_so
    return moment if is_so or not stands else None


def _at(states: list[State], entry: int) -> Doc | None:
    docs = [doc for first, _, doc in states if first <= entry]
    return docs[-1] if docs else None


def looker(world: World, vendor: str, entry: int | None = None) -> Look:
    """Return a function that finds a mirror's documents, as they were at an entry of the log."""

    def look(entity: str, id: str) -> Doc | None:
        view = world.mirrors.get(vendor)
        plural = view.plural_of(entity) if view is not None else None
        if view is None or plural is None:
            return None
        if entry is None or (vendor, entity) not in world.changes_of:
            return view.document(plural, id)
        return _at(versions(world, vendor, entity, id), entry)

    return look


def versions(world: World, vendor: str, entity: str, id: str) -> list[State]:
    """List a document's states in this attempt, the first of them from before it."""
    key = ("versions", vendor, entity, id)
    if key not in world.memo:
        world.memo[key] = _versions(world, vendor, entity, id)
    states: list[State] = world.memo[key]
    return states


def _versions(world: World, vendor: str, entity: str, id: str) -> list[State]:
    changes = world.changes_to(vendor, entity, id)
    view = world.mirrors[vendor]
    state = view.document(view.plural_of(entity) or entity, id)
    states: list[State] = []
    for change in reversed(changes):
        states.append((change.entry, change.at, state))
        if change.before is None:
            state = None
        elif change.after is None or state is None:
            state = {"id": id, **change.before}
        else:
            kept = {name: it for name, it in state.items() if name not in change.after}
            state = kept | change.before
    states.append((world.mark.entry, world.mark.at, state))
    return states[::-1]


def latest(world: World, noun: Noun, id: str) -> Doc:
    """Return a document as it is, or as it last was."""
    doc = world.mirrors[noun.vendor].document(noun.plural, id)
    if doc is not None:
        return doc
    known: Doc = {"id": id}
    for change in world.changes_to(noun.vendor, noun.entity, id):
        known = known | (change.before or {}) | (change.after or {})
    return known


def history(world: World, noun: Noun, id: str, name: str) -> list[Any]:
    """Return the values that a field has had in this attempt, from before it on."""
    values: list[Any] = []
    for change in world.changes_to(noun.vendor, noun.entity, id):
        if change.after is None or name not in change.after:
            continue
        if not values and change.before is not None:
            values.append(change.before.get(name))
        if not values or values[-1] != change.after[name]:
            values.append(change.after[name])
    return values
