"""One document: as it is or was, all that changed it, and where else it is named."""

import asyncio
from dataclasses import dataclass

from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.page.state.tables import Table, id_of, search, tables
from mirra_mcp.local.page.timeline.chronicles import Chronicle
from mirra_mcp.local.page.timeline.details import Change, change
from mirra_mcp.local.page.timeline.threads import Thread
from mirra_mcp.local.page.visits import Visit
from mirra_mcp.wire.model import Doc

MOST_STEPS = 200
"""Changes of a document that its page shows, the newest."""
PER_TABLE = 20


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the document, and what caused it."""

    change: Change
    at: str
    cause: Thread | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A document that names another."""

    table: Table
    id: str
    doc: Doc


async def document(seeing: Visit, vendor: str, entity: str, id: str, at: str | None) -> Doc | None:
    """Return a document as it is, or as of a moment; None: there is none.

    Raises:
        MirraError: there is no such table or moment.
    """
    try:
        found = await seeing.mirror(vendor).state(entity=entity, id=id, at=at)
    except MirraError as error:
        if error.status == 404:
            return None
        raise
    docs = found.state.get(entity, [])
    return docs[0] if docs else None


async def history(told: Chronicle, vendor: str, id: str) -> list[Step]:
    """Return what changed a document, the newest first.

    Raises:
        MirraError: the log can't be read.
    """
    changed = await told.entries(1, told.threads.last, ["state.changed"], vendor)
    found = [
        Step(change(each), str(each.data.get("at", "")), told.threads.find(each.id))
        for each in changed
        if each.data.get("entityId") == id
    ]
    return found[: -MOST_STEPS - 1 : -1]


async def whereabouts(seeing: Visit, id: str) -> Mention | None:
    """Return the document that has an id, in whichever mirror it is."""
    known = await tables(seeing)

    async def look(table: Table) -> Mention | None:
        found = await document(seeing, table.mirror, table.entity, id, None)
        return Mention(table, id, found) if found is not None and id_of(found) == id else None

    for each in known.values():
        for found in await asyncio.gather(*(look(table) for table in each if table.count)):
            if found is not None:
                return found
    return None


async def mentions(seeing: Visit, text: str, but: str = "") -> list[Mention]:
    """Return the documents of all mirrors that hold a text, but the one that it is the id of."""
    known = await tables(seeing)
    found: list[Mention] = []
    for each in known.values():
        for table in each:
            if not table.count or table.entity in ("events", "core_events", "logs"):
                continue
            docs, _ = await search(seeing, table, text, {}, None)
            holding = [doc for doc in docs if id_of(doc) != but]
            found += [Mention(table, id_of(doc), doc) for doc in holding[:PER_TABLE]]
    return found
