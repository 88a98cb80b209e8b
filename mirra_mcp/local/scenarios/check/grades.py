"""What a check comes to, and what every kind of check can be asked."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from mirra_mcp.local.scenarios.check.evidence import evidence_of
from mirra_mcp.local.scenarios.world import World
from mirra_mcp.wire.runs import Evidence

SHOWN = 8
"""Things that a sentence names in a row."""
KEPT = 200
"""Pieces of evidence that a grade keeps."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A check's result, why, and what shows it."""

    result: Literal["pass", "fail"]
    explanation: str
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether the world is as the check says."""
        return self.result == "pass"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: the log's number and the session's time."""

    entry: float
    at: datetime
    what: str
    since: datetime | None = None
    """When what it happened to was made, if that was in this attempt."""


class Clause(ABC):
    """One claim about an attempt."""

    forges: ClassVar[bool] = False
    """Whether it needs forged webhooks to be sent."""

    @property
    @abstractmethod
    def plain(self) -> str:
        """The claim in plain words."""

    @abstractmethod
    def grade(self, world: World) -> Grade:
        """Tell whether the claim holds."""

    @property
    def subject(self) -> Any:
        """The selection of documents, webhooks or requests that it speaks of, if any."""
        return None

    @property
    def subjects(self) -> tuple[Any, ...]:
        """All that it speaks of, for what is said of everything else."""
        return () if self.subject is None else (self.subject,)

    def moments(self, world: World) -> list[Moment] | None:
        """Return when what it claims happened; None if that isn't a matter of time."""
        return None


def grade(
    holds: bool, explanation: str, evidence: Iterable[object] = (), fields: Sequence[str] = ()
) -> Grade:
    """Make a grade of a claim; `fields` are those that counted of the documents in evidence.

    What is no piece of evidence is noted in words.
    """
    pieces = list(evidence)
    shown = kept(evidence_of(pieces[:KEPT], fields))
    if len(pieces) > KEPT:
        shown.append(Evidence(kind="note", text=f"and {len(pieces) - KEPT} more"))
    return Grade("pass" if holds else "fail", explanation, shown)


def kept(pieces: Iterable[Evidence]) -> list[Evidence]:
    """Keep the first of the evidence, each once, and say how many there are more."""
    known: dict[tuple[str | None, ...], Evidence] = {}
    for each in pieces:
        known.setdefault((each.mirror, each.what, each.id, str(each)), each)
    more = len(known) - KEPT
    first = list(known.values())[:KEPT]
    if more > 0:
        first.append(Evidence(kind="note", text=f"and {more} more"))
    return first


def cut(shown: Sequence[str]) -> list[str]:
    """Keep the first of what is named and say how many there are more."""
    more = len(shown) - SHOWN
    return [*shown[:SHOWN], *([f"and {more} more"] if more > 0 else [])]


def named(shown: Iterable[object]) -> str:
    """Name things in a row."""
    return ", ".join(cut([str(each) for each in shown]))


def found(count: int, one: str, many: str, names: Iterable[object]) -> str:
    """Say `found 2 emails: em_1, em_2`."""
    if not count:
        return f"found no {many}"
    return f"found {count} {one if count == 1 else many}: {named(names)}"
