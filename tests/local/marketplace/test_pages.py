"""The page for one use on which a person gives credentials."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from mirra_mcp.local.marketplace.errors import Refused
from mirra_mcp.local.marketplace.pages import Pages
from tests.local.marketplace.shop import Shop
from tests.local.marketplace.upstream import Upstream


@pytest.fixture
def resource(shop: Shop, upstream: Upstream) -> str:
    endpoint = {"authentication": "api_key"}
    return shop.installed(upstream.url, name="<b>Prices</b>", endpoint=endpoint)


def _open(shop: Shop, id: str) -> tuple[str, str]:
    page = shop.ok("POST", f"/resources/{id}/authenticate/page")
    assert page["expiresAt"] > datetime.now(UTC).isoformat()
    return page["url"], f"/resources/{id}/authenticate/page/{page['nonce']}"


def test_a_person_gives_a_key_once_and_no_agent_sees_it(
    shop: Shop, upstream: Upstream, resource: str
) -> None:
    url, state = _open(shop, resource)
    assert url.startswith(f"{shop.mirra.url}/marketplace/authenticate/")
    assert shop.ok("GET", state) == {"status": "waiting"}
    page = httpx.get(url)
    assert page.status_code == 200
    assert "&lt;b&gt;Prices" in page.text
    assert "<b>Prices" not in page.text
    assert f"127.0.0.1:{upstream.port}" in page.text
    assert re.search(r'name="apiKey" type="password" required', page.text)
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    origin = {"origin": shop.mirra.url, "sec-fetch-site": "same-origin"}
    done = httpx.post(url, data={"apiKey": "typed-by-a-person"}, headers=origin)
    assert done.status_code == 200
    assert "typed-by-a-person" not in done.text
    assert shop.ok("GET", state) == {"status": "done"}
    shop.call(resource, "getPrice", symbol="X")
    assert upstream.last().headers["x-api-key"] == "typed-by-a-person"
    for again in (httpx.get(url), httpx.post(url, data={"apiKey": "another"})):
        assert again.status_code == 404
        assert "has been used" in again.text
    shop.call(resource, "getPrice", symbol="X")
    assert upstream.last().headers["x-api-key"] == "typed-by-a-person"


def test_a_mistake_can_be_mended_and_is_not_repeated(shop: Shop, resource: str) -> None:
    url, state = _open(shop, resource)
    wrong = httpx.post(url, data={"apiKey": "two\r\nlines-of-it"})
    assert wrong.status_code == 400
    assert "control character" in wrong.text
    assert "lines-of-it" not in wrong.text
    assert httpx.post(url, data={}).status_code == 400
    assert shop.ok("GET", state) == {"status": "waiting"}
    assert httpx.post(url, data={"apiKey": "right", "token": "ignored"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:3000"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"host": "evil.example"},
    ],
)
def test_only_the_page_itself_may_send_it(
    shop: Shop, resource: str, headers: dict[str, str]
) -> None:
    url, state = _open(shop, resource)
    assert httpx.post(url, data={"apiKey": "stolen"}, headers=headers).status_code == 403
    assert shop.ok("GET", state) == {"status": "waiting"}


def test_a_page_ends_after_a_while_and_cannot_be_guessed(shop: Shop, resource: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    pages = Pages(lambda: now)
    nonce, page = pages.open("me", "resource_x", "X", ["x.example"], "bearer")
    assert len(nonce) >= 32
    assert pages.find(nonce) is page
    assert pages.status("another", nonce) == "expired"
    now += timedelta(minutes=10)
    with pytest.raises(Refused):
        pages.find(nonce)
    assert pages.status("me", nonce) == "expired"
    now += timedelta(hours=2)
    pages.open("me", "resource_x", "X", ["x.example"], "bearer")
    assert pages.status("me", nonce) == "expired"
    guess = httpx.get(f"{shop.mirra.url}/marketplace/authenticate/guess")
    assert guess.status_code == 404
    assert "guess" not in guess.text
    assert httpx.get(f"{shop.mirra.url}/marketplace/other").status_code == 404


def test_a_page_with_too_many_tries_is_closed(shop: Shop, resource: str) -> None:
    url, _ = _open(shop, resource)
    statuses = [httpx.post(url, data={}).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [404]


def test_there_is_no_page_where_nothing_is_needed(shop: Shop, upstream: Upstream) -> None:
    free = shop.installed(upstream.url)
    status, error = shop.no("POST", f"/resources/{free}/authenticate/page")
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    not_installed = shop.published(upstream.url, endpoint={"authentication": "bearer"})
    status, error = shop.no("POST", f"/resources/{not_installed}/authenticate/page")
    assert (status, error["code"]) == (409, "NOT_INSTALLED")


def test_a_page_outlives_its_installation_without_harm(shop: Shop, resource: str) -> None:
    url, _ = _open(shop, resource)
    shop.ok("DELETE", f"/resources/{resource}/install")
    late = httpx.post(url, data={"apiKey": "late"})
    assert late.status_code == 409
    assert "not installed" in late.text


def test_a_token_server_of_its_own_is_told(shop: Shop, upstream: Upstream) -> None:
    config = {"authentication": "oauth2", "authConfig": {"tokenUrl": "https://auth.example/t"}}
    id = shop.installed(upstream.url, endpoint=config)
    url, _ = _open(shop, id)
    assert f"sent to <b>127.0.0.1:{upstream.port} and auth.example</b>" in httpx.get(url).text


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("bearer", {"token": "tok"}),
        ("basic", {"username": "ann", "password": ""}),
        ("oauth2", {"accessToken": "acc", "refreshToken": "", "clientId": ""}),
    ],
)
def test_each_kind_has_its_form(
    shop: Shop, upstream: Upstream, type: str, fields: dict[str, str]
) -> None:
    id = shop.installed(upstream.url, endpoint={"authentication": type})
    url, _ = _open(shop, id)
    form = httpx.get(url).text
    assert all(f'name="{name}"' in form for name in fields)
    assert httpx.post(url, data=fields).status_code == 200
    assert shop.call(id, "getPrice", symbol="X")["statusCode"] == 200
