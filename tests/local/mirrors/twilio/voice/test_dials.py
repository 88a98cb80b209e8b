"""`<Dial>`: numbers, clients and SIP addresses, at once or in turn; what is told and recorded.

Source: https://www.twilio.com/docs/voice/twiml/dial
"""

from typing import Any

import pytest
from twilio.twiml.voice_response import Dial, VoiceResponse

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import (
    ALICE,
    BOB,
    OURS,
    answers,
    asked,
    heard,
    receive,
    settled,
)
from tests.local.receiver import Receiver

CAROL = "+13125550199"
BYE = VoiceResponse()
BYE.say("Bye")


def dial(**attributes: Any) -> tuple[VoiceResponse, Dial]:
    """Return a document with a dial in it, and the dial."""
    document = VoiceResponse()
    document.append(inner := Dial(**attributes))
    return document, inner


def open_line(account: Account, receiver: Receiver) -> None:
    """Buy our number, which asks the application."""
    buy(account, voice_url=receiver.url)


def legs(account: Account, parent: str) -> dict[str, str]:
    """Return by number the status of everybody who was dialed."""
    return {each.to: each.status for each in account.client.calls.list(parent_call_sid=parent)}


def test_whoever_answers_first_is_connected(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/number#simultaneous-dialing"""
    open_line(account, receiver)
    account.simulate("line.answers", phoneNumber=BOB, afterSeconds=9)
    account.simulate("line.answers", phoneNumber=CAROL, afterSeconds=4)
    document, inner = dial()
    inner.number(BOB)
    inner.number(CAROL)
    answers(receiver, document)
    sid = receive(account)
    asked(account, receiver)
    account.advance("10s")
    assert legs(account, sid) == {BOB: "canceled", CAROL: "in-progress"}


@pytest.mark.parametrize("how", ["busy", "human"])
def test_one_after_the_other_is_called(account: Account, receiver: Receiver, how: str) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial#sequential"""
    open_line(account, receiver)
    account.simulate("line.answers", phoneNumber=BOB, how=how)
    document, inner = dial(sequential=True, action="/dialed")
    inner.number(BOB)
    inner.number(CAROL)
    answers(receiver, document, BYE)
    sid = receive(account)
    asked(account, receiver)
    settled(account)
    assert legs(account, sid) == {BOB: "ringing"}
    account.advance("5s")
    if how == "human":
        assert legs(account, sid) == {BOB: "in-progress"}
        return
    assert legs(account, sid) == {BOB: "busy", CAROL: "in-progress"}
    account.simulate("call.hung_up", callId=account.client.calls.list(to=CAROL)[0].sid)
    assert asked(account, receiver)["DialCallStatus"] == "completed"


def test_progress_of_a_leg_is_told(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/number#attributes-status-callback"""
    open_line(account, receiver)
    document, inner = dial()
    events = "initiated ringing answered completed"
    inner.number(BOB, status_callback="/leg", status_callback_event=events)
    answers(receiver, document)
    sid = receive(account)
    asked(account, receiver)
    account.advance("5s")
    account.simulate("call.hung_up", callId=sid)
    told = [asked(account, receiver) for _ in range(4)]
    assert [each["CallStatus"] for each in told] == [
        "initiated", "ringing", "in-progress", "completed",
    ]  # fmt: skip
    assert {(each["ParentCallSid"], each["To"]) for each in told} == {(sid, BOB)}


@pytest.mark.parametrize("accepts", [True, False])
def test_the_called_party_hears_a_document_of_their_own_first(
    account: Account, receiver: Receiver, accepts: bool
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/number#attributes-url

    Divergence: That a leg which hangs up in its own document tells completed, and not bridged,
    is ours.
    """
    open_line(account, receiver)
    script = [{"digits": "1"}] if accepts else [{"hangup": True}]
    account.simulate("line.answers", phoneNumber=BOB, script=script)
    document, inner = dial(action="/dialed")
    inner.number(BOB, url="/screen")
    screen, accepted = VoiceResponse(), VoiceResponse()
    screen.gather(num_digits=1, action="/accepted").say("Press 1 to accept")
    accepted.say("Connecting")
    answers(receiver, document, screen, *([accepted] if accepts else []), BYE)
    sid = receive(account)
    settled(account)
    account.advance("2s")
    requests = [receiver.next(), receiver.next()]
    told = account.verified(requests[1])
    assert requests[1].url.endswith("/screen")
    assert (told["ParentCallSid"], told["To"]) == (sid, BOB)
    account.advance("20s")
    if accepts:
        assert asked(account, receiver)["Digits"] == "1"
        [leg] = account.client.calls.list(parent_call_sid=sid)
        account.simulate("call.spoke", callId=leg.sid, speech="Hello, Bob here")
        assert (BOB, "said", "Hello, Bob here") in heard(account)
        account.simulate("call.hung_up", callId=leg.sid)
    told = asked(account, receiver)
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", str(accepts).lower())


def test_keys_are_sent_when_a_number_answers(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/number#attributes-sendDigits"""
    open_line(account, receiver)
    document, inner = dial()
    inner.number(BOB, send_digits="wwww1928")
    answers(receiver, document)
    receive(account)
    asked(account, receiver)
    account.advance("5s")
    [leg] = [each for each in account.state("calls") if each["parent_call_sid"]]
    assert ("pressed", "wwww1928") in [(e["what"], e["words"]) for e in leg["transcript"]]


def test_clients_and_sip_addresses_are_dialed(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/client"""
    open_line(account, receiver)
    document, inner = dial()
    client = inner.client(url="/screen")
    client.identity("joey")
    client.parameter(name="Reason", value="Billing")
    inner.sip("sip:kate@example.com")
    account.simulate("line.answers", phoneNumber="sip:kate@example.com", how="busy")
    answers(receiver, document, "")
    sid = receive(account)
    asked(account, receiver)
    account.advance("5s")
    assert legs(account, sid) == {"client:joey": "in-progress", "sip:kate@example.com": "busy"}
    assert asked(account, receiver)["Reason"] == "Billing"


@pytest.mark.parametrize(
    ("caller", "noun", "is_allowed"),
    [
        (OURS, "number", True),
        (ALICE, "number", True),
        (CAROL, "number", False),
        ("client:me", "number", False),
        ("client:me", "client", True),
        ("me", "sip", True),
        ("me me", "sip", False),
    ],
)
def test_only_a_caller_id_of_ones_own_is_shown(
    account: Account, receiver: Receiver, caller: str, noun: str, is_allowed: bool
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial#callerid"""
    open_line(account, receiver)
    document, inner = dial(caller_id=caller, action="/dialed")
    to = {"number": BOB, "client": "joey", "sip": "sip:kate@example.com"}[noun]
    getattr(inner, noun)(to)
    answers(receiver, document, BYE)
    sid = receive(account)
    asked(account, receiver)
    settled(account)
    found = account.client.calls.list(parent_call_sid=sid)
    codes = [each["error_code"] for each in account.state("notifications")]
    if is_allowed:
        assert ([each._from for each in found], codes) == ([caller], [])
    else:
        told = asked(account, receiver)
        assert (found, codes, told["DialCallStatus"]) == ([], ["13214"], "failed")


def test_the_caller_hangs_up_on_the_other_with_a_star(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial#hanguponstar"""
    open_line(account, receiver)
    document, inner = dial(hangup_on_star=True, action="/dialed")
    inner.number(BOB)
    answers(receiver, document, BYE)
    sid = receive(account)
    asked(account, receiver)
    account.advance("5s")
    account.simulate("call.pressed", callId=sid, digits="1")
    assert legs(account, sid) == {BOB: "in-progress"}
    account.simulate("call.pressed", callId=sid, digits="*")
    assert legs(account, sid) == {BOB: "completed"}
    assert asked(account, receiver)["DialCallStatus"] == "completed"
    settled(account)
    assert ("application", "said", "Bye") in heard(account)


def test_a_call_goes_on_ringing_until_somebody_answers(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial#answeronbridge"""
    open_line(account, receiver)
    account.simulate("line.answers", phoneNumber=BOB, afterSeconds=7)
    document, inner = dial(answer_on_bridge=True)
    inner.number(BOB)
    answers(receiver, document)
    sid = receive(account)
    asked(account, receiver)
    account.advance("6s")
    assert account.client.calls(sid).fetch().status == "ringing"
    account.advance("4s")
    account.simulate("call.hung_up", callId=sid)
    assert account.client.calls(sid).fetch().duration == "3"


@pytest.mark.parametrize(
    ("record", "channels", "seconds"),
    [
        ("record-from-answer", 1, "6"),
        ("true", 1, "6"),
        ("record-from-ringing-dual", 2, "10"),
        ("do-not-record", None, None),
    ],
)
def test_a_dial_is_recorded(
    account: Account, receiver: Receiver, record: str, channels: int | None, seconds: str | None
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial#record"""
    open_line(account, receiver)
    account.simulate("line.answers", phoneNumber=BOB, afterSeconds=4)
    document, inner = dial(
        record=record,
        action="/dialed",
        recording_status_callback="/recorded",
        recording_status_callback_event="in-progress completed",
    )
    inner.number(BOB)
    answers(receiver, document)
    sid = receive(account)
    asked(account, receiver)
    account.advance("10s")
    account.simulate("call.hung_up", callId=account.client.calls.list(to=BOB)[0].sid)
    if channels is None:
        assert "RecordingUrl" not in asked(account, receiver)
        assert account.client.recordings.list() == []
        return
    got = [receiver.next() for _ in range(3)]
    told = [account.verified(each) for each in got if each.url.endswith("/recorded")]
    assert [each["RecordingStatus"] for each in told] == ["in-progress", "completed"]
    [dialed] = [account.verified(each) for each in got if each.url.endswith("/dialed")]
    [kept] = account.client.recordings.list()
    assert dialed["RecordingUrl"].endswith(kept.sid)
    assert (kept.source, kept.channels, kept.duration) == ("DialVerb", channels, seconds)
    assert told[1]["CallSid"] == kept.call_sid == sid


def test_a_leg_that_is_sent_elsewhere_lets_the_other_go_on(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial#action"""
    open_line(account, receiver)
    document, inner = dial(action="/dialed")
    inner.number(BOB)
    answers(receiver, document, BYE)
    sid = receive(account)
    asked(account, receiver)
    account.advance("5s")
    [leg] = account.client.calls.list(parent_call_sid=sid)
    pause = VoiceResponse()
    pause.pause(length=60)
    leg.update(twiml=str(pause))
    told = asked(account, receiver)
    assert told["DialBridged"] == "true"
    assert "DialCallDuration" not in told
    account.advance("5s")
    assert leg.fetch().status == "in-progress"
    assert account.client.calls(sid).fetch().status == "completed"


def test_a_second_dial_knows_nothing_of_the_first(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus"""
    open_line(account, receiver)
    account.simulate("line.answers", phoneNumber=CAROL, how="no-answer")
    first, one = dial(action="/first")
    one.number(BOB)
    second, two = dial(action="/second", timeout=5)
    two.number(CAROL)
    answers(receiver, first, second, BYE)
    receive(account)
    asked(account, receiver)
    account.advance("5s")
    account.simulate("call.hung_up", callId=account.client.calls.list(to=BOB)[0].sid)
    assert asked(account, receiver)["DialCallStatus"] == "completed"
    account.advance("6s")
    told = asked(account, receiver)
    assert (told["DialCallStatus"], told["DialBridged"]) == ("no-answer", "false")
