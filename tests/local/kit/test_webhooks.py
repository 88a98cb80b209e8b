"""Webhooks: in order, beside the answers, retried on the session's clock, to loopback only."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.client.certificates import self_signed
from tests.local.receiver import Receiver, receiving
from tests.local.world import Toyland, World


def subscribe(toyland: Toyland, url: str) -> dict[str, Any]:
    return dict(toyland.call("POST", "/hooks", json={"url": url}).json())


def settled(toyland: Toyland, **query: Any) -> list[dict[str, Any]]:
    """Wait until no webhook is under way, and list them oldest first."""
    after = 0
    while True:
        found = toyland.webhooks(**query)[::-1]
        if not any(each["status"] == "pending" and not each["attempts"] for each in found):
            return found
        page = toyland.events(types="webhook.dispatched", after=after, wait=5)
        assert page, "no webhook was dispatched within 5 s"
        after = page[-1]["id"]


def test_a_subscriber_gets_each_event_signed_and_in_order(
    toyland: Toyland, receiver: Receiver
) -> None:
    hook = subscribe(toyland, receiver.url)
    sent = [toyland.send(str(number)) for number in range(10)]
    got = [receiver.next() for _ in sent]
    assert [each.json["data"] for each in got] == sent
    assert all(each.headers["toy-signature"].startswith(hook["secret"][-4:]) for each in got)
    delivery = settled(toyland)[0]
    assert (delivery["status"], delivery["url"]) == ("delivered", receiver.url)
    assert [each["responseStatus"] for each in delivery["attempts"]] == [200]
    event = toyland.events(types="webhook.dispatched")[0]["data"]
    assert (event["deliveryId"], event["attempt"]) == (delivery["deliveryId"], 1)
    assert event["responseStatus"] == 200


def test_moving_the_clock_sends_what_falls_due_before_it_answers(
    toyland: Toyland, receiver: Receiver
) -> None:
    subscribe(toyland, receiver.url)
    toyland.send()
    moved = toyland.advance("1h")
    assert [each["webhooks"] for each in moved["fired"]] == [["parcel.arrived"]]
    assert [receiver.inbox.get_nowait().json["type"] for _ in range(2)] == [
        "parcel.sent",
        "parcel.arrived",
    ]


def test_moving_the_clock_waits_for_what_is_under_way(toyland: Toyland, receiver: Receiver) -> None:
    subscribe(toyland, receiver.url)
    for number in range(20):
        toyland.send(str(number))
    toyland.advance("1s")
    assert receiver.inbox.qsize() == 20


def test_a_failing_receiver_is_tried_again_on_the_vendors_schedule(
    toyland: Toyland, receiver: Receiver
) -> None:
    """The toy retries as Svix does. Source: https://docs.svix.com/retries"""
    receiver.answers.extend([500, 200, 404, 301])  # the second is for parcel.arrived
    subscribe(toyland, receiver.url)
    toyland.send()
    settled(toyland)
    toyland.advance("10h")
    delivery = toyland.webhooks(type="parcel.sent")[0]
    assert delivery["status"] == "delivered"
    assert [each["responseStatus"] for each in delivery["attempts"]] == [500, 404, 301, 200]
    messages = {receiver.next().headers["toy-signature"] for _ in range(4)}
    assert len(messages) == 2


def test_a_receiver_that_never_recovers_is_given_up(toyland: Toyland) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        subscribe(toyland, url)
        parcel = toyland.send()
        settled(toyland)
        toyland.advance("3d")
    delivery = next(each for each in toyland.webhooks() if each["payload"]["type"] == "parcel.sent")
    assert delivery["payload"]["data"] == parcel
    assert (delivery["status"], len(delivery["attempts"])) == ("failed", 8)
    assert {each["error"] for each in delivery["attempts"]} == {
        f"Nothing accepts connections at {url}."
    }


