"""Transcriptions: what `<Record transcribe>` makes of a recording.

Source: https://www.twilio.com/docs/voice/api/recording-transcription
    https://www.twilio.com/docs/voice/twiml/record#transcribe
"""

from datetime import timedelta
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Transcriptions"
OF_RECORDING = f"{ACCOUNT}/Recordings/{{RecordingSid}}/Transcriptions"
TRANSCRIBED = "call.transcribed"
TAKES = timedelta(seconds=10)
"""Ours."""
PRICE = 0.05
"""US dollars a minute. Ours."""
LEAST, MOST = 2, 120
"""Seconds that a recording must be longer, and shorter, than.

Source: https://www.twilio.com/docs/voice/twiml/record#transcribe
"""


class Transcriptions(TwilioResource):
    """Every transcription of every account."""

    entity, plural, prefix, is_2010 = "transcription", "transcriptions", "TR", True
    callback_fields = ("_callback",)
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "api_version": "2010-04-01",
        "date_created": None,
        "date_updated": None,
        "duration": None,
        "price": None,
        "price_unit": "USD",
        "recording_sid": None,
        "sid": None,
        "status": "in-progress",
        "transcription_text": None,
        "type": "fast",
        "uri": None,
        "_callback": [None, "POST"],
        "_call": None,
        "_words": "",
    }
    indexes = ("account_sid", "recording_sid")
    statuses = ("in-progress", "completed", "failed")
    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "completed": ("status", "completed"),
        "failed": ("status", "failed"),
    }

    def begin(self, call: Doc, recording: Doc, words: str, callback: list[Any]) -> None:
        """Transcribe a recording, if it isn't too short or too long for that.

        Source: https://www.twilio.com/docs/api/errors/13617
        """
        sid, account = self.new_id(), recording["account_sid"]
        doc = self.new(
            id=sid,
            account_sid=account,
            recording_sid=recording["sid"],
            duration=recording["duration"],
            uri=f"{PATH.format(account=account)}/{sid}.json",
            _callback=callback,
            _call=call["sid"],
            _words=words,
        )
        self.save(doc)
        if LEAST <= int(recording["duration"]) <= MOST:
            self.mirror.after(TAKES, "transcriptions.finish", id=sid, status="completed")
        else:
            self.mirror.calls.fault(call, 13617)
            self.mirror.after(timedelta(0), "transcriptions.finish", id=sid, status="failed")

    def finish(self, id: str, status: str) -> None:
        """End a transcription, and tell its callback.

        Source: https://www.twilio.com/docs/voice/twiml/record#transcribecallback
        """
        doc = self.peek(id)
        if doc is None or doc["status"] != "in-progress":
            return
        is_done = status == "completed"
        minutes = max(1, -(-int(doc["duration"]) // 60))
        doc = self.change(
            doc,
            status=status,
            transcription_text=doc["_words"] if is_done else None,
            price=f"-{PRICE * minutes:.5f}" if is_done else None,
        )
        url, method = doc["_callback"]
        call = self.mirror.calls.peek(doc["_call"])
        recording = self.mirror.recordings.peek(doc["recording_sid"])
        if not url or call is None or recording is None:
            return
        told = {
            "AccountSid": doc["account_sid"],
            "CallSid": call["sid"],
            "From": call["from"],
            "To": call["to"],
            "CallStatus": call["status"],
            "ApiVersion": doc["api_version"],
            "Direction": call["direction"],
            "TranscriptionSid": doc["sid"],
            "TranscriptionText": doc["transcription_text"],
            "TranscriptionStatus": status,
            "TranscriptionUrl": f"{self.mirror.url}{doc['uri'].removesuffix('.json')}",
            "RecordingSid": recording["sid"],
            "RecordingUrl": self.mirror.recordings.address(recording),
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(TRANSCRIBED, told, to=to)

    @route(f"GET {PATH}.json")
    def index(self, call: Call) -> Doc:
        """List transcriptions, newest first."""
        return self.listed(call)

    @route(f"GET {OF_RECORDING}.json")
    def index_of_recording(self, RecordingSid: str, call: Call) -> Doc:
        """List the transcriptions of a recording."""
        self.mirror.recordings.get(RecordingSid)
        return self.listed(call, recording_sid=RecordingSid)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one transcription."""
        return self.view(self.get(Sid))

    @route(f"GET {OF_RECORDING}/{{Sid}}.json")
    def fetch_of_recording(self, RecordingSid: str, Sid: str) -> Doc:
        """Return a transcription of a recording."""
        return self.view(self._one(RecordingSid, Sid))

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a transcription."""
        self.drop(self.get(Sid))

    @route(f"DELETE {OF_RECORDING}/{{Sid}}.json", status=204)
    def delete_of_recording(self, RecordingSid: str, Sid: str) -> None:
        """Delete a transcription of a recording."""
        self.drop(self._one(RecordingSid, Sid))

    def _one(self, recording: str, sid: str) -> Doc:
        doc = self.get(sid)
        if doc["recording_sid"] != recording:
            raise self.missing(sid)
        return doc
