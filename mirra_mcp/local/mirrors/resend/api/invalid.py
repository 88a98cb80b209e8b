"""Turns what pydantic found wrong with parameters into Resend's words, one problem at a time.

Source: https://resend.com/docs/api-reference/errors
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.mirrors.resend.api import errors

KINDS = {
    "string_type": "string",
    "bool_type": "boolean",
    "bool_parsing": "boolean",
    "int_type": "number",
    "int_parsing": "number",
    "int_from_float": "number",
    "float_type": "number",
    "float_parsing": "number",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}


LIMITS = {
    "too_short": "not be empty",
    "too_long": "contain {max_length} or fewer items",
    "string_too_short": "not be empty",
    "string_too_long": "be {max_length} characters or less",
    "string_pattern_mismatch": "match `{pattern}`",
    "greater_than_equal": "be at least {ge}",
    "less_than_equal": "be at most {le}",
}
"""What limits say, by the kind of problem."""
RECIPIENTS = {"to", "cc", "bcc", "reply_to"}
"""Fields that take a string or several; what is neither is told to be no string.

Source: https://github.com/databasus/databasus/issues/91
"""


def refusal(problems: list[Problem]) -> VendorError:
    """Refuse for the first absent field, else for the first problem."""
    absent = [problem for problem in problems if problem.type == "missing"]
    problem = (absent or problems)[0]
    field = field_of(problem)
    if problem.type == "missing":
        return errors.missing_required_field(field)
    if field == "limit":
        return errors.invalid_limit()
    kind = KINDS.get(problem.type)
    if problem.loc and problem.loc[0] in RECIPIENTS and kind:
        return errors.wrong_type(str(problem.loc[0]), "string")
    if kind:
        return errors.wrong_type(field or "body", kind)
    if problem.type == "literal_error":
        return _not_one_of(field, problem)
    return errors.validation_error(told(field or "body", problem))


def field_of(problem: Problem) -> str:
    """Write where a problem is as Resend does: `attachments[0].filename`."""
    field = ""
    for part in problem.loc:
        if isinstance(part, int):
            field += f"[{part}]"
        else:
            field += f".{part}" if field else part
    return field


def told(field: str, problem: Problem) -> str:
    """Say what is wrong with a value of the right type. The words are ours, in Resend's manner."""
    if problem.type == "value_error":
        message = problem.message.removeprefix("Value error, ")
        return f"Invalid `{field}` field. {message.removesuffix('.')}."
    if problem.type not in LIMITS:
        return f"Invalid `{field}` field."
    return f"The `{field}` field must {LIMITS[problem.type].format(**problem.ctx)}."


def _not_one_of(field: str, problem: Problem) -> VendorError:
    if field == "region":
        return errors.invalid_region()
    if field == "permission":
        return errors.invalid_access()
    choices = str(problem.ctx["expected"]).replace(" or ", ", ").replace("'", "`")
    return errors.validation_error(f"The `{field}` field must be one of: {choices}.")
