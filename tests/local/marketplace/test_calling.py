"""What a call sends to the resource's own API, and what it makes of the answer."""

import gzip
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.marketplace.shop import Shop
from tests.local.marketplace.upstream import Request, Upstream, answer, serving

PAID = {"model": "pay-per-call", "basePrice": 0.001, "currency": "USDC"}


@pytest.fixture(scope="module")
def prices(shop: Shop, upstream: Upstream) -> str:
    return shop.installed(upstream.url, pricing=PAID)


def test_parameters_go_where_the_openapi_document_says(
    shop: Shop, upstream: Upstream, prices: str
) -> None:
    done = shop.call(prices, "getPrice", symbol="BTC/€ ?", days=7, **{"X-Trace": "abc"})
    request = upstream.last()
    assert (request.method, request.target) == ("GET", "/prices/BTC%2F%E2%82%AC%20%3F?days=7")
    assert request.headers["x-trace"] == "abc"
    assert request.headers["host"] == f"127.0.0.1:{upstream.port}"
    assert "authorization" not in request.headers
    assert set(done) == {"result", "cost", "duration", "statusCode"}
    assert done["result"]["query"] == [["days", "7"]]
    assert (done["cost"], done["statusCode"]) == (0.001, 200)
    assert isinstance(done["duration"], int)


def test_a_body_is_made_of_its_properties_or_given_whole(
    shop: Shop, upstream: Upstream, prices: str
) -> None:
    upstream.script("/orders", answer({"id": 1}, 201))
    assert shop.call(prices, "order", symbol="X", amount=2)["statusCode"] == 201
    assert upstream.last().json == {"symbol": "X", "amount": 2}
    assert upstream.last().headers["content-type"] == "application/json"
    shop.call(prices, "order", body={"symbol": "Y", "amount": 1.5, "note": None})
    assert upstream.last().json == {"symbol": "Y", "amount": 1.5, "note": None}


@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("getPrice", {}, "symbol"),
        ("getPrice", {"symbol": 5}, "symbol"),
        ("getPrice", {"symbol": ""}, "symbol"),
        ("getPrice", {"symbol": ".."}, "symbol"),
        ("getPrice", {"symbol": "X", "days": 0}, "days"),
        ("getPrice", {"symbol": "X", "dyas": 1}, "dyas"),
        ("getPrice", {"symbol": "X", "X-Trace": "a\r\nX-Admin: 1"}, "X-Trace"),
        ("order", {}, "symbol"),
        ("order", {"symbol": "X"}, "amount"),
        ("order", {"symbol": "X", "amount": 0}, "amount"),
        ("order", {"symbol": "X", "amount": 1, "extra": 1}, "extra"),
        ("order", {"body": "text"}, "body"),
    ],
)
def test_wrong_parameters_are_named_before_anything_is_sent(
    shop: Shop, upstream: Upstream, prices: str, method: str, params: dict[str, Any], field: str
) -> None:
    before = len(upstream.requests), shop.usage(prices)["totalCalls"]
    status, error = shop.failed(prices, method, **params)
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    assert field in [each["field"] for each in error["details"]]
    assert (len(upstream.requests), shop.usage(prices)["totalCalls"]) == before


def test_a_url_that_is_too_long_is_refused_before_anything_is_sent(
    shop: Shop, upstream: Upstream, prices: str
) -> None:
    before = len(upstream.requests), shop.usage(prices)["totalCalls"]
    status, error = shop.failed(prices, "getPrice", symbol="x" * 70_000)
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    assert "make a URL of 70008 characters" in error["message"]
    assert (len(upstream.requests), shop.usage(prices)["totalCalls"]) == before


def test_a_misspelt_method_or_parameter_is_told_what_was_meant(shop: Shop, prices: str) -> None:
    status, error = shop.failed(prices, "getPrise", symbol="X")
    assert (status, error["code"]) == (404, "NOT_FOUND")
    assert "Did you mean 'getPrice'?" in error["message"]
    _, error = shop.failed(prices, "getPrice", symbl="X")
    assert "Did you mean 'symbol'?" in error["message"]


