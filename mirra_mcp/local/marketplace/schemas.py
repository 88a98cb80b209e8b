"""Checking values against JSON Schemas of OpenAPI 3.0, whoever wrote them.

A schema comes from a stranger: a regular expression that could take forever is not run.

Source: https://spec.openapis.org/oas/v3.0.3.html#schema-object
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from mirra_mcp.local.marketplace.openapi import HERE, Document, Problem
from mirra_mcp.wire.model import Doc

LONGEST = 2000
"""Characters of a text that a pattern is tried on."""
MOST = 20
QUANTIFIER = re.compile(r"[*+]|\{\d*,\d*\}|\?")


def mistakes(schema: Any, document: Document | None, value: Any, where: str) -> list[Problem]:
    """Name what is wrong with a value, as (field, message) pairs."""
    found = []
    try:
        for error in _validator(schema, document).iter_errors(value):
            path = "".join(f".{part}" for part in error.absolute_path)
            found.append((f"{where}{path}"[:200], " ".join(str(error.message)[:200].split())))
            if len(found) == MOST:
                break
    except RecursionError:
        found.append((where, "is nested too deeply to be checked"))
    return found


def unusable(schema: Any) -> str | None:
    """Say why something is no JSON Schema, if so."""
    from jsonschema.exceptions import SchemaError
    from openapi_schema_validator import OAS30Validator

    if not isinstance(schema, dict):
        return "is no JSON Schema"
    try:
        OAS30Validator.check_schema(schema)
    except SchemaError as error:
        path = "".join(f".{part}" for part in error.absolute_path)
        return f"is no valid schema{f' at {path[1:]}' if path else ''}: {str(error.message)[:160]}"
    except RecursionError:
        return "is nested too deeply"
    return None


@cache
def _kind() -> Any:
    from jsonschema import validators
    from openapi_schema_validator import OAS30Validator

    return validators.extend(OAS30Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # as its stubs have it


def _validator(schema: Any, document: Document | None) -> Any:
    if document is None:
        return _kind()(schema)
    return _kind()(_absolute(schema), registry=document.registry)


def _absolute(node: Any) -> Any:
    """Let references lead into the document from anywhere."""
    if isinstance(node, dict):
        return {
            key: HERE + value
            if key == "$ref" and isinstance(value, str) and value.startswith("#")
            else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(each) for each in node] if isinstance(node, list) else node


def _pattern(validator: Any, pattern: Any, value: Any, schema: Doc) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if not isinstance(value, str) or not isinstance(pattern, str) or not is_tame(pattern):
        return
    if re.search(pattern, value[:LONGEST]) is None and len(value) <= LONGEST:
        yield ValidationError(f"{value[:80]!r} does not match {pattern[:100]!r}")


@cache
def is_tame(pattern: str) -> bool:
    """Tell whether a regular expression surely ends soon.

    Refused are a repeated group that itself repeats or chooses, references back, looking around,
    and more than two open repetitions in a row of things.
    """
    if len(pattern) > 300 or re.search(r"\(\?[^:]|\\[1-9]", pattern):
        return False
    bare = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "a", pattern)
    groups = list(re.finditer(r"\(([^()]*)\)([*+]|\{\d*,?\d*\})?", bare))
    if re.search(r"\([^()]*\(", bare) and re.search(r"\)(?:[*+]|\{)", bare):
        return False
    if any(
        repeat and (QUANTIFIER.search(inner.removeprefix("?:")) or "|" in inner)
        for inner, repeat in (each.groups() for each in groups)
    ):
        return False
    if len(re.findall(r"[*+]|\{\d*,\}", bare)) > 2:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
