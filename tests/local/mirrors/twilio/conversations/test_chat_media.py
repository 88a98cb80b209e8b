"""Files, templates and WhatsApp in conversations; who takes part where.

Source: https://www.twilio.com/docs/conversations/api/media-resource
"""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.channels.chats import HER, US, online, write
from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.content.templates import template
from tests.local.mirrors.twilio.conversations.chats import chat, hook, said, v1
from tests.local.mirrors.twilio.messaging.texts import ALICE, BOB, OURS, buy, receive
from tests.local.receiver import Receiver

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def upload(account: Account, service: str, content: bytes = PNG, **headers: str) -> Any:
    """Upload a file, which no SDK does."""
    headers = {"content-type": "image/png", "x-mirra-host": "mcs.us1.twilio.com"} | headers
    return account.http.post(
        f"/v1/Services/{service}/Media?Filename=cat.png", content=content, headers=headers
    )


def test_a_file_is_uploaded_said_and_goes_out_as_mms(account: Account) -> None:
    made = chat(account)
    answer = upload(account, made.chat_service_sid)
    file = answer.json()
    assert (answer.status_code, file["size"], file["filename"]) == (201, len(PNG), "cat.png")
    message = made.messages.create(author="agent", media_sid=file["sid"])
    assert message.media == [
        {"sid": file["sid"], "size": len(PNG), "content_type": "image/png",
         "filename": "cat.png", "category": "media"}
    ]  # fmt: skip
    [text] = account.client.messages.list(to=ALICE)
    assert (text.sid[:2], text.num_media) == ("MM", "1")
    [media] = account.client.messages(text.sid).media.list()
    where = media.uri.removesuffix(".json")
    assert account.http.get(where, headers={"x-mirra-host": ""}).content == PNG
    host = {"x-mirra-host": "mcs.us1.twilio.com"}
    path = f"/v1/Services/{made.chat_service_sid}/Media/{file['sid']}"
    told = account.http.get(path, headers=host).json()
    assert told["message_sid"] == message.sid
    assert account.http.delete(path, headers=host).status_code == 204
    assert account.http.get(path, headers=host).status_code == 404


