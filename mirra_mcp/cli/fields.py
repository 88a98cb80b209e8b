"""`FIELD=VALUE` on a command line, as JSON has it."""

import json
from collections.abc import Iterable
from typing import Any

from mirra_mcp.cli.failures import BadUsage


def fields_of(given: Iterable[str]) -> dict[str, Any]:
    """Return fields as an object: a value that is JSON is read, a dot in a name goes deeper.

    Raises:
        BadUsage: one has another form, or contradicts another.
    """
    found: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals or not all(name.split(".")):
            raise BadUsage(f"'{each}' is no FIELD=VALUE.", "As: to=alice@example.com")
        *path, last = name.split(".")
        into = found
        for part in path:
            into = into.setdefault(part, {})
            if not isinstance(into, dict):
                raise BadUsage(f"'{name}' is given as a value and as an object.")
        into[last] = value_of(text)
    return found


def value_of(text: str) -> Any:
    """Return what a text is as JSON, else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def at_path(value: Any, path: str) -> Any:
    """Return what stands at a dotted path, or None."""
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def is_at(value: Any, path: str, wanted: str) -> bool:
    """Tell whether there is this at a path, as text or as JSON; in a list, one of its items."""
    found = at_path(value, path)
    for each in found if isinstance(found, list) else [found]:
        if each == wanted or (not isinstance(each, str) and each == value_of(wanted)):
            return found is not None
    return False
