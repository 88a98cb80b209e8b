"""Real-time transcriptions: what is said in a call is told while it is being said.

Source: https://www.twilio.com/docs/voice/twiml/transcription
    https://www.twilio.com/docs/voice/api/realtime-transcription-resource
"""

import json
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    TwilioParams,
    Values,
    any_of,
    is_url,
)
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.beside import to_stop
from mirra_mcp.local.mirrors.twilio.voice.calls.params import method_of
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Calls/{{CallSid}}/Transcriptions"
LIVE = "call.transcription"
TRACKS = ("inbound_track", "outbound_track", "both_tracks")
ENGINE, LANGUAGE = "google", "en-US"


class StartTranscription(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/realtime-transcription-resource"""

    values: ClassVar[Values] = dict.fromkeys(
        ("EnableAutomaticPunctuation", "EnableProviderData", "PartialResults", "ProfanityFilter"),
        FLAG,
    ) | {"Track": any_of(*TRACKS)}

    name: str = ""
    track: str = "both_tracks"
    status_callback_url: str = ""
    status_callback_method: str = "POST"
    inbound_track_label: str = ""
    outbound_track_label: str = ""
    partial_results: str = ""
    language_code: str = LANGUAGE
    transcription_engine: str = ENGINE
    profanity_filter: str = "true"
    speech_model: str = "telephony"
    enable_automatic_punctuation: str = "true"
    hints: str = ""


class StopTranscription(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/realtime-transcription-resource"""

    status: str = ""


class LiveTranscriptions(TwilioResource):
    """Every transcription of a call that is or was under way."""

    entity, plural, prefix, is_2010 = "live_transcription", "live_transcriptions", "GT", True
    callback_fields = ("_callback",)
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "call_sid": None,
        "name": None,
        "status": "in-progress",
        "date_updated": None,
        "uri": None,
        "_callback": [None, "POST"],
        "_engine": ENGINE,
        "_labels": [None, None],
        "_language": LANGUAGE,
        "_partial": False,
        "_provider": {},
        "_sequence": 0,
        "_track": "both_tracks",
    }
    indexes = ("account_sid", "call_sid", "status")
    statuses = ("in-progress", "stopped")

    def begin(self, call: Doc, **fields: object) -> Doc:
        """Begin to transcribe a call, and tell its callback."""
        sid = self.new_id()
        path = PATH.format(account=call["account_sid"], CallSid=call["sid"])
        doc = self.save(
            self.new(
                id=sid,
                account_sid=call["account_sid"],
                call_sid=call["sid"],
                uri=f"{path}/{sid}.json",
                **fields,
            )
        )
        self._tell(
            doc,
            "transcription-started",
            Track=doc["_track"],
            InboundTrackLabel=doc["_labels"][0],
            OutboundTrackLabel=doc["_labels"][1],
            PartialResults=str(doc["_partial"]).lower(),
            TranscriptionEngine=doc["_engine"],
            Name=doc["name"],
            LanguageCode=doc["_language"],
            ProviderConfiguration=json.dumps(doc["_provider"]),
        )
        return self.get(sid)

    def hear(self, call: Doc, words: str, confidence: float, *, is_ours: bool) -> None:
        """Tell what was said in a call: by the application (outbound) or the other side.

        Source: https://www.twilio.com/docs/voice/twiml/transcription
        """
        track = "outbound_track" if is_ours else "inbound_track"
        for doc in self.find(call_sid=call["sid"], status="in-progress"):
            if doc["_track"] not in (track, "both_tracks"):
                continue
            data = json.dumps({"transcript": words, "confidence": confidence})
            self._tell(
                doc,
                "transcription-content",
                Track=track,
                LanguageCode=doc["_language"],
                TranscriptionData=data,
                Final="true",
            )

    def stop(self, doc: Doc) -> Doc:
        """End a transcription, and tell its callback."""
        doc = self.change(doc, status="stopped")
        self._tell(doc, "transcription-stopped")
        return self.get(doc["sid"])

    def stop_all(self, call: Doc, name: str | None = None) -> None:
        """End those of a call that are under way, or the one of a name."""
        for doc in self.find(call_sid=call["sid"], status="in-progress", newest_first=False):
            if name is None or doc["name"] == name:
                self.stop(doc)

    def _tell(self, doc: Doc, event: str, **more: str | None) -> None:
        url, method = doc["_callback"]
        if not url:
            return
        doc = self.save(doc | {"_sequence": doc["_sequence"] + 1})
        told = {
            "AccountSid": doc["account_sid"],
            "CallSid": doc["call_sid"],
            "TranscriptionSid": doc["sid"],
            "TranscriptionEvent": event,
            "Timestamp": iso(self.now),
            "SequenceId": str(doc["_sequence"]),
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(LIVE, told | more, to=to)

    def run(self, call: Doc, noun: Doc) -> None:
        """Do what `<Start><Transcription>` says.

        Source: https://www.twilio.com/docs/voice/twiml/transcription
        """
        url = self.mirror.calls.given(call, noun["statusCallbackUrl"])
        self.begin(
            call,
            name=noun["name"],
            _callback=[url, noun["statusCallbackMethod"]],
            _engine=noun["transcriptionEngine"],
            _labels=[noun["inboundTrackLabel"], noun["outboundTrackLabel"]],
            _language=noun["languageCode"],
            _partial=noun["partialResults"],
            _provider=provider(
                profanityFilter=str(noun["profanityFilter"]).lower(),
                speechModel=noun["speechModel"],
                enableAutomaticPunctuation=str(noun["enableAutomaticPunctuation"]).lower(),
                hints=noun["hints"],
            ),
            _track=noun["track"],
        )

    @route(f"POST {PATH}.json", status=201)
    def create(self, CallSid: str, params: StartTranscription) -> Doc:
        """Begin to transcribe a call that is going on.

        Source: https://www.twilio.com/docs/voice/api/realtime-transcription-resource
        """
        call = self.mirror.calls.get(CallSid)
        if call["status"] != "in-progress":
            raise refusal(21220)
        url = params.status_callback_url
        if url and not is_url(url):
            raise refusal(21205, name="StatusCallbackUrl", url=url)
        method = method_of("StatusCallbackMethod", params.status_callback_method)
        return self.view(
            self.begin(
                call,
                name=params.name or None,
                _callback=[url or None, method],
                _engine=params.transcription_engine,
                _labels=[params.inbound_track_label or None, params.outbound_track_label or None],
                _language=params.language_code,
                _partial=params.partial_results.lower() == "true",
                _provider=provider(
                    profanityFilter=params.profanity_filter.lower(),
                    speechModel=params.speech_model,
                    enableAutomaticPunctuation=params.enable_automatic_punctuation.lower(),
                    hints=params.hints,
                ),
                _track=params.track,
            )
        )

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, CallSid: str, Sid: str, params: StopTranscription) -> Doc:
        """Stop a transcription, by SID or name."""
        found = to_stop(self, CallSid, Sid, params.status)
        return self.view(self.stop(found) if found["status"] != "stopped" else found)


def provider(**given: str) -> dict[str, str]:
    """Return how the provider transcribes, as the first event tells it."""
    return {name: value for name, value in given.items() if value}
