"""Webhooks of conversations: before an event, after it, and of one conversation.

Source: https://www.twilio.com/docs/conversations/conversations-webhooks
"""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.conversations.chats import chat, hook, said, v1
from tests.local.mirrors.twilio.messaging.texts import ALICE, receive
from tests.local.receiver import Receiver, Reply

CARD = "My card is 4242424242424242"
REDACTED = json.dumps({"body": "My card is ****"})


def test_events_are_told_signed_and_as_filtered(account: Account, receiver: Receiver) -> None:
    made = chat(account)
    hook(account, post_webhook_url=receiver.url, filters=["onMessageAdded", "onDeliveryUpdated"])
    made.messages.create(author="agent", body="Quiet")
    account.advance("10s")
    sent = [account.verified(receiver.next()) for _ in range(2)]
    assert [each["EventType"] for each in sent] == ["onDeliveryUpdated", "onDeliveryUpdated"]
    assert [each["Status"] for each in sent] == ["sent", "delivered"]
    made.update(friendly_name="Unheard", x_twilio_webhook_enabled="true")
    said_aloud = made.messages.create(author="agent", body="Hi", x_twilio_webhook_enabled="true")
    told = account.verified(receiver.next())
    assert told["EventType"] == "onMessageAdded"
    assert (told["MessageSid"], told["Body"], told["Author"]) == (said_aloud.sid, "Hi", "agent")
    assert (told["Index"], told["Source"], told["ConversationSid"]) == ("1", "API", made.sid)


def test_a_pre_event_webhook_changes_a_text(account: Account, receiver: Receiver) -> None:
    made = chat(account)
    hook(account, pre_webhook_url=receiver.url, filters=["onMessageAdd"])
    receiver.answers.append(Reply(REDACTED, content_type="application/json"))
    receive(account, CARD)
    told = account.verified(receiver.next())
    assert (told["EventType"], told["Body"], told["Author"]) == ("onMessageAdd", CARD, ALICE)
    account.advance("1s")
    assert said(made) == [(ALICE, "My card is ****")]


def test_a_pre_event_webhook_refuses_a_text(account: Account, receiver: Receiver) -> None:
    made = chat(account)
    hook(account, pre_webhook_url=receiver.url, filters=["onMessageAdd"])
    receiver.answers.append(403)
    receive(account, "Spam")
    receiver.next()
    account.advance("1s")
    assert said(made) == []
    receive(account, "No spam")
    receiver.next()
    account.advance("1s")
    assert said(made) == [(ALICE, "No spam")]


def test_a_call_waits_for_the_pre_event_webhook(account: Account, receiver: Receiver) -> None:
    made = chat(account)
    hook(account, pre_webhook_url=receiver.url, filters=["onMessageAdd"])
    receiver.answers.append(Reply(REDACTED, content_type="application/json"))
    loud: dict[str, Any] = {"author": "agent", "x_twilio_webhook_enabled": "true"}
    assert made.messages.create(body=CARD, **loud).body == "My card is ****"
    assert account.verified(receiver.next())["Source"] == "API"
    [text] = account.client.messages.list(to=ALICE)
    assert text.body == "My card is ****"
    receiver.answers.append(403)
    with pytest.raises(TwilioRestException) as caught:
        made.messages.create(body="No", **loud)
    assert refusal(caught.value) == (403, 20403, "Unable to create record: Forbidden")
    made.messages.create(author="agent", body="By the API nobody is asked")
    assert [body for _, body in said(made)] == ["My card is ****", "By the API nobody is asked"]


def test_a_conversation_has_webhooks_of_its_own(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/conversations/api/conversation-scoped-webhook-resource"""
    made = chat(account)
    target: dict[str, Any] = {"configuration_url": receiver.url}
    made.webhooks.create("webhook", configuration_filters=["onParticipantAdded"], **target)
    made.webhooks.create("trigger", configuration_triggers=["help"], **target)
    receive(account, "Hello")
    receive(account, "I need HELP")
    assert account.verified(receiver.next())["Body"] == "I need HELP"
    made.participants.create(identity="boss", x_twilio_webhook_enabled="true")
    assert account.verified(receiver.next())["Identity"] == "boss"
    for code, kind, fields in (
        (50364, "mail", {}),
        (50369, "webhook", {"configuration_url": ""}),
        (50370, "webhook", {}),
        (50365, "webhook", {"configuration_filters": ["onSomething"]}),
        (50362, "trigger", {"configuration_triggers": list("abcdef")}),
        (50366, "trigger", {"configuration_triggers": ["x" * 249]}),
        (50372, "trigger", {"configuration_url": "https://a.example/" + "x" * 500}),
    ):
        with pytest.raises(TwilioRestException) as caught:
            made.webhooks.create(kind, **(target | fields))
        assert caught.value.code == code
    for _ in range(3):
        made.webhooks.create("trigger", configuration_triggers=["a"], **target)
    with pytest.raises(TwilioRestException) as caught:
        made.webhooks.create("trigger", configuration_triggers=["a"], **target)
    assert caught.value.code == 50361


def test_states_are_told_with_their_reason(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/conversations/states-timers"""
    own = v1(account).services.create("Shop")
    own.configuration.webhooks().update(
        post_webhook_url=receiver.url, filters=["onConversationStateUpdated"], method="GET"
    )
    made = own.conversations.create(state="active", timers_inactive="PT1M")
    account.advance("1m")
    told = receiver.next()
    assert told.method == "GET"
    assert made.fetch().state == "inactive"
    made.update(state="closed", x_twilio_webhook_enabled="true")
    assert "Reason=TIMER" in told.url
    assert "StateTo=closed&" in receiver.next().url


def test_a_chat_user_writes_and_the_pre_event_webhook_redacts(
    account: Account, receiver: Receiver
) -> None:
    made = chat(account)
    hook(
        account, pre_webhook_url=receiver.url, post_webhook_url=receiver.url,
        filters=["onMessageAdd", "onMessageAdded"],
    )  # fmt: skip
    receiver.answers.append(Reply(REDACTED, content_type="application/json"))
    account.simulate("conversation.message_sent", identity="agent", body=CARD)
    told = [account.verified(receiver.next()) for _ in range(2)]
    assert [(each["EventType"], each["Source"]) for each in told] == [
        ("onMessageAdd", "SDK"), ("onMessageAdded", "SDK"),
    ]  # fmt: skip
    assert (told[0]["Body"], told[1]["Body"]) == (CARD, "My card is ****")
    assert said(made) == [("agent", "My card is ****")]
    [text] = account.client.messages.list(to=ALICE)
    assert text.body == "My card is ****"
