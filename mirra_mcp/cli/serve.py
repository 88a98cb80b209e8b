"""`mirra-mcp serve`: the MCP server over stdio or Streamable HTTP."""

import errno
import gc
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from mirra_mcp.cli.failures import BadUsage, CommandFailed
from mirra_mcp.cli.options import server_options, settings_from
from mirra_mcp.settings import Settings

DEFAULT_PORT = 8717


@click.command()
@click.option("--http", is_flag=True, help="Speak Streamable HTTP at /mcp instead of stdio.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The port to listen on; 0 takes a free one.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="HOST",
    help="A Host header to accept besides the address itself, such as mcp.example.com or "
    "mcp.example.com:*; may be repeated.",
)
@click.option(
    "--allowed-origin",
    "allowed_origins",
    multiple=True,
    metavar="ORIGIN",
    help="A browser Origin to accept, such as https://app.example.com; may be repeated.",
)
@click.option(
    "--token",
    envvar="MIRRA_MCP_TOKEN",
    help="The bearer token that callers must send. Required unless the address is loopback. "
    "[env: MIRRA_MCP_TOKEN]",
)
@click.option(
    "--hosted",
    is_flag=True,
    help="Serve hosted Mirra: each caller's own Mirra token is its bearer token. Implied by "
    "MIRRA_TOKEN, which itself is not used for callers.",
)
@server_options
@click.pass_context
def serve(
    ctx: click.Context,
    /,
    http: bool,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    allowed_origins: tuple[str, ...],
    token: str | None,
    hosted: bool,
    **options: Any,
) -> None:
    """Serve MCP, over stdio or, with --http, over Streamable HTTP.

    \b
    Examples:
      mirra-mcp serve --http
      mirra-mcp serve --http --port 0
      MIRRA_MCP_TOKEN=... mirra-mcp serve --http --host 0.0.0.0 --allowed-host mcp.example.com

    Prefer the variable to --token: other users of a machine can read command lines.
    Ctrl-C or SIGTERM ends it, and with it the sessions that it started.
    """
    settings = settings_from(**{**_given(ctx.obj or {}), **_given(options)})
    if not http:
        over_stdio(settings)
        return
    is_hosted = hosted or settings.is_hosted
    if is_hosted and token:
        raise BadUsage(
            "With hosted Mirra each caller sends its own Mirra token, so --token has no meaning.",
            "Leave it out, or unset MIRRA_TOKEN to serve the embedded Mirra.",
        )
    listening = _listen(host, port)

    from mirra_mcp.cli.serving import over_http
    from mirra_mcp.server.http import HttpOptions

    try:
        options_of_http = HttpOptions(
            host=host,
            port=listening.getsockname()[1],
            token=token or None,
            is_hosted=is_hosted,
            issuer=settings.api_url if is_hosted else None,
            allowed_hosts=allowed_hosts,
            allowed_origins=allowed_origins,
        )
    except ValueError as problem:
        listening.close()
        raise BadUsage(str(problem), "Set MIRRA_MCP_TOKEN, or listen on 127.0.0.1.") from problem
    over_http(settings, options_of_http, listening, is_hosted=is_hosted)


def over_stdio(settings: Settings) -> None:
    """Serve one MCP client on standard input and output, until it hangs up."""
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo(
            "Waiting for an MCP client on standard input. You meant to look around? Press Ctrl-C "
            "and try 'mirra-mcp demo' or 'mirra-mcp --help'.",
            err=True,
        )

    with _uncollected():
        from mirra_mcp.cli import serving

        serve_client = serving.over_stdio(settings)
    serve_client()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make what stays without looking through it for garbage.

    The SDK's modules are so many objects that looking takes a tenth of the cold start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value not in (None, ())}


def _listen(host: str, port: int) -> socket.socket:
    """Open the port now, so that a taken one is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise CommandFailed(
                f"Port {port} on {host} is already taken.",
                "Choose another with --port; --port 0 takes a free one.",
            ) from problem
        why = (problem.strerror or str(problem)).partition(" (while")[0]
        raise CommandFailed(f"Can't listen on {host}:{port}: {why}.") from problem