def test_a_stalling_receiver_delays_neither_answers_nor_later_webhooks(
    toyland: Toyland, receiver: Receiver
) -> None:
    receiver.answers.append("stall")
    subscribe(toyland, receiver.url)
    toyland.send("first")
    assert receiver.next().json["data"]["to"] == "first"
    toyland.send("second")
    assert receiver.next().json["data"]["to"] == "second"
    receiver.go_on.set()
    assert {each["status"] for each in settled(toyland)} == {"delivered"}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://169.254.169.254/latest", "loopback addresses only"),
        ("https://hooks.example.com/x", "loopback addresses only"),
        ("http://10.0.0.1/", "loopback addresses only"),
        ("ftp://127.0.0.1/", "must begin with http"),
        ("nonsense", "must begin with http"),
        ("http://[::1", "can't be read"),
    ],
)
def test_webhooks_never_leave_this_machine(toyland: Toyland, url: str, words: str) -> None:
    subscribe(toyland, url)
    toyland.send()
    delivery = settled(toyland)[0]
    assert (delivery["status"], len(delivery["attempts"])) == ("failed", 1)
    assert words in delivery["attempts"][0]["error"]


def test_an_allowed_host_still_may_not_point_to_link_local(
    make_world: Callable[..., World],
) -> None:
    toyland = make_world(webhook_hosts=("169.254.169.254",)).start()
    subscribe(toyland, "http://169.254.169.254/latest")
    toyland.send()
    assert "webhooks never go" in settled(toyland)[0]["attempts"][0]["error"]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    toyland: Toyland, tmp_path: Path
) -> None:
    with receiving(self_signed(tmp_path / "server.pem")) as receiver:
        subscribe(toyland, receiver.url)
        toyland.send()
        [attempt] = settled(toyland)[0]["attempts"]
        assert attempt["error"] == f"Nothing accepts connections at {receiver.url}."
        assert receiver.inbox.empty()


def test_a_redirect_is_not_followed(toyland: Toyland, receiver: Receiver) -> None:
    receiver.answers.append(302)
    subscribe(toyland, receiver.url)
    toyland.send()
    assert settled(toyland)[0]["attempts"][0]["responseStatus"] == 302


def test_a_webhook_can_be_sent_again_by_hand(toyland: Toyland, receiver: Receiver) -> None:
    subscribe(toyland, receiver.url)
    toyland.send()
    first = receiver.next()
    id = settled(toyland)[0]["deliveryId"]
    after = toyland.events()[-1]["id"]
    assert toyland.admin("webhooks/retry", deliveryId=id)["status"] == "pending"
    assert receiver.next().body == first.body
    assert (
        toyland.events(after=after, wait=5, types="webhook.dispatched")[0]["data"]["attempt"] == 2
    )


def test_a_reset_drops_subscriptions_and_what_was_still_to_be_sent(
    toyland: Toyland, receiver: Receiver
) -> None:
    receiver.answers.append(500)
    subscribe(toyland, receiver.url)
    toyland.send()
    settled(toyland)
    toyland.admin("state/reset")
    assert toyland.webhooks()[0]["status"] == "canceled"
    toyland.send()
    toyland.advance("1d")
    assert receiver.inbox.qsize() == 1
    assert toyland.webhooks(status="unsubscribed")


def test_ending_a_session_does_not_wait_for_a_stalling_receiver(
    world: World, receiver: Receiver
) -> None:
    receiver.answers.append("stall")
    toyland = world.start()
    subscribe(toyland, receiver.url)
    toyland.send()
    receiver.next()
    assert toyland.end()["status"] == "ended"
    assert world.start().end()["status"] == "ended"


def test_a_handler_may_call_the_mirror_back(world: World) -> None:
    """A handler that reads the API while it is being told must not wait for itself."""
    toyland = world.start()
    with receiving() as receiver:
        subscribe(toyland, receiver.url)
        receiver.answers.append("stall")
        parcel = toyland.send()
        receiver.next()
        assert toyland.call("GET", f"/parcels/{parcel['id']}").status_code == 200
    toyland.end()


def test_a_retry_asked_for_while_a_try_is_under_way_is_not_lost(
    toyland: Toyland, receiver: Receiver
) -> None:
    receiver.answers.append("stall")
    subscribe(toyland, receiver.url)
    toyland.send()
    first = receiver.next()
    toyland.admin("webhooks/retry", deliveryId=toyland.webhooks()[0]["deliveryId"])
    receiver.go_on.set()
    assert receiver.next().body == first.body
