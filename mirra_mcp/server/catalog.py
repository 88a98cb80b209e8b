"""Toolset `sessions`: which mirrors there are, and what each can do."""

import json
from collections.abc import Callable
from typing import Any, Literal

from mirra_mcp.server.answers import fit
from mirra_mcp.server.caller import Caller
from mirra_mcp.wire.admin import CatalogEntry, Entity, Fixture, Metadata, Parameter, SimulateEvent
from mirra_mcp.wire.model import Wire

EVENTS = 8_000
"""Bytes of a list of events: longer ones are told in part, and in full where they `match`."""

About = Literal["fixtures", "events", "webhooks", "entities", "endpoints", "gaps"]


class Overview(Wire):
    """One mirror at a glance: an event is `name(parameter, optional?)`."""

    name: str
    version: str
    vendor_api_version: str
    encoding: str
    fixtures: list[str]
    events: list[str]
    entities: list[str]
    counts: dict[str, int]


class Facts(Wire):
    """What a mirror has of one kind, or what has to do with one word, a line each."""

    fixtures: list[str] | None = None
    events: list[str] | None = None
    webhooks: list[str] | None = None
    entities: list[str] | None = None
    endpoints: list[str] | None = None
    gaps: list[str] | None = None


class CatalogAnswer(Wire):
    """All mirrors in a line each, one at a glance, or facts about one."""

    mirrors: list[CatalogEntry] | None = None
    mirror: Overview | None = None
    facts: Facts | None = None
    note: str | None = None


async def mirra_catalog(
    caller: Caller,
    vendor: str | None = None,
    about: About | None = None,
    match: str | None = None,
) -> CatalogAnswer:
    """List the mirrors, or describe one."""
    mirra = await caller.mirra()
    if vendor is None:
        found = (await mirra.catalog()).mirrors
        return CatalogAnswer(mirrors=found, note="Name a `vendor` for its fixtures and events.")
    metadata = await mirra.catalog_entry(vendor)
    if about is None and match is None:
        return CatalogAnswer(
            mirror=_overview(metadata),
            note="`about` lists one kind in full, `match` only what contains a word.",
        )
    return _facts(metadata, about, match)


def _overview(metadata: Metadata) -> Overview:
    return Overview(
        **{
            **dict(metadata),
            "fixtures": [_fixture(each) for each in metadata.fixtures],
            "events": [_brief(each) for each in metadata.simulate_events],
            "entities": [each.plural for each in metadata.entities],
            "counts": {kind: len(items(metadata)) for kind, items in _KINDS.items()},
        }
    )


def _brief(event: SimulateEvent) -> str:
    params = ", ".join(name if each.required else f"{name}?" for name, each in event.params.items())
    return f"{event.event}({params})"


def _event(event: SimulateEvent) -> str:
    """Return `name(parameter: type, optional?: type = default): what happens`, in full."""
    params = ", ".join(_parameter(name, each) for name, each in event.params.items())
    about = [event.description or ""]
    about += [
        f"{name}: {each.description}" for name, each in event.params.items() if each.description
    ]
    about += [f"Fires {', '.join(event.fires)}"] if event.fires else []
    about += [f"Also called {', '.join(event.aliases)}"] if event.aliases else []
    told = " ".join(f"{each.rstrip('.')}." for each in about if each)
    return f"{event.event}({params})" + (f": {told}" if told else "")


def _parameter(name: str, each: Parameter) -> str:
    default = "" if each.default is None else f" = {json.dumps(each.default)}"
    return f"{name}{'' if each.required else '?'}: {each.type}{default}"


def _fixture(fixture: Fixture) -> str:
    return f"{fixture.name}: {fixture.description}"


def _entity(entity: Entity) -> str:
    """Return `entity`, or `entity: status > next, ...; status > next` where it has statuses."""
    moves = "; ".join(
        f"{status} > {', '.join(after)}" if after else status
        for status, after in entity.statuses.items()
    )
    return f"{entity.plural}: {moves}" if moves else entity.plural


def _facts(metadata: Metadata, about: About | None, match: str | None) -> CatalogAnswer:
    """Return the facts of one kind, or of every kind, that contain a word."""
    word = (match or "").lower()
    rows = [
        (kind, item)
        for kind, items in _KINDS.items()
        if about in (None, kind)
        for item in items(metadata)
        if word in item.lower()
    ]
    lines = [item for _, item in rows]
    fitted = fit(lines, limit=EVENTS) if about == "events" else fit(lines)
    facts: dict[str, list[Any]] = {about: []} if about else {}
    for (kind, _), item in zip(rows, fitted.items, strict=False):
        facts.setdefault(kind, []).append(item)
    note = fitted.note(
        f"Narrow it with `about` and `match`; mirra://catalog/{metadata.name} is whole."
    )
    if not rows:
        note = f"Nothing here contains '{match}'. Leave out `match` or `about` to see more."
    return CatalogAnswer(facts=Facts.model_validate(facts), note=note)


_KINDS: dict[str, Callable[[Metadata], list[str]]] = {
    "fixtures": lambda found: [_fixture(each) for each in found.fixtures],
    "events": lambda found: [_event(each) for each in found.simulate_events],
    "webhooks": lambda found: found.webhook_events,
    "entities": lambda found: [_entity(each) for each in found.entities],
    "endpoints": lambda found: [f"{each.method} {each.path}" for each in found.endpoints],
    "gaps": lambda found: found.gaps,
}
