"""Schemas of a document: as plain JSON Schema, as validators, and as one flat view of an object.

OpenAPI 3.1 and 3.2 speak JSON Schema 2020-12; what 3.0 says in its own dialect is put into it.

Sources: https://spec.openapis.org/oas/v3.0.4.html#schema-object,
https://json-schema.org/draft/2020-12/json-schema-core
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from mirra_mcp.local.openapi.document.discriminators import Discriminators, ruled
from mirra_mcp.local.openapi.document.spec import Spec
from mirra_mcp.local.openapi.words import snake
from mirra_mcp.wire.model import Doc

Direction = Literal["request", "response"]
HIDDEN: dict[Direction, str] = {"request": "readOnly", "response": "writeOnly"}
"""What a property is marked with that has no place in this direction."""
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLES = (
    "items", "not", "additionalProperties", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
MAPS = ("properties", "patternProperties", "dependentSchemas")
DROPPED = {
    "example",
    "examples",
    "discriminator",
    "xml",
    "externalDocs",
    "nullable",
    "$id",
    "$schema",
}
DEEPEST = 12
CHECKED = {
    "pattern", "type", "enum", "required", "minimum", "maximum", "exclusiveMinimum", "minLength",
    "exclusiveMaximum", "maxLength", "minItems", "maxItems", "multipleOf", "uniqueItems",
    "minProperties", "maxProperties",
}  # fmt: skip
"""What real documents get wrong, and what can be left out then."""
ANY: Doc = {}
"""The schema that takes everything. One object, as schemas are known by their identity."""
NOTHING: Doc = {"not": {}}
EXTENDED = "extended "
"""Marks a reference to a base from a schema that extends it."""


@dataclass
class Shape:
    """An object's schema with its parts put together."""

    properties: dict[str, Any] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    is_closed: bool = False
    """Whether other properties are refused."""
    additional: Any = None
    """What other properties must be like, if it says."""
    least: int = 0
    """How many properties there are at least."""
    scalars: dict[str, str] | None = None
    """See `Schemas.scalars`."""


