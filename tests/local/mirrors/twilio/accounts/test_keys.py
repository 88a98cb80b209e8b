"""API keys and auth tokens, driven by the official Python SDK.

Source: https://www.twilio.com/docs/iam/api-keys/key-resource-v1
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import RFC_NOON, Account, refusal


def test_a_key_is_made_renamed_listed_and_revoked(account: Account) -> None:
    made = account.client.new_keys.create(friendly_name="deploy")
    assert made.sid.startswith("SK")
    assert len(made.secret) == 32
    assert account.client.keys(made.sid).fetch().friendly_name == "deploy"
    assert account.client.keys(made.sid).update(friendly_name="ci").friendly_name == "ci"
    assert [each.sid for each in account.client.keys.list()] == [made.sid]
    assert account.client.keys(made.sid).delete() is True
    assert account.client.keys.list() == []


def test_a_keys_secret_is_told_once(account: Account) -> None:
    made = account.post("/Keys.json", FriendlyName="once")
    assert set(made) == {"sid", "friendly_name", "date_created", "date_updated", "secret"}
    told = {name: value for name, value in made.items() if name != "secret"}
    assert account.fetch(f"/Keys/{made['sid']}.json") == told
    assert told["date_created"] == RFC_NOON
    assert account.state("keys")[0]["secret"] == f"…{made['secret'][-4:]}"


def test_a_key_stands_for_its_account_but_does_not_manage_it(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/api-keys/keys-in-console"""
    made = account.client.new_keys.create(friendly_name="standard")
    client = account.client_for(made.sid, made.secret, account.sid)
    assert client.incoming_phone_numbers.list() == []
    assert client.incoming_phone_numbers.create(area_code="415").account_sid == account.sid
    own = [f"{account.path}{rest}.json" for rest in ("", "/Keys", "/SigningKeys")]
    for path in (*own, "/2010-04-01/Accounts.json", "/v1/Keys"):
        assert account.http.get(path, auth=(made.sid, made.secret)).json()["code"] == 20003
    account.client.keys(made.sid).delete()
    with pytest.raises(TwilioRestException) as caught:
        client.incoming_phone_numbers.create(area_code="415")
    assert refusal(caught.value)[:2] == (401, 20003)


def test_signing_keys_are_keys_under_another_name(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/api-keys"""
    made = account.client.new_signing_keys.create(friendly_name="tokens")
    assert [each.sid for each in account.client.signing_keys.list()] == [made.sid]
    assert account.client.keys(made.sid).fetch().friendly_name == "tokens"


def test_keys_of_the_newer_api_have_a_policy(account: Account) -> None:
    policy = {"allow": ["/twilio/messaging/messages/create"]}
    made = account.client.iam.v1.new_api_key.create(
        account_sid=account.sid, friendly_name="only sends", key_type="restricted", policy=policy
    )
    assert made.policy == policy
    key = account.client.iam.v1.api_key(made.sid)
    assert key.fetch().policy == policy
    assert key.update(friendly_name="sends").friendly_name == "sends"
    listed = account.client.iam.v1.get_api_keys.list(account_sid=account.sid)
    assert [each.sid for each in listed] == [made.sid]
    assert key.delete() is True
    form = {"AccountSid": account.sid, "KeyType": "main"}
    assert account.refused("POST", "/v1/Keys", form)[:2] == (400, 20001)


def test_tokens_are_rotated(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/api/authtoken"""
    accounts = account.client.accounts.v1
    second = accounts.secondary_auth_token().create()
    assert second.secondary_auth_token != account.token
    new = account.client_for(account.sid, second.secondary_auth_token)
    assert new.api.v2010.account.fetch().auth_token == account.token
    promoted = new.accounts.v1.auth_token_promotion().update()
    assert promoted.auth_token == second.secondary_auth_token
    with pytest.raises(TwilioRestException) as caught:
        account.client.api.v2010.account.fetch()
    assert refusal(caught.value)[:2] == (401, 20003)
    again = new.accounts.v1.secondary_auth_token().create()
    assert new.accounts.v1.secondary_auth_token().delete() is True
    dropped = account.client_for(account.sid, again.secondary_auth_token)
    with pytest.raises(TwilioRestException):
        dropped.api.v2010.account.fetch()


@pytest.mark.parametrize("body", [{"AccountSid": []}, {"AccountSid": [[]]}, [], [{}], "x", None, 7])
def test_a_body_of_another_shape_is_refused(account: Account, body: Any) -> None:
    """Ours: what comes as JSON is as strange as what comes as a form."""
    answer = account.http.post("/v1/Keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert account.state("keys") == []
