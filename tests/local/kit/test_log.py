"""The log can always be read, and shows no secret, whatever a caller sends."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mirra_mcp.local.kit import masks
from mirra_mcp.local.kit.clock import Clock
from tests.local.world import KEY, Toyland

STREAM = {"accept": "text/event-stream"}
CARD = "4242424242424242"


def traffic(toyland: Toyland) -> dict[str, Any]:
    return dict(toyland.events(types="traffic.request_completed")[-1]["data"])


def nested(levels: int, opening: str = '{"a":', closing: str = "}") -> bytes:
    return (opening * levels + "1" + closing * levels).encode()


@pytest.mark.parametrize("levels", [99, 100, 101, 254, 255, 600])
@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_a_body_of_any_depth_leaves_a_log_that_can_be_read(
    toyland: Toyland, levels: int, key: bool, opening: str, closing: str
) -> None:
    body = nested(levels, opening, closing)
    answer = toyland.call("POST", "/parcels", content=body, headers=KEY if key else {})
    assert answer.status_code == (401 if not key else 400 if levels > 100 else 422)
    logged = traffic(toyland)
    assert logged["request"] == (json.loads(body) if levels <= 100 else body.decode())
    assert logged["status"] == answer.status_code


def test_a_body_over_several_lines_is_one_event_of_the_stream(toyland: Toyland) -> None:
    body = '{\n  "to": "al\\nice\x85\u2028\u2029",\r\n  "tags": ["a  b"]\n}'.encode()
    assert toyland.call("POST", "/parcels", content=body).status_code == 201
    path = f"/v1/sessions/{toyland.id}/events?types=traffic.request_completed"
    with toyland.control.stream("GET", path, headers=STREAM) as stream:
        lines = [next(lines) for lines in [stream.iter_lines()] for _ in range(4)]
    assert [line.partition(":")[0] for line in lines] == ["id", "event", "data", ""]
    assert json.loads(lines[2][6:])["request"] == {
        "to": "al\nice\x85\u2028\u2029",
        "tags": ["a  b"],
    }


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\x00", b'{"a": "\\ud800"}', b"\x00", b'{"a": NaN}', b'{"a": 1e999}', b"{" * 3000],
)
def test_what_is_no_json_is_shown_as_the_text_that_it_is(toyland: Toyland, body: bytes) -> None:
    assert toyland.call("POST", "/parcels", content=body).status_code == 400
    assert traffic(toyland)["request"] == body.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"password": "hunter2"}, {"password": "…"}),
        ({"password": "correct horse battery"}, {"password": "…"}),
        ({"password_digest": "$2a$10$abcdefghijklmnop"}, {"password_digest": "…"}),
        ({"secret_key": "ak_abcdefghijklmnop"}, {"secret_key": "ak_…mnop"}),
        ([[{"apiKey": "sk_live_abcdefghijkl"}]], [[{"apiKey": "sk_live_…ijkl"}]]),
        ({"card": {"number": CARD, "cvc": "123"}}, {"card": {"number": "…4242", "cvc": "…"}}),
        ({"card": {"number": int(CARD), "cvc": 123}}, {"card": {"number": "…4242", "cvc": "…"}}),
        ({"note": f"call me, {CARD[:4]} 4242 4242 4242"}, {"note": "call me, …4242"}),
        ([{"name": "client_secret", "value": "x"}], [{"name": "client_secret", "value": "…"}]),
        ({"number": "12", "codename": "x"}, {"number": "12", "codename": "x"}),
        ({"to": "+4915112345678"}, {"to": "+4915112345678"}),
        ({"id": "4242424242424241"}, {"id": "4242424242424241"}),
    ],
)  # fmt: skip
def test_secrets_in_json_are_masked_at_any_depth(toyland: Toyland, sent: Any, shown: Any) -> None:
    toyland.call("POST", "/parcels", json=sent)
    assert traffic(toyland)["request"] == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("user=a&password=hunter2&b=c", "user=a&password=…&b=c"),
        ("card[number]=4242424242424242&card[cvc]=123", "card[number]=…4242&card[cvc]=…"),
        ("card%5Bnumber%5D=4000000000000001", "card%5Bnumber%5D=…0001"),
        ("card%5Bcvc%5D=1&a=1", "card%5Bcvc%5D=…&a=1"),
        ("note=4242+4242+4242+4242&Token=abc", "note=…4242&Token=…"),
        ("password=&to=%2B14155550100", "password=&to=%2B14155550100"),
        ("PageToken=PA1", "PageToken=PA1"),
    ],
)  # fmt: skip
def test_secrets_in_forms_and_queries_are_masked(toyland: Toyland, sent: str, shown: str) -> None:
    toyland.call("POST", f"/parcels?{sent}", content=sent.encode())
    logged = traffic(toyland)
    assert (logged["request"], logged["query"]) == (shown, shown)


def test_secrets_in_a_body_that_is_cut_are_masked() -> None:
    body = json.dumps({"password": "hunter2", "card": {"number": "4000000000000001"}}).encode()
    shown = masks.body(body + b" " * 5000, 4096)
    assert "hunter2" not in shown
    assert "40000" not in shown


@pytest.mark.parametrize("query", ["limit", "after"])
def test_numbers_of_any_length_are_refused(toyland: Toyland, query: str) -> None:
    path = f"/v1/sessions/{toyland.id}/events?{query}={'9' * 5000}"
    answer = toyland.control.get(path, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "mirra.request.invalid")
    answer = toyland.control.get(path.partition("?")[0], headers={"last-event-id": "9" * 5000})
    assert answer.status_code == 400


def test_a_wall_clock_that_steps_back_does_not_turn_the_sessions_time_back() -> None:
    real = datetime(2026, 5, 4, 12, tzinfo=UTC)
    clock = Clock(lambda: real)
    clock.move_to(real + timedelta(days=1))
    before = clock.now()
    real -= timedelta(hours=3)
    assert clock.now() == before
    real += timedelta(minutes=1)
    assert clock.now() == before + timedelta(minutes=1)
    kept = clock.save()
    real -= timedelta(hours=3)
    again = Clock(lambda: real)
    again.load(kept)
    assert again.now() == before + timedelta(minutes=1)
