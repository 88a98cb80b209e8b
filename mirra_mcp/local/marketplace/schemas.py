"""Checking values against JSON Schemas, whoever wrote them.

A schema comes from a stranger: patterns run in an engine whose time is bounded.
"""

from typing import Any

from mirra_mcp.local.marketplace.openapi import Document, Problem
from mirra_mcp.local.openapi.document import problems


def mistakes(schema: Any, document: Document, value: Any, where: str) -> list[Problem]:
    """Name what is wrong with a value, as (field, message) pairs."""
    validator = document.schemas.validator(schema, "request")
    return [
        (name[:200] or where, told) for name, told in problems.problems(validator, value, where)
    ]


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
