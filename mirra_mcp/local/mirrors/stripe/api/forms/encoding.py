"""Stripe's form encoding: `a[b][0]=c`, `a[]=c`, empty text for "unset".

Source: https://docs.stripe.com/api/expanding_objects and the official SDKs' encoders
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from mirra_mcp.local.kit import forms
from mirra_mcp.wire.model import Doc

DEEPEST = 12
FREE = ("metadata", "payload")
"""Objects whose keys the caller chooses, numbers too."""
PART = re.compile(r"\[([^\[\]]*)\]")


def parse(text: str) -> Doc:
    """Read a form into nested objects and arrays; all values are text.

    Raises:
        ValueError: the keys contradict each other or are nested too deeply.
    """
    if not text:
        return {}
    pairs = forms.pairs(text)
    if "[" not in text and "%5B" not in text and "%5b" not in text:
        return dict(pairs)
    return nested(pairs)


@lru_cache(maxsize=4096)
def _path(key: str) -> tuple[str, ...]:
    """Split `a[b][c]`."""
    head, bracket, rest = key.partition("[")
    path = (head, *PART.findall(bracket + rest)) if bracket else (head,)
    if len(path) > DEEPEST:
        raise ValueError(f"'{key}' is nested too deeply")
    return path


def nested(pairs: list[tuple[str, str]]) -> Doc:
    """Put the pairs of a form into nested objects and arrays.

    Raises:
        ValueError: the keys contradict each other or are nested too deeply.
    """
    tree: Doc = {}
    for key, value in pairs:
        _place(tree, _path(key), value)
    return {key: _fold(value, key) for key, value in tree.items()}


def _place(tree: Doc, path: tuple[str, ...], value: str) -> None:
    node = tree
    for part, following in pairwise(path):
        step = part or str(len(node))
        if part == "" and following and node:
            last = next(reversed(node))
            if isinstance(node[last], dict) and following not in node[last]:
                step = last
        node = node.setdefault(step, {})
        if not isinstance(node, dict):
            raise ValueError(f"'{part}' is both a value and an object")
    last = path[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise ValueError(f"'{last}' is both a value and an object")
    node[last] = value


def _fold(value: Any, name: str) -> Any:
    """Turn objects whose keys are 0, 1, 2... into arrays, unless the caller chooses the keys."""
    if not isinstance(value, dict):
        return value
    folded = {key: _fold(each, key) for key, each in value.items()}
    if folded and name not in FREE and all(key.isdecimal() for key in folded):
        return [folded[key] for key in sorted(folded, key=int)]
    return folded