class Schemas:
    """The schemas of one document."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._validators: dict[tuple[int, Direction], Any] = {}
        self._kept: list[Any] = []
        """Keeps schemas alive whose identity is a key."""
        self._shapes: dict[int, Shape] = {}
        self._derived: dict[tuple[Any, ...], Doc] = {}
        self._types: dict[int, tuple[str, ...]] = {}
        self.discriminators = Discriminators(spec)

    # Reading.

    def of(self, schema: Any) -> Doc:
        """Return a schema with its reference followed; what stands beside a `$ref` is laid over."""
        if schema is True or schema is None:
            return ANY
        if not isinstance(schema, dict) or "$ref" not in schema:
            return schema if isinstance(schema, dict) else NOTHING
        target = self.spec.resolve(schema)
        if len(schema) == 1 or self.spec.is_old:
            return target
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return self.derived("of", (schema,), lambda: target | beside)

    def plain(self, schema: Any) -> Doc:
        """Return a schema as `of` does; a text, number or list in parts as one of them all."""
        doc = self.of(schema)
        if not doc.get("allOf") or "object" in self.types(doc):
            return doc
        return self.derived("plain", (doc,), lambda: self._joined(doc, []))

    def _joined(self, doc: Doc, seen: list[Doc]) -> Doc:
        """Return what the parts of a schema say together; what it says itself counts most."""
        if any(doc is each for each in seen):
            return {}
        joined: Doc = {}
        for part in doc.get("allOf") or []:
            joined |= self._joined(self.of(part), [*seen, doc])
        return joined | {key: value for key, value in doc.items() if key != "allOf"}

    def derived(self, use: str, of: tuple[Any, ...], make: Callable[[], Doc]) -> Doc:
        """Return a schema that is made of others, the same one each time."""
        key = (use, *map(id, of))
        if key not in self._derived:
            self._kept.append(of)
            self._derived[key] = make()
        return self._derived[key]

    def name(self, schema: Any) -> str | None:
        """Return what the document calls a schema: `Pet` of `#/components/schemas/Pet`."""
        for _ in range(DEEPEST):
            if not isinstance(schema, dict):
                return None
            if isinstance(ref := schema.get("$ref"), str):
                return ref.rsplit("/", 1)[-1]
            parts = schema.get("allOf")
            schema = parts[0] if isinstance(parts, list) and len(parts) == 1 else None
        return None

    def types(self, schema: Any) -> tuple[str, ...]:
        """Return which JSON types a schema takes, `null` among them; empty where it doesn't say."""
        doc = self.of(schema)
        key = id(doc)
        if key not in self._types:
            self._kept.append(doc)
            self._types[key] = ()  # what a schema that is made of itself says of its type
            self._types[key] = self._types_of(doc)
        return self._types[key]

    def _types_of(self, doc: Doc) -> tuple[str, ...]:
        kind = doc.get("type")
        found = [str(each) for each in kind] if isinstance(kind, list) else [str(kind or "")]
        found = [each for each in found if each]
        if not found:
            for each in [*(doc.get("anyOf") or []), *(doc.get("oneOf") or [])]:
                found += [type for type in self.types(each) if type not in found]
            for each in doc.get("allOf") or []:
                found = found or list(self.types(each))
            if not found and ("properties" in doc or "additionalProperties" in doc):
                found = ["object"]
            if not found and "items" in doc:
                found = ["array"]
        choices = doc.get("enum")
        may_be_null = not isinstance(choices, list) or None in choices
        if doc.get("nullable") is True and "type" in doc and may_be_null and "null" not in found:
            found.append("null")
        return tuple(found)

    def shape(self, schema: Any) -> Shape:
        """Return an object's properties from all of its parts; of alternatives, every one's."""
        doc = self.of(schema)
        key = id(doc)
        if key not in self._shapes:
            self._kept.append(doc)
            shape = self._shapes[key] = Shape()
            self._collect(doc, shape, set(), is_sure=True)
        return self._shapes[key]

    def scalars(self, schema: Any) -> dict[str, str]:
        """Return an object's properties that are no objects and no lists, by snake-cased name."""
        shape = self.shape(schema)
        if shape.scalars is None:
            shape.scalars = {
                snake(name): name
                for name, each in shape.properties.items()
                if not {"object", "array"} & set(self.types(each))
            }
        return shape.scalars

    def _collect(
        self,
        schema: Any,
        shape: Shape,
        seen: set[tuple[int, bool]],
        *,
        is_sure: bool,
        is_base: bool = True,
    ) -> None:
        """Add what a schema says; without `is_base` another one extends it, so it is no choice."""
        doc = self.of(schema)
        if (id(doc), is_sure) in seen:
            return
        seen.add((id(doc), is_sure))
        for name, each in (doc.get("properties") or {}).items():
            shape.properties.setdefault(name, each)
        if is_sure:
            shape.required |= set(doc.get("required") or ())
            shape.least = max(shape.least, int(doc.get("minProperties") or 0))
        for each in doc.get("allOf") or []:
            self._collect(each, shape, seen, is_sure=is_sure, is_base=False)
        for each in [*(doc.get("oneOf") or []), *(doc.get("anyOf") or [])]:
            self._collect(each, shape, seen, is_sure=False)
        rule = self.discriminators.of(doc)
        if rule is not None and rule.is_base and is_base:
            for each in rule.options.values():
                self._collect(each, shape, seen, is_sure=False)
        more = doc.get("additionalProperties")
        if more is False or doc.get("unevaluatedProperties") is False:
            shape.is_closed = True
        elif isinstance(more, dict):
            shape.additional = more

    def array_in(self, schema: Any) -> tuple[str | None, Any] | None:
        """Find the list in an answer: the property that holds it (None: all of it), and its items.

        An envelope has one property that is a list of objects.
        """
        if "array" in self.types(schema):
            return None, self.of(schema).get("items") or ANY
        if "object" not in self.types(schema):
            return None
        lists = [
            (name, self.of(each).get("items") or ANY)
            for name, each in self.shape(schema).properties.items()
            if "array" in self.types(each)
        ]
        objects = [pair for pair in lists if "object" in self.types(pair[1])]
        return objects[0] if len(objects) == 1 else None

    # Checking.

    def validator(self, schema: Any, direction: Direction) -> Any:
        """Return a validator (of jsonschema-rs), made once a schema."""
        key = (id(schema), direction)
        if key not in self._validators:
            self._kept.append(schema)
            self._validators[key] = _validator(self.standard(schema, direction))
        return self._validators[key]

    def standard(self, schema: Any, direction: Direction) -> Doc | bool:
        """Return a schema as JSON Schema 2020-12 that stands alone, with what it refers to."""
        wanted: dict[str, str] = {}
        defs: Doc = {}
        plain = self._plain(schema, direction, wanted)
        done: set[str] = set()
        while len(done) < len(wanted):
            for ref, name in list(wanted.items()):
                if ref not in done:
                    done.add(ref)
                    target = self.spec.pointed(ref.removeprefix(EXTENDED))
                    is_base = not ref.startswith(EXTENDED)
                    defs[name] = self._plain(target, direction, wanted, is_base=is_base)
        if isinstance(plain, dict) and defs:
            return plain | {"$defs": defs}
        return plain  # type: ignore[no-any-return]  # an object or a truth value

    def _plain(
        self, schema: Any, direction: Direction, wanted: dict[str, str], *, is_base: bool = True
    ) -> Any:
        """Return a schema in the standard's words; what it refers to is put into `wanted`.

        With `is_base` its discriminator rules; a schema that extends it has its fields alone.
        """
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            return True
        if isinstance(ref := schema.get("$ref"), str):
            ref = ref if is_base else EXTENDED + ref
            name = wanted.setdefault(ref, f"s{len(wanted)}")
            plain: Doc = {"$ref": f"#/$defs/{name}"}
            if self.spec.is_old:
                return plain
            return self._plain_object(schema, direction, wanted) | plain
        plain = self._plain_object(schema, direction, wanted)
        rule = self.discriminators.of(schema)
        if rule is None or (rule.is_base and not is_base):
            return plain
        options = {key: self._plain(each, direction, wanted) for key, each in rule.options.items()}
        return ruled(plain, rule, options)

    def _plain_object(self, schema: Doc, direction: Direction, wanted: dict[str, str]) -> Doc:
        plain: Doc = {}
        for key, value in schema.items():
            if key in DROPPED or key == "$ref" or key.startswith("x-"):
                continue
            if key in LISTS:
                if isinstance(value, list) and value:
                    plain[key] = [
                        self._plain(each, direction, wanted, is_base=key != "allOf")
                        for each in value
                    ]
            elif key in SINGLES:
                if isinstance(value, dict | bool):
                    plain[key] = self._plain(value, direction, wanted)
            elif key in MAPS:
                if isinstance(value, dict):
                    plain[key] = {
                        name: self._plain(each, direction, wanted) for name, each in value.items()
                    }
            elif key == "required" and isinstance(value, list):
                plain[key] = self._required(schema, value, direction)
            elif key == "format" and value in ("binary", "byte", "password"):
                continue
            else:
                plain[key] = value
        if self.spec.is_old:
            return _modern(plain, schema, direction)
        return plain

    def _required(self, schema: Doc, names: list[str], direction: Direction) -> list[str]:
        """Leave out what has no place in this direction."""
        mark = HIDDEN[direction]
        properties = schema.get("properties") or {}
        return [name for name in names if not self.of(properties.get(name)).get(mark)]


