"""What the clients that open connections have in common: where they lead, and how they end."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self

from mirra_mcp.client.api import Api
from mirra_mcp.client.calls import Kind
from mirra_mcp.client.connection import Connection


class ClosingClient(AbstractAsyncContextManager["ClosingClient"]):
    """A client with connections of its own; they are closed at the end of its block."""

    def __init__(self, base: str, kind: Kind, connection: Connection) -> None:
        self._connection = connection
        self._api = Api(base, kind, connection)

    def __repr__(self) -> str:
        """Return where it leads, and never with what token or key."""
        return f"<{type(self).__name__} {self._api.base}>"

    async def __aenter__(self) -> Self:
        """Return the client, to be closed at the end of the block."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; calls made afterwards fail."""
        await self._connection.aclose()

    @property
    def url(self) -> str:
        """Return the base URL."""
        return self._api.base
