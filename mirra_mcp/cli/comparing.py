"""What is different between two moments, and what a SELECT finds, for `mirra-mcp state`."""

import json
from typing import Any

import click

from mirra_mcp.cli.places import Place
from mirra_mcp.cli.tables import cell, tell_rows
from mirra_mcp.wire.states import Difference, Differences, QueryResult


async def query(place: Place, *, sql: str, at: str | None, limit: int) -> QueryResult:
    """Run one SELECT over a session's mirrors."""
    states = place.mirra.states(place.session.session_id)
    return await states.query(sql, at=at, limit=limit)


async def changes(place: Place, *, against: str | None, **wanted: Any) -> Differences:
    """Read what is different; `against` may be another session's name."""
    if against is not None and not against.startswith("ses_"):
        listed = (await place.mirra.list_sessions(status="ready", limit=100)).sessions
        against = next((each.session_id for each in listed if each.name == against), against)
    states = place.mirra.states(place.session.session_id)
    return await states.changes(against=against, **wanted)


def tell_query(found: QueryResult, *, as_json: bool) -> None:
    """Write what was found."""
    if as_json:
        click.echo(json.dumps(found.to_json()))
        return
    tell_rows(found.columns, [[cell(each) for each in row] for row in found.rows])
    if found.is_cut:
        click.echo(f"and more than these {len(found.rows)}: --limit takes up to 1000.")


def tell_changes(found: Differences, *, as_json: bool) -> None:
    """Write what is different, a line each."""
    if as_json:
        click.echo(json.dumps(found.to_json()))
        return
    if not found.counts:
        click.echo("Nothing is different.")
        return
    counts = [
        (table, *(str(each.get(verb, "")) for verb in ("created", "changed", "deleted")))
        for table, each in found.counts.items()
    ]
    tell_rows(("entity", "created", "changed", "deleted"), counts)
    click.echo()
    tell_rows(("entity", "id", "what"), [_told(each) for each in found.changes])
    if found.next_cursor:
        click.echo(f"and more than these {len(found.changes)}: --limit takes up to 1000.")


def _told(change: Difference) -> tuple[str, str, str]:
    before, after = change.before, change.after
    if before is None:
        what = "is new"
    elif after is None:
        what = "is gone"
    else:
        names = dict.fromkeys([*before, *after])
        what = ", ".join(
            f"{name}: {cell(before.get(name))} → {cell(after.get(name))}" for name in names
        )
    return f"{change.mirror}.{change.entity}", change.entity_id, what
