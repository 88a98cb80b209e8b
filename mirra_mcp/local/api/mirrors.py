"""Mirrors made from OpenAPI documents (extension)."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, host_of, read
from mirra_mcp.local.kinds import Kinds
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.wire.mirrors import CreateMirror


async def create(request: Request) -> Response:
    """`POST /v1/mirrors`: make a mirror from a document; sessions can be started with it then."""
    wanted = await read(CreateMirror, request)
    kinds = host_of(request).kinds
    if not isinstance(kinds, Kinds):
        raise Refusal(
            501, "mirra.mirror.unsupported", "This Mirra makes no mirrors from documents."
        )
    return answer(await asyncio.to_thread(kinds.add, wanted), 201)
