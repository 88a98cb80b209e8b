"""`mirra-mcp events`: what a session has seen, in order."""

from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.places import Place, in_session, session_options


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on as more comes, until the session ends.")
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="TYPE",
    help="Only such entries, as 'traffic' or 'webhook.dispatched'; may be repeated.",
)
@click.option("--mirror", metavar="NAME", help="Only those of one mirror.")
@click.option("--after", type=click.IntRange(0), default=0, help="Only those after this number.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, help="The newest. [default: 20]"
)
@session_options
def events(
    follow: bool,
    types: tuple[str, ...],
    mirror: str | None,
    after: int,
    limit: int,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Show a session's log: requests, changes, webhooks, what was done to it.

    \b
    Examples:
      mirra-mcp events
      mirra-mcp events --follow --type webhook
      mirra-mcp events --type state.changed --mirror stripe --json

    With --json: one entry an object and line, {"id", "type", "data"}.
    """
    from mirra_mcp.cli.following import chosen, show

    async def work(place: Place) -> None:
        if mirror is not None:
            place.mirror(mirror)
        await show(place, chosen(types, mirror), limit, after, follows=follow, as_json=as_json)

    in_session(settings_of_person(data_dir=data_dir), session, work, doing=None)
