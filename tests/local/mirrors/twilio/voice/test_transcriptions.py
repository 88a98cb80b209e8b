"""What is said into a mailbox is written down.

Source: https://www.twilio.com/docs/voice/api/recording-transcription
"""

import json

import pytest
from twilio.twiml.voice_response import Recording, Start, Stop, VoiceResponse

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import answers, asked, call, receive
from tests.local.receiver import Receiver

WORDS = "Please call me back about order 1042, thank you."


def mailbox(account: Account, receiver: Receiver, words: str) -> dict[str, str]:
    """Let somebody say something after the beep; return what the transcription's callback got."""
    buy(account, voice_url=receiver.url)
    document = VoiceResponse()
    document.record(transcribe=True, transcribe_callback="/text", timeout=2)
    answers(receiver, document)
    receive(account, {"speech": words})
    account.advance("1 minute")
    got = [receiver.next() for _ in range(3)]
    [text] = [each for each in got if each.url.endswith("/text")]
    return account.verified(text)


def test_a_recording_is_transcribed(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/record#transcribecallback"""
    told = mailbox(account, receiver, WORDS)
    [kept] = account.client.transcriptions.list()
    assert (told["TranscriptionText"], told["TranscriptionStatus"]) == (WORDS, "completed")
    assert (told["TranscriptionSid"], told["RecordingSid"]) == (kept.sid, kept.recording_sid)
    assert (kept.transcription_text, kept.duration, kept.type) == (WORDS, "4", "fast")
    of_recording = account.client.recordings(kept.recording_sid).transcriptions
    assert [each.sid for each in of_recording.list()] == [kept.sid]
    assert of_recording(kept.sid).fetch().status == "completed"
    assert account.refused("GET", f"/Recordings/{kept.recording_sid}/Transcriptions/TR1.json")[
        :2
    ] == (404, 20404)
    assert kept.delete()
    assert of_recording.list() == []


def test_what_is_too_short_is_not_transcribed(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/api/errors/13617"""
    told = mailbox(account, receiver, "Oh")
    assert (told["TranscriptionStatus"], "TranscriptionText" in told) == ("failed", False)
    [noted] = account.state("notifications")
    assert (noted["error_code"], noted["log"]) == ("13617", "1")
    assert account.client.transcriptions.list()[0].price is None


@pytest.mark.parametrize("by_api", [True, False])
def test_what_is_said_is_told_at_once(account: Account, receiver: Receiver, by_api: bool) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/transcription"""
    buy(account)
    document = VoiceResponse()
    if not by_api:
        document.append(start := Start())
        start.transcription(
            name="live", status_callback_url=receiver.url, inbound_track_label="customer"
        )
    document.pause(length=5)
    document.say("How can I help?")
    document.pause(length=60)
    document.append(stop := Stop())
    stop.transcription(name="live")
    document.pause(length=60)
    made = call(account, twiml=str(document))
    account.advance("3s")
    if by_api:
        account.client.calls(made.sid).transcriptions.create(
            name="live", status_callback_url=receiver.url, inbound_track_label="customer"
        )
    account.advance("6s")
    account.simulate("call.spoke", speech="Where is it?", confidence=0.8)
    if by_api:
        stopped = account.client.calls(made.sid).transcriptions("live").update(status="stopped")
        assert stopped.status == "stopped"
    account.advance("70s")
    account.simulate("call.spoke", speech="Nobody writes this down")
    told = [asked(account, receiver) for _ in range(4)]
    assert [(each["TranscriptionEvent"], each["SequenceId"]) for each in told] == [
        ("transcription-started", "1"),
        ("transcription-content", "2"),
        ("transcription-content", "3"),
        ("transcription-stopped", "4"),
    ]
    assert told[0]["InboundTrackLabel"] == "customer"
    ours, theirs = (json.loads(each["TranscriptionData"]) for each in told[1:3])
    assert (told[1]["Track"], ours["transcript"]) == ("outbound_track", "How can I help?")
    assert (told[2]["Track"], theirs) == (
        "inbound_track",
        {"transcript": "Where is it?", "confidence": 0.8},
    )
    account.simulate("call.hung_up")
    assert receiver.inbox.empty()


def test_a_recording_is_started_beside_the_call(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/recording"""
    buy(account)
    document = VoiceResponse()
    document.append(start := Start())
    start.recording(recording_status_callback=receiver.url, channels="mono")
    document.pause(length=7)
    call(account, twiml=str(document))
    account.advance("20s")
    told = asked(account, receiver)
    assert (told["RecordingStatus"], told["RecordingDuration"]) == ("completed", "7")
    assert told["RecordingChannels"] == "1"
    [made] = account.state("calls")
    assert made["recordings_kept"] == 1


def test_a_recording_is_stopped_by_its_name(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/recording#stop-a-recording"""
    buy(account)
    document = VoiceResponse()
    document.append(start := Start())
    start.recording(name="ours", track="outbound")
    start.recording(name="theirs", track="inbound")
    document.pause(length=3)
    document.append(stop := Stop())
    stop.nest(Recording(name="ours"))
    document.pause(length=4)
    call(account, twiml=str(document))
    account.advance("20s")
    kept = {each["track"]: each["duration"] for each in account.state("recordings")}
    assert kept == {"outbound": "3", "inbound": "7"}
    assert account.state("notifications") == []
