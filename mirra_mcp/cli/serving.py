"""The MCP server at work: joined to hosted Mirra or to the embedded one, over a transport."""

import signal
import socket
from collections.abc import Callable
from functools import partial

import click

from mirra_mcp.cli.embedded import Embedded
from mirra_mcp.cli.failures import BadUsage, CommandFailed
from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.app import build_server
from mirra_mcp.server.http import HttpOptions, serve_http
from mirra_mcp.server.pipes import ending_signals
from mirra_mcp.server.sdk import KitServer, run_stdio
from mirra_mcp.settings import Settings

WARM_UP = 1.5
"""Seconds after which the embedded Mirra starts unasked: the handshake is over by then."""


class Hosted:
    """A Mirra elsewhere: each caller's calls are made with its own token."""

    def __init__(self, settings: Settings) -> None:
        """Check the address and the token; open nothing yet.

        Raises:
            BadUsage: they can't be used.
        """
        self._url, self._token = settings.api_url, settings.token
        try:
            MirraClient(self._url, self._token)
        except MirraError as problem:
            raise BadUsage(problem.message, problem.hint) from problem

    async def connect(self, token: str | None) -> MirraClient:
        """Return a client for a caller's token, or for the one of this process."""
        return MirraClient(self._url, token or self._token)


def over_stdio(settings: Settings) -> Callable[[], None]:
    """Return what serves one MCP client on standard input and output, until it hangs up."""
    if settings.is_hosted:
        return partial(run_stdio, _built(Hosted(settings), settings))
    embedded = Embedded(settings)
    server = _built(embedded, settings)
    embedded.warm_up(WARM_UP)
    return partial(run_stdio, server)


def over_http(
    settings: Settings, options: HttpOptions, listening: socket.socket, *, is_hosted: bool
) -> None:
    """Serve MCP at `/mcp` on a port that is open already, until SIGTERM or SIGINT."""
    if is_hosted:
        server = _built(Hosted(settings), settings, options)
    else:
        embedded = Embedded(settings)
        server = _built(embedded, settings, options)
        try:
            embedded.start()
        except OSError as problem:
            raise CommandFailed(str(problem)) from problem
    for number in ending_signals():
        signal.signal(number, _asked)
    serve_http(
        server,
        options,
        sock=listening,
        on_listening=lambda url: click.echo(f"Serving MCP at {url}"),
    )


def _asked(number: int, frame: object) -> None:
    """Take being asked to end for no failure. A terminal that hangs up asks as SIGTERM does."""
    if number not in (signal.SIGINT, signal.SIGTERM):
        signal.raise_signal(signal.SIGTERM)


def _built(
    mirra: Hosted | Embedded, settings: Settings, options: HttpOptions | None = None
) -> KitServer:
    on_end = mirra.stop if isinstance(mirra, Embedded) else None
    try:
        return build_server(mirra.connect, settings, http=options, on_end=on_end)
    except ValueError as problem:
        raise BadUsage(str(problem)) from problem
