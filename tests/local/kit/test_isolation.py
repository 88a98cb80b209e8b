"""Sessions replay, and never see each other."""

import concurrent.futures
from collections.abc import Callable

import httpx
import orjson

from tests.local.world import KEY, Toyland, World


def play(toyland: Toyland) -> bytes:
    """Make the same calls, and return the state's bytes."""
    toyland.send("alice", tags=["a"])
    toyland.call("POST", "/hooks", json={"url": "http://127.0.0.1:9/"})
    toyland.advance("90s")
    parcel = toyland.send("bob")
    toyland.admin("simulate", event="parcel.lost", parcelId=parcel["id"])
    toyland.call("POST", "/parcels", json={"to": "nowhere"})
    toyland.advance("3d")
    return toyland.call("GET", "/_mirra/state").content


def test_same_seed_calls_and_clock_give_the_same_bytes(make_world: Callable[..., World]) -> None:
    fields = {"clock": "2026-01-01T12:34:56Z", "seeds": {"toy": "busy"}}
    dumps = [play(make_world().start(**fields, name=name)) for name in ("one", "one", "other")]
    assert dumps[0] == dumps[1]
    assert b"2026-01-01T12:36:26" in dumps[0]
    ids = [{each["id"] for each in orjson.loads(d)["state"]["parcels"][:2]} for d in dumps]
    assert not ids[0] & ids[2], "two sessions of different names share ids"


def test_a_standing_clock_moves_only_by_hand(world: World) -> None:
    toyland = world.start(clock="2026-01-01T00:00:00Z")
    parcel = toyland.send()
    assert toyland.call("GET", f"/parcels/{parcel['id']}").json()["status"] == "sent"
    assert toyland.advance("2s")["at"] == "2026-01-01T00:00:02Z"
    assert toyland.call("GET", f"/parcels/{parcel['id']}").json()["status"] == "arrived"


def test_a_flowing_clock_fires_by_itself(world: World) -> None:
    toyland = world.start()
    parcel = toyland.send()
    event = toyland.events(types="state.changed", after=5, wait=10)[0]["data"]
    assert (event["entityId"], event["after"]) == (parcel["id"], {"status": "arrived"})


def test_fifty_sessions_side_by_side_see_only_their_own(world: World) -> None:
    def live(number: int) -> None:
        toyland = world.start()
        with httpx.Client(base_url=toyland.url, headers=KEY, verify=False) as client:
            for _ in range(number % 5 + 1):
                client.post("/parcels", json={"to": f"owner {number}"})
            found = {each["to"] for each in client.get("/parcels").json()}
        assert found == {f"owner {number}"}
        assert toyland.state()["counts"]["parcels"] == number % 5 + 1
        events = toyland.events(types="traffic.request_completed", limit=1000)
        assert len(events) == number % 5 + 2
        assert {each["data"]["sessionId"] for each in events} == {toyland.id}
        toyland.end()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert len(list(pool.map(live, range(50)))) == 50
