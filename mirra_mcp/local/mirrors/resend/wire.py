"""Parameters and shapes that Resend's resources share.

Source: https://resend.com/docs/api-reference/introduction
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from mirra_mcp.local.kit.params import Params
from mirra_mcp.wire.model import Doc


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


def stamp(at: datetime) -> str:
    """Write an instant as Resend's documents do: `2025-11-30 20:39:59.540771+00`.

    Source: https://github.com/resend/resend-node (recorded answers; trailing zeros are not written)
    """
    text = at.isoformat(" ", "microseconds")[:-6]
    return text.rstrip("0").rstrip(".") + "+00"


def unstamp(text: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.fromisoformat(text + ":00")


def iso(at: datetime) -> str:
    """Write an instant as Resend's webhooks do: `2023-10-06T23:47:56.678Z`."""
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


def iso_of(text: str) -> str:
    """Turn what `stamp` wrote into what `iso` writes."""
    day, _, clock = text.partition(" ")
    seconds, _, fraction = clock[:-3].partition(".")
    return f"{day}T{seconds}.{fraction[:3]:0<3}Z"


def listing(docs: list[Doc], has_more: bool) -> Doc:
    """Wrap documents in the envelope of every list."""
    return {"object": "list", "has_more": has_more, "data": docs}
