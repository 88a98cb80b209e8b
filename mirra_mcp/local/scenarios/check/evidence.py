"""What decided a check, as data: documents, calls and webhooks, with the fields that counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.values import at_path
from mirra_mcp.local.scenarios.world import Change, Dispatch, Request, Verification

MOST = 50
"""Pieces of evidence that are kept as data."""
LONGEST = 300
"""Characters of a text that are kept."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One document, call or webhook that a verdict rests on."""

    kind: Literal["document", "request", "webhook", "change"]
    mirror: str
    what: str
    """The noun, the method and path, or the webhook's type."""
    id: str
    """The document's or webhook's id; of a call its number in the log."""
    fields: dict[str, Any] = field(default_factory=dict)
    """What counted, as it was when the check was graded."""
    is_sure: bool = True
    """False: it makes the claim neither true nor false, as a payment under way."""


def decided(piece: object, names: Sequence[str] = ()) -> Decided | None:
    """Return what is known of a piece of evidence; None of one that is only words."""
    if isinstance(piece, Found):
        fields = piece.shown | {name: at_path(piece.doc, name) for name in names}
        shown = {name: _cut(value) for name, value in fields.items()}
        noun = piece.noun
        return Decided("document", noun.vendor, noun.spoken, piece.id, shown, piece.is_sure)
    if isinstance(piece, Request):
        told = {"status": piece.status, "key": piece.key, "error": _cut(piece.error)}
        kept = {name: value for name, value in told.items() if value is not None}
        name = f"{piece.method} {piece.path}"
        return Decided("request", piece.mirror, name, str(piece.entry), kept)
    if isinstance(piece, Dispatch):
        answers = [each.response_status or each.error for each in piece.attempts]
        return Decided(
            "webhook", piece.mirror, piece.type, piece.id, {"url": piece.url, "answers": answers}
        )
    if isinstance(piece, Verification):
        told = {"forgery": piece.forgery, "status": piece.status, "url": piece.url}
        return Decided("webhook", piece.mirror, piece.type, str(piece.entry), told)
    if isinstance(piece, Change):
        names_changed = sorted({*(piece.before or {}), *(piece.after or {})})
        return Decided(
            "change", piece.mirror, piece.entity, piece.id, {"changed": names_changed[:20]}
        )
    return None


def all_decided(pieces: Iterable[object], names: Sequence[str] = ()) -> list[Decided]:
    """Return the first pieces of evidence as data."""
    found = (decided(each, names) for each in list(pieces)[:MOST])
    return [each for each in found if each is not None]


def _cut(value: Any) -> Any:
    text = value if isinstance(value, str) else None
    if text is not None and len(text) > LONGEST:
        return text[: LONGEST - 1] + "…"
    if isinstance(value, dict | list) and len(str(value)) > LONGEST * 3:
        return str(value)[: LONGEST - 1] + "…"
    return value


def spoken(piece: object) -> str:
    """Describe a piece of evidence for people."""
    if isinstance(piece, Found):
        return piece.described
    if isinstance(piece, Dispatch):
        return _webhook(piece)
    return str(piece)


def _webhook(dispatch: Dispatch) -> str:
    told = [str(each.response_status or each.error) for each in dispatch.attempts]
    answers = ", ".join(told) or "not tried yet"
    if dispatch.url is None:
        answers = "no endpoint subscribed to it"
    return f"{dispatch.type} {dispatch.id} to {dispatch.url or 'nobody'}: {answers}"
