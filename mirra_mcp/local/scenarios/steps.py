"""An entry of a session's log in a line, for people."""

from collections.abc import Callable, Mapping
from typing import Any

from mirra_mcp.wire.model import Doc

FIELDS, WIDEST = 4, 60
"""Changed fields that a line shows, and characters of each value."""


def told(type: str, data: Doc) -> tuple[str, bool]:
    """Return an entry of the log in a line, and whether it is a failure."""
    tell = TELLERS.get(type)
    if tell is None:
        return STEPS.get(str(data.get("action")), type).format_map(_Known(data)), False
    return tell(data)


def _request(data: Doc) -> tuple[str, bool]:
    return f"{data['method']} {data['path']} → {data['status']}", data["status"] >= 400


def _webhook(data: Doc) -> tuple[str, bool]:
    if data.get("url") is None:
        return f"{data['type']}: nobody has subscribed", False
    answer = data.get("responseStatus")
    taken = isinstance(answer, int) and 200 <= answer < 300
    said = answer if answer is not None else data.get("error", "no answer")
    return f"{data['type']} to {data['url']} → {said}", not taken


def _forgery(data: Doc) -> tuple[str, bool]:
    kind = data["forgery"].replace("_", " ") if data["forgery"] != "none" else "the real one"
    said = data.get("responseStatus", data.get("error", "no answer"))
    return f"{data['type']} ({kind}) to {data['url']} → {said}", False


def _change(data: Doc) -> tuple[str, bool]:
    name = f"{data['entity']} {data['entityId']}"
    before, after = data.get("before"), data.get("after")
    if before is None:
        return f"{name} created", False
    if after is None:
        return f"{name} deleted", False
    shown = [_changed(field, before, after) for field in list(after)[:FIELDS]]
    more = len(after) - FIELDS
    return f"{name}: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}", False


def _changed(field: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return f"{field} {_short(before.get(field))} → {_short(after[field])}"


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}…"


class _Known(dict[str, Any]):
    """A log entry's data, for a sentence that may ask for more."""

    def __missing__(self, name: str) -> str:
        return name


def _fault(data: Doc) -> tuple[str, bool]:
    effect = (data.get("error") or data["effect"]).replace("_", " ")
    about = data.get("type") or f"{data.get('method', '')} {data.get('path', '')}".strip()
    return f"fault rule {data['faultId']} struck {about}: {effect}", False


def _graded(data: Doc) -> tuple[str, bool]:
    return f"graded {data['result']}: {data['label']}", data["result"] == "fail"


STEPS: Mapping[str, str] = {
    "start": "the session began",
    "fork": "it goes on from where {sessionForked} was",
    "clock": "the clock was moved on to {at}",
    "clock_stop": "the clock was stopped at {at}",
    "clock_run": "the clock runs again from {at}",
    "reset": "{mirror} was reset to {seed}",
    "snapshot": "the snapshot {snapshotId} of {mirror} was taken",
    "restore": "{mirror} was restored to {snapshotId}",
}
TELLERS: Mapping[str, Callable[[Doc], tuple[str, bool]]] = {
    "traffic.request_completed": _request,
    "webhook.dispatched": _webhook,
    "webhook.verification": _forgery,
    "fault.struck": _fault,
    "state.changed": _change,
    "evaluation.criterion_graded": _graded,
}
