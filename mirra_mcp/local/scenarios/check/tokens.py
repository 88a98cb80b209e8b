"""A criterion cut into words, numbers, sums of money, quotations and punctuation."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

LONGEST = 600
"""Characters of a criterion that may be read; a longer one is for a judge."""
MOST = 120

Kind = Literal["word", "code", "quote", "number", "money", "pattern", "mark"]

SPLIT = {"can't": ("can", "not"), "won't": ("will", "not"), "cannot": ("can", "not")}
SYMBOLS = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy"}
SCAN = re.compile(
    r"""(?P<space>\s+)
      | (?P<code>`[^`]+`)
      | (?P<quote>"[^"]*"|\u201c[^\u201d]*\u201d|\u2018[^\u2019]*\u2019(?!\w)|(?<!\w)'[^']*'(?!\w))
      | (?P<money>[-\u2212]?[$€£¥]-?\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,6})?(?![\w@/]))
      | (?P<number>[-\u2212]?\d{1,15}(?:,\d{3}){0,4}(?:\.\d{1,10})?%?(?![\w@:/+%-]|\.\w|,\d))
      | (?P<word>[^\s`"\u201c\u201d,;()]+)
      | (?P<mark>.)""",
    re.X | re.S,
)
TAIL = re.compile(r"[.:;,!?…]+$")
BEFORE_PATTERN = {"matches", "match", "matching", "regex", "regexp", "pattern", "expression"}
PATTERN = re.compile(r"\s*(/(?:[^/\\]|\\.)+/i?)(?![\w/])")
CONCRETE = re.compile(r"[\d@_/:+.]|(?<=\w)-(?=\w*\d)")
"""What marks a bare word as a value, not as English."""


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a criterion."""

    kind: Kind
    text: str
    """As it was written, without quotes or backticks."""
    value: Any = None

    @property
    def low(self) -> str:
        """The word in lower case; of anything but a word or a mark nothing."""
        return self.text.lower() if self.kind in ("word", "mark") else ""

    @property
    def is_literal(self) -> bool:
        """Whether it is quoted, in backticks, or a word that can only be a value."""
        if self.kind in ("code", "quote"):
            return True
        return self.kind == "word" and CONCRETE.search(self.text) is not None


def tokenize(text: str) -> tuple[Token, ...]:
    """Cut a criterion up; nothing is left of one that is too long."""
    if len(text) > LONGEST:
        return ()
    tokens: list[Token] = []
    text, at = text.strip(), 0
    while at < len(text):
        if tokens and tokens[-1].low in BEFORE_PATTERN and (found := PATTERN.match(text, at)):
            tokens.append(Token("pattern", found.group(1)))
            at = found.end()
            continue
        found = SCAN.match(text, at)
        assert found is not None  # the last alternative takes anything
        at = found.end()
        _add(tokens, str(found.lastgroup), found.group())
    while tokens and tokens[-1].kind == "mark" and tokens[-1].text in ".!":
        tokens.pop()
    return tuple(tokens) if len(tokens) <= MOST else ()


def _add(tokens: list[Token], kind: str, text: str) -> None:
    if kind in ("code", "quote"):
        tokens.append(Token("code" if kind == "code" else "quote", text[1:-1].strip("\0")))
    elif kind == "money":
        sign = -1 if text[0] in "-\u2212" or text[1] == "-" else 1
        bare = text.lstrip("-\u2212")
        amount = sign * _number(bare[1:].lstrip("-"))
        tokens.append(Token("money", text, (amount, SYMBOLS[bare[0]])))
    elif kind == "number":
        tokens.append(Token("number", text, _number(text.rstrip("%"))))
    elif kind == "mark":
        tokens.append(Token("mark", text))
    elif kind == "word":
        _add_word(tokens, text.replace("\u2019", "'"))


def _add_word(tokens: list[Token], text: str) -> None:
    tail = TAIL.search(text)
    if tail and tail.start():
        _add_word(tokens, text[: tail.start()])
        tokens.extend(Token("mark", each) for each in tail.group())
        return
    low = text.lower()
    if text in ("—", "\u2013", "--", "-"):
        tokens.append(Token("mark", ","))
    elif low in SPLIT:
        tokens.extend(Token("word", each) for each in SPLIT[low])
    elif low.endswith("n't") and len(low) > 3:
        tokens.extend((Token("word", text[:-3]), Token("word", "not")))
    elif low.endswith("'s") and len(low) > 2:
        tokens.extend((Token("word", text[:-2]), Token("word", "'s")))
    elif low.endswith("s'") and len(low) > 2:
        tokens.extend((Token("word", text[:-1]), Token("word", "'s")))
    elif tail:
        tokens.extend(Token("mark", each) for each in text)
    else:
        tokens.append(Token("word", text))


def _number(text: str) -> int | Decimal:
    number = Decimal(text.replace(",", "").replace("\u2212", "-"))
    return int(number) if number == number.to_integral_value() else number
