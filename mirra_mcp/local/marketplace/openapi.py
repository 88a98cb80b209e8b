"""OpenAPI 3.0 documents: whether they are valid, what operations they have, what these take.

References are followed inside the document only: nothing is ever fetched to check it.

Source: https://spec.openapis.org/oas/v3.0.3.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mirra_mcp.wire.model import Doc

VERBS = ("get", "post", "put", "patch", "delete")
PLACEHOLDER = re.compile(r"\{([^{}/]*)\}")
HERE = "urn:mirra:document"
DEEPEST = 60
FARTHEST = 40
"""References to references that are followed."""
MOST = 20
"""Mistakes that are told of one document."""

Problem = tuple[str, str]


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    method: str
    path: str
    doc: Doc
    shared: list[Any]
    """Parameters that its path has for all operations."""


class Document:
    """A document that has been found valid."""

    def __init__(self, spec: Doc) -> None:
        self.spec = spec

    @cached_property
    def operations(self) -> list[Operation]:
        """The operations, in the order of the document."""
        found = []
        for path, item in (self.spec.get("paths") or {}).items():
            item = self.resolve(item)
            for verb in VERBS:
                if isinstance(item.get(verb), dict):
                    shared = item.get("parameters") or []
                    found.append(Operation(verb.upper(), path, item[verb], shared))
        return found

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; what its placeholders are called doesn't matter."""
        exact, alike = self._found
        return exact.get((method, path)) or alike.get((method, _shape(path)))

    @cached_property
    def _found(self) -> tuple[dict[tuple[str, str], Operation], dict[tuple[str, str], Operation]]:
        exact: dict[tuple[str, str], Operation] = {}
        alike: dict[tuple[str, str], Operation] = {}
        for each in self.operations:
            exact[each.method, each.path] = each
            alike.setdefault((each.method, _shape(each.path)), each)
        return exact, alike

    def resolve(self, node: Any) -> Doc:
        """Return what a node refers to, or the node itself; of nonsense an empty object."""
        for _ in range(FARTHEST):
            if not isinstance(node, dict):
                return {}
            ref = node.get("$ref")
            if not isinstance(ref, str):
                return node
            node = pointed(self.spec, ref)
        return {}

    @cached_property
    def registry(self) -> Any:
        """What references in schemas are looked up in."""
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT4

        resource: Resource[Any] = DRAFT4.create_resource(self.spec)
        return Registry[Any]().with_resource(HERE, resource)

    def inlined(self, schema: Any, depth: int = 6) -> Any:
        """Return a schema with its references written out, as deep as a reader needs."""
        if isinstance(schema, list):
            return [self.inlined(each, depth) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            if depth <= 0:
                return {"description": f"See {str(schema['$ref']).rsplit('/', 1)[-1]}."}
            schema = self.resolve(schema)
        if depth <= 0 and ("properties" in schema or "items" in schema):
            return {key: schema[key] for key in ("type", "description") if key in schema}
        deeper = {"properties", "items", "allOf", "oneOf", "anyOf", "additionalProperties", "not"}
        return {
            key: self._deeper(value, depth - 1) if key in deeper else value
            for key, value in schema.items()
        }

    def _deeper(self, value: Any, depth: int) -> Any:
        if isinstance(value, dict) and not {"type", "$ref", "allOf", "oneOf", "anyOf"} & set(value):
            return {key: self.inlined(each, depth) for key, each in value.items()}
        return self.inlined(value, depth)


def _shape(path: str) -> str:
    return PLACEHOLDER.sub("{}", path.rstrip("/"))


def pointed(spec: Doc, ref: str) -> Any:
    """Return what `#/a/b` points to in a document, or None."""
    if ref != "#" and not ref.startswith("#/"):
        return None
    node: Any = spec
    for part in ref[2:].split("/") if len(ref) > 2 else []:
        key = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node


def problems(spec: Any) -> list[Problem]:
    """Name everything that keeps a document from being valid OpenAPI 3.0."""
    if not isinstance(spec, dict) or not spec:
        return [("openApiSpec", "an OpenAPI 3.0 specification is needed")]
    version = str(spec.get("openapi", ""))
    if not re.fullmatch(r"3\.0\.\d+(-.+)?", version):
        told = f"'{version[:20]}'" if version else "no version"
        return [("openApiSpec.openapi", f"must be 3.0.x, not {told}")]
    found = list(_bad_references(spec))
    return found or list(_invalid(spec))


def _bad_references(spec: Doc) -> Iterator[Problem]:
    """Find references that lead outside, nowhere or in a circle, without recursion."""
    waiting: list[tuple[Any, str, int]] = [(spec, "openApiSpec", 0)]
    told = 0
    while waiting and told < MOST:
        node, where, depth = waiting.pop()
        if depth > DEEPEST:
            yield where[:200], f"is nested more than {DEEPEST} levels deep"
            return
        if isinstance(node, dict):
            ref = node.get("$ref")
            if isinstance(ref, str) and not where.endswith((".properties", ".examples")):
                message = _bad_reference(spec, ref)
                if message:
                    told += 1
                    yield where[:200], message
            waiting += [(value, f"{where}.{key}", depth + 1) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(each, f"{where}.{n}", depth + 1) for n, each in enumerate(node)]


def _bad_reference(spec: Doc, ref: str) -> str | None:
    if not ref.startswith("#"):
        return f"'{ref[:80]}' leads outside of the document; put it under components"
    seen = set()
    target: Any = {"$ref": ref}
    while isinstance(target, dict) and isinstance(target.get("$ref"), str):
        next_ref = target["$ref"]
        if next_ref in seen:
            return f"'{ref[:80]}' refers to itself"
        seen.add(next_ref)
        target = pointed(spec, next_ref)
        if target is None:
            return f"'{next_ref[:80]}' isn't in the document"
    return None


def _invalid(spec: Doc) -> Iterator[Problem]:
    from openapi_spec_validator import OpenAPIV30SpecValidator

    told = 0
    try:
        for error in OpenAPIV30SpecValidator(spec).iter_errors():
            path = ".".join(str(part) for part in error.absolute_path)
            yield (f"openApiSpec.{path}".rstrip(".")[:200], _short(error))
            told += 1
            if told == MOST:
                return
    except Exception as error:  # the validator stumbles over what it has just complained about
        if not told:
            yield "openApiSpec", f"can't be read as OpenAPI 3.0: {type(error).__name__}"


def _short(error: Any) -> str:
    """Return a validator's message without the whole node that it is about."""
    message = str(error.message).partition("\n")[0].replace('"', "'")
    if len(message) <= 160:
        return message
    rule = str(getattr(error, "validator", None) or "schema")
    told = " ".join(message[-120:].split())
    return f"doesn't fit OpenAPI 3.0 ({rule}): …{told}"
