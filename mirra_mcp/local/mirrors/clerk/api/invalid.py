"""Turns what pydantic found wrong with parameters into Clerk's words, one problem at a time."""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.mirrors.clerk.api import errors

KINDS = {
    "string_type": "string",
    "bool_type": "bool",
    "bool_parsing": "bool",
    "int_type": "int",
    "int_parsing": "int",
    "int_from_float": "int",
    "float_type": "number",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}
RECEIVED = ((bool, "bool"), (int, "number"), (float, "number"), (str, "string"), (list, "array"))
QUERY_KINDS = {"int": "integer", "bool": "boolean"}


def refusal(problems: list[Problem], *, is_query: bool) -> VendorError:
    """Refuse for the first parameter that isn't one, else for the first problem."""
    unknown = [each for each in problems if each.type == "extra_forbidden"]
    problem = (unknown or problems)[0]
    param, kind, ctx = name_of(problem), problem.type, problem.ctx
    if kind == "extra_forbidden":
        return errors.unknown(param)
    if kind == "missing":
        return errors.missing(param)
    if not problem.loc:
        return errors.unreadable()
    if wanted := KINDS.get(kind):
        if is_query:
            return errors.wrong_query_type(param, QUERY_KINDS.get(wanted, wanted))
        return errors.wrong_type(param, received(problem.input), wanted)
    if kind == "literal_error":
        allowed = str(ctx["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return errors.not_one_of(param, problem.input, allowed)
    if kind == "less_than_equal":
        return errors.value_too_large(param, ctx["le"])
    if kind == "string_too_long":
        return errors.too_long(param, ctx["max_length"])
    if kind == "string_too_short":
        return errors.too_short(param, ctx["min_length"])
    if kind == "too_long":
        return errors.too_many(param, ctx["max_length"])
    return errors.invalid(param)


def bad_request(problems: list[Problem], *, is_query: bool) -> VendorError:
    """Refuse in the words of the service that keeps API keys and M2M tokens."""
    unknown = [each for each in problems if each.type == "extra_forbidden"]
    problem = (unknown or problems)[0]
    if problem.type == "string_pattern_mismatch":
        return errors.bad_request(name_of(problem), "Failed regex check")
    told = refusal([problem], is_query=is_query).body["errors"][0]["long_message"]
    return errors.bad_request(name_of(problem), told)


def oauth_request(problems: list[Problem]) -> VendorError:
    """Refuse a request to the OAuth server.

    Source: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    """
    unknown = [each for each in problems if each.type == "extra_forbidden"]
    problem = (unknown or problems)[0]
    told = f"The parameter '{name_of(problem)}' is missing, unknown or invalid."
    return VendorError(400, {"error": "invalid_request", "error_description": told})


def name_of(problem: Problem) -> str:
    """Return the parameter that is wrong; of an item in a list, the list's."""
    return str(problem.loc[0]) if problem.loc else "body"


def received(value: object) -> str:
    """Name a value's JSON type."""
    if value is None:
        return "null"
    return next((name for kind, name in RECEIVED if isinstance(value, kind)), "object")
