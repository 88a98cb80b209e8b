"""Reading what a client of Mirra's own API sends, with errors that name the field at fault."""

from typing import Any, TypeVar

from pydantic import ValidationError

from mirra_mcp.local.kit.errors import Refusal, nearest
from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.wire.model import Body, Doc
from mirra_mcp.wire.problems import flaw

B = TypeVar("B", bound=Body)


def parse(body: bytes) -> Doc:
    """Return a body as a JSON object.

    Raises:
        Refusal: it isn't one.
    """
    try:
        given = loads(body) if body.strip() else {}
    except ValueError as error:
        raise Refusal(
            400, "mirra.request.malformed", f"The body isn't JSON: {error}.", "Send a JSON object."
        ) from None
    if not isinstance(given, dict):
        raise Refusal(
            400, "mirra.request.malformed", "The body isn't a JSON object.", "Send a JSON object."
        )
    return given


def read(model: type[B], body: bytes) -> B:
    """Return a body as a model.

    Raises:
        Refusal: it doesn't fit; the first field at fault is named.
    """
    return checked(model, parse(body))


def checked(model: type[B], given: Any) -> B:
    """Return `given` as a model.

    Raises:
        Refusal: it doesn't fit; the first field at fault is named.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        names = [field.alias or name for name, field in model.model_fields.items()]
        path = ".".join(str(part) for part in first["loc"]) or "body"
        guess = nearest(path, names) if first["type"] == "extra_forbidden" else ""
        raise invalid(f"'{path}' {flaw(first)}.{guess}", f"Fields: {', '.join(names)}.") from None


def invalid(message: str, hint: str | None = None) -> Refusal:
    """Say that a parameter is wrong."""
    return Refusal(400, "mirra.request.invalid", message, hint)


def whole(text: str | None, default: int, most: int, least: int = 1, name: str = "limit") -> int:
    """Read a whole number from a query.

    Raises:
        Refusal: it isn't one, or out of bounds.
    """
    if text is None:
        return default
    is_short = text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= len(str(most))
    if not (is_short and least <= int(text) <= most):
        raise invalid(
            f"'{name}' must be a whole number from {least} to {most}, not '{text[:20]}'.",
            f"As {name}={default}.",
        )
    return int(text)
