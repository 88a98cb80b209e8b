"""An ASGI or WSGI app of the test's own process, served on a port of ours for its webhooks."""

import asyncio
import contextlib
import inspect
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import uvicorn
from anyio.from_thread import BlockingPortal


@contextmanager
def serving(app: Any, portal: BlockingPortal) -> Iterator[str]:
    """Serve an app; gives its base URL.

    An ASGI app runs on the test's own loop where there is one, else on the portal's.

    Raises:
        TypeError: it is neither an ASGI nor a WSGI app.
    """
    if not callable(app):
        raise TypeError(f"deliver_to takes an ASGI or WSGI app, not {type(app).__name__}.")
    if _is_asgi(app):
        with _asgi(app, portal) as url:
            yield url
    else:
        with _wsgi(app) as url:
            yield url


def _is_asgi(app: Any) -> bool:
    call = app if inspect.isroutine(app) else app.__call__
    if inspect.iscoroutinefunction(call):
        return True
    takes = [
        each
        for each in inspect.signature(call).parameters.values()
        if each.default is each.empty
        and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    return len(takes) == 3


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the test runner."""
        yield


@contextmanager
def _asgi(app: Any, portal: BlockingPortal) -> Iterator[str]:
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        proxy_headers=False,
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            done = portal.start_task_soon(server.serve, [listening])
            try:
                yield url
            finally:
                server.should_exit = True
                done.result(timeout=5)
            return
        task = loop.create_task(server.serve([listening]))
        try:
            yield url
        finally:
            server.should_exit = True
            if not loop.is_closed() and not loop.is_running():
                loop.run_until_complete(asyncio.wait({task}, timeout=5))


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing: standard error is the test's."""


@contextmanager
def _wsgi(app: Any) -> Iterator[str]:
    with make_server("127.0.0.1", 0, app, server_class=_Threads, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(5)
