"""What is broken in a document that can be read: each fault in a sentence, with its line.

Such a part takes everything, as nobody can tell what it should take.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from json.decoder import scanstring  # type: ignore[attr-defined]  # what the module itself uses
from typing import Any

from mirra_mcp.local.openapi.document.bundles import ELSEWHERE, TEXT, Bundle, Source
from mirra_mcp.local.openapi.document.schemas import LISTS, MAPS, SINGLES
from mirra_mcp.local.openapi.document.spec import Spec
from mirra_mcp.wire.model import Doc

MOST = 50
"""Faults that are told of one document."""
TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
BOUNDS = (
    ("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)  # fmt: skip
COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
OBJECTS = (
    "info", "components", "responses", "requestBody", "content", "headers", "callbacks", "schemas",
    "securitySchemes", "requestBodies", "examples", "webhooks", "x-webhooks",
)  # fmt: skip
"""What must be an object, wherever it stands."""
MAPPED = (
    "paths", "responses", "content", "headers", "callbacks", "schemas", "securitySchemes",
    "requestBodies", "examples", "webhooks", "x-webhooks",
)  # fmt: skip
"""Those of them whose keys are names that somebody chose."""
ARRAYS = ("parameters", "security", "servers", "tags")
"""What must be a list; of components' parameters an object."""
DATA = {"example", "examples", "default", "enum", "const", "value", "dataValue"}
"""What holds values and no schemas."""

OLD_PLACES = {
    "components/schemas": "definitions",
    "components/parameters": "parameters",
    "components/responses": "responses",
}
"""Where Swagger 2 has what OpenAPI 3 has under `components`."""

Place = tuple[str, ...]
Fault = tuple[Place, str]


def found(bundle: Bundle, text: bytes | None = None) -> list[str]:
    """List what is broken in a document, a sentence each, and leave it out there.

    `text` is the document's own, if that came alone.
    """
    spec = Spec(bundle.doc)
    faults = list(_all(spec))
    lines = _Lines(bundle, text)
    told = [f"{lines.of(place)}{sentence}" for place, sentence in faults[:MOST]]
    return told + (["There are more such faults."] if len(faults) > MOST else [])


def _all(spec: Spec) -> Iterator[Fault]:
    """Walk through all of a document, and through schemas as schemas; leave out what is broken."""
    patterns: dict[str, bool] = {}
    missing: set[str] = set()
    waiting: list[tuple[Any, Place, bool]] = [(spec.doc, (), False)]
    while waiting:
        node, place, is_schema = waiting.pop()
        if isinstance(node, list):
            listed = [(each, (*place, str(n)), is_schema) for n, each in enumerate(node)]
            waiting += reversed(listed)
        if not isinstance(node, dict):
            continue
        ref = node.get("$ref")
        if isinstance(ref, str) and ref not in missing and spec.pointed(ref) is None:
            missing.add(ref)
            told = f"'{ref[:120]}' isn't in the document: anything is taken in its place"
            yield (*place, "$ref"), told
        for name, sentence in [*(_wrong(node, patterns) if is_schema else _amiss(node, place))]:
            yield (*place, name), sentence
            node.pop(name, None)
        waiting += reversed(_inner(node, place, is_schema))


def _inner(node: Doc, place: Place, is_schema: bool) -> list[tuple[Any, Place, bool]]:
    """List what lies below a part of a document, with its place and whether schemas lie there."""
    inner: list[tuple[Any, Place, bool]] = []
    is_map_of_schemas = place == ("components", "schemas")
    for key, value in node.items():
        at = (*place, key)
        if not isinstance(value, dict | list):
            continue
        if is_map_of_schemas:
            inner.append((value, at, True))
        elif is_schema:
            if key in MAPS and isinstance(value, dict):
                inner += [(each, (*at, name), True) for name, each in value.items()]
            elif key in SINGLES or key in LISTS or key in ("$defs", "definitions"):
                if key in ("$defs", "definitions") and isinstance(value, dict):
                    inner += [(each, (*at, name), True) for name, each in value.items()]
                else:
                    inner.append((value, at, True))
        elif key in ("schema", "itemSchema"):
            inner.append((value, at, True))
        elif key not in DATA and (not key.startswith("x-") or key in ("x-webhooks", ELSEWHERE)):
            inner.append((value, at, False))
    return inner


