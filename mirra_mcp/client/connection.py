"""What all calls of one client share: connections, token, retries, and the way to wait."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from mirra_mcp.client.calls import Answer, Call, Headers, Sleep
from mirra_mcp.client.errors import MirraError

if TYPE_CHECKING:
    from mirra_mcp.client.transport import Transport

T = TypeVar("T")


class Connection:
    """Shared by a control plane's client and those of its mirrors.

    `httpx`, `anyio` and `tenacity` are imported at the first call: an MCP server starts without.
    """

    def __init__(
        self, token: str | None, *, timeout: float, retries: int, sleep: Sleep | None
    ) -> None:
        """Open nothing yet."""
        self.token = token
        self.retries = retries
        self._timeout = timeout
        self._sleep = sleep
        self._transport: Transport | None = None
        self._closed = False

    @property
    def transport(self) -> "Transport":
        """Return what opens connections.

        Raises:
            MirraError: the client is closed.
        """
        if self._closed:
            raise MirraError(
                "Nothing was sent: this client is closed.",
                code="mirra.client.closed",
                hint="Open a new client.",
            )
        if self._transport is None:
            from mirra_mcp.client.transport import Transport

            self._transport = Transport(self.token, self._timeout)
        return self._transport

    @cached_property
    def sleep(self) -> Sleep:
        """Return the way to wait between attempts."""
        if self._sleep is not None:
            return self._sleep
        import anyio

        return anyio.sleep

    async def send(
        self,
        call: Call,
        then: Callable[[Answer], T],
        *,
        headers: Headers,
        content: bytes | None = None,
        wait: float = 0.0,
        repeatable: bool,
    ) -> T:
        """Make a call, again if need be, and return what `then` makes of the answer.

        Raises:
            MirraError: no whole answer came, or `then` found it wanting.
        """
        from mirra_mcp.client.retries import repeat

        async def once() -> T:
            return then(
                await self.transport.exchange(call, headers=headers, content=content, wait=wait)
            )

        return await repeat(once, repeatable=repeatable, retries=self.retries, sleep=self.sleep)

    async def aclose(self) -> None:
        """Close every connection; calls made afterwards fail."""
        self._closed = True
        if self._transport is not None:
            await self._transport.aclose()
