"""Collateral damage: what else changed, beside what the scenario's other criteria speak of.

What one call did to other documents along with one that is meant is its consequence, not damage;
and what a mirror does by itself as time goes by is nobody's doing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mirra_mcp.local.scenarios.check.counting import Count
from mirra_mcp.local.scenarios.check.deeds import Deed
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.evidence import evidence_of
from mirra_mcp.local.scenarios.check.filters import ByName, ByReference
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade, named
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Raw, Things, narrow
from mirra_mcp.local.scenarios.check.quantities import NONE
from mirra_mcp.local.scenarios.check.references import all_references
from mirra_mcp.local.scenarios.check.requests import Requests
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import Change, Request, World
from mirra_mcp.wire.runs import Evidence

TOUCH = Deed("touched", "touched")


def meant_of(subject: Any, world: World) -> list[Found]:
    """List the documents that a claim speaks of: of an unnarrowed count as many as it says."""
    if not isinstance(subject, Selection):
        return []
    found = subject.find(world)
    return found if subject.filters or subject.few is None else found[: subject.few]


def meant_ids(subjects: Iterable[Any], world: World) -> set[str]:
    """Return the ids and names of all that other claims speak of, or that it refers to."""
    ids: set[str] = set()
    for subject in subjects:
        if not isinstance(subject, Selection):
            continue
        ids |= {test.name for test in subject.filters if isinstance(test, ByName | ByReference)}
        for found in subject.find(world):
            ids |= all_references(found, world)
    return ids


def by_call(world: World) -> Iterator[tuple[Request, list[Change]]]:
    """List the calls with what each changed; what a mirror did as time went by isn't among it."""
    units: dict[int, tuple[Request, list[Change]]] = {}
    for change in world.changes:
        request = world.call_of(change)
        if request is not None:
            units.setdefault(request.entry, (request, []))[1].append(change)
    yield from units.values()


@dataclass(frozen=True)
class NothingElse(Clause):
    """No call changed anything but what is meant, and what followed from that."""

    meant: tuple[Any, ...]

    @property
    def plain(self) -> str:
        """The claim."""
        others = named(dict.fromkeys(each.plain for each in self.meant))
        return f"no call changed documents in this attempt without touching: {others}"

    def grade(self, world: World) -> Grade:
        """Look at what each call changed."""
        keys = {found.key for subject in self.meant for found in meant_of(subject, world)} | set(
            self._touched(world)
        )
        calls = [each for each in self.meant if isinstance(each, Requests)]
        damage: list[str] = []
        pieces: list[Evidence] = []
        for request, changes in by_call(world):
            if any(_key(each, world) in keys for each in changes):
                continue
            if any(each.fits(request) for each in calls):
                continue
            damage += [f"{_told(each)} by {request}" for each in changes]
            pieces += [_piece(each, f"{_told(each)} by {request}") for each in changes]
        told = f"also changed: {'; '.join(damage[:3])}" if damage else "nothing else changed"
        return grade(not damage, told, pieces)

    def _touched(self, world: World) -> Iterator[tuple[str, str, str]]:
        """List what claims about deeds speak of, though it may be gone or narrowed away."""
        names = {
            test.name
            for subject in self.meant
            if isinstance(subject, Selection)
            for test in subject.filters
            if isinstance(test, ByName)
        }
        for change in world.changes:
            if change.id in names:
                yield _key(change, world)


def _key(change: Change, world: World) -> tuple[str, str, str]:
    plural = world.mirrors[change.mirror].plural_of(change.entity) or change.entity
    return change.mirror, plural, change.id


def _piece(change: Change, told: str) -> Evidence:
    (piece,) = evidence_of([change])
    return piece.model_copy(update={"text": told})


def _told(change: Change) -> str:
    deed = "created" if change.before is None else "deleted" if change.after is None else "changed"
    return f"{change.entity.replace('_', ' ')} {change.id} {deed}"


@dataclass(frozen=True)
class NoOther(Clause):
    """To no other document of a kind something happened."""

    selection: Selection
    meant: tuple[Any, ...]

    @property
    def plain(self) -> str:
        """The claim."""
        others = named(dict.fromkeys(each.plain for each in self.meant))
        return f"count of {self.selection.plain}, other than {others}, = 0"

    def grade(self, world: World) -> Grade:
        """List what it happened to, and take away what is meant."""
        own = {found.key for subject in self.meant for found in meant_of(subject, world)}
        speaks_of_it = any(
            isinstance(subject, Selection) and set(subject.nouns) & set(self.selection.nouns)
            for subject in self.meant
        )
        ids = _names(self.meant) if speaks_of_it else meant_ids(self.meant, world)
        others = [
            each
            for each in self.selection.find(world)
            if each.key not in own and not _is_meant(each, ids)
        ]
        told = f"found {len(others)} other: {named(others)}" if others else "found no other"
        return grade(not others, told, others)


def _names(subjects: Iterable[Any]) -> set[str]:
    return {
        test.name
        for subject in subjects
        if isinstance(subject, Selection)
        for test in subject.filters
        if isinstance(test, ByName | ByReference)
    }


def _is_meant(found: Found, ids: set[str]) -> bool:
    return found.id in ids or any(found.doc.get(name) in ids for name in found.noun.names)


