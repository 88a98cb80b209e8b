"""`mirra-mcp down`: end sessions."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.places import (
    Place,
    addresses,
    asked,
    every_session,
    in_session,
    session_options,
    shown,
)
from mirra_mcp.wire.sessions import Session


@click.command()
@click.option("--all", "every", is_flag=True, help="End every session.")
@session_options
def down(every: bool, session: str | None, as_json: bool, data_dir: Any) -> None:
    """End a session: its mirrors stop, and what 'up --detach' has started ends with it.

    A persistent session leaves its final state as snapshots.

    \b
    Examples:
      mirra-mcp down
      mirra-mcp down --session checkout
      mirra-mcp down --all

    With --json: one session an object and line.
    """
    if every and session is not None:
        raise BadUsage("--all and --session exclude each other.", "Give one of them.")
    settings = settings_of_person(data_dir=data_dir)
    ended = asked(lambda: _end_all(settings)) if every else [in_session(settings, session, _end)]
    if as_json:
        for each in ended:
            click.echo(json.dumps(shown(each)))
    elif not ended:
        click.echo("No session is live.")
    for each in () if as_json else ended:
        kept = ", ".join(f"{vendor}={id}" for vendor, id in (each.snapshot_ids or {}).items())
        click.echo(
            f"{each.session_id} has ended." + (f" Its state is kept as {kept}." if kept else "")
        )


async def _end(place: Place) -> Session:
    return await place.mirra.end_session(place.session.session_id)


async def _end_all(settings: Any) -> list[Session]:
    from mirra_mcp.client.client import MirraClient

    ended = []
    for address, session in await every_session(addresses(settings)):
        async with MirraClient(address.url, address.token) as mirra:
            ended.append(await mirra.end_session(session.session_id))
    return ended
