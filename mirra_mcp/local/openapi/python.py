"""Python as text: values, names and docstrings that are made of a document's own words."""

import re
from typing import Any

from mirra_mcp.local.openapi.words import snake

WIDTH = 100
"""Letters of a line."""


def literal(value: Any, indent: int = 0, ahead: int = 0) -> str:
    """Write a value as Python, over several lines where it doesn't fit behind `ahead` letters."""
    one = _flat(value)
    if (
        len(one) + indent + ahead <= WIDTH - 2
        or not isinstance(value, dict | list | tuple)
        or not value
    ):
        return one
    inner = indent + 4
    if isinstance(value, dict):
        lines = [
            f"{_flat(key)}: {literal(each, inner, len(_flat(key)) + 3)},"
            for key, each in value.items()
        ]
    else:
        lines = [f"{literal(each, inner, 1)}," for each in value]
    pad = " " * inner
    body = "\n".join(
        f"{pad}{each}{'  # noqa: E501' if len(pad + each.splitlines()[-1]) > WIDTH else ''}"
        for each in lines
    )
    opened, closed = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else "()"
    return f"{opened}\n{body}\n{' ' * indent}{closed}"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flat(key)}: {_flat(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_flat, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, str):
        text = ascii(value)
        inner = text[1:-1].replace("\\'", "'")
        return f'"{inner}"' if text[0] == '"' or '"' not in inner else text
    return repr(value)


def fact(name: str, value: Any) -> str:
    """Return a line that gives a class a value."""
    return f"{name} = {literal(value, 4, len(name) + 3)}"


def indented(text: str) -> str:
    """Return a class's member, set in; a value that has several lines is set in already."""
    first, *rest = text.splitlines()
    is_method = first.startswith("@")
    return "\n".join([f"    {first}", *(f"    {each}" if is_method else each for each in rest)])


def word(text: str) -> str:
    """Return a text as a name in Python may be, or nothing."""
    return re.sub(r"[^a-z0-9_]", "", snake(text))


def free(name: str, taken: set[str]) -> str:
    """Return a name that isn't taken, and begins with a letter."""
    name = name if name[:1].isalpha() else f"n_{name}"
    made, n = name, 1
    while made in taken:
        n += 1
        made = f"{name}_{n}"
    return made


def plain(text: str) -> str:
    """Return a text in one line, without what a docstring can't hold."""
    kept = text.encode("ascii", "ignore").decode().replace("\\", "/").replace('"', "'")
    return " ".join(kept.split())


def short(text: str, most: int) -> str:
    """Return a text of so many letters at most, cut between words."""
    return text if len(text) <= most else text[: most - 3].rsplit(" ", 1)[0].rstrip(".,;: ") + "..."


def sentence(text: str) -> str:
    """Return what an operation says of itself as a docstring's one line."""
    told = short(plain(text).split(". ")[0].rstrip(".!?:;, "), 78).strip("' ")
    if not told or not told[0].isalpha():
        return ""
    told = told[0].upper() + told[1:]
    return told if told.endswith("...") else f"{told}."
