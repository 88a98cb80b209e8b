"""Answers that stay small: what is cut says where it was cut, and how to get it whole.

A host counts both halves of an answer, structure and text, against one limit of its own: Claude
Code refuses more than 25,000 tokens. An answer of `LIMIT` bytes takes twice that, under 20,000
tokens even where it is full of ids.

Source: https://code.claude.com/docs/en/mcp
"""

from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from mirra_mcp.wire.sessions import Session

LIMIT = 24_000
"""Bytes of JSON in one half of an answer."""
ROOM = 4_000
"""What an answer needs besides its data."""


@dataclass(frozen=True)
class Cut:
    """How much of a value is kept: characters of a text, items of a list, levels of nesting."""

    text: int
    items: int
    levels: int = 40


MANY = (Cut(2_000, 2_000), Cut(500, 500), Cut(500, 40), Cut(120, 40), Cut(120, 10))
"""How items are cut before some of them are left out."""
ONE = (Cut(40, 10), Cut(40, 3), Cut(40, 3, 4), Cut(40, 3, 2), Cut(40, 3, 1))
"""How the first item is cut further, where it alone is too large."""
FIELDS = 40
"""Fields of an object that stay, however short its lists are cut."""


def size(value: Any) -> int:
    """Return how many bytes the value takes as JSON."""
    return len(to_json(value))


def fit(items: list[Any], *, limit: int = LIMIT - ROOM, widest: int = MANY[0].text) -> "Fitted":
    """Cut long texts and lists, then leave out items from the end, until they fit into an answer.

    The first item is always there, as far as the limit lets it be.
    """
    for cut in (each for each in MANY if each.text <= widest):
        short = [narrowed(item, cut) for item in items]
        if size(short) <= limit:
            return Fitted(short, cut if short != items else None, 0)
    left = limit - len("[]")
    kept: list[Any] = []
    for item in short:
        left -= size(item) + 1
        if left < 0:
            break
        kept.append(item)
    for cut in () if kept else ONE:
        kept = [narrowed(items[0], cut)]
        if size(kept) <= limit:
            break
    return Fitted(kept, cut, len(items) - len(kept))


def present(counts: dict[str, int]) -> dict[str, int]:
    """Return the counts of what there is: a mirror has many kinds, most of them empty."""
    return {name: count for name, count in counts.items() if count}


def filled(value: Any) -> Any:
    """Return a copy without nulls and without what is empty, at any depth."""
    if isinstance(value, list):
        return [filled(each) for each in value]
    if not isinstance(value, dict):
        return value
    whole = {name: filled(each) for name, each in value.items()}
    return {name: each for name, each in whole.items() if each not in (None, [], {})}


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return `1 call`, `2 calls`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def joined(*notes: str | None) -> str | None:
    """Return the notes that there are, as one."""
    return " ".join(note for note in notes if note) or None


def seen_at(session: Session, path: str) -> str | None:
    """Return where a person sees what is told, if Mirra has a page: a link that opens it once."""
    if session.dashboard_url is None:
        return None
    address, _, key = session.dashboard_url.partition("?")
    joint = "&" if "?" in path else "?"
    return f"For a person to see: {address}{path}{joint if key else ''}{key}"


class Fitted:
    """What fitted: the items, how they were cut (if they were), how many are missing."""

    def __init__(self, items: list[Any], cut: Cut | None, missing: int) -> None:
        """Hold the three."""
        self.items, self.cut, self.missing = items, cut, missing

    def note(self, narrower: str) -> str | None:
        """Return a sentence on what was cut, ending with how to narrow the call."""
        if self.cut is None:
            return None
        left_out = f", and the last {self.missing} left out" if self.missing else ""
        return f"Kept short: what ends in … (+n) is cut by so much{left_out}. {narrower}"


def narrowed(value: Any, cut: Cut | int) -> Any:
    """Return a copy in which whatever is longer than the cut ends in `… (+n)`: n are missing."""
    if isinstance(cut, int):
        cut = Cut(cut, cut)
    return _narrowed(value, cut, cut.levels)


def _narrowed(value: Any, cut: Cut, levels: int) -> Any:
    if isinstance(value, str):
        return (
            value if len(value) <= cut.text else f"{value[: cut.text]}… (+{len(value) - cut.text})"
        )
    if not isinstance(value, dict | list):
        return value
    most = max(cut.items, FIELDS) if isinstance(value, dict) else cut.items
    most = most if levels else 0
    more = len(value) - most
    if isinstance(value, dict):
        kept = {
            _narrowed(name, cut, 0): _narrowed(item, cut, levels - 1)
            for name, item in list(value.items())[:most]
        }
        return kept | {"…": f"(+{more})"} if more > 0 else kept
    listed = [_narrowed(item, cut, levels - 1) for item in value[:most]]
    return [*listed, f"… (+{more})"] if more > 0 else listed
