"""`mirra-mcp logout`: forget the token of hosted Mirra."""

import json

import click

from mirra_mcp.cli.credentials import forget
from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.cli.options import as_json


@click.command()
@as_json
def logout(as_json: bool) -> None:
    """Forget the token that 'login' kept. Sessions on hosted Mirra live on.

    With --json: {"wasLoggedIn"}.
    """
    try:
        was_there = forget()
    except OSError as problem:
        raise CommandFailed(f"It can't be deleted: {problem.strerror or problem}.") from None
    told = "Logged out." if was_there else "Nobody was logged in."
    click.echo(json.dumps({"wasLoggedIn": was_there}) if as_json else told)
