"""`mirra-mcp clock`: tell a session's time, or let time pass."""

import json
from datetime import datetime
from typing import Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.cli.places import Place, in_session, session_options
from mirra_mcp.cli.tables import tell_rows
from mirra_mcp.wire.sessions import ClockMoved


@click.command()
@click.argument("to", required=False, metavar="[SPAN|INSTANT]")
@session_options
def clock(to: str | None, session: str | None, as_json: bool, data_dir: Any) -> None:
    """Tell a session's time; with SPAN or INSTANT, move it on. What falls due happens, in order.

    'stop' lets time stand between moves: nothing happens by itself then; 'run' lets it flow again.

    \b
    Examples:
      mirra-mcp clock
      mirra-mcp clock 3d
      mirra-mcp clock "1 month"
      mirra-mcp clock 2026-12-24T18:00:00Z
      mirra-mcp clock stop

    With --json: {"at", "fired": [{"mirror", "timer", "at", "webhooks"}], "firedCount"}.
    """

    async def work(place: Place) -> ClockMoved:
        if to is None:
            if place.session.clock is None:
                raise CommandFailed("This Mirra doesn't tell a session's time.")
            return ClockMoved(at=place.session.clock)
        instant = _instant(to)
        span = None if instant else to.removeprefix("+").strip()
        return await place.mirra.move_clock(place.session.session_id, advance=span, to=instant)

    moved = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        click.echo(json.dumps(moved.to_json()))
        return
    click.echo(moved.at.strftime("%Y-%m-%d %H:%M:%S UTC"))
    if moved.fired:
        tell_rows(
            ("at", "mirror", "fell due", "webhooks"),
            [
                (f"{each.at:%Y-%m-%d %H:%M:%S}", each.mirror, each.timer, ", ".join(each.webhooks))
                for each in moved.fired
            ],
        )
    if (more := moved.fired_count - len(moved.fired)) > 0:
        click.echo(f"and {more} more")


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone() if "-" in text else None
    except ValueError:
        return None
