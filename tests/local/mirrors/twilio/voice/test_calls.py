"""Calls: made, answered, listed, changed, ended.

Source: https://www.twilio.com/docs/voice/api/call-resource
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

from tests.local.mirrors.twilio.client import RFC_NOON, Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import (
    ALICE,
    BOB,
    OURS,
    answers,
    asked,
    call,
    heard,
    receive,
)
from tests.local.receiver import Receiver, Reply

HELLO = VoiceResponse()
HELLO.say("Hello")
GONE = "CA" + "0" * 32


def test_a_call_rings_is_answered_and_ends(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values"""
    buy(account)
    made = call(account, twiml=str(HELLO))
    assert (made.status, made.direction, made.start_time) == ("queued", "outbound-api", None)
    account.advance("1s")
    assert account.client.calls(made.sid).fetch().status == "ringing"
    account.advance("1s")
    assert account.client.calls(made.sid).fetch().status == "in-progress"
    account.advance("1s")
    ended = account.client.calls(made.sid).fetch()
    assert (ended.status, ended.duration, ended.price) == ("completed", "1", "-0.01400")
    assert heard(account) == [
        ("application", "answered", ""),
        ("application", "said", "Hello"),
        ("application", "ended", "completed"),
    ]


def test_a_call_is_told_in_full(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/api/call-resource#call-properties"""
    buy(account)
    sid = call(account, twiml=str(HELLO)).sid
    told = account.fetch(f"/Calls/{sid}.json")
    parts = told.pop("subresource_uris")
    assert parts["recordings"] == f"{account.path}/Calls/{sid}/Recordings.json"
    assert told == {
        "sid": sid,
        "date_created": RFC_NOON,
        "date_updated": RFC_NOON,
        "parent_call_sid": None,
        "account_sid": account.sid,
        "to": ALICE,
        "to_formatted": "(555) 867-5310",
        "from": OURS,
        "from_formatted": "(501) 712-2661",
        "phone_number_sid": None,
        "status": "ringing",
        "start_time": None,
        "end_time": None,
        "duration": None,
        "price": None,
        "price_unit": "USD",
        "direction": "outbound-api",
        "answered_by": None,
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "stir_verstat": None,
        "trunk_sid": None,
        "uri": f"{account.path}/Calls/{sid}.json",
    }


def test_the_application_is_asked_what_to_do(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml#request-parameters"""
    buy(account)
    answers(receiver, HELLO)
    made = call(account, url=receiver.url)
    account.advance("10s")
    told = asked(account, receiver)
    expected = {"CallSid": made.sid, "CallStatus": "in-progress", "Direction": "outbound-api"}
    expected |= {"From": OURS, "To": ALICE, "AccountSid": account.sid, "ApiVersion": "2010-04-01"}
    assert told.items() >= expected.items()
    assert ("application", "said", "Hello") in heard(account)
    answers(receiver, HELLO)
    call(account, url=receiver.url, method="GET")
    account.advance("10s")
    got = receiver.next()
    assert (got.method, account.verified(got)["CallStatus"]) == ("GET", "in-progress")


def test_progress_is_told_as_it_was_asked_for(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent"""
    buy(account)
    events = ["initiated", "ringing", "answered", "completed"]
    call(account, twiml=str(HELLO), status_callback=receiver.url, status_callback_event=events)
    account.advance("10s")
    told = [asked(account, receiver) for _ in events]
    assert [(each["CallStatus"], each["SequenceNumber"]) for each in told] == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
    ]
    assert (told[3]["CallDuration"], told[3]["Duration"]) == ("1", "1")
    assert told[3]["CallbackSource"] == "call-progress-events"
    call(account, twiml=str(HELLO), status_callback=receiver.url)
    account.advance("10s")
    assert asked(account, receiver)["CallStatus"] == "completed"
    assert receiver.inbox.empty()


@pytest.mark.parametrize(
    ("how", "status"), [("busy", "busy"), ("no-answer", "no-answer"), ("failed", "failed")]
)
def test_nobody_may_answer(account: Account, receiver: Receiver, how: str, status: str) -> None:
    """Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values"""
    buy(account)
    account.simulate("line.answers", phoneNumber=ALICE, how=how)
    made = call(account, url=receiver.url, timeout=20)
    account.advance("19s")
    if how == "no-answer":
        assert account.client.calls(made.sid).fetch().status == "ringing"
    account.advance("2s")
    ended = account.client.calls(made.sid).fetch()
    assert (ended.status, ended.duration, ended.price) == (status, None, None)
    assert receiver.inbox.empty()


def test_a_call_is_canceled_ended_and_sent_elsewhere(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource"""
    buy(account)
    long = VoiceResponse()
    long.pause(length=600)
    first = account.client.calls(call(account, twiml=str(long)).sid)
    with pytest.raises(TwilioRestException) as refused:
        first.update(twiml=str(HELLO))
    assert refusal(refused.value)[:2] == (400, 21220)
    assert first.update(status="canceled").status == "canceled"
    second = account.client.calls(call(account, twiml=str(long)).sid)
    account.advance("10s")
    assert second.update(twiml=str(HELLO)).status == "in-progress"
    account.advance("5s")
    assert second.fetch().status == "completed"
    third = account.client.calls(call(account, twiml=str(long), time_limit=60).sid)
    account.advance("10s")
    ended = third.update(status="completed")
    assert (ended.status, ended.duration) == ("completed", "8")
    fourth = account.client.calls(call(account, twiml=str(long), time_limit=60).sid)
    account.advance("5m")
    assert (fourth.fetch().status, fourth.fetch().duration) == ("completed", "60")
    for over in (first, fourth):
        with pytest.raises(TwilioRestException) as refused:
            over.update(status="completed")
        assert refusal(refused.value)[:2] == (400, 21220)
    assert first.delete()
    assert account.refused("GET", f"/Calls/{GONE}.json")[:2] == (404, 20404)


def test_calls_are_listed_by_what_they_are(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources"""
    buy(account)
    alice = call(account, twiml=str(HELLO)).sid
    account.advance("1 day")
    bob = call(account, twiml=str(HELLO), to=BOB).sid
    account.advance("1s")

    def sids(**where: Any) -> list[str]:
        return [each.sid for each in account.client.calls.list(**where)]

    assert sids() == [bob, alice]
    assert sids(to=ALICE) == sids(status="completed") == [alice]
    assert sids(from_=OURS, status="ringing") == [bob]
    assert sids(parent_call_sid=alice) == []
    assert account.fetch("/Calls.json?StartTime=2026-05-04")["calls"][0]["sid"] == alice


def test_somebody_calls(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml#request-parameters"""
    number = buy(account, voice_url=receiver.url, status_callback=receiver.url)
    answers(receiver, HELLO, "")
    sid = receive(account)
    told = asked(account, receiver)
    assert (told["CallStatus"], told["Direction"], told["From"]) == ("ringing", "inbound", ALICE)
    account.advance("5s")
    assert asked(account, receiver)["CallStatus"] == "completed"
    ended = account.client.calls(sid).fetch()
    assert (ended.direction, ended.status, ended.duration) == ("inbound", "completed", "1")
    assert ended.phone_number_sid == number.sid


def test_an_application_that_fails_is_replaced_by_its_fallback(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/usage/troubleshooting/fallback-urls"""
    buy(account, voice_url=receiver.url, voice_fallback_url=receiver.url + "?fallback")
    answers(receiver, 500, HELLO)
    receive(account)
    asked(account, receiver)
    told = asked(account, receiver)
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11200", receiver.url)
    account.advance("5s")
    assert ("application", "said", "Hello") in heard(account)
    [noted] = account.client.notifications.list()
    assert noted.error_code == "11200"


@pytest.mark.parametrize(
    ("document", "code"),
    [(Reply("<Response"), "12100"), (Reply("<Other/>"), "12100"),
     (Reply("{}", content_type="application/json"), "12300")],
)  # fmt: skip
def test_an_answer_that_can_not_be_read_ends_the_call(
    account: Account, receiver: Receiver, document: Reply, code: str
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/12100"""
    buy(account, voice_url=receiver.url)
    answers(receiver, document)
    sid = receive(account)
    asked(account, receiver)
    account.advance("5s")
    assert account.client.calls(sid).fetch().status == "failed"
    [noted] = account.state("notifications")
    assert (noted["error_code"], noted["call_sid"]) == (code, sid)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21201),
        ({"From": ""}, 21213),
        ({"To": "nobody"}, 21211),
        ({"From": BOB}, 21210),
        ({"Twiml": ""}, 21205),
        ({"Url": "nowhere", "Twiml": ""}, 21205),
        ({"StatusCallback": "nowhere"}, 21205),
        ({"To": "+15005550001"}, 21217),
        ({"To": "+15005550002"}, 21214),
        ({"To": "+15005550003"}, 21215),
        ({"To": "+15005550004"}, 21216),
        ({"From": "+15005550001"}, 21212),
        ({"Method": "PUT"}, 20001),
        ({"Timeout": "soon"}, 20001),
        ({"StatusCallbackEvent": "begun"}, 20001),
        ({"MachineDetection": "Maybe"}, 20001),
    ],
)
def test_a_call_that_can_not_be_made_is_refused(
    account: Account, fields: dict[str, str], code: int
) -> None:
    """Source: https://www.twilio.com/docs/iam/test-credentials#test-calls"""
    buy(account)
    given = {"To": ALICE, "From": OURS, "Twiml": str(HELLO)} | fields
    assert account.refused("POST", "/Calls.json", given)[:2] == (400, code)
    assert account.state("calls") == []


@pytest.mark.parametrize(("how", "found"), [("human", "human"), ("machine", "machine_start")])
def test_machines_are_told_from_humans(
    account: Account, receiver: Receiver, how: str, found: str
) -> None:
    """Source: https://www.twilio.com/docs/voice/answering-machine-detection"""
    buy(account)
    account.simulate("line.answers", phoneNumber=ALICE, how=how)
    answers(receiver, HELLO)
    made = call(account, url=receiver.url, machine_detection="Enable")
    account.advance("10s")
    assert asked(account, receiver)["AnsweredBy"] == found
    assert account.client.calls(made.sid).fetch().answered_by == found
    long = VoiceResponse()
    long.pause(length=60)
    call(
        account,
        twiml=str(long),
        machine_detection="DetectMessageEnd",
        async_amd="true",
        async_amd_status_callback=receiver.url,
    )
    account.advance("10s")
    told = asked(account, receiver)
    assert told["AnsweredBy"] == ("machine_end_beep" if how == "machine" else "human")
