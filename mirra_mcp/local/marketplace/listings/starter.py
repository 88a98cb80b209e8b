"""The resources that every marketplace begins with: they work on a developer's machine, at once.

The mirrors of this Mirra, and public APIs that need no account (one JSON file each in `public/`).
"""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.marketplace.catalog import Catalog
from mirra_mcp.local.marketplace.listings import mirrors
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.wire.marketplace import CreateResource

CREATOR = "user_mirra"


def listings(kinds: Mapping[str, type[Mirror]]) -> Iterator[tuple[str, CreateResource]]:
    """Give each listing with its id."""
    for vendor, kind in kinds.items():
        yield mirrors.id_of(vendor), mirrors.listing(kind)
    folder = files("mirra_mcp.local.marketplace.listings") / "public"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            given = json.loads(file.read_text(encoding="utf-8"))
            yield given["id"], CreateResource.model_validate(given["resource"])


def stock(store: Store, catalog: Catalog, kinds: Mapping[str, type[Mirror]]) -> None:
    """Put the listings on the market, or the next version of those that have changed."""
    wanted = list(listings(kinds))
    with store.change():
        for id, resource in wanted:
            doc = store.value("SELECT doc FROM resources WHERE id=?", id)
            if doc is None:
                catalog.insert(id, CREATOR, resource, "published")
            elif CreateResource.model_validate_json(doc) != resource:
                catalog.replace(id, resource)
