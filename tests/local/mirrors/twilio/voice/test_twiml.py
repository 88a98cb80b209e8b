"""What an application answers to a call is done: prompts, keys, words, recordings, dials.

Source: https://www.twilio.com/docs/voice/twiml
"""

import io
import wave
from typing import Any

import pytest
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

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
)
from tests.local.receiver import Receiver, Reply

BYE = VoiceResponse()
BYE.say("Bye")


def menu(text: str = "Press 1", **attributes: Any) -> VoiceResponse:
    """Return a document that asks for keys, and says so if none come."""
    document = VoiceResponse()
    gather = Gather(**attributes)
    gather.say(text)
    document.append(gather)
    document.say("Nothing")
    return document


def test_an_ivr_of_two_levels_runs_by_its_script(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/gather"""
    buy(account, voice_url=receiver.url)
    answers(
        receiver,
        menu("Main", num_digits=1, action="/main"),
        menu("Account", action="/account"),
        menu("Say your name", input="speech", action="/name"),
        BYE,
    )
    receive(account, {"digits": "2"}, {"digits": "123#"}, {"speech": "Ada", "confidence": 0.8})
    account.advance("1 minute")
    requests = [receiver.next() for _ in range(4)]
    told = [account.verified(each) for each in requests]
    root = receiver.url.removesuffix("/hook")
    assert [each.url.removeprefix(root) for each in requests] == [
        "/hook", "/main", "/account", "/name",
    ]  # fmt: skip
    assert told[1]["Digits"] == "2"
    assert (told[2]["Digits"], told[2]["FinishedOnKey"]) == ("123", "#")
    assert (told[3]["SpeechResult"], told[3]["Confidence"]) == ("Ada", "0.8")
    assert [words for _, what, words in heard(account) if what in ("said", "pressed")] == [
        "Main", "2", "Account", "123#", "Say your name", "Ada", "Bye",
    ]  # fmt: skip


def test_silence_goes_on_with_the_next_verb(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/gather#timeout"""
    buy(account, voice_url=receiver.url)
    answers(receiver, menu(timeout=3))
    receive(account)
    asked(account, receiver)
    account.advance("3s")
    assert ("application", "said", "Nothing") not in heard(account)
    account.advance("1s")
    assert ("application", "said", "Nothing") in heard(account)
    answers(receiver, menu(timeout=3, action_on_empty_result=True), BYE)
    receive(account)
    asked(account, receiver)
    account.advance("4s")
    assert asked(account, receiver)["Digits"] == ""


def test_keys_count_when_no_more_come(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/gather#finishonkey"""
    buy(account, voice_url=receiver.url)
    answers(receiver, menu(timeout=5), BYE)
    receive(account)
    asked(account, receiver)
    account.advance("2s")
    account.simulate("call.pressed", digits="4")
    account.advance("4s")
    account.simulate("call.pressed", digits="2")
    account.advance("4s")
    assert receiver.inbox.empty()
    account.advance("1s")
    assert asked(account, receiver)["Digits"] == "42"


def test_a_voicemail_is_recorded(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/record"""
    buy(account, voice_url=receiver.url)
    document = VoiceResponse()
    document.record(action="/done", recording_status_callback="/recorded", timeout=4)
    answers(receiver, document, "", BYE)
    sid = receive(account, {"speech": "Please call me back tomorrow."})
    asked(account, receiver)
    account.advance("20s")
    got = [receiver.next(), receiver.next()]
    told = {each.url.rpartition("/")[2]: account.verified(each) for each in got}
    [recording] = account.client.recordings.list(call_sid=sid)
    assert (recording.duration, recording.source, recording.status) == (
        "2", "RecordVerb", "completed",
    )  # fmt: skip
    assert told["done"]["RecordingSid"] == told["recorded"]["RecordingSid"] == recording.sid
    assert told["done"]["RecordingDuration"] == told["recorded"]["RecordingDuration"] == "2"
    url = told["done"]["RecordingUrl"].removeprefix(account.url)
    for path in (url, f"{url}.wav"):
        with wave.open(io.BytesIO(account.http.get(path).content)) as sound:
            assert sound.getnframes() == 2 * sound.getframerate()
    assert [each.sid for each in account.client.calls(sid).recordings.list()] == [recording.sid]
    assert account.client.recordings(recording.sid).delete()
    assert account.client.recordings.list() == []


def test_who_says_nothing_leaves_no_recording(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/record#attributes-action"""
    buy(account, voice_url=receiver.url)
    document = VoiceResponse()
    document.record(action="/done")
    document.say("I heard nothing")
    answers(receiver, document)
    receive(account)
    asked(account, receiver)
    account.advance("20s")
    assert receiver.inbox.empty()
    assert account.client.recordings.list() == []
    assert ("application", "said", "I heard nothing") in heard(account)


@pytest.mark.parametrize(
    ("how", "status", "bridged"), [("human", "completed", "true"), ("busy", "busy", "false")]
)
def test_others_are_dialed(
    account: Account, receiver: Receiver, how: str, status: str, bridged: str
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial"""
    buy(account, voice_url=receiver.url)
    account.simulate("line.answers", phoneNumber=BOB, how=how)
    document = VoiceResponse()
    document.append(dial := Dial(action="/dialed", caller_id=OURS))
    dial.number(BOB)
    answers(receiver, document, BYE)
    sid = receive(account)
    asked(account, receiver)
    account.advance("30s")
    [leg] = account.client.calls.list(parent_call_sid=sid)
    assert (leg.direction, leg._from, leg.to) == ("outbound-dial", OURS, BOB)
    if how == "human":
        assert leg.status == "in-progress"
        account.simulate("call.hung_up", callId=leg.sid)
    told = asked(account, receiver)
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, bridged)
    if how == "human":
        assert (told["DialCallSid"], told["DialCallDuration"]) == (leg.sid, "28")
    account.advance("5s")
    assert account.client.calls(sid).fetch().status == "completed"


def test_who_hangs_up_ends_the_other_leg(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/dial"""
    buy(account, voice_url=receiver.url)
    document = VoiceResponse()
    document.dial(BOB)
    answers(receiver, document)
    sid = receive(account)
    asked(account, receiver)
    account.advance("10s")
    account.simulate("call.hung_up", callId=sid)
    [leg] = account.client.calls.list(parent_call_sid=sid)
    assert leg.status == account.client.calls(sid).fetch().status == "completed"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_call_is_rejected(account: Account, receiver: Receiver, reason: str, status: str) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/reject

    Divergence: That a rejected call ends as no-answer is ours.
    """
    buy(account, voice_url=receiver.url)
    document = VoiceResponse()
    document.reject(reason=reason)
    answers(receiver, document)
    sid = receive(account)
    asked(account, receiver)
    account.advance("1s")
    ended = account.client.calls(sid).fetch()
    assert (ended.status, ended.start_time) == (status, None)


def test_documents_lead_to_others_until_somebody_hangs_up(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/redirect"""
    buy(account, voice_url=receiver.url)
    first, second = VoiceResponse(), VoiceResponse()
    first.redirect("/next", method="GET")
    first.say("Never")
    second.say("One")
    second.hangup()
    second.say("Never")
    answers(receiver, first, Reply("", 302, location="/more"), second)
    sid = receive(account)
    account.advance("10s")
    got = [receiver.next() for _ in range(3)]
    assert [(each.method, each.url.rpartition("/")[2].partition("?")[0]) for each in got] == [
        ("POST", "hook"), ("GET", "next"), ("GET", "more"),
    ]  # fmt: skip
    said = [words for _, what, words in heard(account) if what == "said"]
    assert (said, account.client.calls(sid).fetch().status) == (["One"], "completed")


def test_odd_attributes_and_verbs_are_noted_and_passed_over(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/12200"""
    buy(account, voice_url=receiver.url)
    answers(receiver, '<Response><Shout/><Say loop="many" pitch="9">Hi</Say></Response>')
    receive(account)
    asked(account, receiver)
    account.advance("5s")
    assert ("application", "said", "Hi") in heard(account)
    noted = [(each["error_code"], each["log"]) for each in account.state("notifications")]
    assert set(noted) == {("12200", "1"), ("13510", "1")}


@pytest.mark.parametrize(
    "verb", ["<Connect><Room>A</Room></Connect>", "<Dial><Sim>DE1</Sim></Dial>"]
)
def test_a_verb_that_is_not_mirrored_ends_the_call_and_says_so(
    account: Account, receiver: Receiver, verb: str
) -> None:
    """Ours: nothing is told as done that wasn't."""
    buy(account, voice_url=receiver.url)
    answers(receiver, f"<Response>{verb}<Say>Never</Say></Response>")
    receive(account)
    asked(account, receiver)
    account.advance("5s")
    stopped = [words for who, what, words in heard(account) if (who, what) == ("mirra", "stopped")]
    assert len(stopped) == 1
    assert "mirrored" in stopped[0]


@pytest.mark.parametrize(
    ("event", "given", "words"),
    [
        ("call.pressed", {"digits": "1"}, "No call is in-progress."),
        ("call.pressed", {"digits": "x"}, "digits"),
        ("call.hung_up", {"callId": "CA1"}, "There is no call 'CA1'."),
        ("call.received", {"to": "+15005550000"}, "no number of the account's"),
        ("call.received", {"from": "me"}, "'me' isn't a phone number."),
        ("call.received", {"script": [{}]}, "one of digits, speech, silence and hangup"),
        ("line.answers", {"phoneNumber": "me"}, "'me' isn't a phone number."),
    ],
)
def test_a_story_that_can_not_be_told_says_why(
    account: Account, event: str, given: dict[str, Any], words: str
) -> None:
    """Ours: a story names what is missing."""
    buy(account, voice_url="http://127.0.0.1:1/")
    answer = account.http.post("/_mirra/simulate", json={"event": event, **given})
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_who_is_called_hangs_up_in_the_middle(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/gather"""
    buy(account, voice_url=receiver.url)
    answers(receiver, menu(), BYE)
    sid = receive(account, {"hangup": True}, **{"to": OURS})
    asked(account, receiver)
    account.advance("10s")
    assert receiver.inbox.empty()
    ended = account.client.calls(sid).fetch()
    assert (ended.status, ended._from, ended.duration) == ("completed", ALICE, "2")
