"""How a parameter is written into path, query or header: OpenAPI's table of styles, whole.

Where the editions of the table differ, the corrected one is followed: it is RFC 6570's.

Source: https://spec.openapis.org/oas/v3.0.4.html#style-examples
    https://www.rfc-editor.org/rfc/rfc6570
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

KNOWN = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
"""The styles of each place, its default first."""
SEPARATORS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
RESERVED = ":/?@!$'()*,;[]"
"""What `allowReserved` leaves as it is, but for what takes a query apart: `&`, `=`, `+` and `#`."""

Write = Callable[[str], str]


def text(value: Any) -> str:
    """Write a value as paths, queries and forms have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else json.dumps(value)


def in_path(name: str, value: Any, style: str, explode: bool | None) -> str:
    """Return what stands in the path in the parameter's place."""

    def write(each: str) -> str:
        return quote(each, safe="~")

    if style == "json":
        return write(json.dumps(value, separators=(",", ":")))
    if style == "label":
        return "." + _joined(value, write, "." if explode else ",", explode)
    if style != "matrix":
        return _joined(value, write, ",", explode)
    if explode and isinstance(value, list):
        return "".join(f";{_named(name, write(text(each)))}" for each in value)
    if explode and isinstance(value, dict):
        return "".join(f";{_named(write(key), write(text(each)))}" for key, each in value.items())
    return f";{_named(name, _joined(value, write, ',', False))}"


def in_query(
    name: str, value: Any, style: str, explode: bool | None, *, reserved: bool = False
) -> list[str]:
    """Return the parts of the query, `name=value` each, ready to be sent."""

    def write(each: str) -> str:
        return quote(each, safe=RESERVED if reserved else "")

    def pair(key: str, each: Any) -> str:
        return f"{quote(key, safe='[]')}={write(text(each))}"

    if style == "json":
        return [f"{quote(name)}={write(json.dumps(value, separators=(',', ':')))}"]
    if not isinstance(value, dict | list):
        return [pair(name, value)]
    if style == "deepObject" or (not style and isinstance(value, dict)):
        return [pair(key, each) for key, each in bracketed(name, value)]
    if explode if explode is not None else style not in SEPARATORS:
        pairs = value.items() if isinstance(value, dict) else ((name, each) for each in value)
        return [pair(key, each) for key, each in pairs]
    return [f"{quote(name)}={_joined(value, write, SEPARATORS.get(style, ','), False)}"]


def in_header(value: Any, style: str, explode: bool | None) -> str:
    """Return the value of a header."""
    if style == "json":
        return json.dumps(value, separators=(",", ":"))
    return _joined(value, str, ",", explode)


def in_cookie(name: str, value: Any, style: str, explode: bool | None) -> list[str]:
    """Return the cookies, `name=value` each, that carry a parameter."""
    return in_query(name, value, "json" if style == "json" else "form", explode)


def bracketed(name: str, value: Any) -> list[tuple[str, Any]]:
    """Write a value as pairs: `a[b]=1`, `a[0]=1`."""
    if isinstance(value, dict):
        parts = [(f"{name}[{key}]", each) for key, each in value.items()]
    elif isinstance(value, list):
        parts = [(f"{name}[{number}]", each) for number, each in enumerate(value)]
    else:
        return [(name, text(value))]
    return [pair for inner, each in parts for pair in bracketed(inner, each)]


def _joined(value: Any, write: Write, separator: str, explode: bool | None) -> str:
    """Join what is in a list or an object; what the items themselves hold is encoded."""
    if isinstance(value, list):
        return separator.join(write(text(each)) for each in value)
    if not isinstance(value, dict):
        return write(text(value))
    pairs = [(write(key), write(text(each))) for key, each in value.items()]
    if explode:
        return separator.join(f"{key}={each}" for key, each in pairs)
    return separator.join(part for pair in pairs for part in pair)


def _named(name: str, written: str) -> str:
    return f"{name}={written}" if written else name
