"""Credentials: where they go, who sees them, how they are kept, renewed and cleared."""

import base64
import json
import logging
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.marketplace.shop import METHODS, PRICES, Shop, auth
from tests.local.marketplace.upstream import Request, Upstream, answer, serving

PLANTED = "planted-7f3a-secret"


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _in_header(name: str, value: str) -> tuple[str, str, str]:
    return ("header", name, value)


KINDS: dict[str, tuple[dict[str, Any], str, dict[str, str], tuple[str, str, str]]] = {
    "api_key": (auth("api_key"), "api_key", {"apiKey": PLANTED}, ("header", "x-api-key", PLANTED)),
    "api_key in a header": (
        auth("api_key", **{"in": "header", "name": "X-Custom", "prefix": "Token "}),
        "api_key",
        {"apiKey": PLANTED},
        ("header", "x-custom", f"Token {PLANTED}"),
    ),
    "api_key in the query": (
        auth("api_key", **{"in": "query", "name": "days"}),
        "api_key",
        {"apiKey": PLANTED},
        ("query", "days", PLANTED),
    ),
    "bearer": (
        auth("bearer"),
        "bearer",
        {"token": PLANTED},
        ("header", "authorization", f"Bearer {PLANTED}"),
    ),
    "basic": (
        auth("basic"),
        "basic",
        {"username": "user@example.com", "password": PLANTED},
        ("header", "authorization", _basic("user@example.com", PLANTED)),
    ),
    "oauth2": (
        auth("oauth2"),
        "oauth2",
        {"accessToken": PLANTED, "refreshToken": "r", "expiresAt": "2999-01-01T00:00:00Z"},
        ("header", "authorization", f"Bearer {PLANTED}"),
    ),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_credentials_arrive_where_they_are_wanted_and_nowhere_else(
    shop: Shop, upstream: Upstream, kind: str
) -> None:
    endpoint, type, credentials, (place, name, value) = KINDS[kind]
    id = shop.installed(upstream.url, endpoint=endpoint)
    status, error = shop.failed(id, "getPrice", symbol="X")
    assert (status, error["code"]) == (409, "NOT_AUTHENTICATED")
    assert error["details"] == {"authentication": type}
    done = shop.authenticate(id, type, **credentials)
    assert done == {
        "message": "Resource authenticated successfully",
        "resourceId": id,
        "isAuthenticated": True,
    }
    shop.call(id, "getPrice", symbol="X", days=3)
    request = upstream.last()
    if place == "header":
        assert request.headers[name] == value
        assert PLANTED not in request.target
    else:
        assert request.query == [(name, value)], "a parameter of that name must give way"
        assert PLANTED not in json.dumps(request.headers)


def test_the_openapi_document_may_say_where_the_key_goes(shop: Shop, upstream: Upstream) -> None:
    schemes = {"key": {"type": "apiKey", "in": "query", "name": "appid"}}
    spec = PRICES | {"components": PRICES["components"] | {"securitySchemes": schemes}}
    id = shop.installed(upstream.url, openApiSpec=spec, endpoint=auth("api_key"))
    shop.authenticate(id, "api_key", apiKey="abcdef")
    shop.call(id, "getPrice", symbol="X")
    assert upstream.last().query == [("appid", "abcdef")]


def test_they_follow_a_redirect_on_the_same_host_alone(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url, endpoint=auth("bearer"))
    shop.authenticate(id, "bearer", token=PLANTED)
    upstream.script("/prices/HERE", answer({}, 302, location="/prices/THERE"))
    shop.call(id, "getPrice", symbol="HERE")
    assert upstream.last().path == "/prices/THERE"
    assert upstream.last().headers["authorization"] == f"Bearer {PLANTED}"
    with serving() as other:
        upstream.script("/prices/AWAY", answer({}, 307, location=f"{other.url}/x"))
        _, error = shop.failed(id, "getPrice", symbol="AWAY")
        assert other.requests == []
        assert PLANTED not in json.dumps(error)


def test_rotating_replaces_and_clearing_removes(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url, endpoint=auth("bearer"))
    assert shop.installation(id)["isAuthenticated"] is False
    shop.authenticate(id, "bearer", token="first-token-1111")
    shop.authenticate(id, "bearer", token="second-token-2222")
    shown = shop.installation(id)
    assert shown["isAuthenticated"] is True
    assert (shown["credential"]["type"], shown["credential"]["lastFour"]) == ("bearer", "2222")
    shop.call(id, "getPrice", symbol="X")
    assert upstream.last().headers["authorization"] == "Bearer second-token-2222"
    cleared = shop.ok("DELETE", f"/resources/{id}/authenticate")
    assert cleared == "Credentials cleared successfully"
    assert shop.failed(id, "getPrice", symbol="X")[1]["code"] == "NOT_AUTHENTICATED"
    assert "credential" not in shop.installation(id)


def test_uninstalling_removes_them(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url, endpoint=auth("bearer"))
    shop.authenticate(id, "bearer", token=PLANTED)
    shop.ok("DELETE", f"/resources/{id}/install")
    assert shop.failed(id, "getPrice", symbol="X")[1]["code"] == "NOT_INSTALLED"
    shop.ok("POST", f"/resources/{id}/install")
    assert shop.failed(id, "getPrice", symbol="X")[1]["code"] == "NOT_AUTHENTICATED"


def test_an_upgrade_that_would_send_them_elsewhere_drops_them(
    shop: Shop, upstream: Upstream
) -> None:
    id = shop.installed(upstream.url, endpoint=auth("bearer"))
    shop.authenticate(id, "bearer", token=PLANTED)
    shop.ok("PATCH", f"/resources/{id}", {"description": "Better prices"})
    assert shop.ok("POST", f"/resources/{id}/upgrade")["isAuthenticated"] is True
    with serving() as thief:
        endpoint = {"baseUrl": thief.url, "methods": METHODS, **auth("bearer")}
        shop.ok("PATCH", f"/resources/{id}", {"endpoint": endpoint})
        shop.call(id, "getPrice", symbol="X")
        assert thief.requests == [], "an update must not reach who has installed it"
        assert shop.ok("POST", f"/resources/{id}/upgrade")["isAuthenticated"] is False
        assert shop.failed(id, "getPrice", symbol="X")[1]["code"] == "NOT_AUTHENTICATED"
        assert thief.requests == []


@pytest.mark.parametrize(
    ("type", "credentials", "field"),
    [
        ("api_key", {}, "credentials.apiKey"),
        ("api_key", {"apiKey": ""}, "credentials.apiKey"),
        ("api_key", {"apiKey": 5}, "credentials.apiKey"),
        ("api_key", {"apikey": PLANTED}, "credentials.apikey"),
        ("api_key", {"apiKey": f"{PLANTED}\r\nX-Admin: 1"}, "credentials.api_key"),
        ("bearer", {"token": PLANTED}, "type"),
        ("magic", {"apiKey": PLANTED}, "type"),
        ("api_key", PLANTED, "credentials"),
    ],
)
def test_what_is_wrong_with_them_is_said_without_repeating_them(
    shop: Shop, upstream: Upstream, type: str, credentials: Any, field: str
) -> None:
    id = shop.installed(upstream.url, endpoint=auth("api_key"))
    body = {"type": type, "credentials": credentials}
    status, error = shop.no("POST", f"/resources/{id}/authenticate", body)
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    assert field in [each["field"] for each in error["details"]]
    assert PLANTED not in json.dumps(error)
    free = shop.installed(upstream.url)
    body = {"type": "api_key", "credentials": {"apiKey": "x"}}
    assert (
        "needs no credentials"
        in shop.no("POST", f"/resources/{free}/authenticate", body)[1]["message"]
    )


def test_an_upstream_that_repeats_them_is_not_quoted(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url, endpoint=auth("basic"))
    shop.authenticate(id, "basic", username="ann", password=PLANTED)

    def tell(request: Request, sock: object) -> bytes:
        status = 403 if request.path.endswith("NO") else 200
        said = {"error": f"bad {PLANTED}", PLANTED: [request.headers["authorization"]]}
        return answer(said, status)

    upstream.script("/prices/NO", tell)
    upstream.script("/prices/YES", tell)
    _, error = shop.failed(id, "getPrice", symbol="NO")
    done = shop.call(id, "getPrice", symbol="YES")
    told = json.dumps([error, done])
    assert PLANTED not in told
    assert base64.b64encode(f"ann:{PLANTED}".encode()).decode() not in told
    assert "[redacted]" in told


def test_outer_blanks_are_no_part_of_a_key(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url, endpoint=auth("bearer"))
    shop.authenticate(id, "bearer", token="  from-a-file\n")
    shop.call(id, "getPrice", symbol="X")
    assert upstream.last().headers["authorization"] == "Bearer from-a-file"
    body = {"type": "bearer", "credentials": {"token": " \n"}}
    assert shop.no("POST", f"/resources/{id}/authenticate", body)[0] == 400


# Keeping.


def test_no_planted_secret_is_found_anywhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, upstream: Upstream
) -> None:
    """Logs at their loudest, all files of the data folder, and every answer."""
    caplog.set_level(logging.DEBUG)
    answers: list[str] = []
    settings = Settings(data_dir=tmp_path, resource_hosts=("127.0.0.1",), resource_timeout=5)
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        shop.http.event_hooks["response"] = [lambda r: answers.append(r.read().decode())]
        for endpoint, type, credentials, _ in KINDS.values():
            id = shop.installed(upstream.url, endpoint=endpoint)
            shop.authenticate(id, type, **credentials)
            shop.call(id, "getPrice", symbol="X")
            shop.installation(id)
            upstream.script("/prices/NO", answer({"said": PLANTED}, 500))
            shop.failed(id, "getPrice", symbol="NO")
        shop.ok("GET", "/resources/installations")
        during = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    after = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    hidden = [PLANTED, base64.b64encode(PLANTED.encode()).decode()[:20]]
    assert answers
    assert caplog.records
    assert b"user_local" in during
    for secret in hidden:
        assert secret.encode() not in during + after
        assert not any(secret in text for text in answers)
        ours = [
            each for each in caplog.records if each.name.startswith(("mirra", "httpx", "asyncio"))
        ]
        assert not any(secret in each.getMessage() for each in ours)
        assert secret not in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")
