"""The marketplace beside the control plane: nothing of it is loaded before its first request."""

from typing import TYPE_CHECKING, Any

from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.ports import App

if TYPE_CHECKING:
    from mirra_mcp.local.marketplace.door import Door

PATHS = ("/api/sdk/", "/marketplace/")


class FrontDoor:
    """Hands each request to the control plane or to the marketplace."""

    def __init__(self, control: App, host: Host, token: str, wall: Wall) -> None:
        self._control = control
        self._host, self._token, self._wall = host, token, wall
        self._door: Door | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if not scope["path"].startswith(PATHS):
            await self._control(scope, receive, send)
            return
        if self._door is None:
            from mirra_mcp.local.marketplace.door import Door

            self._door = Door(self._host, self._token, self._wall)
        await self._door(scope, receive, send)

    async def close(self) -> None:
        """Close what was opened."""
        if self._door is not None:
            await self._door.close()