@pytest.mark.parametrize("status", [400, 404, 418, 429, 500, 503])
def test_what_the_resource_refuses_is_told_and_not_charged(
    shop: Shop, upstream: Upstream, prices: str, status: int
) -> None:
    upstream.script("/prices/BAD", answer({"error": {"message": "No such thing."}}, status))
    before = shop.usage(prices)
    code, error = shop.failed(prices, "getPrice", symbol="BAD")
    assert (code, error["code"]) == (502, "UPSTREAM_ERROR")
    assert error["message"] == f"The resource answered {status}: No such thing."
    assert error["details"]["statusCode"] == status
    after = shop.usage(prices)
    assert after["totalCalls"] == before["totalCalls"] + 1
    assert after["totalCost"] == before["totalCost"]
    latest = after["recentCalls"][0]
    assert (latest["cost"], latest["success"], latest["method"]) == (0.0, False, "getPrice")


def _hang(request: Request, sock: socket.socket) -> None:
    sock.recv(1)


def _drip(request: Request, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
    sock.recv(1)


def _flood(request: Request, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
    for _ in range(200):
        sock.sendall(b"x" * 65_536)


BOMB = gzip.compress(b"\0" * 50_000_000, 1)
BROKEN: dict[str, tuple[Any, str]] = {
    "floods": (_flood, "too_large"),
    "is a bomb": (answer(BOMB, content_encoding="gzip"), "too_large"),
    "is shorter than it says": (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}", "broken"),
    "has a length that is none": (b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}", "broken"),
    "says nothing": (b"", "broken"),
    "is no HTTP": (b"SSH-2.0-OpenSSH\r\n\r\n", "broken"),
    "breaks its chunks": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        "broken",
    ),
    "is no gzip": (answer(b"plain", content_encoding="gzip"), "broken"),
    "is encoded strangely": (answer(b"x", content_encoding="br"), "broken"),
    "has endless headers": (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000 + b"\r\n\r\n", "broken"),
}


@pytest.mark.parametrize("how", sorted(BROKEN))
def test_a_resource_that(shop: Shop, upstream: Upstream, prices: str, how: str) -> None:
    """...misbehaves is reported as such, soon, counted and never charged."""
    script, reason = BROKEN[how]
    upstream.script("/prices/ODD", script)
    before = shop.usage(prices)
    status, error = shop.failed(prices, "getPrice", symbol="ODD")
    assert (status, error["code"], error["details"]["reason"]) == (502, "UPSTREAM_ERROR", reason)
    after = shop.usage(prices)
    assert after["totalCost"] == before["totalCost"]
    assert after["totalCalls"] == before["totalCalls"] + 1


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A marketplace that doesn't wait for long."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("hasty"),
        resource_hosts=("127.0.0.1",),
        resource_timeout=0.4,
    )
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        yield shop


@pytest.mark.parametrize("how", [_hang, _drip], ids=["at once", "after it began"])
def test_a_resource_that_hangs_is_left(hasty: Shop, upstream: Upstream, how: Any) -> None:
    id = hasty.installed(upstream.url, pricing=PAID)
    upstream.script("/prices/SLOW", how)
    status, error = hasty.failed(id, "getPrice", symbol="SLOW")
    assert (status, error["code"], error["details"]["reason"]) == (502, "UPSTREAM_ERROR", "timeout")
    used = hasty.usage(id)
    assert (used["totalCalls"], used["totalCost"]) == (1, 0.0)


