"""Answers that stay small: long texts are cut first, and what was cut says how to get it whole."""

from typing import Any

from pydantic_core import to_json

LIMIT = 24_000
"""Characters of JSON in one answer: under 10,000 tokens even for text full of ids."""

WIDTHS = (2_000, 500, 120, 40)
ROOM = 4_000
"""What an answer needs besides its data."""


def size(value: Any) -> int:
    """Return how many bytes the value takes as JSON."""
    return len(to_json(value))


def fit(items: list[Any], *, limit: int = LIMIT - ROOM, widest: int = WIDTHS[0]) -> "Fitted":
    """Cut long texts, then leave out items from the end, until the items fit into one answer."""
    width = widest
    for width in (step for step in WIDTHS if step <= widest):
        short = [narrowed(item, width) for item in items]
        if size(short) <= limit:
            return Fitted(short, width if short != items else None, 0)
    kept: list[Any] = []
    limit -= len("[]")
    for item in short:
        limit -= size(item) + 1
        if limit < 0 and kept:
            break
        kept.append(item)
    return Fitted(kept, width, len(items) - len(kept))


def present(counts: dict[str, int]) -> dict[str, int]:
    """Return the counts of what there is: a mirror has many kinds, most of them empty."""
    return {name: count for name, count in counts.items() if count}


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return `1 call`, `2 calls`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


class Fitted:
    """What fitted: the items, the length at which texts were cut (if any), how many are missing."""

    def __init__(self, items: list[Any], width: int | None, missing: int) -> None:
        """Hold the three."""
        self.items, self.width, self.missing = items, width, missing

    def note(self, narrower: str) -> str | None:
        """Return a sentence on what was cut, ending with how to narrow the call."""
        if self.width is None:
            return None
        left_out = f" and the last {self.missing} left out" if self.missing else ""
        return f"Kept short: texts and lists are cut at {self.width}{left_out}. {narrower}"


def narrowed(value: Any, width: int) -> Any:
    """Return a copy in which no text is longer than `width`, nor a list than `width` items."""
    if isinstance(value, str):
        return value if len(value) <= width else f"{value[:width]}… (+{len(value) - width})"
    if isinstance(value, dict):
        return {key: narrowed(item, width) for key, item in value.items()}
    if isinstance(value, list):
        kept = [narrowed(item, width) for item in value[:width]]
        is_text = len(value) > width and isinstance(value[0], str)
        return [*kept, f"… (+{len(value) - width})"] if is_text else kept
    return value
