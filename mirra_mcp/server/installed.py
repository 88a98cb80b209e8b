"""What the marketplace tells of a resource and its installation, where it tells it at all."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

from mirra_mcp.client.errors import MirraError
from mirra_mcp.wire.installations import Installation
from mirra_mcp.wire.marketplace import Resource

if TYPE_CHECKING:
    from mirra_mcp.client.marketplace import MarketplaceClient

T = TypeVar("T")

UNKNOWN_HERE = {"mirra.marketplace.gone", "mirra.not_offered"}
"""Failures of a marketplace that doesn't offer a call beyond the documented ones."""


async def resource_of(market: "MarketplaceClient", resource: str) -> Resource | None:
    """Return a resource, if the marketplace shows it."""
    return await or_none(market.resource(resource))


async def installation_of(market: "MarketplaceClient", resource: str) -> Installation | None:
    """Return the installation of a resource, if there is one and the marketplace shows it."""
    found = await resource_of(market, resource)
    if found is None or found.installation_id is None:
        return None
    return await or_none(market.installation(found.installation_id))


async def or_none(answer: Awaitable[T]) -> T | None:
    """Return an answer that a marketplace gives beyond the documented ones, or None."""
    try:
        return await answer
    except MirraError as error:
        if error.code in UNKNOWN_HERE:
            return None
        raise
