"""Senders of WhatsApp and RCS.

Source: https://www.twilio.com/docs/whatsapp/api/senders
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.messaging.v2.channels_sender import ChannelsSenderContext

from tests.local.mirrors.twilio.channels.chats import HER, US, answer, online, register
from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import ALICE, service


def test_a_number_of_the_account_is_online_by_itself(account: Account) -> None:
    made = online(account, webhook={"callback_url": "https://acme.example/wa"})
    assert (made.status, made.sender_id, made.profile["name"]) == ("CREATING", US, "Acme")
    found = account.client.messaging.v2.channels_senders(made.sid).fetch()
    assert found.status == "ONLINE"
    assert found.properties["quality_rating"] == "HIGH"
    assert found.webhook["callback_url"] == "https://acme.example/wa"
    listed = account.client.messaging.v2.channels_senders.list(channel="whatsapp")
    assert [each.sid for each in listed] == [made.sid]
    assert account.client.messaging.v2.channels_senders.list(channel="rcs") == []
    assert account.client.messaging.v2.channels_senders(made.sid).delete()
    assert account.state("channel_senders") == []


def test_anothers_number_is_verified_with_a_code(account: Account) -> None:
    made = register(account, HER)
    account.advance("2s")
    context = account.client.messaging.v2.channels_senders(made.sid)
    assert context.fetch().status == "PENDING_VERIFICATION"
    given = {"configuration": {"verification_code": "123456"}}
    request = ChannelsSenderContext.MessagingV2ChannelsSenderRequestsUpdate(given)
    assert context.update(request).status == "VERIFYING"
    account.advance("2s")
    assert context.fetch().status == "ONLINE"


@pytest.mark.parametrize(
    ("sender", "fields", "words"),
    [
        (ALICE, {}, "sender_id"),
        ("whatsapp:555", {}, "sender_id"),
        ("messenger:123", {}, "sender_id"),
        (US, {"profile": {"about": "A"}}, "profile.name"),
        (US, {"profile": {"name": "A", "vertical": "Pirates"}}, "vertical"),
        (US, {"webhook": {"callback_method": "GET"}}, "callback_method"),
        (US, {"webhook": {"callback_url": "nowhere"}}, "callback_url"),
        (US, {"configuration": {"verification_method": "mail"}}, "verification_method"),
    ],
)
def test_what_is_no_sender_is_refused(
    account: Account, sender: str, fields: Any, words: str
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/63100"""
    with pytest.raises(TwilioRestException) as caught:
        register(account, sender, **fields)
    assert refusal(caught.value)[:2] == (400, 63100)
    assert words in caught.value.msg
    assert account.state("channel_senders") == []


def test_a_sender_that_is_not_online_sends_nothing(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/63007"""
    made = online(account)
    account.simulate("sender.reviewed", sid=made.sid, status="OFFLINE", reason="Low quality")
    with pytest.raises(TwilioRestException) as caught:
        answer(account)
    assert refusal(caught.value)[:2] == (400, 63007)


def test_a_service_sends_from_the_sender_in_its_pool(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/messaging-service-channelsender-resource"""
    made = online(account)
    pool = service(account)
    with pytest.raises(TwilioRestException) as caught:
        answer(account, from_=None, messaging_service_sid=pool.sid)
    assert refusal(caught.value)[:2] == (400, 21703)
    member = pool.channel_senders.create(sid=made.sid)
    assert (member.sender, member.sender_type, member.country_code) == (US, "WhatsApp", "US")
    assert [each.sid for each in pool.channel_senders.list()] == [made.sid]
    sent = answer(account, from_=None, messaging_service_sid=pool.sid)
    account.advance("1s")
    assert sent.fetch().from_ == US
    assert pool.channel_senders(made.sid).delete()
    assert pool.channel_senders.list() == []


def test_rcs_is_sent_and_read(account: Account) -> None:
    """Source: https://www.twilio.com/docs/rcs"""
    made = register(account, "rcs:acme_agent", profile={"name": "Acme", "use_case": "OTP"})
    account.advance("2s")
    assert account.client.messaging.v2.channels_senders(made.sid).fetch().status == "ONLINE"
    sent = answer(account, from_="rcs:acme_agent", to=ALICE)
    assert (sent.to, sent.num_segments) == (f"rcs:{ALICE}", "1")
    account.advance("10s")
    account.simulate("message.read", messageId=sent.sid)
    assert sent.fetch().status == "read"
