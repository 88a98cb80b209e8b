"""`mirra-mcp fork`: another future of the same past."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import Span, webhooks_by_mirror, webhooks_to
from mirra_mcp.cli.places import Place, in_session, session_options
from mirra_mcp.cli.tables import tell_rows
from mirra_mcp.wire.sessions import ForkSession, Session


@click.command()
@click.argument("name", required=False)
@click.option("--at", metavar="MOMENT", help="Where it begins: a log entry or a snapshot.")
@webhooks_to
@click.option(
    "--call-inherited", is_flag=True, help="Call the webhook endpoints that it finds, too."
)
@click.option("--timeout", type=Span(), help="When the fork expires, such as 90m or 2h.")
@session_options
def fork(
    name: str | None,
    at: str | None,
    webhooks: tuple[str, ...],
    call_inherited: bool,
    timeout: int | None,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Start a session with the past of another and a future of its own, under a NAME if you like.

    It has its own URLs and clock. The webhook endpoints that it finds in its past get nothing from
    it, so that two futures don't call one app; they are listed.

    \b
    Examples:
      mirra-mcp fork second-fix
      mirra-mcp fork --at before-upgrade --webhooks stripe=http://127.0.0.1:4000/hook
      mirra-mcp state --session second-fix --against checkout

    With --json: the session, with "env" of each mirror and "inheritedEndpoints".
    """
    urls = webhooks_by_mirror(webhooks)
    if urls and call_inherited:
        raise BadUsage("Give --webhooks, or --call-inherited: not both.")
    is_entry = at is not None and at.strip().lstrip("+-").isdigit()
    wanted = ForkSession(
        name=name,
        at=at if is_entry else None,
        snapshot_id=None if is_entry else at,
        webhooks=urls or call_inherited,
        timeout_seconds=timeout,
    )

    async def work(place: Place) -> Session:
        return await place.mirra.states(place.session.session_id).fork(wanted)

    made = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        click.echo(json.dumps(made.to_json()))
        return
    click.echo(f"{made.session_id} ({made.name}) goes on from {made.forked_from}.")
    tell_rows(("mirror", "url"), [(each.vendor, each.url) for each in made.mirrors])
    for each in made.inherited_endpoints or []:
        what = "is called, too" if each.is_called else "gets nothing from it"
        click.echo(f"{each.mirror}'s webhook endpoint {each.url} {what}.")
