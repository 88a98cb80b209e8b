"""The notation in which patterns are written down, and the reader that matches it.

    `[the] (webhook|callback) {type:event_type} is/was {verb}`

A bare word stands for itself, `a/b` for either word, `[x]` may be left out, `(x|y)` is one of
several, and `{name:slot}` is whatever a slot reads there, kept under its name (`{slot}` for short);
a slot that reads as True only has to be there.

Every way to read a text is tried, each slot once a position, so that the time is bounded; what
still takes too many steps isn't read at all.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mirra_mcp.local.scenarios.check.tokens import Token
from mirra_mcp.local.scenarios.vocabulary import Vocabulary

STEPS = 25_000
"""Steps after which a text counts as unreadable."""

Bound = tuple[tuple[str, Any], ...]
Slot = Callable[["Reader", int], Iterable[tuple[Any, int]]]
Matcher = Callable[["Reader", int], Iterator[tuple[int, Bound]]]

SLOTS: dict[str, Slot] = {}
"""The slots by name."""
ROWS: dict[str, Mapping[str, Any]] = {}
"""The shapes of the slots that are made of shapes."""
PIECE = re.compile(r"\s*(\{[\w:]+\}|[\[\]()|]|[^\s\[\](){}|]+)")


class TooHard(Exception):
    """A text that takes too long to read."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a text isn't graded by code, and sentences that would be."""

    why: str
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What is known while a criterion is read: the words, and what else was spoken of."""

    vocabulary: Vocabulary
    beside: tuple[Any, ...] = ()
    """What the claims ahead of this one and the scenario's other criteria speak of."""
    steps: list[int] = field(default_factory=lambda: [0])
    claims: Callable[[tuple[Token, ...], Any], Iterator[Any]] = lambda tokens, antecedent: iter(())
    """Lists the claims that a part of the text makes."""
    doubts: list[Doubt] = field(default_factory=list)
    """Why what was nearly read wasn't."""


@dataclass
class Reader:
    """A claim under way."""

    tokens: tuple[Token, ...]
    context: Context
    antecedent: Any = None
    """What `it` and `its` refer to: the subject of the claim ahead of this one."""
    _memo: dict[tuple[str, int], list[tuple[Any, int]]] = field(default_factory=dict)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that are known."""
        return self.context.vocabulary

    def doubt(self, why: str, *instead: str) -> None:
        """Note why the text isn't graded by code; makes no difference if it is read after all."""
        self.context.doubts.append(Doubt(why, instead))

    def step(self) -> None:
        """Count a step.

        Raises:
            TooHard: there have been too many.
        """
        self.context.steps[0] += 1
        if self.context.steps[0] > STEPS:
            raise TooHard

    def low(self, at: int) -> str:
        """Return the word at a position in lower case, or nothing."""
        return self.tokens[at].low if at < len(self.tokens) else ""

    def token(self, at: int) -> Token | None:
        """Return the token at a position, or None at the end."""
        return self.tokens[at] if at < len(self.tokens) else None

    def slot(self, name: str, at: int) -> list[tuple[Any, int]]:
        """Return all that a slot reads at a position, and where each ends."""
        key = name, at
        if key not in self._memo:
            self.step()
            self._memo[key] = []  # a slot that meets itself at the same place reads nothing
            self._memo[key] = self._read(name, at)
        return self._memo[key]

    def _read(self, name: str, at: int) -> list[tuple[Any, int]]:
        found: list[tuple[Any, int]] = []
        for each in SLOTS[name](self, at):
            self.step()
            if each not in found:
                found.append(each)
        return found

    def match(self, shape: str, at: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the ways in which a shape matches from a position on."""
        for end, bound in compiled(shape)(self, at):
            yield end, dict(bound)

    def whole(self, shape: str) -> Iterator[dict[str, Any]]:
        """Return the ways in which a shape matches all of the text."""
        for end, bound in self.match(shape):
            if end == len(self.tokens):
                yield bound


def slot(name: str) -> Callable[[Slot], Slot]:
    """Make a function known as a slot."""

    def keep(function: Slot) -> Slot:
        SLOTS[name] = function
        return function

    return keep


def shaped(name: str, rows: Mapping[str, Any]) -> None:
    """Make a slot of shapes: each reads as its value, or as what that makes of the bound names."""

    def read(reader: Reader, at: int) -> Iterator[tuple[Any, int]]:
        for shape, value in rows.items():
            for end, bound in reader.match(shape, at):
                made = value(**bound) if callable(value) else value
                if made is not None:
                    yield made, end

    SLOTS[name] = read
    ROWS[name] = rows


@cache
def compiled(shape: str) -> Matcher:
    """Turn a shape into its matcher.

    Raises:
        ValueError: the shape is written wrongly.
    """
    pieces = PIECE.findall(shape)
    matcher, rest = _alternatives(pieces)
    if rest:
        raise ValueError(f"{shape!r} has a {rest[0]} too many")
    return matcher


def _alternatives(pieces: list[str]) -> tuple[Matcher, list[str]]:
    options: list[Matcher] = []
    while True:
        option, pieces = _sequence(pieces)
        options.append(option)
        if not pieces or pieces[0] != "|":
            return _either(options) if len(options) > 1 else options[0], pieces
        pieces = pieces[1:]


def _sequence(pieces: list[str]) -> tuple[Matcher, list[str]]:
    parts: list[Matcher] = []
    while pieces and pieces[0] not in "])|":
        head, pieces = pieces[0], pieces[1:]
        if head in "[(":
            inner, pieces = _alternatives(pieces)
            if not pieces or pieces[0] != ("]" if head == "[" else ")"):
                raise ValueError(f"a {head} is never closed")
            pieces = pieces[1:]
            parts.append(_either([inner, _nothing]) if head == "[" else inner)
        elif head[0] == "{":
            name, _, kind = head[1:-1].partition(":")
            parts.append(_of_slot(name, kind or name))
        else:
            parts.append(_word(frozenset(head.split("/"))))
    return _all(parts), pieces


def _nothing(reader: Reader, at: int) -> Iterator[tuple[int, Bound]]:
    yield at, ()


def _word(words: frozenset[str]) -> Matcher:
    def match(reader: Reader, at: int) -> Iterator[tuple[int, Bound]]:
        reader.step()
        if reader.low(at) in words:
            yield at + 1, ()

    return match


def _of_slot(name: str, kind: str) -> Matcher:
    def match(reader: Reader, at: int) -> Iterator[tuple[int, Bound]]:
        for value, end in reader.slot(kind, at):
            yield end, () if value is True else ((name, value),)

    return match


def _either(options: list[Matcher]) -> Matcher:
    def match(reader: Reader, at: int) -> Iterator[tuple[int, Bound]]:
        for option in options:
            yield from option(reader, at)

    return match


def _all(parts: list[Matcher]) -> Matcher:
    def walk(reader: Reader, at: int, index: int) -> Iterator[tuple[int, Bound]]:
        if index == len(parts):
            yield at, ()
            return
        for end, bound in parts[index](reader, at):
            reader.step()
            for last, more in walk(reader, end, index + 1):
                yield last, bound + more

    def match(reader: Reader, at: int) -> Iterator[tuple[int, Bound]]:
        yield from walk(reader, at, 0)

    return match
