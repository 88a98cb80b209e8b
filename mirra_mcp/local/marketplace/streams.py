"""Answers that come bit by bit: server-sent events and lines of JSON, read for a while.

Sources: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream,
https://spec.openapis.org/oas/v3.2.0.html#sequential-media-types
"""

import json
from dataclasses import dataclass
from typing import Any

from mirra_mcp.wire.model import Doc

EVENTS = "text/event-stream"
KINDS = (
    EVENTS, "application/jsonl", "application/x-ndjson", "application/x-jsonlines",
    "application/json-seq",
)  # fmt: skip
MOST = 200
"""Items that are read of a stream."""
PATIENCE = 10.0
"""Seconds that a stream is listened to."""


@dataclass
class End:
    """When an answer has been read for long enough."""

    kind: str
    seconds: float | None
    seen: int = 0

    def is_reached(self, chunk: bytes) -> bool:
        """Count what came."""
        if self.seconds is None:
            return False
        self.seen += chunk.count(b"\n\n" if self.kind == EVENTS else b"\n")
        return self.seen >= MOST


def ends(kind: str) -> End:
    """Return when an answer of this type ends at the latest."""
    return End(kind, PATIENCE if kind in KINDS else None)


def read(kind: str, body: bytes, *, is_cut: bool) -> list[Any]:
    """Return the items that came; of a stream that went on, the whole ones."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if kind == EVENTS:
        blocks = text.split("\n\n")
        blocks = blocks[:-1] if is_cut else blocks
        return [event for block in blocks if (event := _event(block))][:MOST]
    lines = text.replace("\x1e", "").split("\n")
    lines = lines[:-1] if is_cut else lines
    return [_json(line) for line in lines if line.strip()][:MOST]


def _event(block: str) -> Doc:
    fields: dict[str, list[str]] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        if name in ("event", "data", "id"):
            fields.setdefault(name, []).append(value.removeprefix(" "))
    found: Doc = {name: values[-1] for name, values in fields.items() if name != "data"}
    if "data" in fields:
        found["data"] = _json("\n".join(fields["data"]))
    return found


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
