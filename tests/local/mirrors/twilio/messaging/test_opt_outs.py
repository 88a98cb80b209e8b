"""STOP, START and HELP: what is kept, what is answered, and who gets no more messages.

Source: https://help.twilio.com/articles/223134027
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    OTHER,
    OURS,
    buy,
    form,
    receive,
    send,
)
from tests.local.mirrors.twilio.messaging.texts import service as make_service
from tests.local.receiver import Receiver, Reply

TOLL_FREE = "+18445550123"
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this"
    " number. Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help."
    " Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELP = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


def replies(account: Account) -> list[str]:
    """Return what keywords were answered, oldest first."""
    return [each["body"] for each in account.state("opt_out_replies")][::-1]


def is_refused(account: Account, **fields: str | None) -> bool:
    """Say whether a message is refused because its recipient has opted out."""
    answer = account.call("POST", "/Messages.json", form(**fields))
    return answer.status_code == 400 and bool(answer.json()["code"] == 21610)


def test_who_texts_stop_gets_no_more_messages(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21610"""
    buy(account, sms_url=receiver.url)
    send(account)
    receive(account, "  Stop ")
    assert account.verified(receiver.next())["Body"] == "  Stop "
    with pytest.raises(TwilioRestException) as refused:
        send(account)
    assert refusal(refused.value) == (
        400,
        21610,
        "Unable to create record: Attempt to send to unsubscribed recipient",
    )
    assert replies(account) == [STOPPED]
    [kept] = account.state("opt_outs")
    assert (kept["phone_number"], kept["of"], kept["keyword"]) == (ALICE, OURS, "STOP")
    assert not is_refused(account, To=BOB)


@pytest.mark.parametrize(
    "word", ["STOPALL", "Unsubscribe", "cancel", "END", "quit", "OPTOUT", "revoke"]
)
def test_other_words_mean_stop(account: Account, word: str) -> None:
    buy(account)
    receive(account, word)
    assert is_refused(account)


@pytest.mark.parametrize("text", ["STOP PLEASE", "please stop", "don't stop", "stopp", "st op"])
def test_only_a_word_by_itself_is_a_keyword(account: Account, text: str) -> None:
    buy(account)
    receive(account, text)
    assert not is_refused(account)
    assert replies(account) == []


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_who_texts_start_gets_messages_again(account: Account, word: str) -> None:
    buy(account)
    receive(account, "STOP")
    receive(account, word)
    assert not is_refused(account)
    assert replies(account) == [STOPPED, STARTED]


def test_who_asks_for_help_is_helped(account: Account) -> None:
    buy(account)
    receive(account, "help")
    receive(account, "INFO")
    assert replies(account) == [HELP, HELP]
    assert not is_refused(account)


def test_nobody_is_told_twice(account: Account) -> None:
    """Source: https://help.twilio.com/articles/223134027"""
    buy(account)
    for word in ("START", "STOP", "STOP", "START", "YES"):
        receive(account, word)
    assert replies(account) == [STOPPED, STARTED]


def test_answers_to_keywords_are_no_messages(account: Account) -> None:
    buy(account)
    receive(account, "STOP")
    assert [each.direction for each in account.client.messages.list()] == ["inbound"]


def test_a_number_s_opt_outs_are_its_own(account: Account) -> None:
    buy(account)
    buy(account, OTHER)
    receive(account, "STOP", to=OURS)
    assert is_refused(account)
    assert not is_refused(account, From=OTHER)


def is_blocked(account: Account, **fields: Any) -> bool:
    """Whether a message that a service accepts fails for an opt-out."""
    sent = send(account, **fields)
    account.advance("3s")
    return bool(account.client.messages(sent.sid).fetch().error_code == 21610)


