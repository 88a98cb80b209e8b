"""MCP over HTTP, served in a thread."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from mirra_mcp.server.app import build_server
from mirra_mcp.server.http import HttpOptions, http_app
from mirra_mcp.settings import Settings


@contextmanager
def serving_app(app: Any) -> Iterator[str]:
    """Serve an application in a thread; gives the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield from _served(app, listening)


@contextmanager
def serving(connect: Callable[[str | None], Any], **options: Any) -> Iterator[str]:
    """Serve over HTTP in a thread; gives the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        http = HttpOptions(port=port, **options)
        app = http_app(build_server(connect, Settings(), http=http), http)
        yield from _served(app, listening)


def _served(app: Any, listening: socket.socket) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
