"""The notation of patterns, and that every shape fits what is made of it."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.check.patterns.table import PATTERNS
from mirra_mcp.local.scenarios.check.shapes import ROWS, SLOTS, Context, Reader, compiled
from mirra_mcp.local.scenarios.check.tokens import tokenize
from mirra_mcp.local.scenarios.vocabulary import Vocabulary

SLOT = re.compile(r"\{(?:(\w+):)?(\w+)\}")
OPTIONAL = re.compile(r"\[[^\[\]()]*\]|\((?:[^\[\]()|]*\|)+[^\[\]()|]*\)")
PLAIN = re.compile(r"\(([^\[\]()|]*)\)")
UNBOUND = {"ok", "open", "close", "was"} | {
    name for name, rows in ROWS.items() if all(each is True for each in rows.values())
}
"""Slots that only have to be there."""


def uses() -> Iterator[tuple[str, Callable[..., Any]]]:
    """List every shape with what is made of it."""
    for pattern in PATTERNS:
        for shape in pattern.shapes:
            yield shape, pattern.build
    for rows in ROWS.values():
        for shape, value in rows.items():
            yield shape, value if callable(value) else lambda **bound: None


def bound(shape: str) -> set[str]:
    return {name or slot for name, slot in SLOT.findall(shape) if slot not in UNBOUND}


def always_bound(shape: str) -> set[str]:
    """Return the names that a shape binds however it matches."""
    while (shorter := PLAIN.sub(r" \1 ", OPTIONAL.sub(" ", shape))) != shape:
        shape = shorter
    return set.intersection(*(bound(option) for option in shape.split("|")))


def test_every_shape_can_be_read_and_names_slots_that_exist() -> None:
    for shape, _ in uses():
        compiled(shape)
        unknown = {slot for _, slot in SLOT.findall(shape)} - set(SLOTS)
        assert not unknown, shape


def test_what_is_made_of_a_shape_takes_what_the_shape_binds() -> None:
    for shape, build in uses():
        wanted = inspect.signature(build).parameters.values()
        names = {each.name for each in wanted}
        needed = {each.name for each in wanted if each.default is each.empty}
        needed -= {"reader", "head", "tail"}
        if any(each.kind is each.VAR_KEYWORD for each in wanted):
            continue
        assert bound(shape) <= names, shape
        assert needed <= always_bound(shape), shape


@pytest.mark.parametrize("shape", ["a [b", "a (b|c", "a ] b", "(a", "a)"])
def test_a_shape_that_is_written_wrongly_is_refused(shape: str) -> None:
    with pytest.raises(ValueError, match=r"never closed|too many"):
        compiled(shape)


@pytest.mark.parametrize(
    ("shape", "text", "reads"),
    [
        ("a b", "a b", True),
        ("a b", "A B.", True),
        ("a [b] c", "a c", True),
        ("a [b] c", "a b c", True),
        ("a/b c", "b c", True),
        ("(a b|c) d", "c d", True),
        ("(a b|c) d", "a d", False),
        ("[a|b] c", "b c", True),
        ("{quantity} c", "at least two c", True),
        ("{n:count} c", "x c", False),
        ("a b", "`a` b", False),
    ],
)
def test_shapes_match_as_they_are_written(shape: str, text: str, reads: bool) -> None:
    reader = Reader(tokenize(text), Context(Vocabulary.of(MIRRORS, ["resend"])))
    assert (next(reader.whole(shape), None) is not None) is reads


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The email's", ["the", "email", "'s"]),
        ("customers' emails", ["customers", "'s", "emails"]),
        ("isn't can't", ["is", "not", "can", "not"]),
        ("1,000 emails.", ["1,000", "emails"]),
        ("$45.00, then", ["$45.00", ",", "then"]),
        ("a@b.co; `x y`", ["a@b.co", ";", "x y"]),
        ("/v1/x is \u201cso\u201d", ["/v1/x", "is", "so"]),
        ("matches /a b/i now", ["matches", "/a b/i", "now"]),
        ("4xx and 2-4", ["4xx", "and", "2-4"]),
        ("", []),
    ],
)
def test_texts_are_cut_into_words_and_values(text: str, kinds: list[str]) -> None:
    assert [each.low or each.text for each in tokenize(text)] == kinds
