"""What a caller sends to a mirror, checked and typed."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class Params(BaseModel):
    """The parameters of one vendor endpoint; the annotations are the request schema."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the parameters, as pydantic tells it."""

    loc: tuple[str | int, ...]
    type: str
    message: str
    input: Any
    ctx: dict[str, Any]


def problems_of(error: ValidationError) -> list[Problem]:
    """List what a validation found, in the order of the fields."""
    return [
        Problem(each["loc"], each["type"], each["msg"], each["input"], each.get("ctx", {}))
        for each in error.errors(include_url=False)
    ]
