"""Excerpts: of a long record, what bears on a criterion, within a number of tokens.

Entries that share rare words with the criterion come first, and failures before successes. The
chosen ones keep their order; what is left out is counted, never silently gone.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mirra_mcp.local.scenarios.judge.fences import quoted

WHOLE, SHORT = 4_000, 200
"""Characters that a text inside an entry may have: in the most relevant ones, and in the rest."""
DEEPEST, WIDEST = 8, 100
"""How deep and how wide a value is shown."""
_WORD = re.compile(r"[a-z0-9]{2,}")
_IDLE = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been by did do does each for from had has have if in into is it its"
        " no not of on or that the their them then there these they this to was were when which"
        " with",
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened or is there."""

    head: str
    """What it is, in a few words: `request 12`, `resend emails`."""
    body: Any
    weight: float = 0.0
    """How much it matters whatever the criterion says: failures do."""


def tokens(text: str) -> int:
    """Estimate the tokens of a text: four ASCII characters make one, any other is one."""
    plain = len(text.encode("ascii", "ignore"))
    return math.ceil(plain / 4) + len(text) - plain


def words(text: str) -> set[str]:
    """Return the telling words of a text, in a form in which they meet each other."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return {_stem(word) for word in _WORD.findall(spaced.lower()) if word not in _IDLE}


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    for ending in ("ies", "ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word


def excerpts(entries: Sequence[Entry], about: str, budget: int) -> list[str]:
    """Return the entries that bear most on `about`, as lines of at most `budget` tokens in all."""
    asked = words(about)
    held = [words(f"{each.head} {_flat(each.body)}") for each in entries]
    common = Counter(word for each in held for word in each & asked)
    total = len(entries) + 1
    scores = [
        entry.weight + sum(math.log(1 + total / common[word]) for word in mine & asked)
        for entry, mine in zip(entries, held, strict=True)
    ]
    best = sorted(range(len(entries)), key=lambda i: (-scores[i], i))
    lines: dict[int, str] = {}
    left = budget - 30  # for the counts of what is left out
    for rank, index in enumerate(best):
        for most in (WHOLE, SHORT) if rank < 12 else (SHORT,):
            line = _line(entries[index], most)
            if (cost := tokens(line) + 1) <= left:
                lines[index] = line
                left -= cost
                break
        if left < 20:
            break
    return list(_with_gaps(lines, len(entries)))


def _with_gaps(lines: dict[int, str], total: int) -> Iterable[str]:
    missing = total - len(lines)
    if missing:
        yield f"({missing} of {total} entries are left out, as less relevant.)"
    for index in sorted(lines):
        yield lines[index]


def _line(entry: Entry, most: int) -> str:
    return f"{entry.head} {quoted(clipped(entry.body, most))}"


def clipped(value: Any, most: int, depth: int = 0) -> Any:
    """Shorten the texts in a value, and what is nested or listed beyond reading; say where."""
    if isinstance(value, str):
        if len(value) <= most:
            return value
        return f"{value[:most]}... ({len(value) - most} more characters)"
    if isinstance(value, dict | list) and depth >= DEEPEST:
        return f"... ({len(value)} nested deeper)" if value else value
    if isinstance(value, dict):
        kept = list(value.items())[:WIDEST]
        shown = {str(key)[:SHORT]: clipped(each, most, depth + 1) for key, each in kept}
        if len(value) > WIDEST:
            shown["..."] = f"({len(value) - WIDEST} more fields)"
        return shown
    if isinstance(value, list):
        kept_items = [clipped(each, most, depth + 1) for each in value[:WIDEST]]
        more = len(value) - WIDEST
        return [*kept_items, f"... ({more} more)"] if more > 0 else kept_items
    return value


def _flat(value: Any, depth: int = 0) -> str:
    if depth >= DEEPEST:
        return ""
    if isinstance(value, dict):
        kept = list(value.items())[:WIDEST]
        return " ".join(f"{key} {_flat(each, depth + 1)}" for key, each in kept)
    if isinstance(value, list):
        return " ".join(_flat(each, depth + 1) for each in value[:WIDEST])
    return str(value)[:WHOLE]
