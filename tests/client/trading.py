"""A marketplace's client before a server that does what the test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mirra_mcp.client.marketplace import MarketplaceClient
from tests.client.scripted import Naps, Server, Step, answer, serve

KEY = "mirra_9f8e7d6c5b4a"


@asynccontextmanager
async def trading(
    *steps: Step, retries: int = 3, within: float = 5.0, key: str | None = KEY
) -> AsyncIterator[tuple[MarketplaceClient, Server, Naps]]:
    """A client, the server it talks to, and the waits between its attempts."""
    naps = Naps()
    async with (
        serve(*steps) as server,
        MarketplaceClient(server.url, key, timeout=within, retries=retries, sleep=naps) as market,
    ):
        yield market, server, naps


def good(data: Any) -> Step:
    """An answer in the marketplace's envelope."""
    return answer({"success": True, "data": data})


def bad(status: int, code: str, message: str = "No.", details: Any = None) -> Step:
    """A refusal in the marketplace's envelope."""
    error = {"code": code, "message": message, "details": details}
    return answer({"success": False, "error": error}, status)
