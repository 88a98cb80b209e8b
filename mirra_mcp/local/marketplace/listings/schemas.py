"""JSON Schemas of a mirror's parameters, in the dialect of OpenAPI 3.0.

Source: https://spec.openapis.org/oas/v3.0.3.html#schema-object
"""

from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

from mirra_mcp.local.kit.routes import Route
from mirra_mcp.wire.model import Doc

DROPPED = {"title", "examples", "default", "patternProperties", "propertyNames", "discriminator"}
DEEP = 4
"""Levels of nested objects that are written out."""


def of(route: Route) -> Doc:
    """Return the schema of an endpoint's parameters, without its placeholders."""
    return of_model(route.params)


def of_model(model: type[BaseModel] | None) -> Doc:
    """Return the schema of a parameters' model; of one that can't be told, an open object."""
    if model is None:
        return {"type": "object", "properties": {}}
    try:
        given = model.model_json_schema(by_alias=True, mode="validation")
    except (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError):
        names = [field.alias or name for name, field in model.model_fields.items()]
        return {"type": "object", "properties": {name: {} for name in names}}
    found: Doc = _older(given, given.get("$defs", {}), DEEP)
    found.setdefault("properties", {})
    return found


def _older(node: Any, shared: Doc, depth: int) -> Any:
    """Return a schema of today as OpenAPI 3.0 had it."""
    if isinstance(node, list):
        return [_older(each, shared, depth) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = shared.get(str(node["$ref"]).rsplit("/", 1)[-1], {})
        if depth <= 0:
            return {"type": "object"} if target.get("type") == "object" else {}
        return _older(target, shared, depth - 1)
    found: Doc = {}
    for key, value in node.items():
        if key in DROPPED or key == "$defs":
            continue
        if key == "properties":
            found[key] = {name: _older(each, shared, depth) for name, each in value.items()}
        elif key == "const":
            found["enum"] = [value]
        elif key in ("exclusiveMinimum", "exclusiveMaximum"):
            found[key] = True
            found[key.removeprefix("exclusive").lower()] = value
        elif key == "prefixItems":
            found["items"] = {}
        elif key in ("items", "additionalProperties", "anyOf", "oneOf", "allOf", "not"):
            found[key] = _older(value, shared, depth)
        elif key in KNOWN:
            found[key] = value
    return _nullable(found)


KNOWN = {
    "type", "description", "enum", "required", "pattern", "format", "nullable", "minLength",
    "maxLength", "minimum", "maximum", "multipleOf", "minItems", "maxItems", "uniqueItems",
    "minProperties", "maxProperties",
}  # fmt: skip


def _nullable(node: Doc) -> Doc:
    """Write "or null" as OpenAPI 3.0 does."""
    for key in ("anyOf", "oneOf"):
        kinds = node.get(key)
        if not isinstance(kinds, list):
            continue
        rest = [each for each in kinds if each != {"nullable": True}]
        if len(rest) < len(kinds):
            node["nullable"] = True
        if len(rest) == 1:
            node.pop(key)
            node = {**rest[0], **node}
        else:
            node[key] = rest
    if node.get("type") == "null":
        return {"nullable": True}
    if "items" not in node and node.get("type") == "array":
        node["items"] = {}
    return node
