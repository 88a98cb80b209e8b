"""What the mirrors hold as tables: which there are, their rows, and which columns say most."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mirra_mcp.local.page.visits import Visit
from mirra_mcp.local.page.words import moment, pretty
from mirra_mcp.wire.model import Doc

COLUMNS = 6
EPOCH = 1_000_000_000
TIMELY = re.compile("created|_at$|_end$|_start$|date|_on$|anchor")
SEARCHED = 1000
"""Rows of a table that a search looks through, the newest first."""
PAGE = 50
TELLING = (
    "id", "sid", "status", "last_event", "name", "email", "from", "to", "subject", "body", "amount",
    "total", "currency", "type", "customer", "description", "url", "endpoint", "direction",
    "created", "created_at", "date_created",
)  # fmt: skip
"""Names of fields that say most of a document, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Table:
    """The documents of one kind."""

    mirror: str
    entity: str
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """A document, as a table shows it."""

    id: str
    cells: list[Any]


async def tables(seeing: Visit, at: str | None = None) -> dict[str, list[Table]]:
    """Return the tables of each mirror with their counts, those that hold something first."""

    async def of(vendor: str) -> list[Table]:
        state = await seeing.mirror(vendor).state(limit=1, at=at)
        counts: Mapping[str, int] = state.counts or {
            name: len(docs) for name, docs in state.state.items()
        }
        found = [Table(vendor, name, count) for name, count in counts.items()]
        return sorted(found, key=lambda each: each.count == 0)

    found = await asyncio.gather(*(of(vendor) for vendor in seeing.vendors))
    return dict(zip(seeing.vendors, found, strict=True))


async def search(
    seeing: Visit, table: Table, words: str, where: Mapping[str, str], at: str | None
) -> tuple[list[Doc], bool]:
    """Return the rows among the newest that hold all words; and whether older ones were left out.

    Raises:
        MirraError: the mirror can't be asked so.
    """
    wanted = words.casefold().split()
    found: list[Doc] = []
    cursor, looked = None, 0
    while looked < SEARCHED:
        page = await seeing.mirror(table.mirror).state(
            entity=table.entity, where=where, limit=100, cursor=cursor, at=at
        )
        docs = page.state.get(table.entity, [])
        looked += len(docs)
        for doc in docs:
            text = pretty(doc).casefold()
            if all(word in text for word in wanted):
                found.append(doc)
        cursor = page.next_cursor
        if cursor is None:
            return found, False
    return found, True


def id_of(doc: Doc) -> str:
    """Return what a document is called."""
    return str(doc.get("id") or doc.get("sid") or "")


def fields(docs: Iterable[Doc]) -> list[str]:
    """Return the names of all fields that some documents have."""
    return list(dict.fromkeys(name for doc in docs for name in doc))


def columns(docs: list[Doc], wanted: list[str]) -> list[str]:
    """Return the columns of a table: those that are wanted, else those that say most."""
    known = fields(docs)
    chosen = [name for name in wanted if name in known]
    if chosen:
        return chosen
    filled = [name for name in known if any(_says(doc.get(name)) for doc in docs)]
    first = [name for name in TELLING if name in filled]
    rest = [
        name
        for name in filled
        if name not in first
        and name not in ("object", "livemode", "uri")
        and not any(isinstance(doc.get(name), dict | list) for doc in docs)
    ]
    return (first + rest)[:COLUMNS]


def rows(docs: list[Doc], names: list[str]) -> list[Row]:
    """Return documents as a table shows them."""
    return [Row(id_of(doc), [_cell(name, doc.get(name)) for name in names]) for doc in docs]


def _cell(name: str, value: Any) -> Any:
    """Return a value; epoch seconds, as Stripe writes times, as a date."""
    if type(value) is int and EPOCH < value < 10 * EPOCH and TIMELY.search(name):
        return moment(datetime.fromtimestamp(value, UTC))
    return value


def _says(value: Any) -> bool:
    return value not in (None, "", [], {})
