"""Toolset `sessions`: which mirrors there are, and what each can do."""

import json
from collections.abc import Callable
from typing import Any, Literal

from mirra_mcp.server.answers import fit
from mirra_mcp.server.caller import Caller
from mirra_mcp.wire.admin import CatalogEntry, Entity, Fixture, Metadata, SimulateEvent
from mirra_mcp.wire.model import Wire

About = Literal["fixtures", "events", "webhooks", "entities", "endpoints", "gaps"]


class Overview(Wire):
    """One mirror at a glance: an event is `name(parameter, optional?): what happens`."""

    name: str
    version: str
    vendor_api_version: str
    encoding: str
    fixtures: list[Fixture]
    events: list[str]
    entities: list[str]
    counts: dict[str, int]


class Facts(Wire):
    """What a mirror has of one kind, or what has to do with one word."""

    fixtures: list[Fixture] | None = None
    events: list[SimulateEvent] | None = None
    webhooks: list[str] | None = None
    entities: list[Entity] | None = None
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
            "events": [_brief(each) for each in metadata.simulate_events],
            "entities": [each.plural for each in metadata.entities],
            "counts": {kind: len(items(metadata)) for kind, items in _KINDS.items()},
        }
    )


def _brief(event: SimulateEvent) -> str:
    params = ", ".join(name if each.required else f"{name}?" for name, each in event.params.items())
    first = (event.description or "").split(". ")[0].rstrip(".")
    return f"{event.event}({params})" + (f": {first}" if first else "")


def _facts(metadata: Metadata, about: About | None, match: str | None) -> CatalogAnswer:
    """Return the facts of one kind, or of every kind, that contain a word."""
    word = (match or "").lower()
    rows = [
        (kind, item)
        for kind, items in _KINDS.items()
        if about in (None, kind)
        for item in items(metadata)
        if word in _text(item)
    ]
    fitted = fit([item for _, item in rows], widest=2_000)
    facts: dict[str, list[Any]] = {about: []} if about else {}
    for (kind, _), item in zip(rows, fitted.items, strict=False):
        facts.setdefault(kind, []).append(item)
    note = fitted.note(
        f"Narrow it with `about` and `match`; mirra://catalog/{metadata.name} is whole."
    )
    if not rows:
        note = f"Nothing here contains '{match}'. Leave out `match` or `about` to see more."
    return CatalogAnswer(facts=Facts.model_validate(facts), note=note)


def _text(item: Any) -> str:
    return (item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)).lower()


_KINDS: dict[str, Callable[[Metadata], list[Any]]] = {
    "fixtures": lambda found: [each.to_json() for each in found.fixtures],
    "events": lambda found: [each.to_json() for each in found.simulate_events],
    "webhooks": lambda found: found.webhook_events,
    "entities": lambda found: [each.to_json() for each in found.entities],
    "endpoints": lambda found: [f"{each.method} {each.path}" for each in found.endpoints],
    "gaps": lambda found: found.gaps,
}
