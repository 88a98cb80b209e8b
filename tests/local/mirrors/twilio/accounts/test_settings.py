"""Verified numbers, permissions, credentials, and what happens to accounts from outside.

Source: https://www.twilio.com/docs/voice/api/outgoing-caller-ids
"""

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal

NUMBER = "+14155552671"


def test_a_number_is_verified_by_typing_a_code_in(account: Account) -> None:
    asked = account.client.validation_requests.create(phone_number=NUMBER, friendly_name="Ann")
    assert len(asked.validation_code) == 6
    assert asked.call_sid.startswith("CA")
    assert account.client.outgoing_caller_ids.list() == []
    account.simulate("caller_id.verified")
    ids = account.client.outgoing_caller_ids
    found = ids.list(phone_number=NUMBER)
    assert [each.friendly_name for each in found] == ["Ann"]
    assert ids(found[0].sid).update(friendly_name="Anna").friendly_name == "Anna"
    assert [each.phone_number for each in ids.list(friendly_name="Anna")] == [NUMBER]
    with pytest.raises(TwilioRestException) as caught:
        account.client.validation_requests.create(phone_number=NUMBER)
    assert refusal(caught.value)[:2] == (400, 21450)
    assert ids(found[0].sid).delete() is True
    assert ids.list() == []


def test_a_number_that_cannot_be_called_is_not_verified(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21401"""
    refused = account.refused("POST", "/OutgoingCallerIds.json", {"PhoneNumber": "12"})
    assert refused[:2] == (400, 21401)
    assert account.refused("POST", "/OutgoingCallerIds.json", {})[:2] == (400, 20001)


def test_a_trial_account_texts_only_verified_numbers(
    open_account: Callable[..., Account],
) -> None:
    """The numbers are Mirra's documented ones.

    Source: https://www.twilio.com/docs/api/errors/21608
    """
    account = open_account("verified-numbers")
    client, sender = account.client, account.env["TWILIO_PHONE_NUMBER"]
    assert client.api.v2010.account.fetch().type == "Trial"
    verified = [each.phone_number for each in client.outgoing_caller_ids.list()]
    assert sorted(verified) == ["+15555550123", "+15555550124"]
    for number in verified:
        assert client.messages.create(to=number, from_=sender, body="Hi").status == "queued"
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=NUMBER, from_=sender, body="Hi")
    assert refusal(caught.value)[:2] == (400, 21608)
    account.simulate("caller_id.verified", phoneNumber=NUMBER)
    assert client.messages.create(to=NUMBER, from_=sender, body="Hi").status == "queued"


def test_countries_are_switched_off_and_on(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21408"""
    permissions = account.client.accounts.v1.messaging_geopermissions
    off = {"country_code": "GB", "type": "country", "enabled": False}
    told = permissions.update(permissions=[off])
    assert told.permissions == [{**off, "error_code": 0, "error_messages": []}]
    listed = permissions.fetch(country_code="GB,US").permissions
    assert [(each["country_code"], each["prefix"], each["enabled"]) for each in listed] == [
        ("GB", "+44", False),
        ("US", "+1", True),
    ]
    with pytest.raises(TwilioRestException) as caught:
        account.client.messages.create(to="+447400123456", from_="+15005550006", body="Hi")
    assert refusal(caught.value)[:2] == (400, 21408)
    permissions.update(permissions=[{**off, "enabled": True}])
    assert permissions.fetch(country_code="GB").permissions[0]["enabled"] is True
    form = {"Permissions": "nonsense"}
    assert account.refused("PATCH", "/v1/Messaging/GeoPermissions", form)[:2] == (400, 20001)


def test_credentials_for_network_traversal_are_made(account: Account) -> None:
    """Source: https://www.twilio.com/docs/stun-turn/api"""
    token = account.client.tokens.create(ttl=600)
    assert (token.ttl, len(token.ice_servers)) == ("600", 4)
    assert token.ice_servers[1]["username"] == token.username


def test_twilio_takes_a_number_back(account: Account) -> None:
    """Ours: the story."""
    number = account.client.incoming_phone_numbers.create(phone_number=NUMBER)
    service = account.client.messaging.v1.services.create(friendly_name="Orders")
    account.client.messaging.v1.services(service.sid).phone_numbers.create(
        phone_number_sid=number.sid
    )
    account.simulate("number.reclaimed", phoneNumber=NUMBER)
    assert account.client.incoming_phone_numbers.list() == []
    assert account.client.messaging.v1.services(service.sid).phone_numbers.list() == []


def test_twilio_suspends_an_account(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/20003"""
    account.simulate("account.suspended")
    with pytest.raises(TwilioRestException) as caught:
        account.client.messages.create(to=NUMBER, from_="+15005550006", body="Hi")
    assert refusal(caught.value)[:2] == (401, 20003)
    account.simulate("account.suspended", suspended=False)
    assert account.client.api.v2010.account.fetch().status == "active"
