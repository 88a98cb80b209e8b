"""Handshakes: a backend finds out who is signed in by sending the browser on.

Source: https://clerk.com/docs/guides/how-clerk-works/overview#handshake
"""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from clerk_backend_api.models import ClerkBaseError

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import NOON, Account, said

APP = "http://localhost:3000/page?tab=2"


def shake(browser: Browser, **query: str) -> httpx.Response:
    """Be sent to the Frontend API by a backend, as a browser that Clerk knows or doesn't."""
    known = {"__clerk_db_jwt": browser.token} if browser.token else {}
    given = {"redirect_url": APP, "__clerk_api_version": "2026-05-12"} | known | query
    return httpx.get(f"{browser.account.url}/v1/client/handshake", params=given)


def cookies(account: Account, directives: list[str]) -> dict[str, str]:
    """Return the cookies that an app is told to set."""
    return dict(each.split(";")[0].split("=", 1) for each in directives)


def test_a_handshake_brings_the_cookies_that_an_app_lacks(account: Account) -> None:
    """Source: https://github.com/clerk/javascript (packages/backend/src/tokens/handshake.ts)"""
    browser = Browser(account)
    back = shake(browser)
    place = urlsplit(back.headers["location"])
    assert (back.status_code, place.netloc, place.path) == (307, "localhost:3000", "/page")
    token = parse_qs(place.query)["__clerk_handshake"][0]
    told = cookies(account, account.claims(token)["handshake"])
    assert (told["__client_uat"], told["__session"]) == ("0", "")
    assert {"__clerk_db_jwt", "__clerk_db_jwt_37SscdNv"} <= set(told)
    done = browser.sign_up()
    back = shake(browser, format="nonce")
    nonce = parse_qs(urlsplit(back.headers["location"]).query)["__clerk_handshake_nonce"][0]
    status, payload = account.call("GET", f"/v1/clients/handshake_payload?nonce={nonce}")
    told = cookies(account, payload["directives"])
    claims = account.claims(told["__session_37SscdNv"])
    assert (status, claims["sid"]) == (200, done["created_session_id"])
    assert (claims["azp"], told["__client_uat"]) == ("http://localhost:3000", str(NOON // 1000))
    account.advance("2 minutes")
    status, _ = account.call("GET", f"/v1/clients/handshake_payload?nonce={nonce}")
    assert status == 422
    refused = shake(browser, redirect_url="https://evil.example/")
    assert (refused.status_code, "location" in refused.headers) == (422, False)


def test_a_backend_refreshes_a_token_until_its_session_is_over(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Refresh a session)"""
    browser = Browser(account)
    id = browser.sign_up()["created_session_id"]
    location = shake(browser).headers["location"]
    token = parse_qs(urlsplit(location).query)["__clerk_handshake"][0]
    told = cookies(account, account.claims(token)["handshake"])
    given = {
        "session_id": id,
        "expired_token": told["__session"],
        "refresh_token": told["__refresh_37SscdNv"],
        "request_origin": "http://localhost:3000",
    }
    account.advance("5 minutes")
    fresh = account.sdk.sessions.refresh(**given)
    assert account.claims(str(fresh.jwt))["iat"] == NOON // 1000 + 300  # type: ignore[union-attr]
    with pytest.raises(ClerkBaseError) as caught:
        account.sdk.sessions.refresh(**given | {"refresh_token": told["__session"]})
    assert said(caught.value)[:2] == (401, "authentication_invalid")
    account.sdk.sessions.revoke(session_id=id)
    with pytest.raises(ClerkBaseError) as caught:
        account.sdk.sessions.refresh(**given)
    assert said(caught.value)[:2] == (401, "authentication_invalid")