def test_what_is_no_file_is_refused(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/50508"""
    made = chat(account)
    for content, kind in ((b"", "image/png"), (PNG, "nonsense")):
        answer = upload(account, made.chat_service_sid, content, **{"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    sent = upload(account, made.chat_service_sid).json()["sid"]
    made.messages.create(author="agent", media_sid=sent)
    for sid, code in ((sent, 50508), ("ME" + "0" * 32, 50507), ("ME1", 50510)):
        with pytest.raises(TwilioRestException) as caught:
            made.messages.create(author="agent", media_sid=sid)
        assert refusal(caught.value)[:2] == (400, code)
    assert len(made.messages.list()) == 1


def test_a_picture_that_comes_in_is_in_the_conversation(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/conversations/media-support-conversations"""
    made = chat(account)
    hook(account, post_webhook_url=receiver.url, filters=["onMessageAdded"])
    receive(account, "Look", media=["https://a.example/b.jpg"])
    [message] = made.messages.list()
    assert (message.body, message.media[0]["content_type"]) == ("Look", "image/jpeg")
    told = json.loads(account.verified(receiver.next())["Media"])
    assert told[0]["sid"] == message.media[0]["sid"]


def test_a_template_is_said_to_everybody(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/50527"""
    made = chat(account)
    sid = template(account).sid
    message = made.messages.create(
        author="agent", content_sid=sid, content_variables='{"order": "7"}'
    )
    assert (message.body, message.content_sid) == ("Hi there, your order 7 has shipped.", sid)
    [text] = account.client.messages.list(to=ALICE)
    assert text.body == "Hi there, your order 7 has shipped."
    wrong = [
        ({"content_variables": "{}"}, 50528),
        ({"content_sid": sid, "content_variables": "["}, 50527),
        ({"content_sid": sid, "content_variables": json.dumps({"1": "a" * 257})}, 50541),
        ({"content_sid": "HX" + "0" * 32}, 21655),
    ]
    for fields, code in wrong:
        with pytest.raises(TwilioRestException) as caught:
            made.messages.create(author="agent", **fields)
        assert refusal(caught.value)[:2] == (400, code)
    assert len(made.messages.list()) == 1


def test_whatsapp_takes_part(account: Account) -> None:
    """Source: https://www.twilio.com/docs/conversations/using-whatsapp-conversations"""
    online(account)
    made = v1(account).conversations.create()
    made.participants.create(identity="agent")
    bound = made.participants.create(
        messaging_binding_address=HER, messaging_binding_proxy_address=US
    )
    assert bound.messaging_binding["type"] == "whatsapp"
    write(account, "Hello")
    message = made.messages.create(author="agent", body="Hi Alice")
    assert said(made) == [(HER, "Hello"), ("agent", "Hi Alice")]
    account.advance("10s")
    [text] = account.client.messages.list(to=HER)
    assert (text.from_, text.status) == (US, "delivered")
    account.simulate("message.read", messageId=text.sid)
    assert made.messages(message.sid).fetch().delivery["read"] == "all"
    account.advance("25h")
    late = made.messages.create(author="agent", body="Still there?")
    account.advance("10s")
    [receipt] = made.messages(late.sid).delivery_receipts.list()
    assert (receipt.status, receipt.error_code) == ("undelivered", 63016)
    with pytest.raises(TwilioRestException) as caught:
        made.participants.create(
            messaging_binding_address=f"whatsapp:{BOB}", messaging_binding_proxy_address=OURS
        )
    assert refusal(caught.value)[:2] == (400, 50414)


def test_a_whatsapp_sender_opens_conversations_by_itself(account: Account) -> None:
    """Source: https://www.twilio.com/docs/conversations/api/address-configuration-resource"""
    online(account)
    made = v1(account).address_configurations.create(
        type="whatsapp", address=US, auto_creation_enabled=True, auto_creation_type="default"
    )
    assert (made.type, made.address) == ("whatsapp", US)
    write(account, "Hello")
    [opened] = v1(account).conversations.list()
    assert said(opened) == [(HER, "Hello")]
    [bound] = opened.participants.list()
    assert bound.messaging_binding["proxy_address"] == US


def test_a_conversation_opens_with_its_participants(account: Account) -> None:
    """Source: https://www.twilio.com/docs/conversations/api/conversation-with-participants-resource"""
    buy(account, OURS)
    phone = {"messaging_binding": {"address": ALICE, "proxy_address": OURS}}
    create = v1(account).conversation_with_participants.create
    made = create(
        friendly_name="Help", participant=[json.dumps({"identity": "agent"}), json.dumps(phone)]
    )
    found = v1(account).conversations(made.sid).participants.list()
    assert {each.identity for each in found} == {"agent", None}
    twice = [json.dumps({"identity": "a"})] * 2
    for participant, code in ((["{"], 20001), (["{}"], 20001), (twice, 50433),
                              ([json.dumps(phone)], 50416)):  # fmt: skip
        with pytest.raises(TwilioRestException) as caught:
            create(participant=participant)
        assert refusal(caught.value)[1] == code
    assert len(v1(account).conversations.list()) == 1


def test_a_user_has_conversations(account: Account) -> None:
    """Source: https://www.twilio.com/docs/conversations/api/user-conversation-resource"""
    made = chat(account, friendly_name="Help")
    user = v1(account).users("agent").fetch()
    for body in ("One", "Two", "Three"):
        made.messages.create(author="system", body=body)
    mine = v1(account).users(user.sid).user_conversations
    [found] = mine.list()
    assert (found.friendly_name, found.unread_messages_count) == ("Help", None)
    context = mine(made.sid)
    read = context.update(last_read_message_index=1, notification_level="muted")
    assert (read.unread_messages_count, read.notification_level) == (1, "muted")
    assert made.participants("agent").fetch().last_read_message_index == 1
    assert context.delete()
    assert mine.list() == []
    assert len(made.participants.list()) == 1