def test_a_service_s_opt_outs_are_for_all_its_numbers(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out"""
    numbers = buy(account), buy(account, OTHER)
    made = make_service(account, *numbers, inbound_request_url=receiver.url)
    receive(account, "STOP", to=OURS)
    told = account.verified(receiver.next())
    assert (told["OptOutType"], told["MessagingServiceSid"]) == ("STOP", made.sid)
    for sender in ({"From": OURS}, {"From": OTHER}):
        assert is_refused(account, **sender)
    assert is_blocked(account, messaging_service_sid=made.sid)
    receive(account, "start", to=OTHER)
    assert account.verified(receiver.next())["OptOutType"] == "START"
    assert not is_blocked(account, messaging_service_sid=made.sid)
    receive(account, "Help", to=OTHER)
    assert account.verified(receiver.next())["OptOutType"] == "HELP"


def test_a_service_that_drops_texts_hears_keywords(account: Account) -> None:
    made = make_service(account, buy(account))
    assert receive(account, "STOP")["dropped"]
    assert is_blocked(account, messaging_service_sid=made.sid)


def test_a_service_accepts_a_message_and_then_learns_of_the_opt_out(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21610"""
    made = make_service(account, buy(account))
    receive(account, "STOP")
    for more in ({}, {"from_": OURS}):
        sent = send(account, messaging_service_sid=made.sid, status_callback=receiver.url, **more)
        assert sent.status == "accepted"
        account.advance("3s")
        queued, failed = account.verified(receiver.next()), account.verified(receiver.next())
        assert (queued["MessageStatus"], failed["MessageStatus"]) == ("queued", "failed")
        assert failed["ErrorCode"] == "21610"
        fetched = account.client.messages(sent.sid).fetch()
        assert (fetched.status, fetched.error_code, fetched.price) == ("failed", 21610, None)


def test_toll_free_numbers_have_their_carriers_words(account: Account) -> None:
    """Source: https://help.twilio.com/articles/360058144374"""
    buy(account, TOLL_FREE)
    receive(account, "cancel")
    assert not is_refused(account, From=TOLL_FREE)
    receive(account, "STOP")
    assert is_refused(account, From=TOLL_FREE)
    receive(account, "HELP")
    receive(account, "UNSTOP")
    assert not is_refused(account, From=TOLL_FREE)
    assert replies(account) == [
        'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this'
        ' number. Text back "unstop" to receive messages again.',
        'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this'
        " number.",
    ]


def test_a_short_code_answers_keywords_itself(account: Account) -> None:
    """Source: https://help.twilio.com/articles/223181748"""
    account.simulate("short_code.assigned", shortCode="12345")
    receive(account, "STOP", to="12345")
    assert not is_refused(account, From="12345")
    assert replies(account) == []


def test_a_reply_to_stop_is_blocked(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21610"""
    buy(account, sms_url=receiver.url)
    receiver.answers.append(Reply("<Response><Message>Sorry to see you go</Message></Response>"))
    receive(account, "STOP")
    receiver.next()
    account.advance("5s")
    assert [each.direction for each in account.client.messages.list()] == ["inbound"]
    assert [each["error_code"] for each in account.state("notifications")] == ["21610"]


def test_a_message_that_waits_is_stopped_too(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/features/message-scheduling"""
    made = make_service(account, buy(account), inbound_request_url="http://127.0.0.1:9/")
    when = {"schedule_type": "fixed", "send_at": "2026-05-04T13:00:00Z"}
    planned = send(account, messaging_service_sid=made.sid, **when)
    receive(account, "STOP")
    account.advance("2 hours")
    failed = planned.fetch()
    assert (failed.status, failed.error_code) == ("failed", 21610)


def test_a_service_has_words_and_answers_of_its_own(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out"""
    number = buy(account)
    make_service(account, number, use_inbound_webhook_on_number=True)
    configure = "messaging_service.opt_out_configured"
    account.simulate(configure, keyword="STOP", words=["pare"], message="Adios.")
    account.simulate(configure, keyword="STOP", words=["arret"], message="Au revoir.",
                     country="FR")  # fmt: skip

    def heard(body: str, sender: str = ALICE) -> tuple[int, list[str]]:
        receive(account, body, sender=sender)
        replies = [each["body"] for each in account.state("opt_out_replies")]
        return len(account.state("opt_outs")), replies

    assert heard("Unsubscribe") == (0, [])
    assert heard("PARE") == (1, ["Adios."])
    receive(account, "start")
    assert len(account.state("opt_outs")) == 0
    assert heard("stop")[0] == 1
    assert heard("Arret", "+33612345678")[1][0] == "Au revoir."
    answer = account.http.post(
        "/_mirra/simulate", json={"event": configure, "keyword": "STOP", "words": ["HELP"]}
    )
    assert answer.status_code == 400
