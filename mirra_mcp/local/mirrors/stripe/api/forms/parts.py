"""Parts of forms that several areas take."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested


def _loosely(value: Any) -> Any:
    """Read the booleans of a form whose fields this mirror keeps without knowing them."""
    if isinstance(value, dict):
        return {key: _loosely(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_loosely(each) for each in value]
    return {"true": True, "false": False, "": None}.get(value, value)


Loose = Annotated[dict[str, Any] | None, BeforeValidator(_loosely)]


class Switch(Nested):
    """Something that can be enabled."""

    enabled: bool


class Adjustable(Nested):
    """Let the customer change a quantity."""

    enabled: bool
    maximum: Annotated[int, Field(ge=0, le=999_999)] | None = None
    minimum: Annotated[int, Field(ge=0)] | None = None
