"""A mirror on the wire: routing, refusals, idempotency."""

import json
import socket

import httpx
import pytest

from tests.local.world import KEY, Toyland


def test_a_fixed_path_wins_over_a_placeholder(toyland: Toyland) -> None:
    parcel = toyland.send()
    assert toyland.call("GET", "/parcels/latest").json()["id"] == parcel["id"]
    assert toyland.call("GET", f"/parcels/{parcel['id']}").json() == parcel


@pytest.mark.parametrize("path", ["/parcels/a%2Fb", "/parcels/%20", "/parcels/..%2F..%2Fx"])
def test_placeholders_are_decoded_and_never_leave_their_segment(
    toyland: Toyland, path: str
) -> None:
    answer = toyland.call("GET", path)
    name = httpx.URL(path).raw_path.decode().removeprefix("/parcels/")
    decoded = {"a%2Fb": "a/b", "%20": " ", "..%2F..%2Fx": "../../x"}[name]
    assert (answer.status_code, answer.json()["message"]) == (404, f"no parcel {decoded}")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "/nothing", b"", 404, "no such path"),
        ("GET", "/parcels/a/b", b"", 404, "no such path"),
        ("GET", "/", b"", 404, "no such path"),
        ("PUT", "/parcels", b"{}", 405, "use ['GET', 'POST']"),
        ("POST", "/parcels", b"{", 400, "not JSON"),
        ("POST", "/parcels", b"\xff", 400, "not JSON"),
        ("POST", "/parcels", b"[]", 422, ": Input should be a valid dictionary or instance"),
        ("POST", "/parcels", b"", 422, "to: Field required"),
        ("POST", "/parcels", b" " * 100_001, 413, "too large"),
        ("POST", "/ships", b"{}", 501, "Ships don't sail here."),
    ],
)
def test_nonsense_gets_the_vendors_own_refusal(
    toyland: Toyland, method: str, path: str, body: bytes, status: int, message: str
) -> None:
    answer = toyland.call(method, path, content=body)
    assert answer.status_code == status
    assert answer.json()["message"].startswith(message)
    assert answer.headers["x-mirra-version"].startswith("toy@1.0.0")


def test_a_stranger_is_refused_before_anything_else(toyland: Toyland) -> None:
    answer = toyland.call("POST", "/parcels", content=b"{", headers={})
    assert (answer.status_code, answer.json()) == (401, {"message": "who are you?"})


@pytest.mark.parametrize(("to", "status"), [("nowhere", 422), ("crash", 500)])
def test_a_failed_call_changes_nothing_but_the_trace(
    toyland: Toyland, to: str, status: int
) -> None:
    before = toyland.state()
    answer = toyland.call("POST", "/parcels", json={"to": to})
    assert answer.status_code == status
    after = toyland.state()
    assert (after["state"], after["counts"]) == (before["state"], before["counts"])
    assert toyland.webhooks() == []
    assert toyland.advance("10s")["firedCount"] == 0
    traffic = toyland.events(types="traffic.request_completed")
    assert [each["data"]["error"] for each in traffic] == [answer.json()]


def test_ids_go_on_as_if_the_failed_call_had_not_been(toyland: Toyland) -> None:
    toyland.call("POST", "/parcels", json={"to": "nowhere"})
    first = toyland.send()["id"]
    toyland.admin("state/reset")
    assert toyland.send()["id"] == first


