"""Reading a request to the control plane."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.kit import reading
from mirra_mcp.local.kit.chunks import bounded
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.session import Session
from mirra_mcp.wire.model import Body, Wire

B = TypeVar("B", bound=Body)
P = TypeVar("P")

LIMIT = 4 * 1024 * 1024


def host_of(request: Request) -> Host:
    """Return the sessions that this control plane is about."""
    host: Host = request.app.state.host
    return host


async def read(model: type[B], request: Request) -> B:
    """Return the body as a model.

    Raises:
        Refusal: it is too large, no JSON, or doesn't fit.
    """
    return reading.read(model, await body_of(request))


async def found(session: Session, wait: float, look: Callable[[], tuple[P, bool, int]]) -> P:
    """Return the page that a look gives: the first with something on it, or that after `wait`.

    A look tells its page, whether there is something on it, and the last entry that it saw.
    """
    async with session.lock:
        session.open()
        page, is_enough, seen = look()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait or None):
            while wait and not is_enough and not session.log.is_closed:
                await session.log.wait_beyond(seen)
                async with session.lock:
                    page, is_enough, seen = look()
    return page


async def body_of(request: Request) -> bytes:
    """Return the body.

    Raises:
        Refusal: it is too large.
    """
    body = await bounded(request.stream(), LIMIT)
    if len(body) > LIMIT:
        raise Refusal(
            413, "mirra.request.too_large", "The body is over 4 MiB.", "Send a smaller one."
        )
    return body


def seconds(text: str | None) -> float:
    """Return how long a query's `wait` lets an answer be held back.

    Raises:
        Refusal: it is no such length of time.
    """
    try:
        wait = float(text or 0)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= 25:
        raise reading.invalid("'wait' must be a number of seconds from 0 to 25.", "As wait=20.")
    return wait


def answer(body: Wire, status: int = 200) -> Response:
    """Return a model as JSON."""
    text = body.model_dump_json(by_alias=True, exclude_none=True)
    return Response(text, status, media_type="application/json")