def test_key_and_database_are_for_this_user_alone(
    folder: Path, shop: Shop, upstream: Upstream
) -> None:
    id = shop.installed(upstream.url, endpoint=auth("bearer"))
    shop.authenticate(id, "bearer", token="t")
    kept = folder / "marketplace"
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()}
    assert rights["credentials.key"] == rights["marketplace.db"] == 0o600
    assert all(each & 0o077 == 0 for name, each in rights.items() if not name.endswith(".lock"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


class Memory(KeyringBackend):
    """A keyring as systems have them, in memory."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as keyring has it
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


Memory.__module__ = "keyring.backends.memory"


@pytest.fixture
def system_keyring() -> Iterator[Memory]:
    before = keyring.get_keyring()
    memory = Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_the_key_is_kept_in_the_systems_keyring_where_there_is_one(
    tmp_path: Path, upstream: Upstream, system_keyring: Memory
) -> None:
    settings = Settings(data_dir=tmp_path, resource_hosts=("127.0.0.1",))
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        id = shop.installed(upstream.url, endpoint=auth("bearer"))
        shop.authenticate(id, "bearer", token="kept-in-the-keyring")
    assert [service for service, _ in system_keyring.kept] == ["mirra-mcp"]
    assert not (tmp_path / "marketplace" / "credentials.key").exists()
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        shop.call(id, "getPrice", symbol="X")
        assert upstream.last().headers["authorization"] == "Bearer kept-in-the-keyring"
    system_keyring.kept.clear()
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        status, error = shop.failed(id, "getPrice", symbol="X")
        assert (status, error["code"]) == (409, "NOT_AUTHENTICATED")
        assert "key is gone" in error["message"]
        shop.authenticate(id, "bearer", token="anew")
        assert shop.call(id, "getPrice", symbol="X")["statusCode"] == 200


def test_a_sealed_credential_is_worth_nothing_in_another_row(
    tmp_path: Path, upstream: Upstream
) -> None:
    settings = Settings(data_dir=tmp_path, resource_hosts=("127.0.0.1",))
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        ids = [shop.installed(upstream.url, endpoint=auth("bearer")) for _ in range(2)]
        for id in ids:
            shop.authenticate(id, "bearer", token=f"for {id}")
        with sqlite3.connect(tmp_path / "marketplace" / "marketplace.db") as db:
            db.execute("UPDATE credentials SET sealed=(SELECT sealed FROM credentials LIMIT 1)")
        db.close()
        codes = [shop.failed(id, "getPrice", symbol="X")[1]["code"] for id in ids[1:]]
        assert codes == ["NOT_AUTHENTICATED"]
