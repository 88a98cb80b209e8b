"""What an application answers to a text is done: messages, redirects, plain words.

Source: https://www.twilio.com/docs/messaging/twiml
"""

from typing import Any

import pytest
from twilio.twiml.messaging_response import Message, MessagingResponse

from tests.local.mirrors.twilio.client import RFC_NOON, Account
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    OTHER,
    OURS,
    buy,
    receive,
    send,
    service,
)
from tests.local.receiver import Receiver, Reply

EMPTY = Reply("<Response/>")


def says(text: str) -> Reply:
    """Return the document that answers with a message."""
    told = MessagingResponse()
    told.message(text)
    return Reply(str(told))


def faults(account: Account) -> list[str]:
    """Return what the debugger has noted, oldest first."""
    return [each["error_code"] for each in account.state("notifications")][::-1]


def bodies(account: Account) -> list[tuple[str, str]]:
    """Return every outgoing message's recipient and text, oldest first."""
    listed = account.client.messages.list()
    return [(each.to, each.body) for each in reversed(listed) if each.direction != "inbound"]


def answer(account: Account, receiver: Receiver, *answers: Any) -> None:
    """Let Alice text a number whose application answers so, and let all of it happen."""
    receiver.answers.extend(
        each if isinstance(each, Reply | int) else Reply(str(each)) for each in answers
    )
    receive(account)
    for _ in answers:
        account.verified(receiver.next())
    account.advance("10s")


