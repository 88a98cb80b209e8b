"""How a parameter is read from path, query, header or cookie: OpenAPI's table of styles, whole.

What delimits is plain, and what a value itself holds is encoded, so texts are taken apart before
they are decoded.

Source: https://spec.openapis.org/oas/v3.0.4.html#style-examples
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote, unquote_plus

import orjson

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.openapi.document.schemas import Schemas
from mirra_mcp.local.openapi.document.spec import Parameter
from mirra_mcp.wire.model import Doc

BRACKETS = re.compile(r"\[([^\[\]]*)\]")
DELIMITERS = {
    "spaceDelimited": re.compile(r"%20|\+| "),
    "pipeDelimited": re.compile(r"%7[cC]|\|"),
}
COMMA = re.compile(",")
DEEPEST = 20

Decode = Callable[[str], str]


class Segment(str):
    """The value of a path's placeholder, which knows how it was written."""

    raw: str

    @classmethod
    def of(cls, raw: str) -> "Segment":
        """Decode what stood in the path."""
        made = cls(unquote(raw))
        made.raw = raw
        return made


@dataclass
class Reader:
    """Reads the parameters of one call."""

    schemas: Schemas
    call: Call
    named: frozenset[str]
    """The query parameters that the operation has, which are no part of another one."""

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        parts = [part for part in self.call.query_string.split("&") if part]
        return [(unquote_plus(name), value) for name, _, value in (p.partition("=") for p in parts)]

    @cached_property
    def _cookies(self) -> list[tuple[str, str]]:
        parts = self.call.headers.get("cookie", "").split(";")
        pairs = (part.strip().partition("=") for part in parts)
        return [(name, value) for name, _, value in pairs if name]

    def found(self, parameter: Parameter) -> Any:
        """Return a parameter as texts: one, a list, or an object; None where it isn't given."""
        if parameter.place == "query":
            return self._in_pairs(parameter, self._pairs, unquote_plus)
        if parameter.place == "cookie":
            return self._in_pairs(parameter, self._cookies, unquote)
        if parameter.place == "header":
            text = self.call.headers.get(parameter.name.lower())
            return None if text is None else self._simple(parameter, text, str.strip)
        given = self.call.params.get(parameter.name)
        if given is None:
            return None
        raw = given.raw if isinstance(given, Segment) else given
        if parameter.style == "label":
            raw = raw.removeprefix(".")
            return self._simple(parameter, raw, unquote, "." if parameter.explode else ",")
        if parameter.style == "matrix":
            return self._matrix(parameter, raw)
        return self._simple(parameter, raw, unquote)

    def _kind(self, parameter: Parameter) -> str:
        types = self.schemas.types(parameter.schema)
        if "string" in types:
            return "text"
        return next((kind for kind in ("array", "object") if kind in types), "text")

    def _simple(self, parameter: Parameter, raw: str, decode: Decode, separator: str = ",") -> Any:
        if parameter.style == "content":
            return _json_or_text(decode(raw))
        kind = self._kind(parameter)
        if kind == "text":
            return decode(raw)
        parts = raw.split(separator) if raw else []
        if kind == "array":
            return [decode(each) for each in parts]
        return _object(parts, decode, explode=parameter.explode)

    def _matrix(self, parameter: Parameter, raw: str) -> Any:
        parts = [each.partition("=") for each in raw.split(";") if each]
        kind = self._kind(parameter)
        if parameter.explode and kind == "array":
            return [unquote(value) for _, _, value in parts]
        if parameter.explode and kind == "object":
            return {unquote(name): unquote(value) for name, _, value in parts}
        value = next((v for name, _, v in parts if unquote(name) == parameter.name), "")
        return self._simple(parameter, value, unquote)

    def _in_pairs(self, parameter: Parameter, pairs: list[tuple[str, str]], decode: Decode) -> Any:
        name, kind = parameter.name, self._kind(parameter)
        values = [value for key, value in pairs if key == name]
        if parameter.style == "content":
            return _json_or_text(decode(values[-1])) if values else None
        if parameter.style == "deepObject" or (not values and kind != "text"):
            deep = [(key, decode(value)) for key, value in pairs if key.startswith(f"{name}[")]
            if deep:
                return nested(deep).get(name)
        if kind == "object" and parameter.explode:
            return self._exploded(parameter, pairs, decode)
        if not values:
            return None
        if kind == "array" and parameter.explode:
            return [decode(each) for each in values]
        if kind == "text":
            return decode(values[-1])
        if len(values) > 1:
            return [decode(each) for each in values]
        parts = _apart(values[0], DELIMITERS.get(parameter.style, COMMA), decode)
        return parts if kind == "array" else _object(parts, str, explode=False)

    def _exploded(
        self, parameter: Parameter, pairs: list[tuple[str, str]], decode: Decode
    ) -> Doc | None:
        """Return the object whose properties are parameters of their own."""
        shape = self.schemas.shape(parameter.schema)
        found = {
            key: decode(value)
            for key, value in pairs
            if key in shape.properties or (not shape.properties and key not in self.named)
        }
        return found or None


def _apart(raw: str, delimiter: "re.Pattern[str]", decode: Decode) -> list[str]:
    """Take a list apart; where a client has encoded the commas too, they are all that there is."""
    parts = delimiter.split(raw)
    if len(parts) == 1 and delimiter is COMMA:
        return decode(raw).split(",")
    return [decode(each) for each in parts]


def _object(parts: list[str], decode: Decode, *, explode: bool) -> Doc:
    if explode:
        pairs = [each.partition("=")[::2] for each in parts]
    else:
        pairs = list(zip(parts[::2], parts[1::2], strict=False))
    return {decode(name): decode(value) for name, value in pairs}


def _json_or_text(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return text


def nested(pairs: list[tuple[str, Any]]) -> Doc:
    """Return pairs as an object: `a[b]=1`, `c[]=2`, `d[0]=3`; of a repeated name the last."""
    found: Doc = {}
    for name, value in pairs:
        head, steps = name.partition("[")[0], BRACKETS.findall(name)
        _place(found, [head, *steps], value)
    return {name: _listed(value) for name, value in found.items()}


def _place(into: Doc, steps: list[str], value: Any) -> None:
    for n, step in enumerate(steps[:-1]):
        key = step if step else str(len(into))
        inner = into.setdefault(key, {})
        if not isinstance(inner, dict) or n > DEEPEST:
            return
        into = inner
    last = steps[-1]
    into[last if last else str(len(into))] = value


def _listed(value: Any) -> Any:
    """Turn objects whose keys are 0, 1, 2... into lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(each) for key, each in value.items()}
    keys = list(inner)
    if keys and keys == [str(n) for n in range(len(keys))]:
        return list(inner.values())
    return inner