def _wrong(schema: Doc, patterns: dict[str, bool]) -> Iterator[tuple[str, str]]:
    """Name what in one schema means nothing, with the keyword that it is."""
    kinds = schema.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind is not None and kind not in TYPES and kind != "file":
            told = str(kind)[:40]
            yield "type", f"type '{told}' isn't one of {', '.join(TYPES)}: anything is taken there"
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        if pattern not in patterns:
            patterns[pattern] = _is_usable(pattern)
        if not patterns[pattern]:
            yield "pattern", f"pattern '{pattern[:80]}' can't be read: no text is held to it"
    elif pattern is not None:
        yield "pattern", "pattern isn't a text: no text is held to it"
    for name in COUNTS:
        if name in schema and not _is_count(schema[name]):
            yield name, f"{name} isn't a whole number from 0: it isn't held"
    for low, high in BOUNDS:
        least, most = schema.get(low), schema.get(high)
        if _is_number(least) and _is_number(most) and float(least or 0) > float(most or 0):
            yield low, f"{low} {least} is above {high} {most}: neither is held"
            yield high, f"{high} {most} is below {low} {least}: neither is held"
    if "enum" in schema and (not isinstance(schema["enum"], list) or not schema["enum"]):
        yield "enum", "enum isn't a list of values: it isn't held"
    required = schema.get("required")
    is_list = isinstance(required, list) and all(isinstance(each, str) for each in required)
    if required is not None and not is_list and not isinstance(required, bool):
        yield "required", "required isn't a list of names: it isn't held"
    for name in NUMBERS:
        is_flag = name.startswith("exclusive") and isinstance(schema.get(name), bool)
        if name in schema and not _is_number(schema[name]) and not is_flag:
            yield name, f"{name} isn't a number: it isn't held"
    if "format" in schema and not isinstance(schema["format"], str):
        yield "format", "format isn't a text: it isn't held"
    for name in MAPS:
        each = schema.get(name, {})
        if not isinstance(each, dict) or not all(map(_is_schema, each.values())):
            yield name, f"{name} isn't an object of schemas: it says nothing"
    for name in LISTS:
        each = schema.get(name, [True])
        if not isinstance(each, list) or not each or not all(map(_is_schema, each)):
            yield name, f"{name} isn't a list of schemas: it says nothing"
    for name in SINGLES:
        if name in schema and not _is_schema(schema[name]):
            yield name, f"{name} isn't a schema: it says nothing"


def _amiss(part: Doc, place: Place) -> Iterator[tuple[str, str]]:
    """Name what in a part of a document that is no schema has another form than it must have."""
    is_map = bool(place) and place[-1] in MAPPED
    if is_map and place[-1] == "content":
        for name, value in part.items():
            if not isinstance(value, dict):
                yield name, f"what comes as {name[:60]} isn't an object: it says nothing"
    for name in () if is_map else OBJECTS:
        if name in part and not isinstance(part[name], dict):
            yield name, f"{name} isn't an object: it says nothing"
    for name in () if is_map else ARRAYS:
        if name in part and not isinstance(part[name], list | dict):
            yield name, f"{name} isn't a list: it says nothing"
    if "schema" in part and not is_map and not _is_schema(part["schema"]):
        yield "schema", "schema isn't a schema: it says nothing"


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict | bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and float(value).is_integer()


def _is_usable(pattern: str) -> bool:
    import jsonschema_rs

    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


# Lines.


class _Lines:
    """Finds the lines of a document's parts, in the files that they come from."""

    def __init__(self, bundle: Bundle, text: bytes | None) -> None:
        self._bundle, self._text = bundle, text
        self._read: dict[Source, tuple[str, Any]] = {}

    def of(self, place: Place) -> str:
        """Return `file:line: ` of a part, or as much of it as can be told."""
        source, inner = self._source(place)
        name = source if isinstance(source, str) else source.name
        line = self._line(source, inner)
        return f"{name}:{line}: " if line else f"{name}: " if name != TEXT else ""

    def _source(self, place: Place) -> tuple[Source, Place]:
        if len(place) > 1 and f"/{place[0]}/{place[1]}" in self._bundle.files:
            return self._bundle.files[f"/{place[0]}/{place[1]}"], place[2:]
        return self._bundle.files[""], place

    def _line(self, source: Source, place: Place) -> int | None:
        old = OLD_PLACES.get("/".join(place[:2])) if self._bundle.was_swagger else None
        if old is not None:
            place = (old, *place[2:])
        if source not in self._read:
            self._read[source] = self._opened(source)
        text, root = self._read[source]
        if root is not None:
            return _line_of_yaml(root, place)
        return _line_of_json(text, place) if text else None

    def _opened(self, source: Source) -> tuple[str, Any]:
        """Return a file's text, and its tree where it is YAML."""
        import yaml

        if isinstance(source, str):
            content = self._text if source == TEXT else None
        else:
            content = source.read_bytes()
        text = (content or b"").removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        if text.lstrip()[:1] in ("{", "["):
            return text, None
        try:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            return text, yaml.compose(text, loader) if text else None
        except (yaml.YAMLError, RecursionError):
            return "", None


def _line_of_yaml(node: Any, place: Place) -> int | None:
    import yaml

    line: int = node.start_mark.line + 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if str(pair[0].value) == step), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and int(step) < len(node.value):
            node = node.value[int(step)]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _line_of_json(text: str, place: Place) -> int | None:
    """Return the line of a part of a JSON text: what comes before it is skipped, not built."""
    skip = json.JSONDecoder().raw_decode
    at = 0
    with suppress(ValueError, IndexError, RecursionError):  # what isn't there is where it would be
        for step in place:
            at = _blank(text, at)
            at = (_member if text[at] == "{" else _item)(text, at, step, skip)
    return text.count("\n", 0, at) + 1


def _blank(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _member(text: str, at: int, name: str, skip: Any) -> int:
    at = _blank(text, at + 1)
    while text[at] == '"':
        key, end = scanstring(text, at + 1)
        value = _blank(text, _blank(text, end) + 1)
        if key == name:
            return value
        at = _blank(text, skip(text, value)[1])
        at = _blank(text, at + 1)
    raise ValueError(name)


def _item(text: str, at: int, wanted: str, skip: Any) -> int:
    at = _blank(text, at + 1)
    for _ in range(int(wanted)):
        at = _blank(text, skip(text, at)[1])
        at = _blank(text, at + 1)
    return at
