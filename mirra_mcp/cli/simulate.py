"""`mirra-mcp simulate`: let the world act on an account."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import CommandFailed, nearest
from mirra_mcp.cli.fields import fields_of
from mirra_mcp.cli.places import Place, in_session, mirror_option, session_options
from mirra_mcp.cli.tables import tell_rows
from mirra_mcp.wire.admin import Simulated


@click.command()
@click.argument("event")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@mirror_option
@session_options
def simulate(
    event: str,
    fields: tuple[str, ...],
    mirror: str | None,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Let EVENT happen to the account, as if naturally, with all that follows from it.

    A VALUE that is JSON is read as JSON; FIELD may be a path: bounce.type=hard.

    \b
    Examples:
      mirra-mcp simulate email.bounced
      mirra-mcp simulate invoice.payment_failed subscription=sub_1abc --mirror stripe

    With --json: {"event", "changes", "webhooks", "result"}.
    """
    params = fields_of(fields)

    async def work(place: Place) -> Simulated:
        name = mirror or await _knower(place, event)
        return await place.client(place.mirror(name)).simulate(event, **params)

    done = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        click.echo(json.dumps(done.to_json()))
        return
    rows = [
        (each.entity, each.entity_id, ", ".join(each.after or ()) if each.before else "created")
        for each in done.changes
    ]
    tell_rows(("changed", "id", "fields"), [(a, b, c or "deleted") for a, b, c in rows])
    for each in done.webhooks:
        click.echo(f"webhook {each.type} ({each.id})")


async def _knower(place: Place, event: str) -> str | None:
    """Return the one mirror that can simulate an event, if there are several mirrors."""
    if len(place.session.mirrors) == 1:
        return None
    known: list[str] = []
    able: list[str] = []
    for each in place.session.mirrors:
        for story in (await place.client(each).metadata()).simulate_events:
            known += [story.event, *story.aliases]
            if event in (story.event, *story.aliases):
                able.append(each.vendor)
    if not able:
        raise CommandFailed(
            f"No mirror of the session can simulate '{event}'.{nearest(event, known)}",
            "mirra_catalog lists what each can, as does docs/.",
        )
    return able[0] if len(able) == 1 else None
