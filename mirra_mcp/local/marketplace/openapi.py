"""A resource's OpenAPI document: whether it is valid, and what its operations take.

References are followed inside the document only: nothing is ever fetched to check it.

Source: https://spec.openapis.org/oas/v3.1.1.html
"""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

from mirra_mcp.local.openapi.document import swagger
from mirra_mcp.local.openapi.document.reading import VERSIONS
from mirra_mcp.local.openapi.document.schemas import Schemas
from mirra_mcp.local.openapi.document.spec import Operation, Spec
from mirra_mcp.wire.model import Doc

VERBS = ("get", "post", "put", "patch", "delete")
PLACEHOLDER = re.compile(r"\{([^{}/]*)\}")
DEEPEST = 60
MOST = 20
"""Mistakes that are told of one document."""
VALIDATORS = {
    "2.0": "OpenAPIV2SpecValidator",
    "3.0": "OpenAPIV30SpecValidator",
    "3.1": "OpenAPIV31SpecValidator",
    "3.2": "OpenAPIV32SpecValidator",
}

Problem = tuple[str, str]

SEEN: dict[bytes, list[Problem]] = {}
"""What is wrong with documents, by their digests."""
MOST_SEEN = 8


class Document:
    """A document that has been found valid."""

    def __init__(self, spec: Doc) -> None:
        self.spec = swagger.lifted(spec) if spec.get("swagger") else spec
        self.read = Spec({"openapi": "3.0.4", "paths": {}, **self.spec})
        self.schemas = Schemas(self.read)

    @cached_property
    def operations(self) -> list[Operation]:
        """The operations that a method can stand for, in the order of the document."""
        return [each for each in self.read.operations if each.method.lower() in VERBS]

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

    def inlined(self, schema: Any, depth: int = 6) -> Any:
        """Return a schema with its references written out, as deep as a reader needs."""
        if isinstance(schema, list):
            return [self.inlined(each, depth) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            if depth <= 0:
                return {"description": f"See {str(schema['$ref']).rsplit('/', 1)[-1]}."}
            schema = self.schemas.of(schema)
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


def problems(spec: Any) -> list[Problem]:
    """Name everything that keeps a document from being valid OpenAPI."""
    if not isinstance(spec, dict) or not spec:
        return [("openApiSpec", f"an OpenAPI document is needed: {VERSIONS} are read")]
    version = str(spec.get("openapi") or spec.get("swagger") or "")
    if version[:3] not in VALIDATORS:
        told = f"'{version[:20]}'" if version else "no version"
        return [("openApiSpec.openapi", f"must be {VERSIONS}, not {told}")]
    found = list(_bad_references(spec))
    return found or _validated(spec, version[:3])


def _validated(spec: Doc, version: str) -> list[Problem]:
    """Return what a validator finds, or found before: a resource is made, then published."""
    key = sha256(json.dumps(spec, default=str).encode()).digest()
    found = SEEN.get(key)
    if found is None:
        found = list(_invalid(spec, version))
        while len(SEEN) >= MOST_SEEN:
            SEEN.pop(next(iter(SEEN)), None)
        SEEN[key] = found
    return found


def _bad_references(spec: Doc) -> Iterator[Problem]:
    """Find references that lead outside, nowhere or in a circle, without recursion."""
    read = Spec({"openapi": "3.0.4", "paths": {}, **spec})
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
                message = _bad_reference(read, ref)
                if message:
                    told += 1
                    yield where[:200], message
            waiting += [(value, f"{where}.{key}", depth + 1) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(each, f"{where}.{n}", depth + 1) for n, each in enumerate(node)]


def _bad_reference(spec: Spec, ref: str) -> str | None:
    if not ref.startswith("#"):
        return f"'{ref[:80]}' leads outside of the document; put it under components"
    seen = set()
    target: Any = {"$ref": ref}
    while isinstance(target, dict) and isinstance(target.get("$ref"), str):
        next_ref = target["$ref"]
        if next_ref in seen:
            return f"'{ref[:80]}' refers to itself"
        seen.add(next_ref)
        target = spec.pointed(next_ref)
        if target is None:
            return f"'{next_ref[:80]}' isn't in the document"
    return None


def _invalid(spec: Doc, version: str) -> Iterator[Problem]:
    import openapi_spec_validator

    told = 0
    try:
        kind = getattr(openapi_spec_validator, VALIDATORS[version])
        for error in kind(spec).iter_errors():
            path = ".".join(str(part) for part in error.absolute_path)
            yield (f"openApiSpec.{path}".rstrip(".")[:200], _short(error))
            told += 1
            if told == MOST:
                return
    except RecursionError:
        return  # schemas that are made of each other are read, as far as they say anything
    except Exception as error:  # the validator stumbles over what it has just complained about
        if not told:
            yield "openApiSpec", f"can't be read as OpenAPI: {type(error).__name__}"


def _short(error: Any) -> str:
    """Return a validator's message without the whole node that it is about."""
    message = str(error.message).partition("\n")[0].replace('"', "'")
    if len(message) <= 160:
        return message
    rule = str(getattr(error, "validator", None) or "schema")
    told = " ".join(message[-120:].split())
    return f"doesn't fit OpenAPI ({rule}): …{told}"
