"""`mirra-mcp logout`: forget the token of hosted Mirra."""

import click

from mirra_mcp.cli.credentials import forget
from mirra_mcp.cli.failures import CommandFailed


@click.command()
def logout() -> None:
    """Forget the token that 'login' kept. Sessions on hosted Mirra live on."""
    try:
        was_there = forget()
    except OSError as problem:
        raise CommandFailed(f"It can't be deleted: {problem.strerror or problem}.") from None
    click.echo("Logged out." if was_there else "Nobody was logged in.")