def _validator(standard: Doc | bool) -> Any:
    """Return a validator; a pattern in a dialect that isn't known is left out, as said to be."""
    import jsonschema_rs

    try:
        return jsonschema_rs.Draft202012Validator(standard, validate_formats=True)
    except (jsonschema_rs.ValidationError, ValueError):
        usable = without_unusable(standard)
    try:
        return jsonschema_rs.Draft202012Validator(usable, validate_formats=True)
    except (jsonschema_rs.ValidationError, ValueError):
        return jsonschema_rs.Draft202012Validator(True)


def without_unusable(node: Any) -> Any:
    """Return a schema without the patterns and types that nobody can check."""
    import jsonschema_rs

    if isinstance(node, list):
        return [without_unusable(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept: Doc = {}
    for key, value in node.items():
        if key in CHECKED and not isinstance(value, dict):
            try:
                jsonschema_rs.Draft202012Validator({key: value})
            except (jsonschema_rs.ValidationError, ValueError):
                continue
        kept[key] = without_unusable(value) if key not in ("enum", "const", "default") else value
    return kept


def _modern(plain: Doc, schema: Doc, direction: Direction) -> Doc:
    """Put what OpenAPI 3.0 says in its own way into JSON Schema 2020-12.

    `nullable` means something beside a `type` alone, and lets no value into an `enum`: where it
    stands otherwise, null is taken in requests, and never answered. Source: https://spec.openapis.org/oas/v3.0.4.html#schema-nullable
    """
    for name, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(plain.get(name), bool) and plain.pop(name) and bound in plain:
            plain[name] = plain.pop(bound)
    if schema.get("nullable") is not True:
        return plain
    if isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
        if direction == "request" and isinstance(plain.get("enum"), list):
            plain["enum"] = [*plain["enum"], None] if None not in plain["enum"] else plain["enum"]
        return plain
    if direction == "response" or not plain:
        return plain
    return {"anyOf": [plain, {"type": "null"}]}


def digest(doc: Doc) -> str:
    """Return what tells a document from another."""
    from hashlib import sha256

    return sha256(orjson.dumps(doc, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
