"""Parameters that Resend's resources share.

Source: https://resend.com/docs/api-reference/introduction
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from mirra_mcp.local.kit.params import Params


class ResendParams(Params):
    """A JSON body or a query. Unknown fields are ignored, and a number is never taken for text."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, strict=True)


class Paging(Params):
    """The query of a list: `limit` 1 to 100, then `after` or `before` an id, not both.

    Source: https://resend.com/docs/api-reference/pagination
    """

    limit: int | None = Field(default=None, ge=1, le=100)
    after: str | None = None
    before: str | None = None


def as_list(value: Any) -> Any:
    """Read one string as a list of one."""
    return [value] if isinstance(value, str) else value


OneOrMore = Annotated[list[str], BeforeValidator(as_list)]
"""A string or an array of strings, kept as a list."""
Name = Annotated[str, StringConstraints(min_length=1)]

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
}


def matches(type: str, value: Any) -> bool:
    """Tell whether a value is of a property's or variable's type; a boolean is no number."""
    if isinstance(value, bool):
        return type == "boolean"
    return isinstance(value, TYPES[type])
