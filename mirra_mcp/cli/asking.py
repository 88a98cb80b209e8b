"""Asking a Mirra or a marketplace: hosted, the one that runs on this machine, or one of our own."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.settings import Settings

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient
    from mirra_mcp.client.closing import ClosingClient
    from mirra_mcp.client.marketplace import MarketplaceClient

C = TypeVar("C", bound="ClosingClient")
T = TypeVar("T")
Hosted = tuple[str, str | None]
"""A URL, and the key or token that is known there."""


def asked_of(settings: Settings, work: Callable[["MirraClient"], Awaitable[T]]) -> T:
    """Return what a Mirra answers.

    Raises:
        CommandFailed: it can't be reached, or it refuses.
    """
    from mirra_mcp.client.client import MirraClient

    hosted = (settings.api_url, settings.token) if settings.is_hosted else None
    return _asked(settings, hosted, MirraClient, work)


def asked_of_marketplace(
    settings: Settings, work: Callable[["MarketplaceClient"], Awaitable[T]]
) -> T:
    """Return what the marketplace answers that the settings mean.

    Raises:
        CommandFailed: it can't be reached, or it refuses.
    """
    from mirra_mcp.client.marketplace import MarketplaceClient

    elsewhere = settings.marketplace_url, settings.marketplace_key
    hosted = elsewhere if settings.is_marketplace_hosted else None
    return _asked(settings, hosted, MarketplaceClient, work)


def _asked(
    settings: Settings,
    hosted: Hosted | None,
    client_of: Callable[[str, str | None], C],
    work: Callable[[C], Awaitable[T]],
) -> T:
    import anyio

    from mirra_mcp.cli.embedded import Embedded
    from mirra_mcp.cli.progress import STARTING, working
    from mirra_mcp.client.errors import MirraError

    async def ask(url: str, key: str | None) -> T:
        async with client_of(url, key) as client:
            return await work(client)

    try:
        if hosted is not None:
            return anyio.run(ask, *hosted)
        embedded = Embedded(settings)
        try:
            with working(STARTING):
                address = embedded.start()
            return anyio.run(ask, *address)
        finally:
            embedded.end()
    except MirraError as problem:
        raise CommandFailed(problem.message, problem.hint) from problem
    except OSError as problem:
        raise CommandFailed(str(problem)) from problem
