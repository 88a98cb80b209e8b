"""JSON of strangers: read only as deep as all of ours can write it again."""

from typing import Any

import orjson

DEEPEST = 100
"""Levels of nesting that are read. orjson writes 254, pydantic 255; MCP's reader takes 200."""


def loads(body: bytes) -> Any:
    """Read JSON.

    Raises:
        ValueError: it isn't JSON, or nests deeper than `DEEPEST` levels.
    """
    given = orjson.loads(body)
    if body.count(b"[") + body.count(b"{") > DEEPEST and is_deep(given):
        raise ValueError(f"it nests deeper than {DEEPEST} levels")
    return given


def is_deep(value: Any) -> bool:
    """Tell whether a value nests deeper than `DEEPEST` levels."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
