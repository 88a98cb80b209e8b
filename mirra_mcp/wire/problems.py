"""What is wrong with a value, in words of our own: no library's sentence reaches a caller."""

from collections.abc import Mapping
from typing import Any

_SAID = {
    "missing": "is missing",
    "missing_argument": "is missing",
    "extra_forbidden": "isn't known",
    "unexpected_keyword_argument": "isn't known",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "none_required": "must be null",
    "json_invalid": "isn't JSON",
    "url_type": "must be a URL",
    "url_parsing": "must be a URL",
    "string_unicode": "has characters that no text has",
}
_WITH = {
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must look like {pattern}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
}
_DATE = "must be a date and time, such as 2026-05-04T12:00:00Z"


def flaw(problem: Mapping[str, Any]) -> str:
    """Return what one of a validation's errors says, to stand after the name of the field."""
    kind = str(problem["type"])
    if kind in _SAID:
        return _SAID[kind]
    if kind in _WITH and problem.get("ctx"):
        return _WITH[kind].format(**{name: _plain(each) for name, each in problem["ctx"].items()})
    if kind.startswith(("datetime", "timezone", "date_")):
        return _DATE
    told = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    return told.replace("Input should be", "must be").replace("Input should", "must")


def _plain(limit: Any) -> Any:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit
