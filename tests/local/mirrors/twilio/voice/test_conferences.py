"""Conferences: who comes and goes, who hears whom, and what is told of it.

Source: https://www.twilio.com/docs/voice/twiml/conference
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import Dial, VoiceResponse

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import (
    ALICE,
    BOB,
    OURS,
    answers,
    asked,
    receive,
    settled,
)
from tests.local.receiver import Receiver, receiving

EVENTS = "start end join leave mute hold modify speaker announcement"
BYE = VoiceResponse()
BYE.say("Bye")


def room(name: str = "Standup", *, action: str | None = None, **attributes: Any) -> VoiceResponse:
    """Return a document that leads into a conference."""
    document = VoiceResponse()
    document.append(dial := Dial(action=action))
    dial.conference(name, **attributes)
    return document


def join(account: Account, receiver: Receiver, document: VoiceResponse, who: str = ALICE) -> str:
    """Let somebody call and be led into a conference; return the call's SID."""
    answers(receiver, document)
    told = account.simulate("call.received", **{"from": who})
    assert asked(account, receiver)["From"] == who
    settled(account)
    return str(told["result"]["sid"])


def told(account: Account, receiver: Receiver, count: int) -> list[dict[str, str]]:
    """Return what the conference's callback is told next."""
    return [asked(account, receiver) for _ in range(count)]


def events(got: list[dict[str, str]]) -> list[str]:
    return [each["StatusCallbackEvent"] for each in got]


def line(account: Account, receiver: Receiver) -> None:
    buy(account, voice_url=receiver.url)


def test_two_callers_meet_and_everything_is_told(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/conference#attributes-status-callback"""
    line(account, receiver)
    with receiving() as other:
        _meet(account, receiver, other)


def _meet(account: Account, receiver: Receiver, other: Receiver) -> None:
    mine = room(status_callback=other.url, status_callback_event=EVENTS, participant_label="first")
    alice = join(account, receiver, mine)
    [conference] = account.client.conferences.list()
    assert (conference.status, conference.friendly_name) == ("init", "Standup")
    bob = join(account, receiver, room(status_callback="/never"), BOB)
    assert conference.fetch().status == "in-progress"
    account.simulate("call.spoke", callId=bob, speech="Good morning")
    account.advance("30s")
    account.simulate("call.hung_up", callId=alice)
    account.simulate("call.hung_up", callId=bob)
    got = told(account, other, 8)
    assert events(got) == [
        "participant-join", "participant-join", "conference-start", "participant-speech-start",
        "participant-speech-stop", "participant-leave", "participant-leave", "conference-end",
    ]  # fmt: skip
    assert [each["SequenceNumber"] for each in got] == [str(number) for number in range(1, 9)]
    first = {"CallSid": alice, "ParticipantLabel": "first", "Muted": "false", "Hold": "false"}
    assert got[0].items() >= first.items()
    assert got[0]["ConferenceSid"] == conference.sid
    left = {"ReasonParticipantLeft": "participant_hung_up", "ParticipantCallStatus": "completed"}
    assert got[5].items() >= (left | {"CallSid": alice}).items()
    ended = {"ReasonConferenceEnded": "last-participant-left", "CallSidEndingConference": bob}
    assert got[7].items() >= ended.items()
    over = conference.fetch()
    assert (over.status, over.reason_conference_ended) == ("completed", "last-participant-left")
    said = {each["sid"]: each["transcript"] for each in account.state("calls")}
    assert (BOB, "Good morning") in [(each["who"], each["words"]) for each in said[alice]]
    [kept] = account.state("conferences")
    assert [each["what"] for each in kept["transcript"]] == [
        "joined", "beeped", "joined", "beeped", "started", "said", "left", "beeped", "left",
        "beeped", "ended",
    ]  # fmt: skip


def test_a_moderator_starts_and_ends_it(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/conference#examples-2"""
    line(account, receiver)
    waits: dict[str, Any] = {"start_conference_on_enter": False, "wait_url": "/music"}
    music = VoiceResponse()
    music.say("Please wait")
    music.redirect("")
    answers(receiver, room(action="/over", **waits), music)
    alice = receive(account)
    assert {asked(account, receiver)["CallSid"] for _ in range(2)} == {alice}
    settled(account)
    join(account, receiver, room(start_conference_on_enter=False), BOB)
    [conference] = account.client.conferences.list()
    assert conference.status == "init"
    answers(receiver, music)
    account.advance("1s")
    assert asked(account, receiver)["CallSid"] == alice
    settled(account)
    boss = join(account, receiver, room(end_conference_on_exit=True), "+13125550199")
    assert conference.fetch().status == "in-progress"
    account.advance("20s")
    assert receiver.inbox.empty()
    answers(receiver, BYE)
    account.simulate("call.hung_up", callId=boss)
    over = asked(account, receiver)
    assert (over["CallSid"], over["DialCallStatus"], over["DialBridged"]) == (
        alice, "answered", "true",
    )  # fmt: skip
    assert "DialCallSid" not in over
    ended = conference.fetch()
    assert ended.reason_conference_ended == "participant-with-end-conference-on-exit-left"
    assert ended.call_sid_ending_conference == boss


def test_people_are_called_into_a_conference(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/api/conference-participant-resource"""
    line(account, receiver)
    people = account.client.conferences("Support").participants
    given = {"from_": OURS, "conference_status_callback": receiver.url}
    wanted = {"conference_status_callback_event": ["join", "leave", "end"]}
    first = people.create(to=ALICE, label="customer", **given, **wanted)
    assert (first.status, first.label, first.queue_time) == ("queued", "customer", "0")
    account.simulate("line.answers", phoneNumber=BOB, how="busy")
    people.create(to=BOB, label="agent", from_=OURS, status_callback=receiver.url)
    account.advance("10s")
    got = told(account, receiver, 3)
    [joined] = [each for each in got if each.get("StatusCallbackEvent") == "participant-join"]
    [failed] = [each for each in got if each.get("StatusCallbackEvent") == "participant-leave"]
    [called] = [each for each in got if "StatusCallbackEvent" not in each]
    assert (joined["ParticipantLabel"], called["CallStatus"]) == ("customer", "busy")
    assert (failed["ReasonParticipantLeft"], failed["ParticipantCallStatus"]) == (
        "participant_add_failed", "busy",
    )  # fmt: skip
    [conference] = account.client.conferences.list(friendly_name="Support", status="init")
    assert [each.label for each in conference.participants.list()] == ["customer"]
    assert conference.participants("customer").fetch().call_sid == first.call_sid
    assert account.client.calls(first.call_sid).fetch().status == "in-progress"
    assert conference.participants("customer").delete()
    assert asked(account, receiver)["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert asked(account, receiver)["ReasonConferenceEnded"] == "last-participant-kicked"
    assert account.client.calls(first.call_sid).fetch().status == "completed"
    assert conference.fetch().status == "completed"


def test_a_supervisor_joins_mutes_holds_and_coaches(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/api/conference-participant-resource"""
    line(account, receiver)
    mine = room(status_callback="/events", status_callback_event="mute hold modify")
    alice = join(account, receiver, mine)
    bob = join(account, receiver, room(participant_label="agent"), BOB)
    [conference] = account.client.conferences.list()
    people = conference.participants
    boss = people.create(
        to="+13125550199", from_=OURS, label="boss", coaching=True, call_sid_to_coach=bob
    )
    account.advance("5s")

    def hears(speaker: str, words: str) -> set[str]:
        account.simulate("call.spoke", callId=speaker, speech=words)
        calls = account.state("calls")
        ends = {alice: "customer", bob: "agent", boss.call_sid: "boss"}
        return {
            ends[each["sid"]]
            for each in calls
            for line in each["transcript"]
            if line["words"] == words and each["sid"] != speaker
        }

    assert hears(boss.call_sid, "Offer a refund") == {"agent"}
    assert hears(alice, "Hello?") == {"agent", "boss"}
    assert [each.label for each in people.list(coaching=True)] == ["boss"]
    people("boss").update(coaching=False)
    assert hears(boss.call_sid, "I am the boss") == {"agent", "customer"}
    assert people("agent").update(muted=True).muted
    assert hears(bob, "Nobody hears me") == set()
    assert [each.label for each in people.list(muted=True)] == ["agent"]
    people("agent").update(muted=False)
    music = VoiceResponse()
    music.say("You are on hold")
    answers(receiver, music)
    people(alice).update(hold=True, hold_url=receiver.url, hold_method="POST")
    assert hears(bob, "Is she gone?") == {"boss"}
    people(alice).update(hold=False, end_conference_on_exit=True)
    assert hears(bob, "Welcome back") == {"boss", "customer"}
    got = told(account, receiver, 7)
    assert [each["StatusCallbackEvent"] for each in got if "StatusCallbackEvent" in each] == [
        "participant-modify", "participant-mute", "participant-unmute", "participant-hold",
        "participant-unhold", "participant-modify",
    ]  # fmt: skip
    account.simulate("call.hung_up", callId=alice)
    assert conference.fetch().status == "completed"


@pytest.mark.parametrize("to_all", [True, False])
def test_something_is_announced(account: Account, receiver: Receiver, to_all: bool) -> None:
    """Source: https://www.twilio.com/docs/voice/api/conference-resource"""
    line(account, receiver)
    mine = room(status_callback="/events", status_callback_event="announcement")
    alice = join(account, receiver, mine)
    bob = join(account, receiver, room(), BOB)
    [conference] = account.client.conferences.list()
    news = VoiceResponse()
    news.say("Five minutes left")
    answers(receiver, news, "", 500)
    url = f"{receiver.url}/news"
    if to_all:
        conference.update(announce_url=url)
    else:
        conference.participants(bob).update(announce_url=url)
    assert asked(account, receiver)["ConferenceSid"] == conference.sid
    done = asked(account, receiver)
    assert (done["StatusCallbackEvent"], done["AnnounceUrl"]) == ("announcement-end", url)
    assert done.get("CallSid") == (None if to_all else bob)
    heard = {
        each["sid"]
        for each in account.state("calls")
        if "Five minutes left" in [line["words"] for line in each["transcript"]]
    }
    assert heard == ({alice, bob} if to_all else {bob})
    conference.update(announce_url=url)
    asked(account, receiver)
    assert asked(account, receiver)["StatusCallbackEvent"] == "announcement-fail"


def test_a_conference_is_recorded(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/conference#record"""
    line(account, receiver)
    mine = room(record="record-from-start", recording_status_callback="/recorded")
    alice = join(account, receiver, mine)
    account.advance("20s")
    join(account, receiver, room(), BOB)
    [conference] = account.client.conferences.list()
    [kept] = conference.recordings.list()
    assert (kept.source, kept.status) == ("Conference", "in-progress")
    account.advance("10s")
    conference.recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip")
    account.advance("10s")
    conference.recordings(kept.sid).update(status="in-progress")
    account.advance("5s")
    account.client.conferences(conference.sid).update(status="completed")
    done = asked(account, receiver)
    assert (done["RecordingSid"], done["ConferenceSid"]) == (kept.sid, conference.sid)
    assert (done["RecordingDuration"], "CallSid" in done) == ("15", False)
    assert conference.fetch().reason_conference_ended == "conference-ended-via-api"
    assert account.client.calls(alice).fetch().status == "completed"


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"participant_label": "one"}, {"participant_label": "one"}, "16025"),
        ({}, {"coach": "CA" + "0" * 32}, "13240"),
        ({"name": "Standup", "max_participants": 2}, {}, "16020"),
    ],
)
def test_who_can_not_join_goes_on(
    account: Account, receiver: Receiver, first: Any, second: Any, code: str
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/16025"""
    line(account, receiver)
    join(account, receiver, room(**first))
    if "max_participants" in first:
        join(account, receiver, room(), "+13125550199")
    answers(receiver, room(action="/over", **second), BYE)
    account.simulate("call.received", **{"from": BOB})
    asked(account, receiver)
    over = asked(account, receiver)
    assert (over["From"], over["DialCallStatus"]) == (BOB, "failed")
    assert [each["error_code"] for each in account.state("notifications")] == [code]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21201),
        ({"From": BOB}, 21210),
        ({"Label": "x" * 129}, 16024),
        ({"Label": "customer"}, 16026),
        ({"CallSidToCoach": "CA" + "0" * 32}, 16028),
        ({"Beep": "loud"}, 20001),
        ({"MaxParticipants": "1"}, 20001),
        ({"WaitUrl": "nowhere"}, 21205),
        ({"ConferenceStatusCallbackEvent": "begin"}, 20001),
        ({"ConferenceRecord": "maybe"}, 20001),
        ({"Coaching": "true"}, 20001),
    ],
)
def test_a_participant_that_can_not_be_is_refused(
    account: Account, fields: dict[str, str], code: int
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/16026"""
    buy(account)
    people = account.client.conferences("Support").participants
    people.create(to=ALICE, from_=OURS, label="customer")
    given = {"To": ALICE, "From": OURS} | fields
    path = "/Conferences/Support/Participants.json"
    assert account.refused("POST", path, given)[:2] == (400, code)
    assert len(account.state("participants")) == len(account.state("calls")) == 1


def test_a_conference_that_is_over_takes_nobody(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/api/conference-participant-resource"""
    line(account, receiver)
    sid = join(account, receiver, room())
    [conference] = account.client.conferences.list()
    with pytest.raises(TwilioRestException) as refused:
        conference.participants("nobody").fetch()
    assert refusal(refused.value)[:2] == (404, 20404)
    account.simulate("call.hung_up", callId=sid)
    with pytest.raises(TwilioRestException) as refused:
        conference.participants.create(to=BOB, from_=OURS)
    assert refusal(refused.value)[:2] == (404, 20404)
    with pytest.raises(TwilioRestException) as refused:
        conference.update(status="completed")
    assert refusal(refused.value)[:2] == (400, 20001)
    join(account, receiver, room(), BOB)
    assert len(account.client.conferences.list(status="init")) == 1
