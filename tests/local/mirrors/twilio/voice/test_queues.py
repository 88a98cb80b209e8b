"""Queues: callers wait, hear where they stand, and are served, called out, or leave.

Source: https://www.twilio.com/docs/voice/twiml/enqueue
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import Dial, VoiceResponse

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import ALICE, BOB, OURS, answers, asked, call, settled
from tests.local.receiver import Receiver

BYE = VoiceResponse()
BYE.say("Bye")
MUSIC = VoiceResponse()
MUSIC.pause(length=10)


def wait(**attributes: Any) -> VoiceResponse:
    """Return a document that leads into the queue."""
    document = VoiceResponse()
    document.enqueue("support", **attributes)
    document.say("After the queue")
    return document


def serve(**attributes: Any) -> str:
    """Return a document that takes the next caller out of the queue."""
    document = VoiceResponse()
    document.append(dial := Dial(action="http://127.0.0.1:9/served", timeout=30))
    dial.queue("support", **attributes)
    return str(document)


def come(account: Account, receiver: Receiver, document: VoiceResponse, who: str = ALICE) -> str:
    """Let somebody call and be led into the queue; return the call's SID."""
    answers(receiver, document)
    told = account.simulate("call.received", **{"from": who})
    asked(account, receiver)
    settled(account)
    return str(told["result"]["sid"])


