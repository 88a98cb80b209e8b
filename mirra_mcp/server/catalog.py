"""Toolset `sessions`: which mirrors there are, and what each can do."""

from mirra_mcp.server.answers import fit
from mirra_mcp.server.caller import Caller
from mirra_mcp.wire.admin import CatalogEntry, Entity, Fixture, Metadata, SimulateEvent
from mirra_mcp.wire.model import Wire


class MirrorFacts(Wire):
    """One mirror in full."""

    name: str
    version: str
    vendor_api_version: str
    encoding: str
    fixtures: list[Fixture]
    simulate_events: list[SimulateEvent]
    webhook_events: list[str]
    entities: list[Entity]
    endpoints: list[str]
    gaps: list[str]


class CatalogAnswer(Wire):
    """All mirrors in a line each, or one in full."""

    mirrors: list[CatalogEntry] = []
    mirror: MirrorFacts | None = None
    note: str | None = None


async def mirra_catalog(caller: Caller, vendor: str | None = None) -> CatalogAnswer:
    """List the mirrors, or describe one."""
    mirra = await caller.mirra()
    if vendor is None:
        found = (await mirra.catalog()).mirrors
        return CatalogAnswer(
            mirrors=found, note="Name a `vendor` for its events, endpoints and gaps."
        )
    facts = _facts(await mirra.catalog_entry(vendor))
    fitted = fit([facts.to_json()])
    return CatalogAnswer(
        mirror=MirrorFacts.model_validate(fitted.items[0]),
        note=fitted.note(f"mirra://catalog/{vendor} has it whole."),
    )


def _facts(metadata: Metadata) -> MirrorFacts:
    return MirrorFacts(
        **{
            **dict(metadata),
            "endpoints": [f"{each.method} {each.path}" for each in metadata.endpoints],
        }
    )
