"""Bodies of calls: what was sent, and what a refusal said; a form's `a[b]` is `a.b`."""

from typing import Any
from urllib.parse import parse_qsl

import orjson

from mirra_mcp.local.scenarios.world import Request
from mirra_mcp.wire.model import Doc

CUT = " bytes)"
"""How the log ends a body that was too long for it."""


def sent(request: Request) -> Doc:
    """Return the fields that a call sent; nothing of a body that isn't an object."""
    body = request.body
    if isinstance(body, dict):
        return body
    pairs = parse_qsl(body if isinstance(body, str) else "", keep_blank_values=True)
    return {name.replace("[", ".").replace("]", ""): _typed(value) for name, value in pairs}


def _typed(value: str) -> Any:
    return int(value) if value.isdecimal() and len(value) < 16 else value


def is_whole(request: Request) -> bool:
    """Tell whether the log has all of a call's body."""
    return not (isinstance(request.body, str) and request.body.endswith(CUT))


def text_of(body: Any) -> str:
    """Return a body as text: what was sent as a form with its values readable."""
    if isinstance(body, str):
        pairs = parse_qsl(body)
        return " ".join(f"{name}={value}" for name, value in pairs) if pairs else body
    return "" if body is None else orjson.dumps(body).decode()
