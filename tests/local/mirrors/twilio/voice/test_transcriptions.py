"""What is said into a mailbox is written down.

Source: https://www.twilio.com/docs/voice/api/recording-transcription
"""

from twilio.twiml.voice_response import VoiceResponse

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import answers, receive
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