def test_a_repeated_key_gets_the_first_answer_again(toyland: Toyland) -> None:
    headers = {**KEY, "idempotency-key": "k1"}
    first = toyland.call("POST", "/parcels", json={"to": "alice"}, headers=headers)
    again = toyland.call("POST", "/parcels", json={"to": "alice"}, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert toyland.state()["counts"]["parcels"] == 1
    other = toyland.call("POST", "/parcels", json={"to": "bob"}, headers=headers)
    assert (other.status_code, other.json()["message"]) == (409, "that key was another request")


def test_a_key_is_forgotten_after_its_time_and_on_reset(toyland: Toyland) -> None:
    headers = {**KEY, "idempotency-key": "k1"}
    toyland.call("POST", "/parcels", json={"to": "alice"}, headers=headers)
    toyland.advance("25h")
    answer = toyland.call("POST", "/parcels", json={"to": "bob"}, headers=headers)
    assert answer.status_code == 201
    toyland.admin("state/reset")
    answer = toyland.call("POST", "/parcels", json={"to": "carol"}, headers=headers)
    assert answer.status_code == 201


def test_a_refused_call_does_not_use_up_its_key(toyland: Toyland) -> None:
    headers = {**KEY, "idempotency-key": "k1"}
    toyland.call("POST", "/parcels", json={"to": "nowhere"}, headers=headers)
    answer = toyland.call("POST", "/parcels", json={"to": "alice"}, headers=headers)
    assert answer.status_code == 201


def test_a_long_body_is_cut_in_the_trace(toyland: Toyland) -> None:
    toyland.send(tags=["x" * 10_000])
    traffic = toyland.events(types="traffic.request_completed")[0]["data"]
    assert len(json.dumps(traffic["request"])) < 6_000
    assert traffic["request"].endswith("bytes)")


def test_lists_page_by_cursor(toyland: Toyland) -> None:
    ids = [toyland.send(str(number))["id"] for number in range(5)][::-1]
    first = toyland.call("GET", "/parcels?limit=2").json()
    rest = toyland.call("GET", f"/parcels?limit=9&after={first[-1]['id']}").json()
    assert [each["id"] for each in first + rest] == ids


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /parcels HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{",
        b"POST /parcels HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /parcels HTTP/1.1\r\nhost: 127.0.0.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /parcels HTTP/9.9\r\n\r\n",
    ],
)
def test_a_client_that_breaks_off_harms_nobody(toyland: Toyland, sent: bytes) -> None:
    url = httpx.URL(toyland.url)
    with socket.create_connection((url.host, url.port or 0), timeout=5) as connection:
        connection.sendall(sent)
    assert toyland.send()["status"] == "sent"
    assert len(toyland.events(types="traffic.request_completed")) == 1


def _exchange(toyland: Toyland, sent: bytes, until: bytes) -> list[bytes]:
    """Send bytes at once; return the answers, up to one that ends like `until`."""
    url = httpx.URL(toyland.url)
    with socket.create_connection((url.host, url.port or 0), timeout=5) as connection:
        connection.sendall(sent)
        got = b""
        while not got.endswith(until):
            got += connection.recv(65_536)
    return got.split(b"HTTP/1.1 ")[1:]


def test_calls_of_every_kind_on_one_connection_are_answered_in_order(toyland: Toyland) -> None:
    """Most calls are answered as soon as they are there; those that can't be wait their turn."""
    id = toyland.send()["id"].encode()
    head = b" HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer toy\r\n"
    large = b'{"to": "%s"}' % (b"x" * 90_000)
    sent = [
        b"GET /parcels/%s%s\r\n" % (id, head),
        b"HEAD /parcels/latest%s\r\n" % head,
        b"GET /_mirra/metadata%s\r\n" % head,
        b"GET /parcels/none?a=1#b%s\r\n" % head,
        b"POST /parcels%scontent-length: %d\r\n\r\n%s" % (head, len(large), large),
        b'POST /parcels%sexpect: 100-continue\r\ncontent-length: 11\r\n\r\n{"to": "y"}' % head,
        b'POST /parcels%stransfer-encoding: chunked\r\n\r\n4\r\n{"to\r\n7\r\n": "z"}\r\n0\r\n\r\n'
        % head,
        b"GET /parcels/last%sx-last: 1\r\n\r\n" % head,
    ]
    answers = _exchange(toyland, b"".join(sent), b'{"message":"no parcel last"}')
    statuses = [int(each[:3]) for each in answers]
    assert statuses == [200, 405, 200, 404, 201, 100, 201, 201, 404]
    assert answers[0].endswith(b"}")
    assert id in answers[0]
    kept = [each["to"] for each in toyland.call("GET", "/parcels?limit=3").json()]
    assert kept == ["z", "y", "x" * 90_000]