def test_a_message_is_sent_to_whoever_texted(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml/message"""
    buy(account, sms_url=receiver.url)
    told = MessagingResponse()
    told.message("Thank you & goodbye <3")
    answer(account, receiver, told)
    [reply, received] = account.client.messages.list()
    assert (reply.direction, reply.status) == ("outbound-reply", "delivered")
    assert (reply.from_, reply.to, reply.body) == (OURS, ALICE, "Thank you & goodbye <3")
    assert received.direction == "inbound"


def test_a_reply_of_a_service_is_its_own(account: Account, receiver: Receiver) -> None:
    number = buy(account)
    made = service(account, number, inbound_request_url=receiver.url,
                   status_callback=f"{receiver.url}?status=1")  # fmt: skip
    answer(account, receiver, says("Hello"))
    [reply, _] = account.client.messages.list()
    told = [account.verified(receiver.next())["MessageStatus"] for _ in range(2)]
    assert told == ["sent", "delivered"]
    assert (reply.messaging_service_sid, reply.from_) == (made.sid, OURS)


def test_media_and_bodies_make_an_mms(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml/media"""
    buy(account, sms_url=receiver.url)
    told, message = MessagingResponse(), Message()
    message.body("Look")
    message.media("/pictures/a.gif")
    message.media("https://example.com/b.png")
    told.append(message)
    answer(account, receiver, told)
    [reply, _] = account.client.messages.list()
    assert (reply.sid[:2], reply.body, reply.num_media) == ("MM", "Look", "2")
    assert [each.content_type for each in reply.media.list()] == ["image/gif", "image/png"]
    asked = receiver.next()
    assert asked.url == receiver.url.removesuffix("/hook") + "/pictures/a.gif"


def test_messages_go_to_others_and_from_other_numbers(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml/message#attributes-to"""
    buy(account, sms_url=receiver.url)
    buy(account, OTHER)
    told = MessagingResponse()
    told.message("One", to=BOB)
    told.message("Two", from_=OTHER)
    receiver.answers.append(Reply(str(told)))
    receive(account, to=OURS)
    receiver.next()
    account.advance("10s")
    assert bodies(account) == [(BOB, "One"), (ALICE, "Two")]


def test_plain_text_is_a_message(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml#twilio-understands-mime-types"""
    buy(account, sms_url=receiver.url)
    answer(account, receiver, Reply("Just words", content_type="text/plain; charset=utf-8"))
    assert bodies(account) == [(ALICE, "Just words")]


def test_a_redirect_asks_for_another_document(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml/redirect"""
    buy(account, sms_url=receiver.url)
    told = MessagingResponse()
    told.message("First")
    told.redirect("/next?page=2&more=1", method="GET")
    told.message("Never")
    receiver.answers.extend([Reply(str(told)), says("Second")])
    received = receive(account)
    receiver.next()
    second = receiver.next()
    params = account.verified(second)
    assert (second.method, params["page"]) == ("GET", "2")
    assert params["MessageSid"] == received["sid"]
    account.advance("10s")
    assert bodies(account) == [(ALICE, "First"), (ALICE, "Second")]


def test_an_action_says_how_to_go_on(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml/message#attributes-action"""
    buy(account, sms_url=receiver.url)
    told = MessagingResponse()
    told.message("First", action="/done")
    told.message("Never")
    receiver.answers.extend([Reply(str(told)), says("Second")])
    receive(account)
    receiver.next()
    asked = receiver.next()
    params = account.verified(asked)
    account.advance("10s")
    assert asked.url.endswith("/done")
    first = account.client.messages.list()[1]
    assert (params["MessageSid"], params["MessageStatus"]) == (first.sid, "queued")
    assert bodies(account) == [(ALICE, "First"), (ALICE, "Second")]


def test_a_reply_tells_its_status_to_its_own_callback(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml/message#attributes-status-callback"""
    buy(account, sms_url=receiver.url)
    told = MessagingResponse()
    told.message("Hello", status_callback="/status")
    receiver.answers.append(Reply(str(told)))
    receive(account)
    receiver.next()
    account.advance("10s")
    got = [receiver.next() for _ in range(2)]
    assert [account.verified(each)["MessageStatus"] for each in got] == ["sent", "delivered"]
    assert {each.url.rpartition("/")[2] for each in got} == {"status"}


def test_an_http_redirect_is_followed(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml#twilio-is-a-well-behaved-http-client"""
    buy(account, sms_url=receiver.url)
    receiver.answers.extend([Reply("", 302, location="/moved"), Reply("", 308, location="/again")])
    receiver.answers.append(Reply("", 301))
    received = receive(account)
    tries = [receiver.next() for _ in range(3)]
    paths = [each.url.partition("?")[0].rpartition("/")[2] for each in tries]
    assert paths == ["hook", "moved", "again"]
    assert [each.method for each in tries] == ["POST", "GET", "GET"]
    assert {account.verified(each)["MessageSid"] for each in tries} == {received["sid"]}
    account.advance("1s")
    assert faults(account) == ["11200"]


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        ("<Response>", ["12100"]),
        ("<Nothing/>", ["12100"]),
        ('<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', ["12100"]),
        ("<Response><Say>Hi</Say></Response>", ["14110"]),
        ("<Response><Message/></Response>", ["14103"]),
        ('<Response><Message method="PUT">Hi</Message></Response>', ["14104"]),
        ('<Response><Redirect method="PUT">/x</Redirect></Response>', ["14104"]),
        ("<Response><Redirect>ftp://x</Redirect></Response>", ["11200"]),
        ('<Response><Message to="alice">Hi</Message></Response>', ["14101"]),
        ('<Response><Message from="+14155550000">Hi</Message></Response>', ["14102"]),
        ("<Response>" + "<Message>Hi</Message>" * 11 + "</Response>", ["14109"]),
        ("<Response><Message>" + "a" * 65_536 + "</Message></Response>", ["11750"]),
        ("<Response><Message>" + "a" * 1601 + "</Message></Response>", ["21617"]),
        ("<Response><Message><Media>http://[</Media></Message></Response>", ["21620"]),
        ('<Response><Message statusCallback="http://[" action="http://["/></Response>', ["14103"]),
    ],
    ids=range(15),
)
def test_what_can_not_be_done_is_noted(
    account: Account, receiver: Receiver, document: str, codes: list[str]
) -> None:
    """Source: https://www.twilio.com/docs/api/errors"""
    buy(account, sms_url=receiver.url)
    answer(account, receiver, document)
    assert faults(account) == codes
    assert len(bodies(account)) == (10 if codes == ["14109"] else 0)


def test_other_kinds_of_content_are_noted(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/errors/12300"""
    buy(account, sms_url=receiver.url)
    answer(account, receiver, Reply('{"ok": true}', content_type="application/json"))
    [noted] = account.client.api.account.notifications.list()
    assert (noted.error_code, noted.message_text) == ("12300", "Invalid Content-Type")
    whole = account.fetch(f"/Notifications/{noted.sid}.json")
    assert "Body=Hi" in whole.pop("request_variables")
    assert whole == {
        "account_sid": account.sid,
        "api_version": "2010-04-01",
        "call_sid": None,
        "date_created": RFC_NOON,
        "date_updated": RFC_NOON,
        "error_code": "12300",
        "log": "0",
        "message_date": RFC_NOON,
        "message_text": "Invalid Content-Type",
        "more_info": "https://www.twilio.com/docs/errors/12300",
        "request_method": "POST",
        "request_url": receiver.url,
        "response_body": '{"ok": true}',
        "response_headers": None,
        "sid": noted.sid,
        "uri": f"{account.path}/Notifications/{noted.sid}.json",
    }
    assert account.client.api.account.notifications.list(log=1) == []


def test_an_empty_answer_does_nothing(account: Account, receiver: Receiver) -> None:
    buy(account, sms_url=receiver.url)
    answer(account, receiver, 204, *[])
    answer(account, receiver, EMPTY)
    assert (faults(account), bodies(account)) == ([], [])


def test_redirects_come_to_an_end(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/errors/14106"""
    buy(account, sms_url=receiver.url)
    told = MessagingResponse()
    told.redirect("")
    receiver.answers.extend([Reply(str(told))] * 60)
    receive(account)
    account.advance("1s")
    assert faults(account) == ["14106"]
    assert receiver.inbox.qsize() == 50


def test_two_numbers_do_not_answer_each_other_forever(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/errors/14107"""
    buy(account, sms_url=receiver.url)
    receiver.answers.extend([Reply("Again", content_type="text/plain")] * 20)
    for _ in range(17):
        receive(account)
        account.advance("1s")
    replies = [each for each in account.client.messages.list() if each.direction != "inbound"]
    assert [each.error_code for each in replies].count(14107) == 2
    assert {each.status for each in replies[:2]} == {"failed"}


def test_a_reply_to_a_deleted_text_goes_nowhere(account: Account, receiver: Receiver) -> None:
    """Ours: what is gone is not answered."""
    buy(account, sms_url=receiver.url)
    receiver.answers.append("stall")
    received = receive(account)
    receiver.next()
    account.client.messages(received["sid"]).delete()
    receiver.go_on.set()
    account.advance("1s")
    assert account.client.messages.list() == []


def test_callbacks_are_not_read_as_documents(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    buy(account)
    receiver.answers.append(says("Never"))
    send(account, status_callback=receiver.url)
    account.advance("5s")
    assert bodies(account) == [(ALICE, "Hello")]
