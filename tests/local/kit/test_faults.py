"""Calls and webhooks that go wrong on purpose (extension)."""

from typing import Any

import httpx
import pytest

from tests.local.receiver import Receiver
from tests.local.world import KEY, Toyland

BROKEN = (httpx.RemoteProtocolError, httpx.ReadError)


def path(toyland: Toyland) -> str:
    return f"/v1/sessions/{toyland.id}/faults"


def add(toyland: Toyland, rule: str | None = None, **fields: Any) -> dict[str, Any]:
    body = {**fields, "rule": rule} if rule else fields
    answer = toyland.control.post(path(toyland), json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def struck(toyland: Toyland) -> list[dict[str, Any]]:
    return [each["data"] for each in toyland.events(types="fault.struck")]


def send(toyland: Toyland, to: str = "alice", **headers: str) -> int:
    answer = toyland.call("POST", "/parcels", json={"to": to}, headers=KEY | headers)
    return answer.status_code


def test_a_rule_strikes_the_calls_that_it_names_as_often_as_it_says(toyland: Toyland) -> None:
    rule = add(toyland, "POST /parcels to=alice: rate_limit, skip 1, twice")
    assert rule["rule"] == "toy POST /parcels to=alice: rate_limit, skip 1, twice"
    seen = [send(toyland, to) for to in ("alice", "bob", "alice", "bob", "alice", "alice")]
    assert seen == [201, 201, 429, 201, 429, 201]
    assert toyland.call("GET", "/parcels").status_code == 200
    (shown,) = toyland.control.get(path(toyland)).json()["faults"]
    assert (shown["matched"], shown["struck"]) == (4, 2)
    assert [(each["faultId"], each["error"]) for each in struck(toyland)] == [
        ("flt_1", "rate_limit")
    ] * 2
    traffic = toyland.events(types="traffic.request_completed")
    marked = [each["data"].get("fault") for each in traffic]
    assert marked == [None, None, "flt_1", None, "flt_1", None, None]


def test_what_a_call_did_before_its_answer_was_lost_is_kept(toyland: Toyland) -> None:
    add(toyland, "POST /parcels: disconnect after")
    with pytest.raises(BROKEN):
        send(toyland, **{"idempotency-key": "k"})
    assert toyland.state()["counts"]["parcels"] == 1
    assert send(toyland, **{"idempotency-key": "k"}) == 201
    assert toyland.state()["counts"]["parcels"] == 1


def test_a_call_that_never_arrived_did_nothing(toyland: Toyland) -> None:
    add(toyland, "POST /parcels: disconnect before, once")
    with pytest.raises(BROKEN):
        send(toyland, **{"idempotency-key": "k"})
    assert toyland.state()["counts"]["parcels"] == 0
    assert toyland.events(types="traffic.request_completed") == []
    assert send(toyland, **{"idempotency-key": "k"}) == 201


def test_an_answer_is_cut_in_the_middle(toyland: Toyland) -> None:
    add(toyland, effect="cut_answer", call="POST /parcels")
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        send(toyland)
    assert toyland.state()["counts"]["parcels"] == 1


@pytest.mark.parametrize("effect", ["slow answer", "latency"])
def test_an_answer_that_takes_long_is_whole(toyland: Toyland, effect: str) -> None:
    add(toyland, f"any call: {effect} 0.5s")
    with pytest.raises(httpx.ReadTimeout), httpx.Client(timeout=0.02) as hasty:
        hasty.post(f"{toyland.url}/parcels", json={"to": "a"}, headers=KEY)
    add(toyland, f"any call: {effect} 10ms")
    answer = toyland.call("POST", "/parcels", json={"to": "bob"})
    assert (answer.status_code, answer.json()["to"]) == (201, "bob")
    assert answer.headers["x-mirra-fault"] == "flt_2"


def test_rules_go_one_by_one_and_with_a_reset(toyland: Toyland) -> None:
    for _ in range(3):
        add(toyland, "any call: rate_limit, always")
    one = toyland.control.delete(path(toyland), params={"faultId": "flt_2"})
    assert one.json() == {"removed": ["flt_2"]}
    again = toyland.control.delete(path(toyland), params={"faultId": "flt_2"})
    assert (again.status_code, again.json()["error"]["code"]) == (404, "mirra.fault.not_found")
    toyland.admin("state/reset")
    assert toyland.control.get(path(toyland)).json() == {"faults": []}
    add(toyland, "any call: rate_limit, always")
    assert toyland.control.delete(path(toyland)).json() == {"removed": ["flt_4"]}
    add(toyland, "any call: rate_limit, always")
    assert toyland.control.post(f"/v1/sessions/{toyland.id}/reset", json={}).status_code == 200
    assert send(toyland) == 201


def test_a_probability_with_a_seed_can_be_repeated(toyland: Toyland) -> None:
    def round() -> list[int]:
        add(toyland, "POST /parcels: rate_limit, always, probability 0.5 seed 7")
        seen = [send(toyland) for _ in range(12)]
        toyland.control.delete(path(toyland))
        return seen

    first = round()
    assert set(first) == {201, 429}
    assert round() == first


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"rule": "all is lost"}, "doesn't say which calls"),
        ({"rule": "POST /parcels: explode now"}, "nothing that can happen"),
        ({"rule": "POST /parcels: rate_limits"}, "Did you mean 'rate_limit'"),
        ({"rule": "POST /parcel: rate_limit"}, "Did you mean 'POST /parcels'"),
        ({"rule": "POST /ships: rate_limit"}, "answers no"),
        ({"rule": "POST /parcels: rate_limit, often"}, "'often' doesn't say how often"),
        ({"rule": "POST /parcels: latency soon"}, "no number of seconds"),
        ({"rule": "POST /parcels: latency 90s"}, "'seconds' is out of bounds"),
        ({"rule": "stripe POST /parcels: rate_limit"}, "no mirror 'stripe'"),
        ({"rule": "webhook parcel.sent: rate_limit"}, "happens to calls"),
        ({"rule": "webhook parcel.cent: lost"}, "Did you mean 'parcel.sent'"),
        ({"rule": "POST /parcels: lost"}, "happens to webhooks"),
        ({"rule": "webhook parcel.sent: late"}, "'delay' and the effect 'late'"),
        ({"rule": "webhook parcel.sent: late soon"}, "'soon' is not a length of time"),
        ({"rule": "any call: latency", "times": 2}, "not both"),
        ({"effect": "error"}, "'error' and the effect"),
        ({"effect": "latency", "probability": 0.5}, "takes a 'seed'"),
        ({"effect": "latency", "seconds": 31}, "'seconds'"),
        ({}, "'effect' is missing"),
    ],
)
def test_a_rule_that_nothing_could_meet_is_refused(
    toyland: Toyland, body: dict[str, Any], said: str
) -> None:
    answer = toyland.control.post(path(toyland), json=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
    assert toyland.control.get(path(toyland)).json() == {"faults": []}


@pytest.fixture
def hooked(toyland: Toyland, receiver: Receiver) -> Toyland:
    assert toyland.call("POST", "/hooks", json={"url": receiver.url}).status_code == 201
    return toyland


def sent(toyland: Toyland) -> list[tuple[str, str, int]]:
    return [(w["type"], w["status"], len(w["attempts"])) for w in toyland.webhooks()][::-1]


def test_a_webhook_is_lost(hooked: Toyland, receiver: Receiver) -> None:
    add(hooked, "webhook parcel.sent: lost")
    hooked.send("alice")
    hooked.send("bob")
    assert receiver.next().json["data"]["to"] == "bob"
    hooked.advance("1s")
    assert receiver.inbox.empty()
    assert sent(hooked) == [("parcel.sent", "failed", 1), ("parcel.sent", "delivered", 1)]
    assert struck(hooked)[0]["effect"] == "lost"


def test_a_webhook_comes_late(hooked: Toyland, receiver: Receiver) -> None:
    add(hooked, "webhook parcel.sent: late 10m")
    hooked.send("alice")
    hooked.send("bob")
    assert receiver.next().json["data"]["to"] == "bob"
    hooked.advance("9m")
    arrived = [receiver.next().json for _ in range(2)]
    assert {each["type"] for each in arrived} == {"parcel.arrived"}
    hooked.advance("2m")
    assert receiver.next().json["data"]["to"] == "alice"
    assert len(struck(hooked)) == 1


def test_a_webhook_comes_twice(hooked: Toyland, receiver: Receiver) -> None:
    add(hooked, "webhook parcel.*: twice")
    hooked.send("alice")
    first, second = receiver.next(), receiver.next()
    assert (first.body, first.headers) == (second.body, second.headers)
    hooked.advance("10s")
    assert receiver.next().json["type"] == "parcel.arrived"
    assert struck(hooked)[0]["responseStatus"] == 200


def test_webhooks_come_out_of_order(hooked: Toyland, receiver: Receiver) -> None:
    add(hooked, "webhook parcel.sent: out of order")
    hooked.send("alice")
    hooked.send("bob")
    assert [receiver.next().json["data"]["to"] for _ in range(2)] == ["bob", "alice"]


def test_a_webhook_comes_with_a_wrong_signature(hooked: Toyland, receiver: Receiver) -> None:
    add(hooked, "webhook parcel.sent: bad signature")
    hooked.send("alice")
    hooked.send("alice")
    wrong, right = receiver.next(), receiver.next()
    assert wrong.headers["toy-signature"] != right.headers["toy-signature"]


def test_a_connection_that_is_cut_on_purpose_is_no_failure(
    toyland: Toyland, caplog: pytest.LogCaptureFixture
) -> None:
    for effect in ("disconnect before", "disconnect after", "cut answer"):
        add(toyland, f"any call: {effect}")
        with pytest.raises(BROKEN):
            send(toyland)
    assert send(toyland) == 201
    assert [each for each in caplog.records if each.levelname != "DEBUG"] == []
