"""What stands beside the control plane: nothing of it is loaded before its first request."""

from typing import TYPE_CHECKING, Any

from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.ports import App
from mirra_mcp.local.page.door.keys import Keys

if TYPE_CHECKING:
    from mirra_mcp.local.marketplace.door import Door
    from mirra_mcp.local.page.app import PageApp

MARKETPLACE = ("/api/sdk/", "/marketplace/")
PAGE = ("/s/", "/sessions", "/runs", "/static/")


class FrontDoor:
    """Hands each request to the control plane, to the marketplace, or to the page for a person."""

    def __init__(self, control: App, host: Host, token: str, wall: Wall, keys: Keys) -> None:
        self._control = control
        self._host, self._token, self._wall, self._keys = host, token, wall, keys
        self._door: Door | None = None
        self._page: PageApp | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        path: str = scope["path"]
        if path == "/" or path.startswith(PAGE):
            await self._page_app()(scope, receive, send)
        elif path.startswith(MARKETPLACE):
            await self._marketplace()(scope, receive, send)
        else:
            await self._control(scope, receive, send)

    def _marketplace(self) -> "Door":
        if self._door is None:
            from mirra_mcp.local.marketplace.door import Door

            self._door = Door(self._host, self._token, self._wall)
        return self._door

    def _page_app(self) -> "PageApp":
        if self._page is None:
            from mirra_mcp.local.page.app import PageApp

            url = self._host.ports.control_url
            self._page = PageApp(url, self._token, self._keys, own_token=self._token)
        return self._page

    async def close(self) -> None:
        """Close what was opened."""
        if self._door is not None:
            await self._door.close()
        if self._page is not None:
            await self._page.close()
