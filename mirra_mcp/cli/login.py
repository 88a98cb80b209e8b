"""`mirra-mcp login`: let the session commands speak to hosted Mirra."""

import json
import sys

import click

from mirra_mcp.cli.credentials import Login, address, store
from mirra_mcp.cli.failures import BadUsage, CommandFailed
from mirra_mcp.cli.options import as_json, settings_from
from mirra_mcp.cli.places import asked


@click.command()
@as_json
def login(as_json: bool) -> None:
    """Keep a token of hosted Mirra, so that the session commands speak to it.

    On a terminal the token is prompted for, and not shown; otherwise it is a line of standard
    input. It is tried first, then kept in a file that only you can read, and sent to the address
    that it was tried on (MIRRA_API_URL, by default https://api.mirra.run) and to no other.
    MIRRA_TOKEN goes before it; an empty MIRRA_TOKEN asks for the Mirra of this machine.

    It counts for up, down, ls, reset, snapshot, restore, fork, state, simulate, clock, webhooks,
    events, faults, send and wait. MCP servers, run and exec go by the environment alone.

    \b
    Examples:
      mirra-mcp login
      pass show mirra | mirra-mcp login

    With --json: {"url", "file"}.
    """
    settings_from()  # complains of an address that is none
    url, token = address(), _token()
    asked(lambda: _try(url, token), doing=f"Trying the token on {url}")
    try:
        file = store(Login(url, token))
    except OSError as problem:
        raise CommandFailed(f"The token can't be kept: {problem.strerror or problem}.") from None
    told = json.dumps({"url": url, "file": str(file)})
    click.echo(told if as_json else f"Logged in to {url}. The token is in {file}.")


def _token() -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        given = str(click.prompt("Token", hide_input=True, err=True))
    else:
        given = sys.stdin.readline() if sys.stdin is not None else ""
    token = given.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise BadUsage("That is no token.", "Make one in Mirra's settings; it begins with mt_pat_.")
    return token


async def _try(url: str, token: str) -> None:
    from mirra_mcp.client.client import MirraClient

    async with MirraClient(url, token, retries=0) as mirra:
        await mirra.list_sessions(limit=1)
