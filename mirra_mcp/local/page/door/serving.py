"""The page by itself, on a free loopback port: for a session that a hosted Mirra has."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from socket import socket

import uvicorn

from mirra_mcp.local.page.app import PageApp
from mirra_mcp.local.page.door.keys import Keys

HOST = "127.0.0.1"


async def serve(url: str, token: str | None, ready: Callable[[str, str], None]) -> None:
    """Serve the page of the Mirra at `url` until cancelled.

    `ready` is told where the page is, and a key that opens it in one browser.
    """
    keys = Keys()
    app = PageApp(url, token, keys)
    config = uvicorn.Config(
        app, host=HOST, port=0, lifespan="off", log_config=None, access_log=False, ws="none"
    )
    server = _Server(config, lambda port: ready(f"http://{HOST}:{port}", keys.current()))
    try:
        await server.serve()
    finally:
        await app.close()


class _Server(uvicorn.Server):
    """uvicorn, which says on which port it listens."""

    def __init__(self, config: uvicorn.Config, on_port: Callable[[int], None]) -> None:
        super().__init__(config)
        self._on_port = on_port

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave them to whoever runs this: it cancels."""
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            self._on_port(self.servers[0].sockets[0].getsockname()[1])
