"""Fills `{{{KEY}}}` and `{{{KEY|fallback}}}` in subjects and bodies.

Triple braces only: nothing is escaped, and there are no loops or conditions.

Source: https://resend.com/docs/dashboard/templates/template-variables and
https://resend.com/docs/dashboard/broadcasts/send-broadcast-with-api
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\{\s*([A-Za-z_][\w.]*)\s*(?:\|([^{}]*))?\}\}\}")

Lookup = Callable[[str, str | None], Any]
"""Returns the value for a key and its inline fallback; None leaves the placeholder as it is."""


def fill(text: str, lookup: Lookup) -> str:
    """Return `text` with its placeholders filled."""

    def value(match: re.Match[str]) -> str:
        found = lookup(match[1], match[2])
        return match[0] if found is None else written(found)

    return PLACEHOLDER.sub(value, text)


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
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
