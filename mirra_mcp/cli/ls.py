"""`mirra-mcp ls`: which sessions there are."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.options import as_json, data_dir
from mirra_mcp.cli.places import addresses, asked, every_session, shown
from mirra_mcp.cli.tables import ago, one_line, tell_rows


@click.command()
@click.option("--all", "ended", is_flag=True, help="List those that have ended, too.")
@data_dir
@as_json
def ls(ended: bool, as_json: bool, data_dir: Any) -> None:
    """List the sessions that live, the newest first: that is the one that commands mean.

    On this machine these are the sessions of every 'mirra-mcp up' and of agents' MCP servers.

    \b
    Examples:
      mirra-mcp ls
      mirra-mcp ls --all --json

    With --json: one session an object and line, without keys.
    """
    places = addresses(settings_of_person(data_dir=data_dir))
    found = [session for _, session in asked(lambda: every_session(places, ended=ended))]
    if as_json:
        for each in found:
            click.echo(json.dumps(shown(each)))
        return
    if not found:
        click.echo("No session is live: mirra-mcp up starts one.")
        return
    rows = [
        (
            each.session_id,
            one_line(each.name or "-"),
            ", ".join(mirror.vendor for mirror in each.mirrors),
            each.status,
            ago(each.created_at),
            str(each.stats.requests if each.stats else "-"),
            str(each.stats.webhooks if each.stats else "-"),
            str(each.stats.errors if each.stats else "-"),
        )
        for each in found
    ]
    tell_rows(
        ("session", "name", "mirrors", "status", "age", "requests", "webhooks", "errors"), rows
    )
