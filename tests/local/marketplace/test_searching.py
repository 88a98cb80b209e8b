"""Finding resources, whatever there is and whatever is asked: compared with a plain list."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirra_mcp.local.marketplace.addresses import Addresses
from mirra_mcp.local.marketplace.catalog import Catalog, folded
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.wire.marketplace import CreateResource

WORDS = [
    "price",
    "Straße",
    "STRASSE",
    "weather",
    "API",
    "naïve",
    "ﬁne",
    "%",
    "_",
    "'",
    '"',
    "\\",
    "日本",
]
CATEGORIES = ["crypto", "Weather", "finance"]
TAGS = ["a", "B", "c_d", "é"]

resources = st.builds(
    lambda name, description, category, tags: CreateResource(
        name=" ".join(name), description=" ".join(description), category=category, tags=tags
    ),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.lists(st.sampled_from(WORDS), max_size=4),
    st.sampled_from([*CATEGORIES, None]),
    st.lists(st.sampled_from(TAGS), max_size=3),
)
texts = st.one_of(
    st.none(), st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join), st.text(max_size=8)
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("search"))
    yield store
    store.close()


def _catalog(store: Store) -> Catalog:
    for table in ("resources", "tags"):
        store.run(f"DELETE FROM {table}")
    wall = lambda: datetime(2026, 1, 1, tzinfo=UTC)  # noqa: E731
    return Catalog(store, wall, Addresses(()), lambda id, doc: Definition(doc))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    made=st.lists(resources, max_size=8),
    search=texts,
    category=st.sampled_from([None, *CATEGORIES, "CRYPTO", "other"]),
    tags=st.lists(st.sampled_from([*TAGS, "A", "z"]), max_size=2),
    limit=st.integers(1, 5),
)
def test_pages_together_are_what_a_plain_search_finds(
    store: Store,
    made: list[CreateResource],
    search: str | None,
    category: str | None,
    tags: list[str],
    limit: int,
) -> None:
    catalog = _catalog(store)
    with store.change():
        for number, each in enumerate(made):
            catalog.insert(f"resource_{number}", "user_a", each, "published")
        catalog.insert("resource_draft", "user_a", CreateResource(name="price"), "draft")
    wanted = [
        f"resource_{number}"
        for number, each in enumerate(made)
        if all(
            word in folded(f"{each.name}\n{each.description}")
            for word in folded(search or "").split()[:20]
        )
        and (not category or folded(each.category or "") == folded(category))
        and {folded(tag) for tag in tags} <= {folded(tag) for tag in each.tags}
    ]
    found: list[str] = []
    for offset in range(0, len(made) + limit, limit):
        rows, total = catalog.find(
            "user_b", category=category, tags=tags, search=search, limit=limit, offset=offset
        )
        assert total == len(wanted)
        assert len(rows) == min(limit, max(len(wanted) - offset, 0))
        found += [row["id"] for row in rows]
    assert found == wanted


def test_the_most_installed_come_first_and_deep_pages_are_empty(store: Store) -> None:
    catalog = _catalog(store)
    with store.change():
        for number in range(30):
            catalog.insert(f"resource_{number}", "user_a", CreateResource(name="x"), "published")
            store.run(
                "UPDATE resources SET installs=? WHERE id=?", number % 3, f"resource_{number}"
            )
    rows, total = catalog.find("me", category=None, tags=[], search=None, limit=100, offset=0)
    assert [row["installs"] for row in rows] == [2] * 10 + [1] * 10 + [0] * 10
    assert total == 30
    rows, total = catalog.find("me", category=None, tags=[], search=None, limit=5, offset=10**9)
    assert (rows, total) == ([], 30)
