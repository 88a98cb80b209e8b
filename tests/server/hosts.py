"""What the main hosts and the models behind them take as a tool, as one set of rules.

- Claude: no combinators at the top, property names of at most 64 letters, digits, `_.-`; names of
  tools with the server's before them at most 64.
  Source: https://github.com/makenotion/notion-mcp-server/issues/341
- OpenAI: an array has items, an object has properties.
  Source: https://github.com/apify/apify-mcp-server/issues/36
- Gemini: every property has one type, an enum is of texts, formats are few, no `anyOf` in items.
  Source: https://github.com/google-gemini/gemini-cli/pull/5694
      https://github.com/sbroenne/mcp-server-excel/issues/672
- VS Code: an array has items.
  Source: https://github.com/microsoft/vscode/issues/246119
- Cursor: a tool and its server together have names of at most 60 characters.
  Source: https://github.com/PostHog/posthog/pull/51483
"""

import re
from collections.abc import Iterator
from typing import Any

from mcp.types import Tool

SERVER = "mirra"
LONGEST = 60
KNOWN = {
    "type", "description", "default", "enum", "format", "items", "properties", "required",
    "additionalProperties", "minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength",
    "pattern",
}  # fmt: skip
TYPES = {"string", "integer", "number", "boolean", "array", "object"}


def problems(tool: Tool) -> list[str]:
    """What would make one of the hosts refuse the tool; nothing, if all take it."""
    return list(_problems(tool))


def _problems(tool: Tool) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", tool.name):
        yield "the name has other than letters, digits and _"
    if len(f"mcp__{SERVER}__{tool.name}") > LONGEST:
        yield "the name is too long beside a server's"
    if not tool.description:
        yield "it has no description"
    top = tool.input_schema
    yield from (f"the top knows no {word}" for word in top if word not in KNOWN)
    if top.get("type") != "object" or not isinstance(top.get("properties"), dict):
        yield "the top is no object with properties"
    for name, field in top.get("properties", {}).items():
        if not field.get("description"):
            yield f"{name} has no description"
    yield from _fields(top, "the top")


def _fields(schema: dict[str, Any], where: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in properties:
            yield f"{where} requires {name}, which isn't there"
    for name, field in properties.items():
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
            yield f"{where} has a field '{name}'"
        yield from _field(field, name if where == "the top" else f"{where}.{name}")


def _field(schema: dict[str, Any], where: str) -> Iterator[str]:
    yield from (f"{where} knows no {word}" for word in schema if word not in KNOWN)
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        yield f"{where} has no type of its own"
    if not all(isinstance(each, str) for each in schema.get("enum", [])):
        yield f"{where} has an enum of other than texts"
    if schema.get("format", "date-time") != "date-time":
        yield f"{where} has the format {schema['format']}"
    if kind == "array" and "items" not in schema:
        yield f"{where} is an array without items"
    if "items" in schema:
        yield from _field(schema["items"], f"{where}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _field(schema["additionalProperties"], f"{where}{{}}")
    yield from _fields(schema, where)