def test_a_caller_waits_and_is_served(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/enqueue#attributes-action"""
    buy(account, voice_url=receiver.url)
    answers(receiver, wait(wait_url="/music", action="/left"), MUSIC, MUSIC)
    told = account.simulate("call.received", **{"from": ALICE})
    alice = told["result"]["sid"]
    asked(account, receiver)
    place = asked(account, receiver)
    [queue] = account.client.queues.list()
    assert place.items() >= {
        "QueuePosition": "1", "QueueSid": queue.sid, "QueueTime": "0", "AvgQueueTime": "0",
        "CurrentQueueSize": "1", "MaxQueueSize": "1000",
    }.items()  # fmt: skip
    account.advance("10s")
    assert asked(account, receiver)["QueueTime"] == "10"
    come(account, receiver, wait(), BOB)
    account.advance("4s")
    [first, second] = queue.members.list()
    assert (first.call_sid, first.position, first.wait_time) == (alice, 1, 14)
    assert (second.position, second.wait_time) == (2, 4)
    found = queue.fetch()
    assert (found.current_size, found.average_wait_time) == (2, 9)
    agent = call(account, to="+13125550199", twiml=serve(url=f"{receiver.url}/connecting"))
    soon = VoiceResponse()
    soon.say("You are next")
    answers(receiver, soon)
    account.advance("2s")
    connecting = asked(account, receiver)
    assert connecting["CallSid"] == alice
    assert (connecting["DequeingCallSid"], connecting["QueueTime"]) == (agent.sid, "16")
    account.advance("5s")
    account.simulate("call.spoke", callId=agent.sid, speech="How can I help?")
    answers(receiver, BYE)
    account.simulate("call.hung_up", callId=agent.sid)
    left = asked(account, receiver)
    assert left.items() >= {
        "CallSid": alice, "QueueResult": "bridged", "QueueSid": queue.sid, "QueueTime": "16",
    }.items()  # fmt: skip
    settled(account)
    calls = {each["sid"]: each["transcript"] for each in account.state("calls")}
    assert [each["words"] for each in calls[alice] if each["what"] == "said"] == [
        "You are next", "How can I help?", "Bye",
    ]  # fmt: skip
    assert queue.fetch().current_size == 1


def test_who_serves_waits_for_a_caller(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/queue

    Divergence: That a dial of a queue into which nobody comes ends as no-answer is ours.
    """
    buy(account, voice_url=receiver.url)
    account.client.queues.create(friendly_name="support")
    document = serve().replace("http://127.0.0.1:9", receiver.url)
    agent = call(account, twiml=document)
    account.advance("5s")
    come(account, receiver, wait(), BOB)
    account.advance("5s")
    [member] = account.state("queue_members")
    assert (member["status"], member["served_by"]) == ("connecting", agent.sid)
    bob = member["call_sid"]
    account.simulate("call.hung_up", callId=bob)
    served = asked(account, receiver)
    assert (served["DialCallStatus"], served["DialCallSid"]) == ("completed", bob)
    assert account.state("queue_members")[0]["status"] == "bridged"
    call(account, to=BOB, twiml=document)
    account.advance("33s")
    assert asked(account, receiver)["DialCallStatus"] == "no-answer"
    call(account, to=BOB, twiml=document.replace("support", "nothing"))
    account.advance("3s")
    assert asked(account, receiver)["DialCallStatus"] == "failed"


@pytest.mark.parametrize("how", ["leave", "hangup", "redirected", "queue-full", "error"])
def test_a_queue_tells_how_a_caller_left(account: Account, receiver: Receiver, how: str) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/enqueue#attributes-action-parameters-queueresult"""
    buy(account, voice_url=receiver.url)
    queue = account.client.queues.create(friendly_name="support", max_size=1)
    music: Any = MUSIC
    if how == "leave":
        music = VoiceResponse()
        music.leave()
    if how == "error":
        music = 500
    if how == "queue-full":
        come(account, receiver, wait(), BOB)
        answers(receiver, wait(action="/left"))
    else:
        answers(receiver, wait(wait_url="/music", action="/left"), music)
    told = account.simulate("call.received", **{"from": ALICE})
    alice = told["result"]["sid"]
    asked(account, receiver)
    if how != "queue-full":
        asked(account, receiver)
    answers(receiver, BYE)
    account.advance("3s")
    if how == "hangup":
        account.simulate("call.hung_up", callId=alice)
    if how == "redirected":
        answers(receiver, BYE)
        member = queue.members("Front").update(url=f"{receiver.url}/out")
        assert member.wait_time == 3
    got = [asked(account, receiver) for _ in range(2 if how == "redirected" else 1)]
    [left] = [each for each in got if "QueueResult" in each]
    assert (left["CallSid"], left["QueueResult"]) == (alice, how)
    account.advance("5s")
    said = [line["words"] for each in account.state("calls") if each["sid"] == alice
            for line in each["transcript"] if line["what"] == "said"]  # fmt: skip
    assert said == ([] if how == "hangup" else ["Bye"])


def test_without_an_action_a_call_goes_on_after_the_queue(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/leave"""
    buy(account, voice_url=receiver.url)
    leave = VoiceResponse()
    leave.leave()
    answers(receiver, wait(wait_url="/music"), leave)
    account.simulate("call.received", **{"from": ALICE})
    asked(account, receiver)
    asked(account, receiver)
    account.advance("5s")
    [alice] = account.state("calls")
    assert [each["words"] for each in alice["transcript"]] == [
        "", "support", "After the queue", "completed",
    ]  # fmt: skip


def test_queues_are_kept(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/api/queue-resource"""
    buy(account, voice_url=receiver.url)
    queue = account.client.queues.create(friendly_name="support")
    assert (queue.max_size, queue.current_size, queue.average_wait_time) == (1000, 0, 0)
    changed = queue.update(friendly_name="sales", max_size=5)
    assert (changed.friendly_name, changed.max_size) == ("sales", 5)
    queue.update(friendly_name="support")
    for fields in ({"FriendlyName": "support"}, {"FriendlyName": ""},
                   {"FriendlyName": "x", "MaxSize": "5001"}):  # fmt: skip
        assert account.refused("POST", "/Queues.json", fields)[:2] == (400, 20001)
    come(account, receiver, wait())
    with pytest.raises(TwilioRestException) as refused:
        queue.delete()
    assert refusal(refused.value)[:2] == (400, 20001)
    assert account.refused("GET", f"/Queues/{queue.sid}/Members/CA1.json")[:2] == (404, 20404)
    account.simulate("call.hung_up")
    assert queue.delete()
    assert account.client.queues.list() == []


def test_a_call_is_handled_by_an_application(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/api/applications"""
    buy(account)
    made = account.client.applications.create(
        friendly_name="IVR", voice_url=receiver.url, status_callback=f"{receiver.url}/status"
    )
    answers(receiver, BYE)
    call(account, application_sid=made.sid, url="http://127.0.0.1:9/ignored")
    account.advance("5s")
    assert asked(account, receiver)["ApplicationSid"] == made.sid
    assert asked(account, receiver)["CallStatus"] == "completed"
    answers(receiver, BYE)
    account.client.incoming_phone_numbers.list()[0].update(voice_application_sid=made.sid)
    account.simulate("call.received")
    told = asked(account, receiver)
    assert (told["ApplicationSid"], told["Direction"]) == (made.sid, "inbound")
    assert [each.sid for each in account.client.applications.list(friendly_name="IVR")] == [
        made.sid
    ]
    made.update(voice_url="")
    given = {"To": ALICE, "From": OURS, "ApplicationSid": made.sid}
    assert account.refused("POST", "/Calls.json", given)[:2] == (400, 21205)
    assert account.refused("POST", "/Applications.json", {"VoiceUrl": "x"})[:2] == (400, 21402)
    made.delete()
    assert account.refused("POST", "/Calls.json", given)[:2] == (400, 21218)
