"""Where the webhooks of a session may go, as its state has it."""

from collections.abc import Iterator
from typing import Any

import orjson

from mirra_mcp.local.kit.differences import kinds_of
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.store import TIMERS, Frozen
from mirra_mcp.local.kit.tables import Documents
from mirra_mcp.local.kit.timers import Timers
from mirra_mcp.wire.model import Doc


def addresses(mirror: Mirror, state: Frozen) -> list[str]:
    """List the addresses of a state's webhook endpoints, and those of what is under way, once."""
    found: dict[str, None] = {}
    for plural, noun in mirror.nouns.items():
        if noun.address_fields:
            for doc in _standing(plural, state):
                found.update(dict.fromkeys(_urls(doc, noun.address_fields)))
    passing = {plural: noun for plural, noun in mirror.nouns.items() if noun.callback_fields}
    for noun, doc in _under_way(passing, state) if passing else ():
        found.update(dict.fromkeys(_urls(doc, noun.callback_fields)))
    return list(found)


def _standing(plural: str, state: Frozen) -> Iterator[Doc]:
    for kind in kinds_of(plural, state):
        table = state.tables.get(kind)
        if isinstance(table, Documents):
            yield from (orjson.loads(table.bodies[seq]) for seq in table.order)


def _under_way(nouns: dict[str, Resource], state: Frozen) -> Iterator[tuple[Resource, Doc]]:
    timers = state.tables.get(TIMERS)
    for _, _, verb, text in timers.rows.values() if isinstance(timers, Timers) else ():
        noun = nouns.get(verb.partition(".")[0])
        table = state.tables.get(noun.plural) if noun is not None else None
        if noun is not None and isinstance(table, Documents):
            row = table.get(orjson.loads(text).get("id"))
            if row is not None:
                yield noun, orjson.loads(row[1])


def _urls(value: Any, fields: tuple[str, ...] | None = None) -> Iterator[str]:
    """Yield the addresses in some fields of a document, however deep they lie."""
    if isinstance(value, str) and value.startswith(("http://", "https://", "ws://", "wss://")):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _urls(each)
    elif isinstance(value, dict):
        for each in value.values() if fields is None else map(value.get, fields):
            yield from _urls(each)
