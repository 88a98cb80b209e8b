"""What keeps a value from fitting its schema, in words that show no value."""

from collections.abc import Iterator
from typing import Any

MOST = 20
KINDS = {
    "string": "a text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip

Problem = tuple[str, str]
"""Where (`items[0].price`), and what is wrong there (`is required`)."""


def problems(validator: Any, value: Any, where: str = "") -> list[Problem]:
    """List what a validator of jsonschema-rs finds wrong, at most 20."""
    found: list[Problem] = []
    for error in validator.iter_errors(value):
        if error.kind.name == "pattern" and error.kind.value.startswith("Error executing"):
            continue  # nobody can tell whether such a pattern takes the text
        found += _told(error, where)
        if len(found) >= MOST:
            break
    return found[:MOST]


def _told(error: Any, where: str) -> Iterator[Problem]:
    path = where
    for step in error.instance_path:
        path = f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}".lstrip(".")
    kind, value = error.kind.name, error.kind.value
    if kind == "required":
        yield f"{path}.{value}".lstrip("."), "is required"
    elif kind in ("additionalProperties", "unevaluatedProperties"):
        for name in value:
            yield f"{path}.{name}".lstrip("."), "is not a parameter of this operation"
    elif kind in ("oneOf", "anyOf") and isinstance(value, list) and value:
        inner = min(value, key=lambda each: (_is_of_another_type(each), len(each)))
        if inner and not _is_of_another_type(inner):
            for each in inner:
                yield from _told(each, where)
        else:
            yield path, "is none of the forms that are taken"
    else:
        yield path, _words(kind, value)


def _is_of_another_type(errors: list[Any]) -> bool:
    return any(each.kind.name in ("type", "const", "enum") for each in errors)


def _words(kind: str, value: Any) -> str:
    """Return what a keyword asks for."""
    if kind == "type":
        kinds = value if isinstance(value, list) else [value]
        return "must be " + " or ".join(KINDS.get(str(each), str(each)) for each in kinds)
    if kind == "enum":
        shown = ", ".join(str(each) for each in value[:12])
        return f"must be one of {shown}{', ...' if len(value) > 12 else ''}"
    if kind == "format":
        return f"must be a valid {value}"
    told = {
        "const": "must be {}", "pattern": "must match {}",
        "minLength": "must have {} characters or more",
        "maxLength": "must have {} characters or fewer", "minimum": "must be {} or more",
        "maximum": "must be {} or less", "exclusiveMinimum": "must be more than {}",
        "exclusiveMaximum": "must be less than {}", "multipleOf": "must be a multiple of {}",
        "minItems": "must have {} items or more", "maxItems": "must have {} items or fewer",
        "minProperties": "must have {} properties or more",
        "maxProperties": "must have {} properties or fewer",
    }  # fmt: skip
    if kind == "uniqueItems":
        return "must not have the same item twice"
    return told.get(kind, "doesn't fit its schema").format(value)
