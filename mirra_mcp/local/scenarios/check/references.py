"""What a document refers to: ids, addresses and event types in the fields that are made for them.

A price's id inside `metadata`, or an address in a description, is text like any other: it makes a
document belong to nobody.
"""

from collections.abc import Iterator
from typing import Any

from mirra_mcp.local.scenarios.check.found import Found
from mirra_mcp.local.scenarios.check.values import DEEPEST
from mirra_mcp.local.scenarios.world import World
from mirra_mcp.wire.model import Doc

UNTOLD = frozenset(["metadata", "url", "uri", "links", "subresource_uris"])
ADDRESSES = frozenset(
    ["to", "from", "cc", "bcc", "reply_to", "email", "phone", "phone_number", "identity", "author"]
)
"""Fields that hold whom a document is for or from."""
EVENTS = frozenset(["events", "enabled_events"])
IDS = ("_id", "_sid", "_ids", "_sids")


def references(found: Found, world: World) -> Iterator[str]:
    """List what a document refers to, its own id among it."""
    yield found.id
    yield from _within(found.doc, "", names_of(found.noun.vendor, world), 0)


def names_of(vendor: str, world: World) -> frozenset[str]:
    """Return the names of a mirror's entities, singular and plural."""
    key = ("entities", vendor)
    if key not in world.memo:
        world.memo[key] = world.mirrors[vendor].entities()
    known: frozenset[str] = world.memo[key]
    return known


def _within(value: Any, name: str, known: frozenset[str], depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            if key in UNTOLD:
                continue
            if key == "id" and isinstance(each, str) and (not name or _is_reference(name, known)):
                yield each
            else:
                yield from _within(each, key, known, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _within(each, name, known, depth + 1)
    elif isinstance(value, str) and _is_reference(name, known):
        yield value


def _is_reference(name: str, known: frozenset[str]) -> bool:
    """Tell whether a field names something: `customer`, `latest_charge`, `service_sid`, `to`."""
    if name in ("id", "sid", "data") or name in EVENTS or name in ADDRESSES or name.endswith(IDS):
        return True
    if name.endswith(("_email", "_phone")):
        return True
    return any(name == each or name.endswith(f"_{each}") for each in known)


def neighbours(found: Found, world: World) -> Iterator[Doc]:
    """List the documents that a document names in fields called as their entities are."""
    view = world.mirrors[found.noun.vendor]
    for name, value in found.doc.items():
        plural = view.plural_of(name) if isinstance(value, str) else None
        doc = view.document(plural, value) if plural else None
        if doc is not None:
            yield doc


def all_references(found: Found, world: World) -> set[str]:
    """Return what a document refers to, itself or through what it names."""
    known = names_of(found.noun.vendor, world)
    names = set(references(found, world))
    for doc in neighbours(found, world):
        names |= set(_within(doc, "", known, 0))
    return names
