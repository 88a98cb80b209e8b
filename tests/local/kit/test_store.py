"""The state of a mirror: what is read is what was written last, and what was frozen stays."""

import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from mirra_mcp.local.kit.states import read_state, write_state
from mirra_mcp.local.kit.store import Frozen, Store
from mirra_mcp.wire.model import Doc

INDEXES = ("to", "tags")


@pytest.fixture
def store() -> Store:
    return Store()


def test_every_reader_sees_the_latest_write(store: Store) -> None:
    assert store.get("parcels", "p1") is None
    assert store.select("parcels", {"to": "Rome"}) == []
    doc = {"id": "p1", "to": "Rome", "tags": ["a"]}
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
    store.writes.clear()
    with store.rehearsal():
        store.put("parcels", {"id": "p1", "to": "Oslo"}, INDEXES)
        store.set_setting("open", False)
        assert store.select("parcels", {"to": "Oslo"})
        assert store.setting("open") is False
    assert store.get("parcels", "p1") == {"id": "p1", "to": "Rome"}
    assert store.select("parcels", {"to": "Oslo"}) == []
    assert store.setting("open") is True


class Model:
    """The same documents in a plain list: slow, and plainly right."""

    def __init__(self) -> None:
        self.docs: list[Doc] = []

    def find(self, where: dict[str, Any]) -> list[Doc]:
        return [doc for doc in self.docs if all(_has(doc[name], it) for name, it in where.items())]


def _has(value: Any, wanted: Any) -> bool:
    return wanted in value if isinstance(value, list) else value == wanted


def dump(store: Store) -> Any:
    timers = [store.next_timer(lane) for lane in ("", "other")]
    settings = [store.setting(name) for name in ("a", "b")]
    return store.select("parcels", {}), timers, settings, store.ids.count


@pytest.mark.parametrize("seed", range(20))
def test_random_writes_read_as_from_a_plain_list_and_come_back_from_anywhere(
    tmp_path: Path, seed: int
) -> None:
    """Held against a model: queries; states that were frozen, taken back, or read from a file."""
    dice, store, model = random.Random(seed), Store(), Model()
    frozen: list[tuple[Frozen, Any]] = []
    for step in range(150):
        id, place = f"p{dice.randrange(12)}", dice.choice(["Rome", "Oslo", None])
        doc = {"id": id, "to": place, "tags": dice.sample(["a", "b", "c"], dice.randrange(3))}
        at = next((n for n, each in enumerate(model.docs) if each["id"] == id), None)
        act = dice.choice(["put", "put", "put", "delete", "timer", "setting", "freeze", "cancel"])
        mark, before = len(store.writes), dump(store)
        if act == "put":
            store.put("parcels", doc, INDEXES)
        elif act == "delete":
            store.delete("parcels", id, INDEXES)
        elif act == "timer":
            store.add_timer(dice.choice(["", "other"]), dice.random(), "parcels.go", {"id": id})
        elif act == "cancel":
            store.cancel_timers(dice.choice([None, "parcels.go", "parcels.no"]), {"id": id})
        elif act == "setting":
            store.set_setting(dice.choice("ab"), step)
        else:
            frozen.append((store.freeze(0.0), before))
        if dice.random() < 0.3:
            store.take_back(mark)
            assert dump(store) == before
        elif act == "put":
            if at is None:
                model.docs.append(doc)
            else:
                model.docs[at] = doc
        elif act == "delete" and at is not None:
            del model.docs[at]
        for where in ({}, {"to": "Rome"}, {"to": None}, {"tags": "a", "to": "Oslo"}):
            found = model.find(where)
            assert store.select("parcels", where, newest_first=False) == found
            assert store.select("parcels", where, limit=2) == found[::-1][:2]
            assert store.count("parcels", where) == len(found)
    for each, was in frozen:
        path = tmp_path / "state.db"
        write_state(path, each)
        for state in (each, read_state(path)):
            other = Store()
            other.thaw(state)
            assert dump(other) == was
            for where in ({"to": "Rome"}, {"tags": "a"}):
                want = [doc for doc in was[0] if all(_has(doc[k], v) for k, v in where.items())]
                assert other.select("parcels", where) == want


def test_a_document_takes_little_more_memory_than_its_json_is_long() -> None:
    """What writes JSON leaves it in a buffer several times as long, which must not be kept."""
    store = Store()
    tracemalloc.start()
    try:
        for number in range(300):
            store.add("things", {"id": f"{number:04}", "text": "x" * 500}, ())
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / 300 < 1500
