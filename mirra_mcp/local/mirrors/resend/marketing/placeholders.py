"""Fills `{{{KEY}}}` and `{{{KEY|fallback}}}` in subjects and bodies.

Triple braces only: nothing is escaped, and there are no loops or conditions.

Source: https://resend.com/docs/dashboard/templates/template-variables and
https://resend.com/docs/dashboard/broadcasts/send-broadcast-with-api
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\{\s*([A-Za-z_][\w.]*)\s*(?:\|([^{}]*))?\}\}\}")

Lookup = Callable[[str, str | None], Any]
"""Returns the value for a key and its inline fallback; None leaves the placeholder as it is."""


def fill(text: str, lookup: Lookup) -> str:
    """Return `text` with its placeholders filled."""
    whole = ""
    for before, key, fallback, placeholder in _parts(text):
        found = lookup(key, fallback) if key else ""
        whole += before + (placeholder if found is None else written(found))
    return whole


@lru_cache(maxsize=256)
def _parts(text: str) -> list[tuple[str, str, str | None, str]]:
    """Take a text apart: what is ahead of each placeholder, its key and fallback, and itself.

    The last part is what follows the last one.
    """
    parts, end = [], 0
    for match in PLACEHOLDER.finditer(text):
        parts.append((text[end : match.start()], match[1], match[2], match[0]))
        end = match.end()
    return [*parts, (text[end:], "", None, "")]


def keys(*texts: str | None) -> Iterator[str]:
    """Yield each key that is used, in order, once."""
    seen = set()
    for text in texts:
        for match in PLACEHOLDER.finditer(text or ""):
            if match[1] not in seen:
                seen.add(match[1])
                yield match[1]


def written(value: Any) -> str:
    """Write a value as it appears in an email: 25, not 25.0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
