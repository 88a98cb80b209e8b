"""The session's log as a stream and as pages. Source: https://docs.mirra.run/reference/api"""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.local.world import Toyland, World

STREAM = {"accept": "text/event-stream"}


def parsed(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in lines:
        if line.startswith(":"):
            yield {"comment": line}
        elif line:
            name, _, value = line.partition(": ")
            event[name] = json.loads(value) if name == "data" else value
        elif event:
            yield event
            event = {}


def test_the_log_tells_in_order_what_a_call_did(toyland: Toyland) -> None:
    parcel = toyland.send(tags=["a"])
    events = toyland.events()
    assert [each["id"] for each in events] == [1, 2, 3, 4, 5]
    assert [each["type"] for each in events] == [
        "session.lifecycle",
        "state.changed",
        "state.changed",
        "webhook.dispatched",
        "traffic.request_completed",
    ]
    start, created, sent, webhook, traffic = (each["data"] for each in events)
    assert start["action"] == "start"
    assert (created["entity"], created["entityId"]) == ("parcel", parcel["id"])
    assert created["before"] is None
    assert created["after"] == {**parcel, "status": "packed"}
    assert (sent["before"], sent["after"]) == ({"status": "packed"}, {"status": "sent"})
    assert webhook["type"] == "parcel.sent"
    assert webhook["parcelId"] == parcel["id"]
    assert webhook["signature"] == webhook["headers"]["toy-signature"]
    assert webhook["payload"]["data"] == parcel
    assert (webhook["url"], webhook["attempt"]) == (None, 0)
    assert (traffic["method"], traffic["path"], traffic["status"]) == ("POST", "/parcels", 201)
    assert traffic["request"] == {"to": "alice", "tags": ["a"]}
    assert {each["data"]["sessionId"] for each in events} == {toyland.id}
    assert all(each["data"]["at"].endswith("Z") for each in events)


def test_an_answer_names_the_entries_that_it_wrote(toyland: Toyland) -> None:
    toyland.send()
    answer = toyland.call("POST", "/parcels", json={"to": "bob"})
    first, _, last = answer.headers["x-mirra-events"].partition("-")
    events = toyland.events(after=int(first) - 1)
    assert [each["id"] for each in events] == list(range(int(first), int(last) + 1))
    assert events[-1]["data"]["status"] == 201


def test_a_page_goes_on_where_the_last_one_ended_and_filters(toyland: Toyland) -> None:
    for _ in range(3):
        toyland.send()
    types = "state.changed,webhook.dispatched"
    answer = toyland.control.get(
        f"/v1/sessions/{toyland.id}/events",
        params={"types": types, "limit": 4},
        headers={"accept": "application/json"},
    ).json()
    assert [each["id"] for each in answer["events"]] == [2, 3, 4, 6]
    assert answer["nextAfter"] == 6
    rest = toyland.events(types=types, after=6, mirror="toy")
    assert [each["id"] for each in rest] == [7, 8, 10, 11, 12]


def test_waiting_for_a_page_ends_with_the_first_match(toyland: Toyland) -> None:
    toyland.send()
    sender = threading.Timer(0.05, lambda: toyland.send("bob"))
    sender.start()
    events = toyland.events(after=5, wait=20, types="webhook.dispatched")
    sender.join()
    assert [each["data"]["payload"]["data"]["to"] for each in events] == ["bob"]


def test_waiting_in_vain_answers_an_empty_page(toyland: Toyland) -> None:
    assert toyland.events(after=1, wait=0.05) == []


@pytest.mark.parametrize("header", [True, False])
def test_the_stream_replays_from_the_last_event_id(toyland: Toyland, header: bool) -> None:
    toyland.send()
    toyland.send()
    headers = {**STREAM, "last-event-id": "6"} if header else STREAM
    query = {} if header else {"after": "6"}
    path = f"/v1/sessions/{toyland.id}/events"
    with toyland.control.stream("GET", path, headers=headers, params=query) as stream:
        events = parsed(stream.iter_lines())
        assert next(events) == {
            "id": "7",
            "event": "state.changed",
            "data": toyland.events(after=6)[0]["data"],
        }


def test_the_stream_delivers_live_and_ends_with_the_session(world: World) -> None:
    toyland = world.start()
    path = f"/v1/sessions/{toyland.id}/events"
    with world.http.stream("GET", path, headers=STREAM) as stream:
        events = parsed(stream.iter_lines())
        assert next(events)["data"]["action"] == "start"
        toyland.send()
        assert [next(events)["id"] for _ in range(4)] == ["2", "3", "4", "5"]
        toyland.end()
        rest = list(events)
    assert rest[-1]["data"]["action"] == "end"


def test_a_silent_stream_is_kept_alive(make_world: Callable[..., World]) -> None:
    toyland = make_world(keep_alive=0.05).start()
    path = f"/v1/sessions/{toyland.id}/events"
    with toyland.control.stream("GET", path, headers=STREAM) as stream:
        events = parsed(stream.iter_lines())
        next(events)
        assert next(events) == {"comment": ": keep-alive"}


def test_a_reader_that_goes_away_leaves_nothing_behind(toyland: Toyland) -> None:
    path = f"/v1/sessions/{toyland.id}/events"
    for _ in range(20):
        with toyland.control.stream("GET", path, headers=STREAM) as stream:
            next(parsed(stream.iter_lines()))
    toyland.send()
    assert toyland.end()["status"] == "ended"


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=x", "limit=0", "limit=1001", "wait=26", "wait=x", "types=a", "mirror=toi"],
)
def test_bad_queries_are_refused(toyland: Toyland, query: str) -> None:
    answer = toyland.control.get(
        f"/v1/sessions/{toyland.id}/events?{query}", headers={"accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "mirra.request.invalid")


def test_secrets_stay_out_of_the_log(toyland: Toyland) -> None:
    hook = toyland.call("POST", "/hooks", json={"url": "http://127.0.0.1:1/"}).json()
    toyland.call("POST", "/parcels", json={"to": "x", "token": "planted-secret-1234"})
    text = json.dumps(toyland.events()) + json.dumps(toyland.state())
    assert hook["secret"] not in text
    assert "planted-secret" not in text
    assert "Bearer" not in text
