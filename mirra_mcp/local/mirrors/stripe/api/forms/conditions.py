"""What the parameters of a form say about each other: which exclude or need one another.

A form that has such rules is `Conditional` and lists them; they hold once each field for itself
does. Stripe documents the rules and words few of its refusals: the others follow those.

Source: https://docs.stripe.com/api (the parameters' descriptions)
"""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError

from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested

Condition = Callable[[Any], None]


class Conditional(Nested):
    """An object whose parameters depend on each other."""

    conditions: ClassVar[tuple[Condition, ...]] = ()

    @model_validator(mode="after")
    def _hold(self) -> Self:
        for condition in self.conditions:
            condition(self)
        return self


def broken(message: str, param: str | None = None, *, missing: bool = False) -> PydanticCustomError:
    """Return a refusal about the form as a whole, or about one of its parameters."""
    kind = "condition_missing" if missing else "condition"
    return PydanticCustomError(kind, "{message}", {"message": message, "param": param})


def exclusive(*names: str) -> Condition:
    """Let at most one of these be given."""

    def check(form: BaseModel) -> None:
        both = [name for name in names if given(form, name)]
        if len(both) > 1:
            raise broken(f"You may only specify one of these parameters: {', '.join(both)}.")

    return check


def only_with(names: str, other: str, *values: object) -> Condition:
    """Let these be given only where another parameter has one of these values, or any."""

    def check(form: BaseModel) -> None:
        fits = getattr(form, other) in values if values else given(form, other)
        for name in names.split():
            if given(form, name) and not fits:
                told = " or ".join(f"`{value}`" for value in values)
                when = f"when `{other}` is {told}" if values else f"with `{other}`"
                raise broken(f"`{name}` can only be set {when}.", name)

    return check


def needed(name: str, other: str, *values: object) -> Condition:
    """Ask for a parameter where another has one of these values."""

    def check(form: BaseModel) -> None:
        if getattr(form, other) in values and not given(form, name):
            raise broken("", name, missing=True)

    return check


def ordered(first: str, second: str) -> Condition:
    """Let the second be no less than the first."""

    def check(form: BaseModel) -> None:
        low, high = getattr(form, first), getattr(form, second)
        if isinstance(low, int) and isinstance(high, int) and high < low:
            raise broken(f"`{second}` must be greater than or equal to `{first}`.", second)

    return check


def given(form: BaseModel, name: str) -> bool:
    """Tell whether a parameter was sent, and is no empty text."""
    return name in form.model_fields_set and getattr(form, name) is not None
