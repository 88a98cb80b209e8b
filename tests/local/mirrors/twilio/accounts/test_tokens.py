"""Tokens in place of keys: those of OAuth apps, and those that servers make for their clients.

Source: https://www.twilio.com/docs/iam/access-tokens
"""

from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.credential.client_credential_provider import ClientCredentialProvider
from twilio.http.client_token_manager import ClientTokenManager
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import ChatGrant, VideoGrant, VoiceGrant
from twilio.rest import Client
from twilio.rest.iam.v1.o_auth_app import OAuthAppList

from tests.local.mirrors.twilio.client import Account, Mirror, refusal


def app(account: Account, **fields: Any) -> Any:
    """Make an OAuth app with the SDK."""
    given = {"friendly_name": "CI", "type": "standard"} | fields
    request = OAuthAppList.IamV1AccountVendorOauthAppCreateRequest(given)
    return account.client.iam.v1.o_auth_apps.create(request)


def test_an_oauth_app_calls_with_tokens(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/oauth-apps/overview"""
    made = app(account)
    manager = ClientTokenManager("client_credentials", made.sid, made.secret)
    manager.client = Client(http_client=Mirror(account.url))
    provider = ClientCredentialProvider(made.sid, made.secret, manager)
    client = Client(
        account_sid=account.sid, credential_provider=provider, http_client=Mirror(account.url)
    )
    assert client.messages.list() == []
    assert client.incoming_phone_numbers.create(area_code="415").account_sid == account.sid
    with pytest.raises(TwilioRestException) as caught:
        client.new_keys.create()
    assert refusal(caught.value)[:2] == (401, 20003)
    [told] = account.state("oauth_apps")
    assert told["tokens"] >= 1
    assert made.secret not in str(told)
    assert account.client.iam.v1.o_auth_apps(made.sid).delete()
    with pytest.raises(TwilioRestException) as caught:
        client.messages.list()
    assert refusal(caught.value)[:2] == (401, 20003)


def test_a_token_ends_with_its_time_and_with_its_app(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token"""
    for life in (59, 30 * 86_400 + 1):
        with pytest.raises(TwilioRestException) as caught:
            app(account, access_token_ttl=life)
        assert refusal(caught.value)[:2] == (400, 20001)
    made = app(account, access_token_ttl=60)
    form = {"grant_type": "client_credentials", "client_id": made.sid, "client_secret": made.secret}

    def asked(**fields: str) -> httpx.Response:
        url = f"{account.url}/v2/token"
        return httpx.post(url, data=form | fields, trust_env=False)

    answer = asked()
    told = answer.json()
    assert answer.status_code == 200
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 60)

    def status() -> int:
        headers = {"authorization": f"Bearer {told['access_token']}"}
        url = f"{account.url}{account.path}/Messages.json"
        return httpx.get(url, headers=headers, trust_env=False).status_code

    assert status() == 200
    account.advance("61s")
    assert status() == 401
    told = asked().json()
    assert status() == 200
    account.client.iam.v1.o_auth_apps(made.sid).delete()
    assert status() == 401
    for fields, code in (({}, 20003), ({"grant_type": "authorization_code"}, 20001)):
        assert asked(**fields).json()["code"] == code


def token(account: Account, *grants: Any, **fields: Any) -> Any:
    """Make an access token as a server does, with a key of its own."""
    key = account.client.new_keys.create()
    given = {"identity": "ada", "grants": list(grants)} | fields
    return AccessToken(account.sid, key.sid, given.pop("secret", key.secret), **given).to_jwt()


def test_an_access_token_is_told(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/access-tokens"""
    grants = (VideoGrant(room="den"), VoiceGrant(incoming_allow=True))
    told = account.simulate("access_token.shown", token=token(account, *grants))["result"]
    assert (told["identity"], told["accountSid"]) == ("ada", account.sid)
    assert told["grants"] == {"video": {"room": "den"}, "voice": {"incoming": {"allow": True}}}


def test_an_access_token_that_is_not_ours_is_refused(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/20107"""
    foreign = AccessToken(account.sid, "SK" + "0" * 32, "secret" * 6, identity="ada").to_jwt()
    forged = token(account, VoiceGrant(), secret="another" * 5)
    revoked = token(account, VoiceGrant())
    for key in account.client.keys.list():
        key.delete()
    for shown, code in (("x.y", 20101), (foreign, 20103), (forged, 20103), (revoked, 20103)):
        body = {"event": "access_token.shown", "token": shown}
        answer = account.http.post("/_mirra/simulate", json=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["message"].startswith(f"{code}: ")
    wrong = token(account, VoiceGrant(), secret="another" * 5)
    for shown, code in ((wrong, 20107), (token(account), 20106)):
        body = {"event": "call.received", "accessToken": shown}
        answer = account.http.post("/_mirra/simulate", json=body)
        assert answer.json()["error"]["message"].startswith(f"{code}: ")
    assert account.state("calls") == []


def test_a_client_calls_and_writes_with_its_token(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/sdks/access-tokens"""
    application = account.client.applications.create(
        friendly_name="IVR", voice_url="https://example.com/voice"
    ).sid
    conversation = account.client.conversations.v1.conversations.create(friendly_name="Help")
    conversation.participants.create(identity="ada")
    grants = (
        VoiceGrant(outgoing_application_sid=application),
        ChatGrant(service_sid=conversation.chat_service_sid),
    )
    shown = token(account, *grants)
    account.simulate("call.received", accessToken=shown)
    [call] = account.state("calls")
    assert (call["from"], call["direction"]) == ("client:ada", "inbound")
    account.simulate("conversation.message_sent", accessToken=shown, body="Hi")
    [message] = conversation.messages.list()
    assert (message.author, message.body) == ("ada", "Hi")
    elsewhere = token(account, ChatGrant(service_sid="IS" + "0" * 32))
    body = {"event": "conversation.message_sent", "accessToken": elsewhere, "body": "Hi"}
    assert account.http.post("/_mirra/simulate", json=body).status_code == 400
