"""Recordings of calls, dials, conferences, and of what `<Record>` heard. The sound is silence.

Source: https://www.twilio.com/docs/voice/api/recording
"""

import io
import wave
from collections.abc import Sequence
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.twilio.api.dates import dated, instant
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    TwilioParams,
    Values,
    any_of,
    check,
    is_url,
    sid,
)
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls.asking import RECORDED
from mirra_mcp.local.mirrors.twilio.voice.calls.params import (
    channels_of,
    method_of,
    recorded_events,
    track_of,
)
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Recordings"
OF_CALL = f"{ACCOUNT}/Calls/{{CallSid}}/Recordings"
OF_CONFERENCE = f"{ACCOUNT}/Conferences/{{ConferenceSid}}/Recordings"
RATE, LONGEST_SOUND = 8000, 10
"""Samples a second; and seconds of silence that a file has at most."""
PRICE = 0.0025
"""US dollars a minute. Ours."""
GOING = ("in-progress", "paused")
CURRENT = "Twilio.CURRENT"
"""Names the only recording that is going on."""


class StartRecording(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/recording#create-a-recording-resource"""

    values: ClassVar[Values] = {"Trim": any_of("trim-silence", "do-not-trim")}

    recording_channels: str = "dual"
    recording_status_callback: str = ""
    recording_status_callback_method: str = "POST"
    recording_status_callback_event: list[str] = []
    recording_track: str = "both"


class UpdateRecording(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/recording#update-a-recording-resource"""

    values: ClassVar[Values] = {
        "Status": any_of("in-progress", "paused", "stopped"),
        "PauseBehavior": any_of("skip", "silence"),
    }

    status: str = ""
    pause_behavior: str = "silence"


class Recordings(TwilioResource):
    """Every recording of every account."""

    entity, plural, prefix, is_2010 = "recording", "recordings", "RE", True
    callback_fields = ("_callback",)
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
        "track": "both",
        "uri": None,
        "subresource_uris": None,
        "media_url": None,
        "_callback": [None, "POST"],
        "_events": ["completed"],
        "_kept": 0,
        "_name": None,
        "_since": None,
        "_words": "",
    }
    more_fields = ("is_transcribed", "words_said")
    indexes = ("account_sid", "call_sid", "conference_sid", "status")
    filters: ClassVar[Values] = {
        "CallSid": sid("CA"),
        "ConferenceSid": sid("CF"),
        "IncludeSoftDeleted": FLAG,
    }
    statuses = ("in-progress", "paused", "stopped", "processing", "completed", "absent")
    verbs: ClassVar[dict[str, tuple[str, str]]] = {"recorded": ("status", "completed")}

    # What calls do.

    def begin(
        self,
        source: str,
        *,
        account: str,
        call: str | None = None,
        conference: str | None = None,
        callback: Sequence[Any] = (None, "POST"),
        events: Sequence[str] = ("completed",),
        **fields: Any,
    ) -> Doc:
        """Begin to record a call or a conference, and tell its callback, if it wants that."""
        id = self.new_id()
        doc = self.new(
            id=id,
            account_sid=account,
            call_sid=call,
            conference_sid=conference,
            start_time=self.stamp(),
            source=source,
            status="in-progress",
            uri=f"{PATH.format(account=account)}/{id}.json",
            subresource_uris={},
            _callback=list(callback),
            _events=list(events),
            _since=self.now.isoformat(),
            **fields,
        )
        self.save(doc)
        if call is not None:
            made = self.mirror.calls.get(call)
            self.mirror.calls.save(made | {"recordings_kept": made["recordings_kept"] + 1})
        self._tell(doc)
        return doc

    def finish(self, doc: Doc, seconds: int | None = None) -> Doc:
        """End a recording: it is complete, or absent if nothing was kept."""
        kept = self._kept(doc) if seconds is None else seconds
        done = self.change(
            doc,
            status="completed" if kept else "absent",
            duration=str(kept),
            price=f"-{PRICE * -(-kept // 60):.5f}" if kept else None,
            _since=None,
        )
        self._tell(done)
        return done

    def finish_all(self, name: str | None = None, **of: Any) -> None:
        """End the recordings of a call or conference that are going on, or the one of a name."""
        for status in GOING:
            for each in self.find(status=status, newest_first=False, **of):
                if not name or each["_name"] == name:
                    self.finish(each)

    def keep(self, call: Doc, seconds: int, source: str, callback: Any, **fields: Any) -> Doc:
        """Keep a recording of a call that is over already."""
        doc = self.begin(source, account=call["account_sid"], call=call["sid"], callback=callback,
                         **fields)  # fmt: skip
        return self.finish(doc, seconds)

    def _kept(self, doc: Doc) -> int:
        """Return how many seconds are recorded by now."""
        since = instant(doc["_since"]) if doc["_since"] else None
        return int(doc["_kept"] + ((self.now - since).total_seconds() if since else 0))

    def _tell(self, doc: Doc) -> None:
        """Tell the callback what became of a recording.

        Source: https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback
        """
        url, method = doc["_callback"]
        if not url or doc["status"] not in doc["_events"]:
            return
        told = {
            "AccountSid": doc["account_sid"],
            "CallSid": doc["call_sid"],
            "ConferenceSid": doc["conference_sid"],
            "RecordingSid": doc["sid"],
            "RecordingUrl": self.address(doc),
            "RecordingStatus": doc["status"],
            "RecordingDuration": doc["duration"],
            "RecordingChannels": str(doc["channels"]),
            "RecordingSource": doc["source"],
            "RecordingStartTime": doc["start_time"],
            "RecordingTrack": doc["track"],
            "ErrorCode": "0",
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(RECORDED, told, to=to)

    def address(self, doc: Doc) -> str:
        """Return where a recording's sound is."""
        return f"{self.mirror.url}{doc['uri'].removesuffix('.json')}"

    def view(self, doc: Doc) -> Doc:
        """Return a recording with the address of its sound."""
        return super().view(doc) | {"media_url": self.address(doc)}

    def told(self, doc: Doc) -> Doc:
        """Return a recording as checks read it: with what `<Record>` heard."""
        texts = self.mirror.transcriptions.find(recording_sid=doc["id"])
        is_done = any(each["status"] == "completed" for each in texts)
        return super().told(doc) | {"is_transcribed": is_done, "words_said": doc.get("_words")}

    # The API.

    @route(f"GET {PATH}.json")
    def index(self, call: Call) -> Doc:
        """List recordings, of one call, of a conference or of all, newest first."""
        names = {"CallSid": "call_sid", "ConferenceSid": "conference_sid"}
        where: Doc = {
            field: text for name, field in names.items() if (text := call.query.get(name))
        }
        return self.listed(call, keep=dated(call, "DateCreated", "date_created"), **where)

    @route(f"GET {OF_CALL}.json")
    def index_of_call(self, CallSid: str, call: Call) -> Doc:
        """List the recordings of a call."""
        self.mirror.calls.get(CallSid)
        keep = dated(call, "DateCreated", "date_created")
        return self.listed(call, keep=keep, call_sid=CallSid)

    @route(f"GET {OF_CONFERENCE}.json")
    def index_of_conference(self, ConferenceSid: str, call: Call) -> Doc:
        """List the recordings of a conference."""
        self.mirror.conferences.get(ConferenceSid)
        keep = dated(call, "DateCreated", "date_created")
        return self.listed(call, keep=keep, conference_sid=ConferenceSid)

    @route(f"POST {OF_CALL}.json", status=201)
    def create(self, CallSid: str, params: StartRecording) -> Doc:
        """Begin to record a call that is going on.

        Source: https://www.twilio.com/docs/voice/api/recording#create-a-recording-resource
        """
        call = self.mirror.calls.get(CallSid)
        if call["status"] != "in-progress":
            raise refusal(21220)
        url = params.recording_status_callback
        if url and not is_url(url):
            raise refusal(21205, name="RecordingStatusCallback", url=url)
        method = method_of("RecordingStatusCallbackMethod", params.recording_status_callback_method)
        events = [word for each in params.recording_status_callback_event for word in each.split()]
        return self.view(
            self.begin(
                "StartCallRecordingAPI",
                account=call["account_sid"],
                call=CallSid,
                callback=[url or None, method],
                events=recorded_events("RecordingStatusCallbackEvent", events),
                channels=channels_of("RecordingChannels", params.recording_channels),
                track=track_of("RecordingTrack", params.recording_track),
            )
        )

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str, call: Call) -> Doc:
        """Return one recording."""
        check(call.query, self.filters)
        return self.view(self.get(Sid))

    @route(f"GET {OF_CALL}/{{Sid}}.json")
    def fetch_of_call(self, CallSid: str, Sid: str) -> Doc:
        """Return a recording of a call."""
        return self.view(self._one(Sid, call_sid=CallSid))

    @route(f"GET {OF_CONFERENCE}/{{Sid}}.json")
    def fetch_of_conference(self, ConferenceSid: str, Sid: str) -> Doc:
        """Return a recording of a conference."""
        return self.view(self._one(Sid, conference_sid=ConferenceSid))

    @route(f"POST {OF_CALL}/{{Sid}}.json")
    def update_of_call(self, CallSid: str, Sid: str, params: UpdateRecording) -> Doc:
        """Pause, resume or stop a recording of a call."""
        return self.view(self._update(self._one(Sid, call_sid=CallSid), params))

    @route(f"POST {OF_CONFERENCE}/{{Sid}}.json")
    def update_of_conference(self, ConferenceSid: str, Sid: str, params: UpdateRecording) -> Doc:
        """Pause, resume or stop a recording of a conference."""
        return self.view(self._update(self._one(Sid, conference_sid=ConferenceSid), params))

    def _one(self, text: str, **of: Any) -> Doc:
        """Return a recording of a call or conference; `Twilio.CURRENT` is the one going on."""
        if text == CURRENT:
            found = [each for status in GOING for each in self.find(status=status, **of)]
            if len(found) == 1 and self.get(found[0]["id"]):
                return found[0]
            raise self.missing(text)
        doc = self.get(text)
        if any(doc[name] != value for name, value in of.items()):
            raise self.missing(text)
        return doc

    def _update(self, doc: Doc, params: UpdateRecording) -> Doc:
        """Source: https://www.twilio.com/docs/voice/api/recording#update-a-recording-resource"""
        if not params.status:
            raise wrong("Missing required parameter Status in the post body")
        if doc["status"] not in GOING:
            raise wrong(f"The recording {doc['sid']} is {doc['status']} and can't be changed.")
        if params.status == "stopped":
            return self.finish(doc)
        if params.status == doc["status"]:
            return doc
        if params.status == "in-progress":
            since = doc["_since"] or self.now.isoformat()
            return self.change(doc, status="in-progress", _since=since)
        if params.pause_behavior == "silence":
            return self.change(doc, status="paused")
        return self.change(doc, status="paused", _kept=self._kept(doc), _since=None)

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a recording and its sound."""
        self.drop(self.get(Sid))

    @route(f"DELETE {OF_CALL}/{{Sid}}.json", status=204)
    def delete_of_call(self, CallSid: str, Sid: str) -> None:
        """Delete a recording of a call."""
        self.drop(self._one(Sid, call_sid=CallSid))

    @route(f"DELETE {OF_CONFERENCE}/{{Sid}}.json", status=204)
    def delete_of_conference(self, ConferenceSid: str, Sid: str) -> None:
        """Delete a recording of a conference."""
        self.drop(self._one(Sid, conference_sid=ConferenceSid))

    @route(f"GET {PATH}/{{Sid}}.wav")
    @route(f"GET {PATH}/{{Sid}}")
    def sound(self, Sid: str) -> Answer:
        """Return a recording's sound: WAV, silence of its length, ten seconds at most.

        Source: https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file
        """
        doc = self.get(Sid)
        if doc["status"] != "completed":
            raise self.missing(Sid)
        seconds = min(int(doc["duration"]), LONGEST_SOUND)
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(doc["channels"])
            sound.setsampwidth(1)
            sound.setframerate(RATE)
            sound.writeframes(b"\x80" * RATE * seconds * doc["channels"])
        return Answer(200, file.getvalue(), {"content-type": "audio/x-wav"})
