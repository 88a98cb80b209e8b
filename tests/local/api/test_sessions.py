"""Sessions of the control plane. Source: https://docs.mirra.run/reference/api"""

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.local.world import Toyland, World


def error(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()["error"]
    return answer.status_code, body["code"], body["message"]


def test_a_new_session_is_ready_and_tells_how_to_use_it(world: World) -> None:
    session = world.start(name="ci-run-42", timeoutSeconds=60).session
    assert session["status"] == "ready"
    assert session["sessionId"].startswith("ses_")
    assert session["name"] == "ci-run-42"
    mirror = session["mirrors"][0]
    assert (mirror["vendor"], mirror["version"]) == ("toy", "1.0.0")
    assert mirror["env"] == {"TOY_URL": mirror["url"], "TOY_KEY": "toy"}
    assert session["createdAt"] < session["expiresAt"]
    assert "stats" not in session


def test_getting_a_session_counts_what_happened(toyland: Toyland) -> None:
    toyland.send()
    toyland.call("GET", "/parcels/nothing")
    stats = toyland.control.get(f"/v1/sessions/{toyland.id}").json()["stats"]
    assert stats == {"requests": 2, "webhooks": 1, "errors": 1}


def test_ending_a_session_frees_its_port_and_can_be_repeated(world: World) -> None:
    toyland = world.start()
    toyland.send()
    ended = toyland.end()
    assert ended["status"] == "ended"
    assert ended["endedAt"] >= ended["createdAt"]
    with pytest.raises(httpx.ConnectError):
        toyland.call("GET", "/parcels")
    assert toyland.end() == ended


def test_a_connection_kept_open_learns_that_the_session_is_over(world: World) -> None:
    toyland = world.start()
    with httpx.Client(base_url=toyland.url, headers={"authorization": "Bearer toy"}) as client:
        assert client.get("/parcels").status_code == 200
        toyland.end()
        answer = client.get("/parcels")
    assert error(answer)[:2] == (404, "mirra.session.ended")


def test_an_ended_session_can_be_asked_about_but_not_used(world: World) -> None:
    toyland = world.start()
    toyland.end()
    path = f"/v1/sessions/{toyland.id}"
    assert world.http.get(path).json()["status"] == "ended"
    for answer in (
        world.http.get(f"{path}/events", headers={"accept": "application/json"}),
        world.http.get(f"{path}/webhooks"),
        world.http.post(f"{path}/clock", json={"advance": "1s"}),
    ):
        assert error(answer)[:2] == (409, "mirra.session.ended")


def test_sessions_are_listed_newest_first_in_pages(make_world: Callable[..., World]) -> None:
    world = make_world()
    ids = [world.start().id for _ in range(5)][::-1]
    first = world.http.get("/v1/sessions", params={"limit": 2}).json()
    assert [each["sessionId"] for each in first["sessions"]] == ids[:2]
    rest = world.http.get("/v1/sessions", params={"limit": 3, "cursor": first["nextCursor"]}).json()
    assert [each["sessionId"] for each in rest["sessions"]] == ids[2:]
    assert "nextCursor" not in rest


def test_the_list_is_filtered_by_status_mode_and_workspace(
    make_world: Callable[..., World],
) -> None:
    world = make_world()
    live, over = world.start(), world.start()
    kept = world.start(persistent=True, name="kept")
    over.end()

    def ids(**query: str) -> list[str]:
        page = world.http.get("/v1/sessions", params=query).json()
        return [each["sessionId"] for each in page["sessions"]]

    assert ids(status="ready") == [kept.id, live.id]
    assert ids(status="ended") == [over.id]
    assert ids(mode="persistent") == [kept.id]
    assert ids(workspace="someone-elses") == []


def test_an_ephemeral_session_ends_by_itself_and_says_so(world: World) -> None:
    toyland = world.start(timeoutSeconds=1)
    path = f"/v1/sessions/{toyland.id}/events"
    with world.http.stream("GET", path, headers={"accept": "text/event-stream"}) as stream:
        text = "".join(stream.iter_text())
    assert '"action":"expire"' in text
    assert world.http.get(f"/v1/sessions/{toyland.id}").json()["status"] == "expired"
    host = urlsplit(toyland.url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(host.hostname), host.port or 0), timeout=2)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({}, "mirra.request.invalid", "'mirrors' is missing"),
        ({"mirrors": []}, "mirra.request.invalid", "'mirrors'"),
        ({"mirrors": "toy"}, "mirra.request.invalid", "'mirrors'"),
        ({"mirrors": ["toy"], "seed": {}}, "mirra.request.invalid", "Did you mean 'seeds'?"),
        ({"mirrors": ["toy"], "timeoutSeconds": 0}, "mirra.request.invalid", "'timeoutSeconds'"),
        ({"mirrors": ["toy"], "timeoutSeconds": 9**9}, "mirra.request.invalid", "86400"),
        ({"mirrors": ["toy"], "persistent": True}, "mirra.session.name_required", "needs a name"),
        ({"mirrors": ["toi"]}, "mirra.session.mirror_not_in_catalog", "Did you mean 'toy'?"),
        ({"mirrors": ["toy"], "seeds": {"toy": "bussy"}}, "mirra.fixture.not_found", "'busy'?"),
        ({"mirrors": ["toy"], "seeds": {"tony": "busy"}}, "mirra.session", "'toy'?"),
    ],
)
def test_a_session_that_cannot_be_is_refused_whole(
    world: World, body: dict[str, Any], code: str, words: str
) -> None:
    before = world.http.get("/v1/sessions").json()
    status, found, message = error(world.http.post("/v1/sessions", json=body))
    assert (status, found.startswith(code)) == (400, True)
    assert words in message
    assert len(world.http.get("/v1/sessions").json()["sessions"]) == len(before["sessions"])


def test_an_unknown_mirror_is_refused_in_the_documented_words(world: World) -> None:
    """Source: https://docs.mirra.run/reference/api (Errors)."""
    answer = world.http.post("/v1/sessions", json={"mirrors": ["github"]})
    assert answer.json() == {
        "error": {
            "code": "mirra.session.mirror_not_in_catalog",
            "message": "Unknown mirror 'github'. Not in the current catalog.",
            "hint": "See https://mirra.run/docs/mirrors/overview for supported mirrors.",
        }
    }


def test_a_name_belongs_to_one_live_session(world: World) -> None:
    first = world.start(name="mine")
    answer = world.http.post("/v1/sessions", json={"mirrors": ["toy"], "name": "mine"})
    assert error(answer)[:2] == (409, "mirra.session.name_in_use")
    first.end()
    world.start(name="mine").end()


def test_the_number_of_sessions_is_limited(make_world: Callable[..., World]) -> None:
    world = make_world(max_sessions=2)
    world.start()
    second = world.start()
    answer = world.http.post("/v1/sessions", json={"mirrors": ["toy"]})
    assert error(answer)[:2] == (409, "mirra.session.limit_reached")
    second.end()
    world.start()


def test_an_unknown_session_is_named_with_the_nearest_one(world: World) -> None:
    toyland = world.start()
    answer = world.http.get(f"/v1/sessions/{toyland.id[:-1]}")
    assert error(answer)[:2] == (404, "mirra.session.not_found")
    assert toyland.id in error(answer)[2]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=101", "cursor=ses_no", "mode=x"])
def test_bad_list_queries_are_refused(world: World, query: str) -> None:
    assert error(world.http.get(f"/v1/sessions?{query}"))[:2] == (400, "mirra.request.invalid")
