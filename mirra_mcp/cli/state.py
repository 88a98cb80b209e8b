"""`mirra-mcp state`: what mirrors hold or held, what is different, and answers to SQL."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from mirra_mcp.cli.comparing import changes, query, tell_changes, tell_query
from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.places import Place, in_session, mirror_option, session_options
from mirra_mcp.cli.tables import cell, tell_rows
from mirra_mcp.wire.admin import State
from mirra_mcp.wire.model import Doc

COLUMNS = 6
"""Fields that a table shows of a document."""


@click.command()
@click.argument("entity", required=False)
@click.argument("id", required=False)
@click.option(
    "--where",
    multiple=True,
    metavar="FIELD:VALUE",
    help="Only documents of ENTITY that hold this; may be repeated.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, help="How many. [default: 20]")
@click.option("--at", metavar="MOMENT", help="As of a log entry or a snapshot, instead of now.")
@click.option("--since", metavar="MOMENT", help="List what changed since a log entry or snapshot.")
@click.option("--against", metavar="SESSION", help="List what is different from another session.")
@click.option("--sql", metavar="SELECT", help="Run one SELECT: a table an entity.")
@mirror_option
@session_options
def state(
    entity: str | None,
    id: str | None,
    where: tuple[str, ...],
    limit: int,
    at: str | None,
    since: str | None,
    against: str | None,
    sql: str | None,
    mirror: str | None,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Show what a session's mirrors hold: how much of each ENTITY, its newest documents, or one.

    Or what changed, or what a SELECT finds in all mirrors. docs/state.md tells more.

    \b
    Examples:
      mirra-mcp state
      mirra-mcp state emails --where last_event:bounced
      mirra-mcp state subscriptions sub_1abc --json
      mirra-mcp state charges --at before-upgrade
      mirra-mcp state --since before-upgrade
      mirra-mcp state --sql "SELECT id, email FROM stripe.customers"

    With --json: {"mirrors": [{"mirror", "at", "counts", "state": {"<entity>": [documents]}}]};
    with --since or --against {"since", "until", "changes", "counts"}; with --sql {"columns",
    "rows", "isCut", "asOf", "durationMs"}.
    """
    settings = settings_of_person(data_dir=data_dir)
    if sql is not None:
        if entity or where or mirror or since or against:
            raise BadUsage("--sql names its tables itself: only --at and --limit go with it.")
        asked = partial(query, sql=sql, at=at, limit=limit)
        tell_query(in_session(settings, session, asked), as_json=as_json)
        return
    if since is not None or against is not None:
        if id or where:
            raise BadUsage("Changes are listed by ENTITY: no ID and no --where goes with them.")
        asked_changes = partial(
            changes, since=since, until=at, against=against, mirror=mirror, entity=entity,
            limit=limit,
        )  # fmt: skip
        tell_changes(in_session(settings, session, asked_changes), as_json=as_json)
        return
    if where and entity is None:
        raise BadUsage("--where needs an ENTITY.", "As: mirra-mcp state emails --where to:a@b.com")
    pairs = dict(_pair(each) for each in where)

    async def work(place: Place) -> list[State]:
        if entity is None:
            chosen = [place.mirror(mirror)] if mirror else place.session.mirrors
            return [await place.client(each).state(limit=1, at=at) for each in chosen]
        name = mirror or await _holder(place, entity)
        client = place.client(place.mirror(name))
        return [await client.state(entity=entity, id=id, where=pairs, limit=limit, at=at)]

    found = in_session(settings, session, work)
    if as_json:
        told = [each.to_json() for each in found]
        for each in told if entity is None else ():
            each.pop("state")
        click.echo(json.dumps({"mirrors": told}))
    elif entity is None:
        counts = [(s.mirror, name, str(n)) for s in found for name, n in s.counts.items() if n]
        tell_rows(("mirror", "entity", "documents"), counts)
    elif id is not None:
        docs = [doc for each in found for rows in each.state.values() for doc in rows]
        if not docs:
            raise click.ClickException(f"There is no {entity} '{id}'.")
        click.echo(json.dumps(docs[0], indent=2, ensure_ascii=False))
    else:
        _tell(found[0])


def _pair(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not name or not colon:
        raise BadUsage(f"--where takes FIELD:VALUE, not '{text}'.", "As: --where status:active")
    return name, value


async def _holder(place: Place, entity: str) -> str | None:
    """Return the one mirror that keeps such documents, if there are several mirrors."""
    if len(place.session.mirrors) == 1:
        return None
    for each in place.session.mirrors:
        known = (await place.client(each).metadata()).entities
        if any(entity in (noun.name, noun.plural) for noun in known):
            return each.vendor
    return None


def _tell(found: State) -> None:
    ((plural, docs),) = found.state.items()
    if not docs:
        click.echo("There is none.")
        return
    columns = _columns(docs)
    tell_rows(columns, [[cell(doc.get(name)) for name in columns] for doc in docs])
    if found.next_cursor:
        click.echo(f"and more: there are {found.counts.get(plural, 0)} in all.")


def _columns(docs: Sequence[Doc]) -> list[str]:
    """Choose the fields that are short and tell the documents apart."""
    plain = [
        name
        for name in docs[0]
        if name != "object" and any(isinstance(doc.get(name), str | int | bool) for doc in docs)
    ]
    telling = [name for name in plain if len({str(doc.get(name)) for doc in docs}) > 1]
    return list(dict.fromkeys(["id", *telling, *plain]))[:COLUMNS]
