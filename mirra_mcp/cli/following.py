"""A session's log on its way to a person: its newest entries, and what comes after them."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import click

from mirra_mcp.cli.places import Place
from mirra_mcp.cli.progress import working
from mirra_mcp.cli.tables import one_line
from mirra_mcp.local.scenarios.steps import told
from mirra_mcp.wire.events import Event

PAGE = 1000
Wanted = Callable[[Event], bool]


async def newest(place: Place, wanted: Wanted, limit: int, after: int = 0) -> list[Event]:
    """Return the newest entries of the log that are wanted, oldest first."""
    found: list[Event] = []
    while True:
        page = await place.mirra.events_page(place.session.session_id, after=after, limit=PAGE)
        found = [*found, *(each for each in page.events if wanted(each))][-limit:]
        if page.next_after <= after or len(page.events) < PAGE:
            return found
        after = page.next_after


async def coming(place: Place, wanted: Wanted, after: int | None) -> AsyncIterator[Event]:
    """Yield the entries that are wanted as they come, `after` a number or from now on."""
    async with aclosing(place.mirra.events(place.session.session_id, after=after)) as stream:
        async for each in stream:
            if wanted(each):
                yield each


def tell_event(event: Event, *, as_json: bool) -> None:
    """Write an entry in a line."""
    if as_json:
        click.echo(json.dumps(event.to_json()))
        return
    text, failed = told(event.type, event.data)
    mirror = event.data.get("mirror")
    when = str(event.data.get("at", ""))[:19].replace("T", " ")
    start = click.style(f"{event.id:>5}  {when}  {(mirror or '-'):<7} ", dim=True)
    click.echo(start + click.style(one_line(text), fg="red" if failed else None))


async def show(
    place: Place, wanted: Wanted, limit: int, after: int, *, follows: bool, as_json: bool
) -> None:
    """Write the newest entries, and with `follows` what comes, until the session ends."""
    last = after
    with working("Reading the log"):
        found = await newest(place, wanted, limit, after)
    for each in found:
        tell_event(each, as_json=as_json)
        last = each.id
    if follows:
        async for each in coming(place, wanted, last):
            tell_event(each, as_json=as_json)


def chosen(types: tuple[str, ...], mirror: str | None) -> Wanted:
    """Return what tells whether an entry is of one of some types, and of a mirror."""

    def wanted(event: Event) -> bool:
        data: dict[str, Any] = event.data
        is_of = not types or any(event.type.startswith(each) for each in types)
        return is_of and (mirror is None or data.get("mirror") == mirror)

    return wanted