@dataclass(frozen=True)
class Unchanged(Clause):
    """No call changed anything at all."""

    vendor: str = ""

    @property
    def plain(self) -> str:
        """The claim."""
        where = f" in {self.vendor}" if self.vendor else ""
        return f"count of documents changed in this attempt{where} = 0"

    def grade(self, world: World) -> Grade:
        """List the changes."""
        changes = [each for each in world.changes if self.vendor in ("", each.mirror)]
        told = f"changed: {'; '.join(map(_told, changes[:3]))}" if changes else "nothing changed"
        return grade(not changes, told, [_piece(each, _told(each)) for each in changes])


def _nothing_else(reader: Reader, vendor: str = "") -> NothingElse | None:
    meant = tuple(
        each
        for each in reader.context.beside
        if isinstance(each, Selection) or (isinstance(each, Requests) and each.path)
    )
    return NothingElse(tuple(dict.fromkeys(meant))) if meant else None


def _no_other(
    reader: Reader, thing: Things, verb: str = "touched", be: Be | None = None,
    raw: tuple[Raw, ...] = (), literal: str = "", other: Things | None = None,
) -> NoOther | None:  # fmt: skip
    if be is not None and be.is_not:
        return None
    done = thing.selection.done(verb)
    selection = narrow(done, raw) if done is not None else None
    if selection is None:
        return None
    if other is not None:
        return NoOther(selection, (other.selection,))
    if literal:
        return NoOther(selection, (thing.selection.narrowed(ByName(literal)),))
    meant = tuple(each for each in reader.context.beside if isinstance(each, Selection))
    return NoOther(selection, tuple(dict.fromkeys(meant))) if meant else None


def _others_not(reader: Reader, thing: Things, be: Be, verb: str) -> NoOther | None:
    return _no_other(reader, thing, verb) if be.is_not else None


def _same(reader: Reader, thing: Things) -> Count:
    selection = thing.selection
    if selection.how == "the":
        selection = selection.of("there")
    return Count(selection.of("done", *(TOUCH for _ in selection.nouns)), NONE)


def _unchanged(reader: Reader, vendor: str = "") -> Unchanged:
    return Unchanged(vendor)


shaped(
    "touch",
    {"changed/modified/touched/affected/altered/updated/created/deleted/mutated": True},
)
shaped(
    "the_same",
    {
        "[{was}|stays/stayed/stay/remains/remained/remain]"
        " unchanged/untouched/unmodified/unaffected/intact"
        "/alone": True,
        "stays/stayed/stay/remains/remained/remain/is/are"
        " (the same|as before|as it was|as they were)": True,
    },
)
shaped(
    "anything",
    {
        "state/data/document/documents/record/records/resource/resources/entity/entities/object/object"
        "s"
        "/row/rows | mirror/account state | state changes": True,
    },
)

PATTERNS = (
    Pattern(
        "collateral.nothing_else",
        (
            "nothing else [{was}] {touch} [in [the] {vendor} [mirror]]",
            "nothing else (happened|happens|changes)",
            "no other {anything} [{was}] {touch}",
            "no other (changes|change|modifications|side effects|mutations) [{was}]"
            " [made|occurred|happened|recorded]",
            "there are/were no other (changes|side effects|modifications)",
            "no [unexpected/unintended/unrelated] (side effects|collateral damage|collateral"
            " changes)"
            " [{was}] [occurred|made]",
            "everything else {the_same}",
            "[all] [the] other {anything} {the_same}",
            "[the] rest of [the] {anything} {the_same}",
        ),
        _nothing_else,
        ("Exactly 1 email is created and nothing else changed",),
    ),
    Pattern(
        "collateral.no_other",
        (
            "no other/additional/further/extra {thing:scoped} [{be}] {verb:participle}"
            " {raw:scopes}",
            "no {thing} (other than|except|besides|but) {other:the_noun} [{be}] {verb:participle}",
            "no {thing} (other than|except|besides|but) {literal} [{be}] {verb:participle}",
            "[all] [the] other {thing} {the_same}",
            "[all] [the] {thing} (other than|except|besides) {literal} {the_same}",
        ),
        _no_other,
        (
            "No customer other than `cus_1` was changed",
            "Customer `cus_1` was updated and no other customer was touched",
        ),
    ),
    Pattern(
        "collateral.others_not",
        ("[all] [the] other {thing} {be} {verb:participle}",),
        _others_not,
        ("Customer `cus_1` was updated and the other customers were not changed",),
    ),
    Pattern(
        "collateral.unchanged",
        ("{thing:the_thing} {the_same}", "[all] [existing] {thing} {the_same}"),
        _same,
        ("The customer cus_1 is unchanged", "The contacts remain untouched"),
    ),
    Pattern(
        "collateral.no_change",
        (
            "nothing [{was}] {touch}",
            "nothing changes/changed",
            "no {anything} [{was}] {touch}",
            "no state changes [{was}] [made|recorded]",
            "[the] [{vendor}] [mirror/account] ['s] state {the_same}",
        ),
        _unchanged,
        ("Nothing was changed", "No state changes were made"),
    ),
)  # fmt: skip
