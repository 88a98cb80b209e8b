"""Recordings: what somebody said to `<Record>`, or a whole call. The sound is silence.

Source: https://www.twilio.com/docs/voice/api/recording
"""

import io
import wave
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.twilio.api.dates import dated
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, Values, check, sid
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls.flow import RECORDED
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Recordings"
RATE, LONGEST_SOUND = 8000, 10
"""Samples a second; and seconds of silence that a file has at most."""
PRICE = 0.0025
"""US dollars a minute. Ours."""


class Recordings(TwilioResource):
    """Every recording of every account."""

    entity, plural, prefix, is_2010 = "recording", "recordings", "RE", True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "api_version": "2010-04-01",
        "call_sid": None,
        "conference_sid": None,
        "channels": 1,
        "date_created": None,
        "date_updated": None,
        "start_time": None,
        "price": None,
        "price_unit": "USD",
        "duration": None,
        "sid": None,
        "source": "RecordVerb",
        "status": "completed",
        "error_code": None,
        "encryption_details": None,
        "uri": None,
        "subresource_uris": None,
        "media_url": None,
    }
    indexes = ("account_sid", "call_sid")
    filters: ClassVar[Values] = {
        "CallSid": sid("CA"),
        "ConferenceSid": sid("CF"),
        "IncludeSoftDeleted": FLAG,
    }

    def keep(self, call: Doc, seconds: int, source: str, callback: Any) -> Doc:
        """Keep a recording of a call, and tell its callback.

        Source: https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback
        """
        sid, account = self.new_id(), call["account_sid"]
        path = f"{PATH.format(account=account)}/{sid}"
        doc = self.new(
            id=sid,
            account_sid=account,
            call_sid=call["sid"],
            start_time=self.stamp(),
            price=f"-{PRICE * max(1, -(-seconds // 60)):.5f}",
            duration=str(seconds),
            source=source,
            uri=f"{path}.json",
            subresource_uris={},
        )
        self.save(doc)
        url, method = callback
        if url:
            told = {
                "AccountSid": account,
                "CallSid": call["sid"],
                "RecordingSid": sid,
                "RecordingUrl": self.address(doc),
                "RecordingStatus": "completed",
                "RecordingDuration": doc["duration"],
                "RecordingChannels": str(doc["channels"]),
                "RecordingSource": source,
                "RecordingStartTime": doc["start_time"],
                "ErrorCode": "0",
            }
            to = [self.mirror.accounts.target(account, url, method)]
            self.mirror.emit(RECORDED, told, to=to)
        return doc

    def address(self, doc: Doc) -> str:
        """Return where a recording's sound is."""
        return f"{self.mirror.url}{doc['uri'].removesuffix('.json')}"

    def view(self, doc: Doc) -> Doc:
        """Return a recording with the address of its sound."""
        return super().view(doc) | {"media_url": self.address(doc)}

    @route(f"GET {PATH}.json")
    def index(self, call: Call) -> Doc:
        """List recordings, of one call or of all, newest first."""
        where: Doc = {"call_sid": sid} if (sid := call.query.get("CallSid")) else {}
        return self.listed(call, keep=dated(call, "DateCreated", "date_created"), **where)

    @route(f"GET {ACCOUNT}/Calls/{{CallSid}}/Recordings.json")
    def index_of_call(self, CallSid: str, call: Call) -> Doc:
        """List the recordings of a call."""
        self.mirror.calls.get(CallSid)
        keep = dated(call, "DateCreated", "date_created")
        return self.listed(call, keep=keep, call_sid=CallSid)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str, call: Call) -> Doc:
        """Return one recording."""
        check(call.query, self.filters)
        return self.view(self.get(Sid))

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a recording and its sound."""
        self.drop(self.get(Sid))

    @route(f"GET {PATH}/{{Sid}}.wav")
    @route(f"GET {PATH}/{{Sid}}")
    def sound(self, Sid: str) -> Answer:
        """Return a recording's sound: WAV, silence of its length, ten seconds at most.

        Source: https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file
        """
        seconds = min(int(self.get(Sid)["duration"]), LONGEST_SOUND)
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(1)
            sound.setframerate(RATE)
            sound.writeframes(b"\x80" * RATE * seconds)
        return Answer(200, file.getvalue(), {"content-type": "audio/x-wav"})
