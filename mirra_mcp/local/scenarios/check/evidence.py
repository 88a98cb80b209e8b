"""What decided a check, as data: documents, calls and webhooks, with the fields that counted."""

from collections.abc import Iterable, Sequence
from typing import Any

from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.values import at_path
from mirra_mcp.local.scenarios.world import Change, Dispatch, Request, Verification
from mirra_mcp.wire.runs import Evidence

LONGEST = 300
"""Characters of a text that are kept."""


def evidence_of(pieces: Iterable[object], names: Sequence[str] = ()) -> list[Evidence]:
    """Return what is known of each piece of evidence; `names` are the fields that counted."""
    return [_evidence(each, names) for each in pieces]


def _evidence(piece: object, names: Sequence[str]) -> Evidence:
    if isinstance(piece, Evidence):
        return piece
    if isinstance(piece, Found):
        return _document(piece, names)
    if isinstance(piece, Request):
        told = {"key": piece.key, "error": _cut(piece.error)}
        kept = {name: value for name, value in told.items() if value is not None}
        return Evidence(
            kind="request", id=str(piece.entry), mirror=piece.mirror, what=str(piece),
            fields=kept, at=piece.at,
        )  # fmt: skip
    if isinstance(piece, Dispatch):
        answers = [each.response_status or each.error for each in piece.attempts]
        return Evidence(
            kind="webhook", id=piece.id, mirror=piece.mirror, what=piece.type,
            fields={"url": piece.url, "answers": answers}, at=piece.created, text=_webhook(piece),
        )  # fmt: skip
    if isinstance(piece, Verification):
        fields = {"forgery": piece.forgery, "status": piece.status, "url": piece.url}
        return Evidence(
            kind="event", id=str(piece.entry), mirror=piece.mirror, what=piece.type, fields=fields
        )
    if isinstance(piece, Change):
        changed = {name: _cut(value) for name, value in (piece.after or {}).items()}
        return Evidence(
            kind="event", id=str(piece.entry), mirror=piece.mirror,
            what=f"{piece.entity.replace('_', ' ')} {piece.id}", fields=changed, at=piece.at,
        )  # fmt: skip
    return Evidence(kind="note", text=str(piece))


def _document(found: Found, names: Sequence[str]) -> Evidence:
    counted = {name: at_path(found.doc, name) for name in names if name != "id"}
    fields = {name: _cut(value) for name, value in (found.shown | counted).items()}
    text = None if found.is_sure else f"{found.described}: neither so nor not so"
    return Evidence(
        kind="document", id=found.id, mirror=found.noun.vendor, what=found.noun.spoken,
        fields=fields, at=found.at, text=text,
    )  # fmt: skip


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return value[: LONGEST - 1] + "…"
    if isinstance(value, dict | list) and len(str(value)) > LONGEST * 3:
        return str(value)[: LONGEST - 1] + "…"
    return value


def _webhook(dispatch: Dispatch) -> str:
    told = [str(each.response_status or each.error) for each in dispatch.attempts]
    answers = ", ".join(told) or "not tried yet"
    if dispatch.url is None:
        answers = "no endpoint subscribed to it"
    return f"{dispatch.type} {dispatch.id} to {dispatch.url or 'nobody'}: {answers}"
