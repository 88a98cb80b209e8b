"""WhatsApp: the window of 24 hours, templates outside of it, what comes in, and what is read.

Source: https://www.twilio.com/docs/whatsapp/key-concepts
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.channels.chats import (
    HER,
    SANDBOX,
    US,
    answer,
    ended,
    online,
    why_not,
    write,
)
from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.content.templates import submit, template
from tests.local.mirrors.twilio.messaging.texts import ALICE, BOB, OURS
from tests.local.receiver import Receiver, Reply

QUICK = {
    "twilio/quick-reply": {
        "body": "Did it arrive?",
        "actions": [{"title": "Yes", "id": "arrived"}, {"title": "No", "id": "lost"}],
    }
}
CARD = {"twilio/card": {"title": "Sale", "actions": [{"type": "QUICK_REPLY", "title": "Buy"}]}}
PICKER = {
    "twilio/list-picker": {
        "body": "Where to?", "button": "Choose",
        "items": [{"id": "nyc", "item": "New York"}, {"id": "sfo", "item": "San Francisco"}],
    }
}  # fmt: skip


def test_who_wrote_is_answered_freely_for_a_day(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/63016"""
    online(account)
    assert ended(account, answer(account)) == ("undelivered", 63016)
    write(account)
    assert ended(account, answer(account)) == ("delivered", None)
    account.advance("23h")
    assert ended(account, answer(account)) == ("delivered", None)
    account.advance("1h")
    late = answer(account)
    assert ended(account, late) == ("undelivered", 63016)
    assert (late.fetch().price, late.fetch().date_sent) == (None, None)
    assert "outside the allowed window" in late.fetch().error_message
    write(account, sender=BOB)
    assert ended(account, answer(account)) == ("undelivered", 63016)


def test_an_approved_template_is_sent_at_any_time(account: Account) -> None:
    online(account)
    made = template(account)
    assert ended(account, answer(account, None, content_sid=made.sid)) == ("undelivered", 63016)
    submit(made)
    account.advance("2s")
    sent = answer(account, None, content_sid=made.sid)
    assert sent.body == "Hi there, your order 0000 has shipped."
    assert ended(account, sent) == ("delivered", None)
    account.simulate("whatsapp.template_reviewed", contentSid=made.sid, status="paused")
    assert ended(account, answer(account, None, content_sid=made.sid)) == ("undelivered", 63016)


@pytest.mark.parametrize(
    ("types", "inside"), [(QUICK, "delivered"), (PICKER, "delivered"), (CARD, "undelivered")]
)
def test_most_types_answer_without_approval(account: Account, types: Any, inside: str) -> None:
    """Source: https://www.twilio.com/docs/content/content-types-overview"""
    online(account)
    made = template(account, types)
    assert ended(account, answer(account, None, content_sid=made.sid))[0] == "undelivered"
    write(account)
    assert ended(account, answer(account, None, content_sid=made.sid))[0] == inside


