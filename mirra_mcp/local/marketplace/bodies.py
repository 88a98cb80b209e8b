"""Reading requests to the marketplace, and writing its answers."""

import json
import re
from asyncio import to_thread
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.kit.chunks import bounded
from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.kit.foreign import DEEPEST, is_deep
from mirra_mcp.local.marketplace.errors import Refused, bad, invalid
from mirra_mcp.wire.marketplace import Answered, CreateResource, UpdateResource
from mirra_mcp.wire.model import Body, Doc
from mirra_mcp.wire.problems import flaw

LIMIT = 4 * 1024 * 1024
LARGE = 64 * 1024
"""Bytes from which a body isn't read between other requests but beside them."""
ME = "user_local"
GROUP = re.compile(r"[A-Za-z0-9_\-]{1,64}")

B = TypeVar("B", bound=Body)


def account_of(request: Request) -> str:
    """Return who asks: the user of this Mirra, or a group of theirs."""
    scope = request.headers.get("x-scope", "").lower()
    group = request.headers.get("x-group-id")
    if scope in ("", "user") and not group:
        return ME
    if scope not in ("", "group"):
        raise bad("X-Scope", "'X-Scope' is 'user' or 'group'.")
    if not group or not GROUP.fullmatch(group):
        raise bad("X-Group-Id", "'X-Group-Id' names a group: letters, digits, '-' and '_'.")
    return f"group_{group.removeprefix('group_')}"


async def read_bytes(request: Request, limit: int = LIMIT) -> bytes:
    """Return the body.

    Raises:
        Refused: it is too large.
    """
    body = await bounded(request.stream(), limit)
    if len(body) > limit:
        message = f"The body is over {limit // 1024} KiB: send a smaller one."
        raise Refused(413, "VALIDATION_ERROR", message)
    return body


async def read_object(request: Request) -> Doc:
    """Return the body as a JSON object.

    Raises:
        Refused: it isn't one.
    """
    body = await read_bytes(request)
    return await to_thread(_parse, body) if len(body) > LARGE else _parse(body)


def _parse(body: bytes) -> Doc:
    try:
        given = orjson.loads(body) if body.strip() else {}
    except ValueError:
        raise bad("body", "The body isn't JSON: send a JSON object.") from None
    if not isinstance(given, dict):
        raise bad("body", "The body isn't a JSON object: send one.")
    if is_deep(given):
        raise bad("body", f"The body is nested more than {DEEPEST} levels deep.")
    return given


def fit(model: type[B], given: Doc) -> B:
    """Return an object as a model.

    Raises:
        Refused: it doesn't fit; every field at fault is named, no value repeated.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        names = [field.alias or name for name, field in model.model_fields.items()]
        found = error.errors(include_url=False, include_input=False)
        problems = []
        for each in found[:50]:
            field = ".".join(str(part) for part in each["loc"])[:200] or "body"
            guess = nearest(field, names) if each["type"] == "extra_forbidden" else ""
            problems.append((field, f"{flaw(each)}.{guess}"))
        raise invalid(problems) from None


async def read(model: type[B], request: Request) -> B:
    """Return the body as a model.

    Raises:
        Refused: it doesn't fit.
    """
    given = await read_object(request)
    if model in (CreateResource, UpdateResource):
        return await to_thread(fit, model, given)
    return fit(model, given)


def whole(request: Request, name: str, default: int, most: int, least: int = 0) -> int:
    """Read a whole number from the query.

    Raises:
        Refused: it isn't one, or out of bounds.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and least <= int(text) <= most):
        raise bad(name, f"'{name}' is a whole number from {least} to {most}.")
    return int(text)


def words(request: Request, name: str) -> list[str]:
    """Read words from the query: `tags=a&tags=b`, `tags=a,b` or `tags[]=a`."""
    query = request.query_params
    given = query.getlist(name) + query.getlist(f"{name}[]")
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def answer(data: Answered | list[Any] | Doc, status: int = 200) -> Response:
    """Return data in the envelope."""
    shown = data.to_json() if isinstance(data, Answered) else data
    if isinstance(shown, list):
        shown = [each.to_json() if isinstance(each, Answered) else each for each in shown]
    return write({"success": True, "data": shown}, status)


def said(message: str) -> Response:
    """Return a message in the envelope."""
    return write({"success": True, "message": message}, 200)


def write(body: Doc, status: int) -> Response:
    """Return a body as JSON."""
    text = json.dumps(body, separators=(",", ":"))
    return Response(text, status, {"Cache-Control": "no-store"}, "application/json")
