"""`mirra-mcp webhooks`: what was delivered, and to whom; one of them once more."""

import json
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage, CommandFailed
from mirra_mcp.cli.places import Place, in_session, session_options
from mirra_mcp.cli.tables import one_line, tell_rows
from mirra_mcp.wire.events import Delivery

LOOKED_THROUGH = 1000
"""Webhooks that are looked through for the one to be sent again."""


@click.command()
@click.option(
    "--follow", "-f", is_flag=True, help="Show tries as they are made, until the session ends."
)
@click.option("--replay", metavar="ID", help="Send this webhook again: its id is in the list.")
@click.option("--type", metavar="TYPE", help="Only this event, as 'invoice.paid'.")
@click.option("--mirror", metavar="NAME", help="Only those of one mirror.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, help="The newest. [default: 20]")
@session_options
def webhooks(
    follow: bool,
    replay: str | None,
    type: str | None,
    mirror: str | None,
    limit: int,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Show a session's webhooks with what their receivers answered, the newest first.

    'unsubscribed' are those for which nobody has registered an endpoint with the vendor's API.

    \b
    Examples:
      mirra-mcp webhooks
      mirra-mcp webhooks --follow --type invoice.paid
      mirra-mcp webhooks --replay dlv_0tn2aAkOb9MtFigq

    With --json: one webhook an object and line, with payload, headers and attempts; with
    --follow, one entry of the log.
    """
    if follow and replay:
        raise BadUsage("--follow and --replay exclude each other.", "Give one of them.")
    settings = settings_of_person(data_dir=data_dir)
    if follow:

        async def following(place: Place) -> None:
            await _follow(place, type, mirror, as_json=as_json)

        in_session(settings, session, following, doing=None)
        return

    async def work(place: Place) -> list[Delivery]:
        if replay is not None:
            return [await _replay(place, replay)]
        page = await place.mirra.webhooks(
            place.session.session_id, mirror=mirror, type=type, limit=limit
        )
        return page.webhooks

    found = in_session(settings, session, work)
    if as_json:
        for each in found:
            click.echo(json.dumps(each.to_json()))
        return
    if replay is not None:
        click.echo(f"{found[0].type} is sent again to {found[0].url}.")
        return
    tell_rows(("webhook", "type", "status", "answered", "to"), [_row(each) for each in found])


async def _follow(place: Place, type: str | None, mirror: str | None, *, as_json: bool) -> None:
    from mirra_mcp.cli.following import chosen, show

    of_log = chosen(("webhook.dispatched",), mirror)
    await show(
        place,
        lambda event: of_log(event) and type in (None, event.data.get("type")),
        20,
        0,
        follows=True,
        as_json=as_json,
    )


async def _replay(place: Place, id: str) -> Delivery:
    cursor: str | None = None
    for _ in range(0, LOOKED_THROUGH, 100):
        page = await place.mirra.webhooks(place.session.session_id, limit=100, cursor=cursor)
        for each in page.webhooks:
            if each.delivery_id == id:
                return await place.client(place.mirror(each.mirror)).retry_webhook(id)
        cursor = page.next_cursor
        if cursor is None:
            break
    raise CommandFailed(f"The session sent no webhook '{id}'.", "mirra-mcp webhooks lists them.")


def _row(each: Delivery) -> tuple[str, ...]:
    answers = [str(tried.response_status or tried.error or "no answer") for tried in each.attempts]
    shown = one_line(", ".join(answers)) or "-"
    return each.delivery_id, each.type, each.status, shown, one_line(each.url or "-")
