"""What keeps strangers and nonsense out of the control plane."""

import socket
from collections.abc import Callable

import httpx
import pytest

from tests.local.world import World


def test_a_token_is_needed_and_never_repeated(world: World) -> None:
    url = str(world.http.base_url)
    answer = httpx.get(f"{url}/v1/sessions")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "mirra.auth.missing")
    answer = httpx.get(f"{url}/v1/sessions", headers={"authorization": "Bearer mt_pat_planted"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "mirra.auth.invalid")
    assert "planted" not in answer.text


@pytest.mark.parametrize("path", ["/v1/sessions", "/healthz"])
def test_foreign_hosts_and_origins_are_refused(world: World, path: str) -> None:
    """DNS rebinding: a page that resolves its own name to 127.0.0.1 must get nothing."""
    answer = world.http.get(path, headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        403,
        "mirra.request.forbidden_host",
    )
    answer = world.http.get(path, headers={"origin": "https://evil.example"})
    assert answer.json()["error"]["code"] == "mirra.request.forbidden_origin"
    assert world.http.get(path, headers={"origin": "http://localhost:3000"}).status_code == 200


@pytest.mark.parametrize("host", ["[", "::1]", "[::1", "]", "a b", "127.0.0.1.evil.example", "@"])
@pytest.mark.parametrize("name", ["host", "origin"])
def test_a_host_or_origin_that_makes_no_sense_is_refused(
    world: World, name: str, host: str
) -> None:
    value = host if name == "host" else f"http://{host}"
    toyland = world.start()
    for answer in (
        world.http.get("/v1/sessions", headers={name: value}),
        world.http.get("/api/sdk/v1/marketplace", headers={name: value}),
        toyland.call("GET", "/parcels", headers={name: value}),
    ):
        assert answer.status_code == 403, answer.text


def test_a_client_that_leaves_in_mid_body_is_no_failure(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    url, toyland = world.http.base_url, world.start()
    token = world.http.headers["authorization"]
    for port, path in (
        (url.port, "/v1/sessions"),
        (url.port, "/api/sdk/v1/resources"),
        (httpx.URL(toyland.url).port, "/parcels"),
        (httpx.URL(toyland.url).port, "/_mirra/simulate"),
    ):
        head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {token}\r\n"
        with socket.create_connection((url.host, port or 0), timeout=5) as connection:
            connection.sendall(f"{head}content-length: 100\r\n\r\n{{".encode())
        assert toyland.send()["status"] == "sent"
    assert [each for each in caplog.records if each.levelname != "DEBUG"] == []


def test_mirrors_refuse_foreign_hosts_too(world: World) -> None:
    toyland = world.start()
    for path in ("/parcels", "/_mirra/state"):
        answer = toyland.call("GET", path, headers={"host": "evil.example"})
        assert answer.json()["error"]["code"] == "mirra.request.forbidden_host"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/session", 404, "mirra.request.not_found"),
        ("GET", "/v1/sessions/", 404, "mirra.request.not_found"),
        ("GET", "/../etc/passwd", 404, "mirra.request.not_found"),
        ("PUT", "/v1/sessions", 405, "mirra.request.method_not_allowed"),
        ("POST", "/v1/runs", 400, "mirra.request.invalid"),
        ("GET", "/v1/catalog/toi", 404, "mirra.session.mirror_not_in_catalog"),
    ],
)
def test_other_paths_and_methods_are_refused_clearly(
    world: World, method: str, path: str, status: int, code: str
) -> None:
    answer = world.http.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["hint"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff\xfe", b"\x00" * 10, b"null", b"{" * 100_000]
)
def test_a_body_that_is_no_json_object_is_refused(world: World, body: bytes) -> None:
    answer = world.http.post("/v1/sessions", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "mirra.request.malformed")


def test_an_oversized_body_is_refused(world: World) -> None:
    answer = world.http.post("/v1/sessions", content=b" " * (5 * 1024 * 1024))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "mirra.request.too_large")


def test_every_answer_tells_the_rate_limit(world: World) -> None:
    """Source: https://docs.mirra.run/reference/api (Base URL)."""
    headers = world.http.get("/v1/sessions").headers
    assert headers["x-mirra-ratelimit-limit"] == "600"
    assert 0 <= int(headers["x-mirra-ratelimit-remaining"]) < 600
    assert int(headers["x-mirra-ratelimit-reset"]) > 1_700_000_000


def test_the_rate_limit_is_enforced_where_it_is_asked_for(
    make_world: Callable[..., World],
) -> None:
    world = make_world(rate_limit=3)
    statuses = [world.http.get("/v1/sessions").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_the_catalog_lists_and_describes_the_mirrors(world: World) -> None:
    assert world.http.get("/v1/catalog").json()["mirrors"][0]["fixtures"] == ["empty", "busy"]
    toy = world.http.get("/v1/catalog/toy").json()
    assert toy == world.start().call("GET", "/_mirra/metadata").json()
    assert toy["simulateEvents"] == [
        {
            "event": "parcel.lost",
            "description": "A parcel disappears on its way.",
            "params": {
                "parcelId": {"type": "string", "required": False},
                "why": {"type": '"theft" | "fire"', "required": False, "default": "fire"},
            },
            "fires": ["parcel.lost"],
            "aliases": ["lost"],
        }
    ]
    assert {"method": "GET", "path": "/parcels/{id}"} in toy["endpoints"]
    assert toy["gaps"] == ["POST /ships: Ships don't sail here."]
    statuses = {"packed": ["sent"], "sent": ["arrived", "lost"]}
    assert toy["entities"][0] == {"name": "parcel", "plural": "parcels", "statuses": statuses}
