"""What every mirror has under `/_mirra/`. Source: https://docs.mirra.run/reference/api"""

import concurrent.futures
from typing import Any

import pytest

from tests.local.world import Toyland, World


def documents(toyland: Toyland) -> Any:
    return toyland.state()["state"]


def test_the_state_is_dumped_newest_first_with_counts(toyland: Toyland) -> None:
    parcels = [toyland.send(str(number)) for number in range(3)]
    state = toyland.state()
    assert (state["mirror"], state["version"]) == ("toy", "1.0.0")
    assert state["state"] == {"parcels": parcels[::-1], "hooks": []}
    assert state["counts"] == {"parcels": 3, "hooks": 0}


def test_the_state_of_one_entity_comes_in_pages(world: World) -> None:
    toyland = world.start(seeds={"toy": "busy"})
    seen: list[str] = []
    cursor = ""
    while True:
        page = toyland.state(f"?entity=parcel&limit=300{cursor}")
        seen += [each["to"] for each in page["state"]["parcels"]]
        if "nextCursor" not in page:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert seen == [f"street {number}" for number in reversed(range(1000))]
    toyland.end()


def test_the_state_is_narrowed_by_id_and_by_field(toyland: Toyland) -> None:
    alice, bob = toyland.send("alice", tags=["x", "y"]), toyland.send("bob", weight=7)
    assert toyland.state(f"?entity=parcels&id={bob['id']}")["state"] == {"parcels": [bob]}
    assert toyland.state("?entity=parcels&id=nothing")["state"] == {"parcels": []}
    assert toyland.state("?entity=parcels&where=tags:y")["state"] == {"parcels": [alice]}
    assert toyland.state("?entity=parcels&where=weight:7")["state"] == {"parcels": [bob]}
    both = toyland.state("?entity=parcels&where=status:sent&where=to:bob")
    assert both["state"] == {"parcels": [bob]}


def test_a_reset_brings_back_the_seed_and_keeps_the_trace(world: World) -> None:
    toyland = world.start(seeds={"toy": "toy:busy"})
    toyland.send()
    reset = toyland.admin("state/reset")
    assert reset == {"mirror": "toy", "seed": "busy", "counts": {"parcels": 1000, "hooks": 0}}
    assert toyland.advance("10s")["firedCount"] == 0
    assert toyland.admin("state/reset", seed="toy:empty")["counts"]["parcels"] == 0
    actions = [each["data"] for each in toyland.events(types="session.lifecycle")]
    assert [each["action"] for each in actions] == ["start", "reset", "clock", "reset"]
    assert (actions[1]["mirror"], actions[1]["seed"]) == ("toy", "toy:busy")
    assert len(toyland.events(types="traffic.request_completed")) == 1
    toyland.end()


def test_a_snapshot_is_restored_exactly_timers_included(toyland: Toyland) -> None:
    toyland.send("alice")
    before = documents(toyland)
    snapshot = toyland.admin("state/snapshot", name="before")["snapshotId"]
    toyland.send("bob")
    toyland.advance("10s")
    toyland.call("DELETE", f"/parcels/{before['parcels'][0]['id']}")
    restored = toyland.admin("state/restore", snapshotId=snapshot)
    assert restored["counts"] == {"parcels": 1, "hooks": 0}
    assert documents(toyland) == before
    assert [each["timer"] for each in toyland.advance("10s")["fired"]] == ["parcels.arrive"]
    assert toyland.admin("state/restore", snapshotId="before")["snapshotId"] == snapshot
    assert documents(toyland) == before


def test_after_a_restore_the_same_calls_make_the_same_ids(toyland: Toyland) -> None:
    snapshot = toyland.admin("state/snapshot")["snapshotId"]
    first = toyland.send()["id"]
    toyland.admin("state/restore", snapshotId=snapshot)
    assert toyland.send()["id"] == first


def test_a_story_tells_what_changed_and_what_was_sent(toyland: Toyland) -> None:
    parcel = toyland.send()
    told = toyland.admin("simulate", event="parcel.lost", parcelId=parcel["id"], why="theft")
    delivery = toyland.webhooks()[0]
    assert told == {
        "event": "parcel.lost",
        "changes": [
            {
                "entity": "parcel",
                "entityId": parcel["id"],
                "before": {"status": "sent"},
                "after": {"status": "lost"},
            }
        ],
        "webhooks": [{"type": "parcel.lost", "id": delivery["deliveryId"]}],
        "result": {**parcel, "status": "lost"},
    }
    assert delivery["payload"]["data"]["why"] == "theft"
    assert toyland.advance("10s")["firedCount"] == 0


