"""A form made of an event's parameters, and the parameters that a filled-in form gives."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mirra_mcp.wire.admin import Parameter, SimulateEvent
from mirra_mcp.wire.model import Doc

PREFIX = "p."


class Unusable(Exception):
    """A field holds what its parameter can't be; the message says which."""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form."""

    name: str
    kind: str
    """`text`, `number`, `choice` or `json`."""
    choices: tuple[str, ...]
    required: bool
    description: str
    default: str

    @property
    def field(self) -> str:
        """Return what the form calls it."""
        return f"{PREFIX}{self.name}"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be made to happen."""

    event: str
    description: str
    inputs: list[Input]
    fires: list[str]


def act(event: SimulateEvent) -> Act:
    """Return an event as a form."""
    inputs = [_input(name, given) for name, given in event.params.items()]
    return Act(event.event, event.description or "", inputs, event.fires)


def _input(name: str, given: Parameter) -> Input:
    choices = tuple(re.findall(r'"([^"]*)"', given.type))
    if given.type == "boolean":
        choices = ("true", "false")
    kind = (
        "choice" if choices else {"integer": "number", "number": "number"}.get(given.type, "text")
    )
    if given.type in ("array", "object"):
        kind = "json"
    default = "" if given.default in (None, [], {}) else _said(given.default)
    return Input(name, kind, choices, given.required, given.description or "", default)


def params_of(event: SimulateEvent, form: Mapping[str, Any]) -> Doc:
    """Return the parameters that a form gives; an empty field gives none.

    Raises:
        Unusable: a field holds what its parameter can't be.
    """
    found: Doc = {}
    for name, given in event.params.items():
        text = str(form.get(f"{PREFIX}{name}", "")).strip()
        if text:
            found[name] = _value(name, given.type, text)
    return found


def _value(name: str, type: str, text: str) -> Any:
    if type == "boolean":
        return text == "true"
    try:
        if type == "integer":
            return int(text)
        if type == "number":
            return float(text)
        if type in ("array", "object"):
            is_json = text[:1] in "[{"
            return json.loads(text) if is_json else [each.strip() for each in text.split(",")]
    except ValueError:
        raise Unusable(f"'{name}' isn't {_A[type]}.") from None
    return text


_A = {
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "an object as JSON",
}


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