def test_what_comes_in_is_told_with_the_profile(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/webhook-request#whatsapp-specific-parameters"""
    online(account, webhook={"callback_url": receiver.url})
    receiver.answers.append(Reply("<Response><Message>Welcome</Message></Response>"))
    write(account, "Hello", profileName="Alice", media=["https://a.example/b.jpg"])
    told = account.verified(receiver.next())
    assert (told["From"], told["To"], told["Body"]) == (HER, US, "Hello")
    assert (told["ProfileName"], told["WaId"], told["NumMedia"]) == ("Alice", ALICE[1:], "1")
    assert told["MediaUrl0"].startswith(account.url)
    assert {"FromCountry", "ToCity"}.isdisjoint(told)
    account.advance("10s")
    [reply] = account.client.messages.list(to=HER)
    assert (reply.from_, reply.body, reply.direction) == (US, "Welcome", "outbound-reply")
    assert reply.status == "delivered"
    write(account, "", latitude=52.5, longitude=13.4, label="Office")
    told = account.verified(receiver.next())
    assert (told["Latitude"], told["Longitude"], told["Label"]) == ("52.5", "13.4", "Office")


def test_a_button_that_was_sent_is_tapped(account: Account, receiver: Receiver) -> None:
    online(account, webhook={"callback_url": receiver.url})
    write(account)
    receiver.next()
    made = answer(account, None, content_sid=template(account, QUICK).sid)
    assert "to tap" in why_not(account, "whatsapp.button_tapped", button="lost", **{"from": ALICE})
    account.advance("10s")
    account.simulate("whatsapp.button_tapped", button="lost", **{"from": ALICE})
    told = account.verified(receiver.next())
    assert (told["Body"], told["ButtonText"], told["ButtonPayload"]) == ("No", "No", "lost")
    assert told["OriginalRepliedMessageSid"] == made.sid
    answer(account, None, content_sid=template(account, PICKER).sid)
    account.advance("10s")
    account.simulate("whatsapp.list_chosen", button="San Francisco", **{"from": ALICE})
    told = account.verified(receiver.next())
    assert (told["ListId"], told["ListTitle"]) == ("sfo", "San Francisco")


def test_a_message_is_read(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks"""
    sender = online(account, webhook={"status_callback_url": receiver.url})
    write(account)
    sent = answer(account)
    account.advance("10s")
    account.simulate("message.read")
    told = [account.verified(receiver.next()) for _ in range(3)]
    assert [each["MessageStatus"] for each in told] == ["sent", "delivered", "read"]
    assert (told[2]["EventType"], told[2]["ChannelPrefix"]) == ("READ", "whatsapp")
    assert told[2]["ChannelInstallSid"] == sender.sid
    assert "EventType" not in told[1]
    assert sent.fetch().status == "read"


def test_of_an_sms_nobody_learns_that_it_is_read(account: Account) -> None:
    online(account)
    sent = account.client.messages.create(to=ALICE, from_=OURS, body="Hi")
    account.advance("10s")
    assert "nobody learns" in why_not(account, "message.read", messageId=sent.sid)


def test_only_who_joined_the_sandbox_gets_messages(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/whatsapp/sandbox"""
    account.simulate("whatsapp.sandbox_configured", url=receiver.url)
    assert ended(account, answer(account, from_=SANDBOX)) == ("failed", 63015)
    assert write(account, "Hello", to=SANDBOX) == {"sandbox": "not joined", "participant": HER}
    assert write(account, "join steady-mirror", to=SANDBOX)["sandbox"] == "joined"
    assert ended(account, answer(account, from_=SANDBOX)) == ("delivered", None)
    write(account, "Hello", to=SANDBOX)
    assert account.verified(receiver.next())["To"] == SANDBOX
    account.advance("70h")
    assert ended(account, answer(account, from_=SANDBOX)) == ("undelivered", 63016)
    account.advance("3h")
    assert ended(account, answer(account, from_=SANDBOX)) == ("failed", 63015)
    write(account, "join steady-mirror", to=SANDBOX)
    assert write(account, "stop", to=SANDBOX)["sandbox"] == "left"
    assert ended(account, answer(account, from_=SANDBOX)) == ("failed", 63015)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"from_": OURS}, 21910),
        ({"to": ALICE}, 21910),
        ({"from_": f"whatsapp:{BOB}"}, 63007),
        ({"from_": "messenger:1", "to": "messenger:2"}, 63007),
        ({"to": "whatsapp:555"}, 63003),
        ({"to": US}, 63031),
        ({"body": "A" * 1601}, 21617),
        ({"body": ""}, 21602),
    ],
)
def test_what_cannot_be_sent_is_refused(account: Account, fields: Any, code: int) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21910"""
    online(account)
    with pytest.raises(TwilioRestException) as caught:
        answer(account, **fields)
    assert refusal(caught.value)[:2] == (400, code)
    assert account.client.messages.list() == []


def test_that_an_answer_is_written_is_shown(account: Account) -> None:
    """Source: https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource"""
    online(account)
    came = write(account)
    indicators = account.client.messaging.v2.typing_indicator
    assert indicators.create(channel="whatsapp", message_id=came["sid"]).success is True
    [shown] = account.state("typing_indicators")
    assert (shown["message_sid"], shown["to"]) == (came["sid"], HER)
    newer = account.http.post(
        "/v3/Indicators/Typing.json", json={"channel": "WHATSAPP", "messageId": came["sid"]}
    )
    assert newer.json() == {"success": True}
    for channel, sid in (("sms", came["sid"]), ("whatsapp", answer(account).sid)):
        with pytest.raises(TwilioRestException) as caught:
            indicators.create(channel=channel, message_id=sid)
        assert refusal(caught.value)[:2] == (400, 20001)
