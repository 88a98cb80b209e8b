"""`LIKE` and `GLOB` in a time that grows with the text alone.

SQLite's own try every way in which a pattern with many wildcards can fit, and can't be stopped
meanwhile. Source of what they mean: https://sqlite.org/lang_expr.html#like
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

ANY, ONE = object(), object()


def like(pattern: Any, text: Any, escape: Any = None) -> int | None:
    """Tell whether a text fits a pattern of `%` and `_`, whatever the case of its letters."""
    if pattern is None or text is None:
        return None
    return int(_like(_written(pattern), _written(escape or "")).match(_written(text)) is not None)


def glob(pattern: Any, text: Any) -> int | None:
    """Tell whether a text fits a pattern of `*`, `?` and `[sets]`, by case."""
    if pattern is None or text is None:
        return None
    return int(_glob(_written(pattern)).match(_written(text)) is not None)


def _written(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


@lru_cache(maxsize=64)
def _like(pattern: str, escape: str) -> re.Pattern[str]:
    return _compiled(_parts_of_like(pattern, escape), re.IGNORECASE | re.ASCII)


def _parts_of_like(pattern: str, escape: str) -> Iterable[object]:
    letters = iter(pattern)
    for letter in letters:
        if letter == escape:
            yield re.escape(next(letters, ""))
        else:
            yield {"%": ANY, "_": ONE}.get(letter) or re.escape(letter)


@lru_cache(maxsize=64)
def _glob(pattern: str) -> re.Pattern[str]:
    return _compiled(_parts_of_glob(pattern), 0)


def _parts_of_glob(pattern: str) -> Iterable[object]:
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        end = pattern.find("]", at + 2 + pattern.startswith("^", at + 1)) if letter == "[" else -1
        if letter == "[" and end > 0:
            chosen = pattern[at + 1 : end]
            is_not, chosen = chosen.startswith("^"), chosen.removeprefix("^")
            yield f"[{'^' * is_not}{''.join(_ranges(chosen))}]"
            at = end
        elif letter == "[":
            yield "(?!)"  # a set that never ends fits nothing
        else:
            yield {"*": ANY, "?": ONE}.get(letter) or re.escape(letter)
        at += 1


def _ranges(chosen: str) -> Iterable[str]:
    """Write the letters of a set as `re` does; a range that goes backwards holds nothing."""
    at = 0
    while at < len(chosen):
        if chosen[at + 1 : at + 2] == "-" and at + 2 < len(chosen):
            first, last = chosen[at], chosen[at + 2]
            if first <= last:
                yield f"{re.escape(first)}-{re.escape(last)}"
            at += 3
        else:
            yield re.escape(chosen[at])
            at += 1


def _compiled(parts: Iterable[object], flags: int) -> re.Pattern[str]:
    """Join the parts so that what was found for one wildcard is never tried again."""
    stretches: list[list[str]] = [[]]
    for part in parts:
        if part is ANY:
            stretches.append([])
        else:
            stretches[-1].append("." if part is ONE else str(part))
    first, *rest = ("".join(each) for each in stretches)
    if not rest:
        return re.compile(rf"{first}\Z", flags | re.DOTALL)
    *middle, last = rest
    between = "".join(f"(?>.*?{each})" for each in middle if each)
    return re.compile(rf"{first}{between}.*{last}\Z", flags | re.DOTALL)


Function = Callable[..., int | None]
FUNCTIONS: tuple[tuple[str, int, Function], ...] = (
    ("like", 2, like),
    ("like", 3, like),
    ("glob", 2, glob),
)
