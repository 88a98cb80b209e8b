"""State as it was, and what is different since: our own extension."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.kit.clock import Clock
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.moments import moment
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.transactions import HISTORY
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.world import KEY, Toyland, World


def last(toyland: Toyland) -> int:
    return int(toyland.events(limit=1000)[-1]["id"])


def changes(toyland: Toyland, **query: Any) -> dict[str, Any]:
    answer = toyland.control.get(f"/v1/sessions/{toyland.id}/changes", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def told(found: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(each["entityId"], each.get("before"), each.get("after")) for each in found["changes"]]


def test_each_moment_can_be_looked_at_again_through_deletions_restores_and_resets(
    toyland: Toyland,
) -> None:
    seen: dict[int, Any] = {}

    def look() -> None:
        number = last(toyland)
        seen[number] = toyland.state()["state"], toyland.state()["counts"]

    look()
    first = toyland.send("alice")
    look()
    toyland.send("bob", tags=["red"])
    look()
    kept = toyland.admin("state/snapshot")["snapshotId"]
    toyland.advance("10s")
    look()
    toyland.call("DELETE", f"/parcels/{first['id']}")
    look()
    toyland.admin("state/restore", snapshotId=kept)
    look()
    toyland.admin("state/reset", seed="busy")
    look()
    toyland.send("carol")
    look()
    for number, (state, counts) in seen.items():
        then = toyland.state(f"?at={number}")
        assert (then["state"], then["counts"]) == (state, counts), number
    assert toyland.state(f"?at={kept}")["state"]["parcels"][0]["to"] == "bob"
    assert toyland.state("?at=0")["state"]["parcels"] == []


def test_an_earlier_page_is_filtered_and_paged_as_the_present_one(toyland: Toyland) -> None:
    for to in ("alice", "bob", "alice"):
        toyland.send(to)
    then = last(toyland)
    toyland.send("alice")
    page = toyland.state(f"?at={then}&entity=parcels&where=to:alice&limit=1")
    rest = toyland.state(
        f"?at={then}&entity=parcels&where=to:alice&limit=5&cursor={page['nextCursor']}"
    )
    assert len(page["state"]["parcels"]) == len(rest["state"]["parcels"]) == 1
    assert page["state"] != rest["state"]


def test_timers_of_one_advance_are_moments_of_their_own(toyland: Toyland) -> None:
    first = toyland.send("alice")
    toyland.advance("1s")
    second = toyland.send("bob")
    toyland.advance("1d")
    arrivals = [
        each["id"]
        for each in toyland.events(types="state.changed", limit=1000)
        if (each["data"].get("after") or {}).get("status") == "arrived"
    ]
    states = [toyland.state(f"?at={number}") for number in arrivals]
    assert [
        {each["id"]: each["status"] for each in then["state"]["parcels"]} for then in states
    ] == [
        {first["id"]: "arrived", second["id"]: "sent"},
        {first["id"]: "arrived", second["id"]: "arrived"},
    ]
    assert [each["at"] for each in states] == ["2026-05-04T12:00:02Z", "2026-05-04T12:00:03Z"]


def test_a_refused_call_is_no_moment(toyland: Toyland) -> None:
    toyland.send("alice")
    before = last(toyland)
    toyland.call("POST", "/parcels", json={"to": "nowhere"})
    toyland.call("POST", "/parcels", json={"to": "crash"})
    assert toyland.state(f"?at={last(toyland)}")["state"] == toyland.state()["state"]
    assert changes(toyland, since=before)["changes"] == []


@pytest.mark.parametrize(
    ("at", "status", "said"),
    [
        ("-1", 400, "'-1' is no entry of the log"),
        ("99999", 400, "has no entry 99999 yet"),
        ("9" * 40, 400, "has no entry"),
        ("٣", 400, "is no entry of the log"),
        ("1.5", 404, "has no snapshot '1.5'"),
        ("snap_of_another", 404, "has no snapshot 'snap_of_another'"),
        ("%20", 400, "is empty"),
        ("1'; DROP TABLE parcels", 404, "has no snapshot"),
    ],
)
def test_what_is_no_moment_is_refused_in_words(
    toyland: Toyland, at: str, status: int, said: str
) -> None:
    answer = toyland.call("GET", f"/_mirra/state?at={at}")
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]


def test_history_ends_where_it_says() -> None:
    async def look() -> None:
        def wall() -> datetime:
            return datetime(2026, 5, 4, tzinfo=UTC)

        toy = Toy("", "empty")
        session = Session("ses_1", "long", "ephemeral", {"toy": toy}, Clock(wall), wall, Images())
        session.open()
        parcels = toy.nouns["parcels"]
        for number in range(HISTORY + 10):
            with session.unit(toy, wall()):
                parcels.save(parcels.new(to=f"street {number}"))
        earliest = session.remembered
        then = await moment(session, str(earliest))
        assert then.mirror("toy").nouns["parcels"].count() == 10
        with pytest.raises(Refusal, match=f"reaches back to entry {earliest}"):
            await moment(session, str(earliest - 1))

    anyio.run(look)


def test_a_session_that_came_back_knows_its_past_from_then_on(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    def living(session: dict[str, Any] | None, act: Callable[[Toyland], object]) -> dict[str, Any]:
        with LocalMirra(settings, kinds={"toy": Toy}) as local:
            headers = {"authorization": f"Bearer {local.token}"}
            with httpx.Client(base_url=local.url, headers=headers) as http:
                world = World(http)
                toyland = (
                    world.start(persistent=True, name="shop")
                    if session is None
                    else Toyland(http, http.get(f"/v1/sessions/{session['sessionId']}").json())
                )
                act(toyland)
                return toyland.session

    def look(toyland: Toyland) -> None:
        back = last(toyland)
        toyland.send("bob")
        assert [each["to"] for each in toyland.state(f"?at={back}")["state"]["parcels"]] == ["ann"]
        answer = toyland.call("GET", f"/_mirra/state?at={back - 1}")
        assert answer.status_code == 410
        assert f"reaches back to entry {back}" in answer.json()["error"]["message"]
        assert [after["to"] for _, _, after in told(changes(toyland))] == ["bob"]

    living(living(None, lambda toyland: toyland.send("ann")), look)


# Differences.


def test_changes_tell_what_is_new_different_and_gone_and_nothing_else(toyland: Toyland) -> None:
    gone, kept = toyland.send("alice"), toyland.send("bob")
    since = last(toyland)
    toyland.call("DELETE", f"/parcels/{gone['id']}")
    toyland.advance("10s")
    new = toyland.send("carol")
    found = changes(toyland, since=since)
    assert told(found)[0][0] == gone["id"]
    assert told(found)[0][2] is None
    assert told(found)[1] == (kept["id"], {"status": "sent"}, {"status": "arrived"})
    assert told(found)[2][:2] == (new["id"], None)
    assert found["counts"] == {"toy.parcels": {"deleted": 1, "changed": 1, "created": 1}}
    assert (found["since"]["event"], found["until"]["event"]) == (since, last(toyland))

    backwards = changes(toyland, since=last(toyland), until=since)
    assert [(id, after, before) for id, before, after in told(backwards)] == [
        told(found)[2], told(found)[0], told(found)[1]
    ]  # fmt: skip
    assert changes(toyland, since=since, until=since)["changes"] == []


def test_changes_come_by_the_page_and_by_entity(toyland: Toyland) -> None:
    ids = [toyland.send(f"street {number}")["id"] for number in range(5)]
    first = changes(toyland, limit=2)
    second = changes(toyland, limit=2, cursor=first["nextCursor"])
    third = changes(toyland, limit=2, cursor=second["nextCursor"])
    assert [id for page in (first, second, third) for id, _, _ in told(page)] == ids
    assert "nextCursor" not in third
    assert first["counts"] == third["counts"] == {"toy.parcels": {"created": 5}}
    assert changes(toyland, entity="hooks")["changes"] == []


def test_a_secret_is_masked_in_what_was_and_in_what_changed(toyland: Toyland) -> None:
    toyland.call("POST", "/hooks", json={"url": "http://127.0.0.1:9"})
    shown = toyland.state()["state"]["hooks"][0]["secret"]
    assert "…" in shown
    assert toyland.state(f"?at={last(toyland)}")["state"]["hooks"][0]["secret"] == shown
    assert told(changes(toyland, entity="hooks"))[0][2]["secret"] == shown


def fork(toyland: Toyland, **body: Any) -> Toyland:
    answer = toyland.control.post(f"/v1/sessions/{toyland.id}/fork", json=body)
    assert answer.status_code == 201, answer.text
    return Toyland(toyland.control, answer.json())


def test_a_fork_is_compared_with_its_parent_and_with_its_own_beginning(toyland: Toyland) -> None:
    parcel = toyland.send("alice")
    other = fork(toyland)
    assert changes(other, against=toyland.id)["changes"] == []
    assert changes(other)["changes"] == []
    other.admin("simulate", event="parcel.lost")
    toyland.advance("10s")
    assert told(changes(other, against=toyland.id)) == [
        (parcel["id"], {"status": "arrived"}, {"status": "lost"})
    ]
    assert told(changes(other)) == [(parcel["id"], {"status": "sent"}, {"status": "lost"})]
    begun = changes(toyland, against=other.id, since=changes(other)["since"]["event"])
    assert told(begun) == [(parcel["id"], {"status": "sent"}, {"status": "arrived"})]
    other.end()


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"agains": "x"}, 400, "There is no 'agains'. Did you mean 'against'?"),
        ({"against": "ses_nothing"}, 404, "No session 'ses_nothing'"),
        ({"mirror": "tyo"}, 400, "has no mirror 'tyo'. Did you mean 'toy'?"),
        ({"entity": "parcel_s"}, 400, "There is no 'parcel_s'. Did you mean 'parcels'?"),
        ({"since": "-1"}, 400, "'-1' is no entry"),
        ({"until": "777"}, 400, "has no entry 777 yet"),
        ({"cursor": "x"}, 400, "'cursor' must be"),
    ],
)
def test_changes_that_can_not_be_told_are_refused(
    toyland: Toyland, query: dict[str, str], status: int, said: str
) -> None:
    answer = toyland.control.get(f"/v1/sessions/{toyland.id}/changes", params=query)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]


def test_state_of_then_is_read_while_writes_go_on(toyland: Toyland) -> None:
    """The state of a moment is a value: what is written while it is read doesn't show in it."""
    toyland.send("alice")
    then = last(toyland)
    path = f"{toyland.url}/_mirra/state?at={then}"

    async def race() -> list[list[str]]:
        seen: list[list[str]] = []
        async with httpx.AsyncClient(verify=False) as client, anyio.create_task_group() as tasks:

            async def write(number: int) -> None:
                body = {"to": f"street {number}"}
                await client.post(f"{toyland.url}/parcels", json=body, headers=KEY)

            async def look() -> None:
                found = (await client.get(path)).json()["state"]["parcels"]
                seen.append([each["to"] for each in found])

            for number in range(20):
                tasks.start_soon(write, number)
                tasks.start_soon(look)
        return seen

    assert anyio.run(race) == [["alice"]] * 20
    assert toyland.state()["counts"]["parcels"] == 21
