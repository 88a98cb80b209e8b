"""Parameters that Clerk's resources share: JSON bodies, queries, lists with limit and offset.

Source: https://clerk.com/docs/reference/backend-api
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from mirra_mcp.local.kit.params import Params


class ClerkParams(Params):
    """A JSON body: unknown names are refused, and a number is never taken for text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FrontendParams(Params):
    """A form that a browser sends: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class ClerkQuery(Params):
    """A query. Of a name that takes one value and is repeated, the first counts.

    Source: https://clerk.com/docs/reference/backend-api (List all users, `order_by`)
    """

    several: ClassVar[frozenset[str]] = frozenset()
    """The names that take several values."""

    @model_validator(mode="before")
    @classmethod
    def _first_of_each(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {
            name: values[0] if isinstance(values, list) and name not in cls.several else values
            for name, values in given.items()
            if values != []
        }


class Paging(ClerkQuery):
    """The query of a list: `limit` 1 to 500, and how many to skip.

    Source: https://github.com/clerk/openapi-specs (LimitParameter, OffsetParameter, Paginated)
    """

    limit: int = Field(default=10, ge=1, le=500)
    offset: int = Field(default=0, ge=0)


class MaybePaged(Paging):
    """The query of a list that is an array unless `paginated` asks for more."""

    paginated: bool = False


def as_list(value: Any) -> Any:
    """Read one value as a list of one."""
    return value if isinstance(value, list) or value is None else [value]


OneOrMore = Annotated[list[str], BeforeValidator(as_list)]
Metadata = dict[str, Any]
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
"""The name of a domain, in lower case."""
Lifetime = Annotated[int, Field(ge=30, le=315_360_000)]
"""How many seconds a token lives.

Source: https://github.com/clerk/openapi-specs (CreateSessionToken, CreateJWTTemplate)
"""
