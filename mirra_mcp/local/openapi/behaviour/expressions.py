"""Expressions of a behaviour file: `sum([line.price * line.quantity for line in lines])`.

They are Python's, without its dangers: no attribute that begins with an underscore, no import, no
loop without end. What can't be worked out, such as a sum of what isn't there, is nothing.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": sum, "min": min, "max": max, "len": len, "round": round, "abs": abs, "any": any,
    "all": all, "str": str, "int": int, "float": float,
    "lower": lambda text: str(text).lower(), "upper": lambda text: str(text).upper(),
    "join": lambda parts, between="": str(between).join(map(str, parts)),
}  # fmt: skip
GIVEN = ("now", "today", "timestamp", "old")
"""Names that every expression may use: times of the session's clock, and the document before."""
LOOKUPS = ("children", "count", "the")
"""Functions that look at other documents."""


@dataclass(frozen=True)
class Expression:
    """One expression, parsed once."""

    text: str

    @cached_property
    def tree(self) -> Any:
        """What it is made of.

        Raises:
            SyntaxError: it isn't Python.
        """
        from simpleeval import EvalWithCompoundTypes  # type: ignore[import-untyped]  # no types

        return EvalWithCompoundTypes().parse(self.text)

    @cached_property
    def names(self) -> set[str]:
        """The names that it uses and doesn't give itself."""
        found = {each.id for each in ast.walk(self.tree) if isinstance(each, ast.Name)}
        made = {
            name.id
            for each in ast.walk(self.tree)
            if isinstance(each, ast.comprehension)
            for name in ast.walk(each.target)
            if isinstance(name, ast.Name)
        }
        return found - made - {"True", "False", "None", *FUNCTIONS, *LOOKUPS, *GIVEN}

    def value(self, names: Mapping[str, Any], lookups: Mapping[str, Callable[..., Any]]) -> Any:
        """Work it out; None where that can't be done."""
        from simpleeval import EvalWithCompoundTypes, InvalidExpression

        known = dict.fromkeys(self.names) | dict(names)
        evaluator = EvalWithCompoundTypes(names=known, functions={**FUNCTIONS, **lookups})
        try:
            return evaluator.eval(self.text, previously_parsed=self.tree)
        except (InvalidExpression, ArithmeticError, TypeError, ValueError, LookupError):
            return None
        except (AttributeError, RecursionError, SyntaxError):
            return None


def _read(value: Any) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool | int | float):
        return Expression(repr(value))
    if not isinstance(value, str) or not value.strip():
        raise ValueError("an expression is needed, such as 'quantity * price'")
    made = Expression(value.strip())
    try:
        made.names  # noqa: B018 - parses it
        if not isinstance(made.tree, ast.Expr):
            raise SyntaxError("it is a statement")
    except Exception as error:
        told = getattr(error, "msg", None) or type(error).__name__
        raise ValueError(f"'{value[:80]}' is no expression: {told}") from None
    return made


Formula = Annotated[
    Expression,
    BeforeValidator(_read),
    WithJsonSchema({"type": ["string", "number", "boolean"], "examples": ["quantity * price"]}),
]
