"""OpenAPI documents among the mirrors that a session should have: each is made a mirror first."""

import os
from collections.abc import Awaitable, Callable

from mirra_mcp.wire.sessions import CreateSession

ENDINGS = (".json", ".yaml", ".yml")


async def with_documents(
    session: CreateSession, make: Callable[[str], Awaitable[str]]
) -> CreateSession:
    """Return the session with names for documents; `make` makes a mirror of a path."""
    names = {
        each: await make(os.path.abspath(each))  # noqa: ASYNC240 - asks for the folder alone
        for each in session.mirrors
        if each.lower().endswith(ENDINGS)
    }
    if not names:
        return session
    return session.model_copy(
        update={
            "mirrors": [names.get(each, each) for each in session.mirrors],
            "seeds": {names.get(key, key): seed for key, seed in session.seeds.items()},
        }
    )
