"""How a criterion is read: as one claim, or several that must all hold. A check is never guessed.

What no pattern reads whole isn't read at all: it goes to the judge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mirra_mcp.local.scenarios.check.grades import Clause, Grade, kept
from mirra_mcp.local.scenarios.check.patterns.table import PATTERNS
from mirra_mcp.local.scenarios.check.shapes import Context, Doubt, Reader, TooHard
from mirra_mcp.local.scenarios.check.tokens import Token, tokenize
from mirra_mcp.local.scenarios.vocabulary import Vocabulary
from mirra_mcp.local.scenarios.world import World

JOINS = (
    (",", "and", "that"), ("and", "that"), ("and", "also"), (",", "and"), (";", "and"),
    (",", "but"), ("and",), ("but",), (";",), (",",), (".",),
)  # fmt: skip
JOINING = {word for words in JOINS for word in words}
MOST_CLAUSES = 6


@dataclass(frozen=True)
class Reading:
    """A criterion that was understood."""

    text: str
    pattern: str
    """The pattern that reads it, several joined by `+`."""
    clauses: tuple[Clause, ...]

    @property
    def plain(self) -> str:
        """The criterion in plain words."""
        return "; and ".join(each.plain for each in self.clauses)

    @property
    def forges(self) -> bool:
        """Whether it can only be graded if forged webhooks are sent."""
        return any(each.forges for each in self.clauses)

    @property
    def subjects(self) -> tuple[object, ...]:
        """What it speaks of."""
        return tuple(subject for each in self.clauses for subject in each.subjects)

    def grade(self, world: World) -> Grade:
        """Tell whether all of it holds, and why."""
        grades = [each.grade(world) for each in self.clauses]
        failed = [each for each in grades if not each.passed]
        if len(grades) == 1:
            return grades[0]
        told = failed or grades
        return Grade(
            "fail" if failed else "pass",
            "; ".join(each.explanation for each in told),
            kept(piece for each in told for piece in each.evidence),
        )


def read(text: str, vocabulary: Vocabulary, beside: Sequence["Reading"] = ()) -> Reading | None:
    """Read a criterion, or return None. `beside` are the scenario's others, if they are known."""
    return read_noting(text, vocabulary, beside)[0]


def read_noting(
    text: str, vocabulary: Vocabulary, beside: Sequence["Reading"] = ()
) -> tuple[Reading | None, list[Doubt]]:
    """Read a criterion, and tell why what was nearly read wasn't."""
    subjects = tuple(subject for each in beside for subject in each.subjects)
    context = _context(vocabulary, subjects)
    try:
        found = next(_read(tokenize(text), context), None)
    except (TooHard, RecursionError):
        return None, [Doubt("it takes too long to read by code")]
    if found is None:
        return None, context.doubts
    clauses = tuple(each for _, each in found)
    return Reading(text, "+".join(name for name, _ in found), clauses), []


def read_all(texts: Sequence[str], vocabulary: Vocabulary) -> list[Reading | None]:
    """Read a scenario's criteria; what some say of `others` refers to what the rest speak of."""
    alone = [read(text, vocabulary) for text in texts]
    beside = [each for each in alone if each is not None]
    return [
        each if each is not None else read(text, vocabulary, beside)
        for text, each in zip(texts, alone, strict=True)
    ]


Named = tuple[str, Clause]


def _context(vocabulary: Vocabulary, beside: tuple[object, ...]) -> Context:
    def claims(tokens: tuple[Token, ...], antecedent: object) -> Iterator[Clause]:
        return (clause for _, clause in _one(tokens, context, antecedent))

    context = Context(vocabulary, beside, claims=claims)
    return context


def _read(
    tokens: tuple[Token, ...], context: Context, antecedent: object = None,
    most: int = MOST_CLAUSES,
) -> Iterator[tuple[Named, ...]]:  # fmt: skip
    """List the ways to read tokens as one claim or as several."""
    for only in _one(tokens, context, antecedent):
        yield (only,)
    if most <= 1:
        return
    for head, tail in joined(tokens):
        first = next(_one(head, context, antecedent), None)
        if first is None:
            continue
        subject = first[1].subject or antecedent
        inner = replace(context, beside=(*context.beside, *first[1].subjects))
        for rest in _read(tail, inner, subject, most - 1):
            yield (first, *rest)


def _one(tokens: tuple[Token, ...], context: Context, antecedent: object) -> Iterator[Named]:
    if tokens:
        reader = Reader(tokens, context, antecedent)
        for pattern in PATTERNS:
            for clause in pattern.read(reader):
                yield pattern.name, clause


def joined(tokens: tuple[Token, ...]) -> Iterator[tuple[tuple[Token, ...], tuple[Token, ...]]]:
    """List the places where two claims may be joined: what comes ahead, and what follows."""
    lows = [each.low for each in tokens]
    for at in range(1, len(tokens) - 1):
        if lows[at] == "(" and lows[-1] == ")":
            yield tokens[:at], tokens[at + 1 : -1]
        for words in JOINS:
            if tuple(lows[at : at + len(words)]) == words and lows[at - 1] not in JOINING:
                yield tokens[:at], tokens[at + len(words) :]
                break
