"""OAuth2 access tokens: renewed before they end, once, and by the resource's token server alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.local.marketplace.shop import Shop, auth
from tests.local.marketplace.upstream import Request, Upstream, answer

PLANTED = "planted-7f3a-secret"


def _soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def renewing(shop: Shop, upstream: Upstream) -> str:
    endpoint = auth("oauth2", tokenUrl=f"{upstream.url}/token", scopes=["read"])
    return shop.installed(upstream.url, endpoint=endpoint)


def _tokens(shop: Shop, id: str, seconds: float) -> None:
    fields = {"accessToken": "access-old", "refreshToken": "refresh-old", "clientId": "me",
              "clientSecret": PLANTED, "expiresAt": _soon(seconds)}  # fmt: skip
    shop.authenticate(id, "oauth2", **fields)


def test_a_token_is_renewed_once_before_it_ends_however_many_ask(
    shop: Shop, upstream: Upstream, renewing: str
) -> None:
    _tokens(shop, renewing, 20)
    new = {"access_token": "access-new", "refresh_token": "refresh-new", "expires_in": 3600}
    upstream.script("/token", answer(new))
    upstream.requests.clear()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: shop.call(renewing, "getPrice", symbol=f"S{n}"), range(8)))
    asked = [each for each in upstream.requests if each.path == "/token"]
    assert len(asked) == 1
    assert sorted(asked[0].body.decode().split("&")) == [
        "client_id=me",
        f"client_secret={PLANTED}",
        "grant_type=refresh_token",
        "refresh_token=refresh-old",
    ]
    used = {each.headers["authorization"] for each in upstream.requests if each.path != "/token"}
    assert used == {"Bearer access-new"}
    assert shop.installation(renewing)["credential"]["expiresAt"] > _soon(3000)[:19]


def test_a_token_that_can_not_be_renewed_is_used_until_it_ends(
    shop: Shop, upstream: Upstream, renewing: str
) -> None:
    upstream.script("/token", answer({"oops": PLANTED}, 500))
    _tokens(shop, renewing, 30)
    assert shop.call(renewing, "getPrice", symbol="X")["statusCode"] == 200
    assert upstream.last().headers["authorization"] == "Bearer access-old"
    _tokens(shop, renewing, -5)
    status, error = shop.failed(renewing, "getPrice", symbol="X")
    assert (status, error["code"]) == (502, "UPSTREAM_ERROR")
    upstream.script("/token", answer({"error": "invalid_grant", "was": PLANTED}, 400))
    status, error = shop.failed(renewing, "getPrice", symbol="X")
    assert (status, error["code"]) == (409, "NOT_AUTHENTICATED")
    assert PLANTED not in json.dumps(error)


def test_a_token_without_a_way_to_renew_it_just_ends(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url, endpoint=auth("oauth2"))
    shop.authenticate(id, "oauth2", accessToken="a", expiresAt=_soon(-1))
    status, error = shop.failed(id, "getPrice", symbol="X")
    assert (status, error["code"]) == (409, "NOT_AUTHENTICATED")
    assert "expired" in error["message"]


def test_a_token_that_the_resource_refuses_is_renewed_and_the_call_made_again(
    shop: Shop, upstream: Upstream, renewing: str
) -> None:
    """A token may end before its time, or without having said when."""
    shop.authenticate(renewing, "oauth2", accessToken="revoked-1", refreshToken="refresh")
    upstream.script("/token", answer({"access_token": "renewed-2"}))

    def judge(request: Request, sock: object) -> bytes:
        good = request.headers["authorization"] == "Bearer renewed-2"
        return answer({"good": good}, 200 if good else 401)

    upstream.script("/prices/JUDGED", judge)
    assert shop.call(renewing, "getPrice", symbol="JUDGED")["result"] == {"good": True}
    assert shop.usage(renewing)["totalCalls"] == 1
    upstream.script("/prices/JUDGED", answer({}, 401))
    upstream.script("/token", answer({}, 400))
    status, error = shop.failed(renewing, "getPrice", symbol="JUDGED")
    assert (status, error["details"]["statusCode"]) == (502, 401)


def test_what_a_person_gives_meanwhile_is_not_overwritten(
    shop: Shop, upstream: Upstream, renewing: str
) -> None:
    def renew(request: Request, sock: object) -> bytes:
        later = {"accessToken": "given-anew", "expiresAt": _soon(4000)}
        shop.authenticate(renewing, "oauth2", **later)
        return answer({"access_token": "renewed"})

    upstream.script("/token", renew)
    _tokens(shop, renewing, 10)
    shop.call(renewing, "getPrice", symbol="X")
    shop.call(renewing, "getPrice", symbol="X")
    assert upstream.last().headers["authorization"] == "Bearer given-anew"
