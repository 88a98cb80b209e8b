"""Why a criterion isn't graded by code, and sentences like it that would be."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from mirra_mcp.local.scenarios.check.patterns.table import PATTERNS
from mirra_mcp.local.scenarios.check.reading import joined, read, read_noting
from mirra_mcp.local.scenarios.check.shapes import Doubt
from mirra_mcp.local.scenarios.check.tokens import Token, tokenize
from mirra_mcp.local.scenarios.vocabulary import Vocabulary

MOST = 3
"""Sentences that are offered."""
AHEAD = frozenset(["the", "a", "an", "no", "every", "each", "all", "any", "one", "two", "our"])
ODD = frozenset(
    [
        "handler", "webhook", "webhooks", "request", "requests", "error", "errors", "app", "agent",
        "attempt", "call", "calls", "body", "response", "total", "sum", "same", "number", "first",
        "last", "other", "only", "new", "event", "events", "mirror", "signature", "state", "header",
    ]
)  # fmt: skip
"""What the grammar itself has words for."""


def explain(text: str, vocabulary: Vocabulary) -> Doubt:
    """Say why no pattern reads a criterion whole, and offer what would be read.

    What is offered is read by code; it may say another thing than what was meant, so that the
    author chooses.
    """
    doubts = read_noting(text, vocabulary)[1]
    if doubts:
        last = doubts[-1]
        return Doubt(last.why, _readable(last.instead, vocabulary))
    tokens = tokenize(text)
    if not tokens:
        return Doubt("it is too long to be read by code", ())
    part = _odd_part(text, vocabulary)
    if part is not None:
        return Doubt(f'only this part of it isn\'t read: "{part}"', _like(part, vocabulary))
    unknown = _unknown_noun(tokens, vocabulary)
    if unknown is not None:
        names = ", ".join(f"`{name}`" for name in vocabulary.kinds)
        return Doubt(f"nothing in {names} is called '{unknown}'", _like(text, vocabulary))
    return Doubt("no pattern reads it whole", _like(text, vocabulary))


def _odd_part(text: str, vocabulary: Vocabulary) -> str | None:
    """Return the claim that isn't read among several that are joined, if it is only one."""
    for head, tail in joined(tokenize(text)):
        parts = [" ".join(_written(each) for each in tokens) for tokens in (head, tail)]
        known = [read(part, vocabulary) is not None for part in parts]
        if known.count(True) == 1:
            return parts[known.index(False)]
    return None


def _written(token: Token) -> str:
    quotes = {"quote": '"{}"', "code": "`{}`"}
    return quotes.get(token.kind, "{}").format(token.text)


def _unknown_noun(tokens: Sequence[Token], vocabulary: Vocabulary) -> str | None:
    """Return what follows an article and is called so by no mirror."""
    for at, token in enumerate(tokens[:-1]):
        word = tokens[at + 1].low
        if token.low not in AHEAD or not word.isalpha() or word in ODD:
            continue
        is_known = any(
            word in part for phrase in vocabulary.by_phrase for part in (phrase,)
        ) or any(word in phrase for noun in vocabulary.nouns for phrase in noun.fields)
        if not is_known and word not in vocabulary.participles:
            return word
        return None
    return None


def _like(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the examples of the grammar that are most like a text and about the same things."""
    words = {each.low for each in tokenize(text) if each.low}

    def shared(example: str) -> int:
        own = {each.low for each in tokenize(example) if each.low}
        return sum(1 for word in words & own if len(word) > 3)

    def likeness(example: str) -> float:
        return shared(example) + SequenceMatcher(None, text.lower(), example.lower()).ratio()

    examples = dict.fromkeys(each for pattern in PATTERNS for each in pattern.examples)
    ranked = sorted((each for each in examples if shared(each)), key=likeness, reverse=True)
    return _readable(ranked[: MOST * 6], vocabulary)


def _readable(texts: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(_first(each for each in texts if read(each, vocabulary) is not None))


def _first(texts: Iterator[str]) -> Iterator[str]:
    for _, text in zip(range(MOST), texts, strict=False):
        yield text
