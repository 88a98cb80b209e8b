"""Documents on SQLite: what is read is what was written last, and what counts."""

import sqlite3

import pytest

from mirra_mcp.local.kit.store import LARGEST, Store, create_tables

INDEXES = ("to", "tags")


@pytest.fixture
def store() -> Store:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("ATTACH ':memory:' AS toy")
    create_tables(db, "toy")
    return Store(db, "toy")


@pytest.mark.parametrize("size", [1, LARGEST + 1])
def test_every_reader_sees_the_latest_write(store: Store, size: int) -> None:
    assert store.get("parcels", "p1") is None
    assert store.select("parcels", {"to": "Rome"}) == []
    doc = {"id": "p1", "to": "Rome", "tags": ["a"], "text": "x" * size}
    store.add("parcels", doc, INDEXES)
    assert store.get("parcels", "p1") == doc
    assert store.select("parcels", {"to": "Rome"}) == [doc]
    moved = doc | {"to": "Oslo", "tags": ["a", "b"]}
    assert store.put("parcels", moved, INDEXES) == doc
    assert store.get("parcels", "p1") == moved
    assert store.select("parcels", {"to": "Rome"}) == []
    assert store.select("parcels", {"tags": "b"}) == [moved]
    assert store.delete("parcels", "p1", INDEXES) == moved
    assert store.get("parcels", "p1") is None
    assert store.select("parcels", {}) == store.select("parcels", {"tags": "a"}) == []


def test_readers_can_change_their_copies(store: Store) -> None:
    store.add("parcels", {"id": "p1", "tags": ["a"]}, INDEXES)
    for _ in range(2):
        got, listed = store.get("parcels", "p1"), store.select("parcels", {})[0]
        assert got == listed == {"id": "p1", "tags": ["a"]}
        got["tags"].append("changed")
        listed["tags"].append("changed")


def test_what_was_taken_back_is_not_read(store: Store) -> None:
    store.add("parcels", {"id": "p1", "to": "Rome"}, INDEXES)
    store.set_setting("open", True)
    mark = store.mark()
    store._db.execute("BEGIN")
    store.put("parcels", {"id": "p1", "to": "Oslo"}, INDEXES)
    store.set_setting("open", False)
    assert store.select("parcels", {"to": "Oslo"})
    assert store.setting("open") is False
    store._db.execute("ROLLBACK")
    store.go_back(mark)
    assert store.get("parcels", "p1") == {"id": "p1", "to": "Rome"}
    assert store.select("parcels", {"to": "Oslo"}) == []
    assert store.setting("open") is True
