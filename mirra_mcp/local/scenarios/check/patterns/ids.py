"""Ids: what the document that an id names is, without a noun.

Which mirror has it, and as what, is looked up when the check is graded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.deeds import deed_of
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.filters import ByName
from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, grade
from mirra_mcp.local.scenarios.check.patterns.happenings import Became, never
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.values import Value, status_named
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.vocabulary import Noun, Vocabulary
from mirra_mcp.local.scenarios.world import World

PREFIXED = re.compile(r"[a-z]{2,6}(_[a-z]{2,6})?_[A-Za-z0-9]{3,}", re.ASCII)
UNIQUE = re.compile(r"[A-Z]{2}[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class IdIs(Clause):
    """The document with an id has a status, or hasn't."""

    id: str
    status: str
    """As it was written; each noun has its own spelling."""
    nouns: tuple[Noun, ...]
    """Those that know the status."""
    is_not: bool = False

    @property
    def plain(self) -> str:
        """The claim."""
        return f'status of "{self.id}" {"is not" if self.is_not else "="} "{self.status}"'

    @property
    def subject(self) -> Selection:
        """The document."""
        return Selection(self.nouns, filters=(ByName(self.id),))

    def grade(self, world: World) -> Grade:
        """Look it up."""
        docs = list(self._find(world))
        if len(docs) != 1:
            others = f"found {len(docs)} documents" if docs else "found nothing"
            kinds = ", ".join(dict.fromkeys(noun.spoken_plural for noun in self.nouns))
            return grade(False, f'{others} with the id "{self.id}" among {kinds}')
        (doc,) = docs
        actual = doc.doc.get(doc.noun.status_field)
        told = f"{doc.noun.spoken} {doc.id}: {doc.noun.status_field} is {actual}"
        status = status_named(self.status, doc.noun.statuses)
        return grade((actual == status) != self.is_not, told, [doc], (doc.noun.status_field,))

    def _find(self, world: World) -> Iterator[Found]:
        for noun in self.nouns:
            view = world.mirrors.get(noun.vendor)
            doc = view.document(noun.plural, self.id) if view is not None else None
            if doc is not None:
                yield Found(noun, self.id, doc)


@slot("id")
def _id(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read what can only be an id: `sub_123`, but not `order_id` or `past_due`."""
    token = reader.token(at)
    if token is None or token.kind not in ("word", "code"):
        return
    text = token.text
    if UNIQUE.fullmatch(text) or (
        PREFIXED.fullmatch(text) and not _is_name(text, reader.vocabulary)
    ):
        yield text, at + 1


def _is_name(text: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a text may be the name of a field, a status or a noun."""
    first, _, rest = text.partition("_")
    if any(char.isdigit() for char in rest):
        return False
    if not any(_is_short_for(first, noun) for noun in vocabulary.nouns):
        return True
    names = {name for noun in vocabulary.nouns for name in (*noun.roots, *noun.statuses)}
    names |= {name for noun in vocabulary.nouns for name in (noun.entity, noun.plural)}
    return rest in {part for name in names for part in name.split("_")}


def _is_short_for(prefix: str, noun: Noun) -> bool:
    """Tell whether a prefix abbreviates a noun: `sub` a subscription, `pi` a payment intent."""
    initials = "".join(part[:1] for part in noun.entity.split("_"))
    return prefix == initials or (noun.entity.startswith(prefix) and prefix != noun.entity)


def _status(
    reader: Reader, id: str, state: Value, be: Be | None = None
) -> IdIs | None:  # fmt: skip
    word = str(state.it).lower()
    known = reader.vocabulary.nouns
    nouns = tuple(n for n in known if not n.alias and status_named(word, n.statuses))
    if not nouns or (be is not None and be.is_past):
        return None
    return IdIs(id, word, nouns, be is not None and be.is_not)


@dataclass(frozen=True)
class IdBecame(Clause):
    """Something happened to the document with an id, or didn't."""

    id: str
    word: str
    nouns: tuple[Noun, ...]
    """Those of which the word may be said."""
    is_not: bool = False

    @property
    def plain(self) -> str:
        """The claim."""
        how = "never was" if self.is_not else "was"
        return f'"{self.id}", whatever it is, {how} {self.word} in this attempt'

    @property
    def subject(self) -> Selection:
        """The document."""
        return Selection(self.nouns, filters=(ByName(self.id),))

    def _claim(self, world: World) -> Clause | None:
        for noun in self.nouns:
            changes = world.changes_to(noun.vendor, noun.entity, self.id)
            view = world.mirrors.get(noun.vendor)
            is_there = view is not None and view.document(noun.plural, self.id) is not None
            if is_there or changes:
                selection = Selection((noun,), filters=(ByName(self.id),))
                return never(selection, self.word) if self.is_not else Became(selection, self.word)
        return None

    def grade(self, world: World) -> Grade:
        """Look up what it is, and what became of it."""
        claim = self._claim(world)
        if claim is None:
            kinds = ", ".join(dict.fromkeys(noun.spoken_plural for noun in self.nouns))
            return grade(False, f'found nothing with the id "{self.id}" among {kinds}')
        return claim.grade(world)

    def moments(self, world: World) -> list[Moment] | None:
        """When it happened."""
        claim = None if self.is_not else self._claim(world)
        return claim.moments(world) if claim is not None else []


def _became(
    reader: Reader, id: str, verb: str, be: Be | None = None
) -> IdBecame | None:  # fmt: skip
    if be is not None and not be.is_past:
        return None
    nouns = tuple(n for n in reader.vocabulary.nouns if not n.alias and _knows(n, verb))
    if not nouns:
        return None
    return IdBecame(id, verb, nouns, be is not None and be.is_not)


def _knows(noun: Noun, verb: str) -> bool:
    deed = deed_of(verb, noun)
    return deed is not None and (deed.kind != "means" or verb not in ("active", "open"))


def _did_not(reader: Reader, id: str, verb: str) -> IdBecame | None:
    words = {word for noun in reader.vocabulary.nouns for word in (*noun.means, *noun.verbs)}
    past = next((each for each in (verb + "ed", verb + "d", verb) if each in words), None)
    return _became(reader, id, past, Be(is_not=True, is_past=True)) if past else None


PATTERNS = (
    Pattern(
        "id.status",
        (
            "[[the] status of] {id} {be} [now/still/finally/currently] [in] [status]"
            " {state}",
            "{id} 's status {be} [now/still/finally/currently] {state}",
            "{id} has/have [the/a] status [of] {state}",
            "{id} (ended|ends|ended up|ends up) [as/in] {state}",
        ),
        _status,
        ("`sub_123` is canceled", "pi_abc has status succeeded"),
    ),
    Pattern(
        "id.became",
        ("{id} {be} [{sure}] {verb:participle}", "{id} [has] [{sure}] {verb:participle}"),
        _became,
        ("`sub_123` was canceled", "pi_abc succeeded", "cus_123 was not deleted"),
    ),
    Pattern(
        "id.did_not",
        ("{id} did/does/should/must not {verb:participle}",),
        _did_not,
        ("pi_abc did not succeed",),
    ),
)  # fmt: skip
