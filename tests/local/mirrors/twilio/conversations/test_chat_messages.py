"""What is said: over the API, by text, and to whom it goes.

Source: https://www.twilio.com/docs/conversations/api/conversation-message-resource
"""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.conversations.chats import chat, said, v1
from tests.local.mirrors.twilio.messaging.texts import ALICE, BOB, OTHER, OURS, buy, receive
from tests.local.receiver import Receiver


def test_what_is_said_goes_out_as_a_text(account: Account) -> None:
    made = chat(account)
    first = made.messages.create(author="agent", body="Hello Alice")
    agent = made.participants("agent").fetch()
    assert (first.index, first.participant_sid, first.delivery) == (0, agent.sid, None)
    assert made.messages.create(body="By the way").author == "system"
    texts = account.client.messages.list(to=ALICE)
    assert {(each.from_, each.body) for each in texts} == {
        (OURS, "Hello Alice"), (OURS, "By the way"),
    }  # fmt: skip
    account.advance("10s")
    [receipt] = first.delivery_receipts.list()
    assert (receipt.status, receipt.error_code) == ("delivered", 0)
    assert receipt.channel_message_sid in {each.sid for each in texts}
    assert made.messages(first.sid).fetch().delivery == {
        "total": 1, "sent": "all", "delivered": "all", "read": "none", "undelivered": "none",
        "failed": "none",
    }  # fmt: skip


def test_who_opted_out_gets_no_text_and_the_receipt_says_so(account: Account) -> None:
    made = chat(account)
    receive(account, "STOP")
    message = made.messages.create(author="agent", body="Hello?")
    [receipt] = message.delivery_receipts.list()
    assert (receipt.status, receipt.error_code) == ("failed", 21610)
    assert account.client.messages.list(to=ALICE, from_=OURS) == []


def test_a_text_to_a_bound_number_lands_in_the_conversation(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/conversations/inbound-autocreation"""
    made = chat(account)
    [number] = account.client.incoming_phone_numbers.list()
    number.update(sms_url=receiver.url)
    receive(account, "Where is my order?")
    receive(account, "Not for the chat", sender=BOB)
    assert said(made) == [(ALICE, "Where is my order?")]
    assert account.verified(receiver.next())["Body"] == "Where is my order?"
    made.messages.create(author="agent", body="On its way")
    assert [each.body for each in made.messages.list(order="desc")] == [
        "On its way", "Where is my order?",
    ]  # fmt: skip


def test_two_phones_speak_through_one_conversation(account: Account) -> None:
    made = chat(account)
    buy(account, OTHER)
    made.participants.create(messaging_binding_address=BOB, messaging_binding_proxy_address=OTHER)
    receive(account, "Hi Bob", to=OURS)
    [text] = account.client.messages.list(to=BOB)
    assert (text.from_, text.body) == (OTHER, "Hi Bob")


def test_an_address_opens_conversations_by_itself(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/conversations/api/address-configuration-resource"""
    buy(account, OURS)
    address = v1(account).address_configurations.create(
        type="sms", address=OURS, auto_creation_enabled=True, auto_creation_type="webhook",
        auto_creation_webhook_url=receiver.url, auto_creation_webhook_filters=["onMessageAdded"],
    )  # fmt: skip
    assert address.auto_creation["enabled"] is True
    receive(account, "Hello")
    receive(account, "Anybody?")
    [made] = v1(account).conversations.list()
    assert said(made) == [(ALICE, "Hello"), (ALICE, "Anybody?")]
    told = account.verified(receiver.next())
    assert (told["EventType"], told["Body"], told["Source"]) == ("onMessageAdded", "Hello", "SMS")
    made.update(state="closed")
    address.update(auto_creation_enabled=False)
    receive(account, "And now?")
    assert len(v1(account).conversations.list()) == 1


def test_a_message_is_changed_and_taken_back(account: Account) -> None:
    made = v1(account).conversations.create()
    message = made.messages.create(body="Helo", attributes='{"a": 1}')
    assert message.update(body="Hello").body == "Hello"
    message.delete()
    assert made.messages.list() == []
    assert made.messages.create(body="Next").index == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, 50503), ({"body": "x" * 1601}, 50504), ({"media_sid": "ME1"}, 50510),
     ({"content_sid": "HX1"}, 21655)],
)  # fmt: skip
def test_what_cannot_be_said_is_refused(
    account: Account, fields: dict[str, str], code: int
) -> None:
    made = v1(account).conversations.create()
    with pytest.raises(TwilioRestException) as caught:
        made.messages.create(**fields)
    assert caught.value.code == code
    assert made.messages.list() == []
