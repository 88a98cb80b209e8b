"""Asking a Mirra one thing: hosted, the one that runs on this machine, or one of our own."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.settings import Settings

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

T = TypeVar("T")


def asked_of(settings: Settings, work: Callable[["MirraClient"], Awaitable[T]]) -> T:
    """Return what a Mirra answers: hosted, the one that runs here, or one of our own.

    Raises:
        CommandFailed: it can't be reached, or it refuses.
    """
    import anyio

    from mirra_mcp.cli.embedded import Embedded
    from mirra_mcp.client.client import MirraClient
    from mirra_mcp.client.errors import MirraError

    async def ask(url: str, token: str | None) -> T:
        async with MirraClient(url, token) as mirra:
            return await work(mirra)

    try:
        if settings.is_hosted:
            return anyio.run(ask, settings.api_url, settings.token)
        embedded = Embedded(settings)
        try:
            return anyio.run(ask, *embedded.start())
        finally:
            embedded.end()
    except MirraError as problem:
        raise CommandFailed(problem.message, problem.hint) from problem
    except OSError as problem:
        raise CommandFailed(str(problem)) from problem