def test_more_bytes_than_announced_are_not_the_next_answer(
    shop: Shop, upstream: Upstream, prices: str
) -> None:
    lie = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" + answer({"evil": True})
    upstream.script("/prices/LONG", lie)
    assert shop.call(prices, "getPrice", symbol="LONG")["result"] == {}
    assert "evil" not in json.dumps(shop.call(prices, "getPrice", symbol="FINE"))


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (answer(b"", 204), None),
        (answer(b"hello", content_type="text/plain"), "hello"),
        (answer(b"{broken"), "{broken"),
        (answer(b"\xff\xfe", content_type="a/b"), {"contentType": "a/b", "base64": "//4="}),
        (answer(b'{"a": NaN, "b": 1e999}'), {"a": "NaN", "b": "1e999"}),
        (answer(b'"\\ud800 \\ud83d\\udca5"'), "? 💥"),
        (answer(b"9" * 5000), "9" * 5000),
        (answer(b"[" * 500 + b"]" * 500), "[" * 500 + "]" * 500),
        (answer(gzip.compress(b'{"zipped": true}'), content_encoding="gzip"), {"zipped": True}),
    ],
    ids=["nothing", "text", "no JSON", "bytes", "no number", "half a character", "a huge number",
         "very deep", "gzip"],
)  # fmt: skip
def test_whatever_comes_back_is_shown(
    shop: Shop, upstream: Upstream, prices: str, reply: bytes, result: Any
) -> None:
    upstream.script("/prices/ANY", reply)
    assert shop.call(prices, "getPrice", symbol="ANY")["result"] == result


def test_redirects_on_the_same_host_are_followed(
    shop: Shop, upstream: Upstream, prices: str
) -> None:
    upstream.script("/prices/OLD", answer({}, 301, location="/prices/NEW?x=1"))
    done = shop.call(prices, "getPrice", symbol="OLD")
    assert done["result"] == {"path": "/prices/NEW", "query": [["x", "1"]]}
    upstream.script("/prices/RING", answer({}, 302, location="/prices/RING"))
    _, error = shop.failed(prices, "getPrice", symbol="RING")
    assert error["details"]["reason"] == "redirects"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_to_another_host_are_not_followed(
    shop: Shop, upstream: Upstream, prices: str, status: int
) -> None:
    with serving() as other:
        for location in (f"{other.url}/steal", f"//127.0.0.1:{other.port}/steal"):
            upstream.script("/prices/AWAY", answer({}, status, location=location))
            code, error = shop.failed(prices, "getPrice", symbol="AWAY")
            assert (code, error["details"]["reason"]) == (502, "redirects")
        assert other.requests == []
    for location in ("file:///etc/passwd", "https://user:pw@127.0.0.1/", "http://[::1"):
        upstream.script("/prices/AWAY", answer({}, status, location=location))
        assert shop.failed(prices, "getPrice", symbol="AWAY")[0] == 502


def test_nobody_at_home_is_told(shop: Shop) -> None:
    with serving() as gone:
        id = shop.installed(gone.url)
    status, error = shop.failed(id, "getPrice", symbol="X")
    assert (status, error["details"]["reason"]) == (502, "unreachable")
    named = shop.installed("http://nowhere.invalid")
    assert shop.failed(named, "getPrice", symbol="X")[1]["details"]["reason"] == "unresolved"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A marketplace as it is without the setting."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("closed"))
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        yield shop


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0.0.0.0", "[::1]", "[::]", "10.0.0.1",
     "169.254.169.254", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]",
     "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_addresses_of_this_machine_and_its_network_need_a_setting(
    closed: Shop, upstream: Upstream, host: str
) -> None:
    before = len(upstream.requests)
    id = closed.installed(f"http://{host}:{upstream.port}")
    status, error = closed.failed(id, "getPrice", symbol="X")
    assert (status, error["code"]) == (403, "PERMISSION_DENIED")
    assert "MIRRA_RESOURCE_HOSTS" in error["message"]
    assert len(upstream.requests) == before


def test_a_resource_that_is_not_installed_can_not_be_called(shop: Shop, upstream: Upstream) -> None:
    id = shop.published(upstream.url)
    status, error = shop.failed(id, "getPrice", symbol="X")
    assert (status, error["code"]) == (409, "NOT_INSTALLED")
    assert f"/resources/{id}/install" in error["message"]
    status, error = shop.failed("resource_nowhere", "getPrice")
    assert (status, error["code"]) == (404, "NOT_FOUND")
