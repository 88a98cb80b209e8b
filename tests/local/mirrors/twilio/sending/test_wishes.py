"""What is asked for of a message besides its text.

Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.channels.chats import register
from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    OTHER,
    OURS,
    buy,
    send,
    service,
)
from tests.local.receiver import Receiver


def test_a_message_is_forgotten_once_it_is_sent(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/privacy-message-redaction"""
    buy(account)
    buy(account, OTHER, sms_url=receiver.url)
    asked: dict[str, Any] = {"content_retention": "discard", "address_retention": "obfuscate"}
    sent = send(account, "Secret", to=OTHER, media_url=["https://a.example/a.png"], **asked)
    assert (sent.body, sent.to) == ("Secret", OTHER)
    account.advance("2s")
    hidden = sent.fetch()
    assert (hidden.status, hidden.body, hidden.to) == ("sent", "", f"{OTHER[:-4]}XXXX")
    assert (hidden.num_media, sent.media.list()) == ("1", [])
    account.advance("5s")
    assert account.verified(receiver.next())["Body"] == "Secret"
    assert sent.fetch().status == "delivered"
    [text] = [each for each in account.state("messages") if each["direction"] != "inbound"]
    assert (text["body"], text["to"]) == ("", f"{OTHER[:-4]}XXXX")
    only = send(account, "Secret", content_retention="discard")
    account.advance("5s")
    assert (only.fetch().body, only.fetch().to) == ("", ALICE)
    for wrong, code in (({"content_retention": "x"}, 30029), ({"address_retention": "x"}, 30030)):
        with pytest.raises(TwilioRestException) as caught:
            send(account, **wrong)
        assert refusal(caught.value)[:2] == (400, code)


def test_an_application_is_told_of_statuses(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message"""
    buy(account)
    application = account.client.applications.create(
        friendly_name="Shop", message_status_callback=receiver.url
    ).sid
    sent = send(account, application_sid=application)
    account.advance("2s")
    assert account.verified(receiver.next())["MessageSid"] == sent.sid
    own = send(account, application_sid=application, status_callback=f"{receiver.url}/own")
    account.advance("2s")
    told = receiver.next()
    assert (told.form["MessageSid"], told.url) == (own.sid, f"{receiver.url}/own")
    with pytest.raises(TwilioRestException) as caught:
        send(account, application_sid="AP" + "0" * 32)
    assert refusal(caught.value)[:2] == (400, 21218)


def test_texts_to_a_pumped_number_are_stopped_unless_unchecked(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-python/releases/tag/8.7.0"""
    buy(account)
    account.simulate("carrier.pumping_detected", phoneNumber=ALICE)
    stopped, unchecked = send(account), send(account, risk_check="disable")
    other = send(account, to=BOB)
    account.advance("10s")
    assert (stopped.fetch().status, stopped.fetch().error_code) == ("failed", 30450)
    assert [each.fetch().status for each in (unchecked, other)] == ["delivered"] * 2
    account.client.verify.v2.safelist.create(phone_number=ALICE)
    listed = send(account)
    account.advance("10s")
    assert listed.fetch().status == "delivered"


def test_feedback_that_is_to_come_is_unconfirmed(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-feedback-resource"""
    buy(account)
    sent = send(account, provide_feedback=True)
    [word] = account.state("feedback")
    assert (word["message_sid"], word["outcome"]) == (sent.sid, "unconfirmed")
    assert sent.feedback.create(outcome="confirmed").outcome == "confirmed"
    assert [each["outcome"] for each in account.state("feedback")] == ["confirmed"]


def rcs(account: Account) -> Any:
    """A messaging service with a number, and a sender of RCS that is online."""
    made = service(account, buy(account))
    sender = register(account, "rcs:acme_agent", profile={"name": "Acme", "use_case": "OTP"})
    account.advance("3s")
    made.channel_senders.create(sid=sender.sid)
    return made


def test_a_service_tries_rcs_first_and_falls_back_to_sms(account: Account) -> None:
    """Source: https://www.twilio.com/docs/rcs/send-an-rcs-message"""
    made, fallback = rcs(account), buy(account, OTHER)
    asked: dict[str, Any] = {"messaging_service_sid": made.sid}
    rich = send(account, **asked)
    account.simulate("carrier.rcs_changed", phoneNumber=BOB)
    pooled = send(account, to=BOB, **asked)
    given = send(account, to=BOB, fallback_from=fallback.phone_number, **asked)
    only = send(account, to=f"rcs:{BOB}", **asked)
    account.advance("10s")
    found = [each.fetch() for each in (rich, pooled, given)]
    assert [(each.from_, each.to, each.status) for each in found] == [
        ("rcs:acme_agent", f"rcs:{ALICE}", "delivered"),
        (OURS, BOB, "delivered"),
        (OTHER, BOB, "delivered"),
    ]
    assert (only.fetch().status, only.fetch().error_code) == ("failed", 63036)
    account.simulate("carrier.rcs_changed", phoneNumber=BOB, reachable=True)
    again = send(account, to=BOB, **asked)
    account.advance("10s")
    assert again.fetch().from_ == "rcs:acme_agent"
    plain = service(account)
    for fields, code in (
        ({"from_": OURS, "fallback_from": OTHER}, 20001),
        ({"messaging_service_sid": plain.sid, "fallback_from": OTHER}, 20001),
        ({**asked, "fallback_from": "+14155550000"}, 21606),
    ):
        with pytest.raises(TwilioRestException) as caught:
            send(account, **fields)
        assert refusal(caught.value)[:2] == (400, code)


def test_what_is_rich_about_a_message_is_kept(account: Account) -> None:
    """Ours: Twilio shows a place to its recipient alone, the mirror's state tells it."""
    made = rcs(account)
    place = "geo:37.787890,-122.391664|375 Beale St"
    send(account, messaging_service_sid=made.sid, to=f"rcs:{ALICE}", persistent_action=[place])
    [told] = account.state("messages")
    assert told["persistent_action"] == [place]
