"""Webhooks in other forms: to one address alone, as a form or a query, with answers that count."""

from typing import Any

import httpx

from tests.local.receiver import Receiver, Reply
from tests.local.world import Toyland


def ask(toyland: Toyland, receiver: Receiver, method: str = "POST") -> dict[str, Any]:
    """Let the toy ask the receiver alone where a new parcel should go."""
    parcel = toyland.send("alice")
    body = {"url": receiver.url, "method": method}
    assert toyland.call("POST", f"/parcels/{parcel['id']}/track.json", json=body).is_success
    return parcel


def until(toyland: Toyland, type: str) -> dict[str, Any]:
    """Wait for the webhook of a type to be tried, and return what was logged."""
    after = 0
    while True:
        page = toyland.events(types="webhook.dispatched", after=after, wait=5)
        assert page, f"{type} was not dispatched within 5 s"
        for each in page:
            if each["data"]["type"] == type:
                return dict(each["data"])
        after = page[-1]["id"]


def test_an_event_may_go_to_one_address_in_the_vendors_own_form(
    toyland: Toyland, receiver: Receiver
) -> None:
    parcel = ask(toyland, receiver)
    got = receiver.next()
    assert (got.method, got.form) == ("POST", {"id": parcel["id"], "to": "alice"})
    assert got.headers["toy-signature"] == f"cker:{receiver.url}:{got.body.decode()}"
    logged = until(toyland, "parcel.asked")
    assert (logged["url"], logged["responseStatus"]) == (receiver.url, 200)
    assert logged["payload"]["data"] == got.form
    assert "method" not in logged


def test_an_event_may_be_a_get_request(toyland: Toyland, receiver: Receiver) -> None:
    parcel = ask(toyland, receiver, "GET")
    got = receiver.next()
    assert (got.method, got.body) == ("GET", b"")
    assert got.form == {"id": parcel["id"], "to": "alice"}
    logged = until(toyland, "parcel.asked")
    assert (logged["method"], logged["url"]) == ("GET", got.url)
    assert toyland.webhooks(type="parcel.asked")[0]["url"] == receiver.url


def test_a_receivers_answer_is_acted_on(toyland: Toyland, receiver: Receiver) -> None:
    receiver.answers.append(Reply("bob"))
    parcel = ask(toyland, receiver)
    until(toyland, "parcel.redirected")
    assert toyland.call("GET", f"/parcels/{parcel['id']}").json()["to"] == "bob"
    types = [each["type"] for each in toyland.events()]
    dispatched = types.index("webhook.dispatched", types.index("webhook.dispatched") + 1)
    assert types[dispatched : dispatched + 3] == [
        "webhook.dispatched",
        "state.changed",
        "webhook.dispatched",
    ]


def test_of_a_long_answer_only_the_beginning_is_read(toyland: Toyland, receiver: Receiver) -> None:
    """One byte more than the vendor reads tells it that there was more."""
    receiver.answers.append(Reply("x" * 500_000))
    parcel = ask(toyland, receiver)
    until(toyland, "parcel.redirected")
    assert toyland.call("GET", f"/parcels/{parcel['id']}").json()["to"] == "x" * 101


def test_a_mirror_that_fails_over_an_answer_writes_nothing_but_the_attempt(
    toyland: Toyland, receiver: Receiver
) -> None:
    receiver.answers.append(Reply("crash"))
    parcel = ask(toyland, receiver)
    until(toyland, "parcel.asked")
    assert toyland.call("GET", f"/parcels/{parcel['id']}").json()["to"] == "alice"
    delivery = toyland.webhooks(type="parcel.asked")[0]
    assert delivery["status"] == "delivered"
    assert [each["responseStatus"] for each in delivery["attempts"]] == [200]


def test_what_never_arrives_is_told_when_no_try_is_left(
    toyland: Toyland, receiver: Receiver
) -> None:
    receiver.answers.append(503)
    parcel = ask(toyland, receiver)
    assert until(toyland, "parcel.unknown")["payload"]["data"] == {
        "id": parcel["id"],
        "status": 503,
    }
    assert toyland.webhooks(type="parcel.asked")[0]["status"] == "failed"


def test_a_path_may_end_in_a_suffix_after_its_id(toyland: Toyland, receiver: Receiver) -> None:
    """As in Twilio's `/Messages/{Sid}.json`; without it the segment is the id itself."""
    id = toyland.send("alice")["id"]
    answer = toyland.call("POST", f"/parcels/{id}.track", json={"url": receiver.url})
    assert answer.json()["id"] == id
    missing: httpx.Response = toyland.call("GET", f"/parcels/{id}.json")
    assert missing.json() == {"message": f"no parcel {id}.json"}
