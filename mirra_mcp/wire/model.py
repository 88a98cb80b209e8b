"""The base of every wire model: camelCase in JSON, snake_case in Python."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

Doc = dict[str, Any]
"""A vendor's or Mirra's JSON object, kept as it came."""


class Wire(BaseModel):
    """A JSON object of Mirra's HTTP API.

    Fields that this version doesn't know are ignored, so that a newer Mirra can be read.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", defer_build=True
    )

    def to_json(self) -> Doc:
        """Return the object as the wire has it: camelCase, absent fields left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Body(Wire):
    """A JSON object that a client sends: a misspelt field is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")
