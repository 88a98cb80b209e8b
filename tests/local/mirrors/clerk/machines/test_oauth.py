"""OAuth applications through the SDK, and the server that lets people into them.

Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/how-clerk-implements-oauth
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from clerk_backend_api.models import ClerkBaseError

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error, said

pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED")
BACK = "https://app.example/callback"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-is-it"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def application(account: Account, **fields: Any) -> Any:
    """Make an application that comes back to one address."""
    sdk: Any = account.sdk.oauth_applications
    given = {"name": "Partner", "redirect_uris": [BACK], "scopes": "openid profile email"}
    return sdk.create(request=given | fields)


def asked(account: Account, client: Any, **query: str) -> str:
    """Return where an application sends people."""
    given = {"response_type": "code", "client_id": client.client_id, "redirect_uri": BACK,
             "state": "12345678"} | query  # fmt: skip
    return f"{account.url}/oauth/authorize?{urlencode(given)}"


def code(account: Account, client: Any, **query: str) -> str:
    """Return the code that an application gets for the only user."""
    told = account.simulate("oauth_application.authorized", url=asked(account, client, **query))
    return str(parse_qs(urlsplit(told["result"]["redirect_url"]).query)["code"][0])


def tokens(account: Account, client: Any, form: dict[str, str], status: int = 200) -> Doc:
    """Ask for tokens as an application does: by HTTP Basic, if it has a secret."""
    secret = getattr(client, "client_secret", "")
    answer = httpx.post(
        f"{account.url}/oauth/token",
        data=form if secret else form | {"client_id": client.client_id},
        auth=(client.client_id, secret) if secret else None,
    )
    assert answer.status_code == status, answer.text
    body: Doc = answer.json()
    return body


def exchanged(account: Account, client: Any, **query: str) -> Doc:
    """Walk from the link to the tokens."""
    given = {"code": code(account, client, **query), "redirect_uri": BACK}
    return tokens(account, client, given | {"grant_type": "authorization_code"})


def user_info(account: Account, token: str) -> tuple[int, Doc]:
    """Ask who an access token is of."""
    answer = httpx.get(
        f"{account.url}/oauth/userinfo", headers={"authorization": f"Bearer {token}"}
    )
    return answer.status_code, answer.json()


def test_an_application_lives_from_its_making_to_its_deletion(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (OAuth Applications)"""
    sdk: Any = account.sdk.oauth_applications
    made = application(account)
    assert (len(made.client_secret), made.callback_url, made.pkce_required) == (32, BACK, False)
    assert made.client_secret not in str(account.state("oauth_applications"))
    shown = sdk.get(oauth_application_id=made.id)
    assert "client_secret" not in shown.model_dump()
    assert sdk.update(oauth_application_id=made.id, name="Friend", scopes="email").scopes == "email"
    other = application(account, name="Zoo", public=True)
    assert other.client_secret == ""
    assert [each.name for each in sdk.list(order_by="-name").data] == ["Zoo", "Friend"]
    named = sdk.list(name_query=made.client_id)
    assert [each.id for each in named.data] == [made.id]
    again = sdk.rotate_secret(oauth_application_id=made.id)
    assert again.client_secret != made.client_secret
    refused = tokens(account, made, {"grant_type": "authorization_code", "code": "x"}, 401)
    assert refused["error"] == "invalid_client"
    assert sdk.delete(oauth_application_id=made.id).deleted
    with pytest.raises(ClerkBaseError) as gone:
        sdk.get(oauth_application_id=made.id)
    assert said(gone.value)[:2] == (404, "resource_not_found")


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"scopes": "email money"}, 400, "oauth_invalid_scope"),
        ({"redirect_uris": ["/callback"]}, 422, "form_param_value_invalid"),
        ({"redirect_uris": [BACK, BACK]}, 400, "duplicate_record"),
        ({"callback_url": BACK}, 422, "form_conditional_param_disallowed"),
        ({"name": ""}, 422, "form_param_min_length_exceeded"),
        ({"client_uri": BACK}, 422, "form_param_unknown"),
    ],
)
def test_an_application_that_cannot_be_is_refused(
    account: Account, fields: Doc, status: int, named: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    given = {"name": "Partner", "redirect_uris": [BACK]} | fields
    found, told = account.call("POST", "/v1/oauth_applications", given)
    assert (found, error(told)[0]) == (status, named)
    assert account.state("oauth_applications") == []


def test_somebody_is_let_in_by_a_jwt_until_a_day_is_over(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/single-sign-on"""
    user, client = account.user(first_name="Alice"), application(account)
    found = exchanged(account, client, scope="openid email", nonce="once")
    claims = account.claims(found["access_token"])
    assert (claims["sub"], claims["client_id"], found["expires_in"]) == (
        user.id,
        client.client_id,
        86_400,
    )
    assert account.claims(found["id_token"])["nonce"] == "once"
    status, about = user_info(account, found["access_token"])
    assert (status, about["email"], about["email_verified"]) == (200, "alice@example.com", True)
    assert "given_name" not in about
    path, body = "/oauth_applications/access_tokens/verify", {"access_token": found["access_token"]}
    assert account.call("POST", path, body)[1]["subject"] == user.id
    account.advance("1 day")
    assert account.call("POST", path, body) == (200, {"active": False})
    assert user_info(account, found["access_token"])[0] == 401
    given = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}
    again = tokens(account, client, given)
    assert user_info(account, again["access_token"])[0] == 200


def test_a_jwt_is_good_however_far_a_flowing_clock_was_moved(
    open_account: Callable[..., Account],
) -> None:
    """Apps verify it by the machine's clock, and the mirror agrees with them."""
    account = open_account(clock=None)
    account.user()
    client = application(account)
    account.advance("3 days")
    found = exchanged(account, client, scope="openid email")
    for token in (found["access_token"], found["id_token"]):
        claims = account.claims(token)
        assert claims["iat"] <= datetime.now(UTC).timestamp() < claims["exp"]
    assert user_info(account, found["access_token"])[0] == 200


def test_opaque_tokens_are_revoked_with_their_grant(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Revoke an OAuth application token)"""
    user, client = account.user(), application(account)
    settings = "/v1/instance/oauth_application_settings"
    told = account.call("PATCH", settings, {"oauth_jwt_access_tokens": False})[1]
    assert told["oauth_jwt_access_tokens"] is False
    sdk: Any = account.sdk
    found = exchanged(account, client, scope="email")
    token = found["access_token"]
    kept = sdk.oauth_access_tokens.verify(access_token=token)
    assert (token[:4], kept.subject, kept.scopes) == ("oat_", user.id, ["email"])
    assert token not in str(account.state("oauth_access_tokens"))
    form = {"token": token, "scope": "email"}
    basic = (client.client_id, client.client_secret)
    about = httpx.post(f"{account.url}/oauth/token_info", data=form, auth=basic).json()
    assert (about["active"], about["sub"]) == (True, user.id)
    sdk.oauth_applications.revoke_token(
        oauth_application_id=client.id, token=found["refresh_token"]
    )
    about = httpx.post(f"{account.url}/oauth/token_info", data=form, auth=basic).json()
    assert about == {"active": False}
    with pytest.raises(ClerkBaseError) as gone:
        sdk.oauth_access_tokens.verify(access_token=token)
    assert said(gone.value) == (404, "resource_not_found", "OAuth token not found")
    given = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}
    refused = tokens(account, client, given, 400)
    assert refused["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "status", "named"),
    [
        ({"code_verifier": "another"}, 401, "invalid_grant"),
        ({"redirect_uri": "https://evil.example"}, 400, "invalid_grant"),
        ({"code": "nothing"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 401, "unsupported_grant_type"),
        ({"scope": "email money"}, 400, "invalid_scope"),
        ({"colour": "red"}, 400, "invalid_request"),
    ],
)
def test_a_public_client_proves_itself_by_its_verifier_once(
    account: Account, form: dict[str, str], status: int, named: str
) -> None:
    """Source: https://www.rfc-editor.org/rfc/rfc7636"""
    account.user()
    client = application(account, public=True)
    with_pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": ""}
    given = {"grant_type": "authorization_code", "code": code(account, client, **with_pkce),
             "code_verifier": VERIFIER}  # fmt: skip
    refused = tokens(account, client, given | form, status)
    assert refused["error"] == named
    assert tokens(account, client, given)["token_type"] == "Bearer"
    assert tokens(account, client, given, 400)["error"] == "invalid_grant"
    late = given | {"code": code(account, client, **with_pkce)}
    account.advance("10 minutes")
    assert tokens(account, client, late, 400)["error"] == "invalid_grant"


def test_a_browser_consents_once_and_is_sent_back(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/frontend-api (OAuth2 Identity Provider)"""
    client, browser = application(account), Browser(account)

    def opened(**query: str) -> Any:
        answer = httpx.get(
            asked(account, client, **query), headers={"authorization": browser.token}
        )
        return urlsplit(answer.headers["location"])

    assert opened().path == "/sign-in"
    assert parse_qs(opened(prompt="none").query)["error"] == ["login_required"]
    browser.sign_up()
    assert opened().path == "/oauth-consent"
    path = f"/me/oauth/consent/{client.client_id}"
    _, about = browser.call("GET", path)
    assert [each["scope"] for each in about["scopes"]] == ["profile", "email"]
    form = {"redirect_uri": BACK, "state": "12345678"}
    for said_yes, wanted in (("false", "error"), ("true", "code")):
        answer = httpx.post(
            f"{account.url}/v1{path}",
            params={"_is_native": "1"},
            headers={"authorization": browser.token},
            data=form | {"consented": said_yes},
        )
        assert answer.status_code == 302
        assert wanted in parse_qs(urlsplit(answer.headers["location"]).query)
    again = parse_qs(opened().query)
    assert (again["state"], "code" in again) == (["12345678"], True)
    assert parse_qs(opened(scope="email private_metadata").query)["error"] == ["invalid_scope"]
    assert parse_qs(opened(state="short").query)["error"] == ["invalid_state"]
    other = httpx.get(asked(account, client, redirect_uri="https://evil.example"))
    assert (other.status_code, other.json()["error"]) == (400, "invalid_request")
    found = httpx.get(f"{account.url}/.well-known/openid-configuration").json()
    assert found["token_endpoint"].endswith("/oauth/token")