def test_a_story_takes_the_obvious_document_and_its_alias_and_snake_case(toyland: Toyland) -> None:
    toyland.send()
    assert toyland.admin("simulate", event="lost")["event"] == "parcel.lost"
    parcel = toyland.send()
    told = toyland.admin("simulate", event="parcel.lost", parcel_id=parcel["id"])
    assert told["result"]["id"] == parcel["id"]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({}, "mirra.request.invalid", "'event' is missing"),
        ({"event": 3}, "mirra.request.invalid", "'event' is missing"),
        ({"event": "parcel.losst"}, "mirra.simulate.unknown_event", "Did you mean 'parcel.lost'?"),
        ({"event": "lost", "parcelId": "x"}, "mirra.simulate.invalid", "No parcel has the id 'x'"),
        ({"event": "lost", "why": "rust"}, "mirra.simulate.invalid", "'why'"),
        ({"event": "lost", "what": 1}, "mirra.simulate.invalid", "takes no 'what'"),
        ({"event": "lost", "parcel": 1}, "mirra.simulate.invalid", "Did you mean 'parcelId'?"),
        ({"event": "lost"}, "mirra.simulate.ambiguous", "More than one parcel"),
    ],
)
def test_a_story_that_cannot_be_told_changes_nothing(
    toyland: Toyland, body: dict[str, Any], code: str, words: str
) -> None:
    toyland.send("a")
    toyland.send("b")
    before = documents(toyland)
    status, error = toyland.refused("simulate", **body)
    assert (status, error["code"]) == (400, code)
    assert words in error["message"]
    assert error["hint"]
    assert documents(toyland) == before


def test_a_story_that_the_state_machine_forbids_is_refused(toyland: Toyland) -> None:
    parcel = toyland.send()
    toyland.advance("10s")
    status, error = toyland.refused("simulate", event="lost", parcelId=parcel["id"])
    assert (status, error["code"]) == (400, "mirra.simulate.invalid")
    assert "arrived can't become lost" in error["message"]


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("state/reset", {"seed": "bussy"}, 400, "mirra.fixture.not_found"),
        ("state/reset", {"seed": "stripe:empty"}, 400, "mirra.fixture.not_found"),
        ("state/reset", {"sed": "busy"}, 400, "mirra.request.invalid"),
        ("state/restore", {"snapshotId": "snap_no"}, 404, "mirra.snapshot.not_found"),
        ("state/restore", {"snapshotId": "../../x"}, 404, "mirra.snapshot.not_found"),
        ("state/restore", {}, 400, "mirra.request.invalid"),
        ("webhooks/retry", {"deliveryId": "dlv_no"}, 404, "mirra.webhook.not_found"),
        ("state/rest", {}, 404, "mirra.request.not_found"),
        ("metadata", {}, 405, "mirra.request.method_not_allowed"),
    ],
)
def test_bad_admin_calls_are_refused_clearly(
    toyland: Toyland, verb: str, body: dict[str, Any], status: int, code: str
) -> None:
    toyland.admin("state/snapshot", name="taken")
    found, error = toyland.refused(verb, **body)
    assert (found, error["code"]) == (status, code)
    assert error["hint"]


def test_a_snapshots_name_is_its_own(toyland: Toyland) -> None:
    toyland.admin("state/snapshot", name="taken")
    status, error = toyland.refused("state/snapshot", name="taken")
    assert (status, error["code"]) == (409, "mirra.snapshot.already_exists")


def test_snapshots_belong_to_their_session(world: World) -> None:
    one, two = world.start(), world.start()
    snapshot = one.admin("state/snapshot")["snapshotId"]
    assert two.refused("state/restore", snapshotId=snapshot)[0] == 404


@pytest.mark.parametrize("query", ["?entity=parcells", "?entity=parcels&where=x", "?limit=x"])
def test_bad_state_queries_are_refused(toyland: Toyland, query: str) -> None:
    assert toyland.state(query)["error"]["code"] == "mirra.request.invalid"


def test_resets_and_calls_at_the_same_time_never_tear_the_state(toyland: Toyland) -> None:
    def work(number: int) -> int:
        if number % 5 == 0:
            return toyland.call("POST", "/_mirra/state/reset", json={"seed": "busy"}).status_code
        return toyland.call("POST", "/parcels", json={"to": str(number)}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(60))) == {200, 201}
    state = toyland.state()
    assert state["counts"]["parcels"] == len(state["state"]["parcels"]) >= 1000
    ids = [each["id"] for each in toyland.events(limit=1000)]
    assert ids == list(range(1, len(ids) + 1))
