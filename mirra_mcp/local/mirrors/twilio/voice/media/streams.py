"""Media streams: the sound of a call goes to a WebSocket of the application's, and maybe back.

`<Start><Stream>` and the API make streams beside a call; `<Connect><Stream>` makes one that the
application speaks over, until it closes it. What comes back is played in the session's time: its
seconds are in the call's transcript, and its marks return when they have been played.

Source: https://www.twilio.com/docs/voice/media-streams
    https://www.twilio.com/docs/voice/twiml/stream
    https://www.twilio.com/docs/voice/api/stream-resource
"""

from typing import Any, ClassVar

import orjson

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.kit.webhooks import CLOSE, OPEN, Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT
from mirra_mcp.local.mirrors.twilio.voice.beside import to_stop
from mirra_mcp.local.mirrors.twilio.voice.calls.params import callback_of
from mirra_mcp.local.mirrors.twilio.voice.media import audio
from mirra_mcp.local.mirrors.twilio.voice.media.params import (
    StartStream,
    StopStream,
    parameters_of,
)
from mirra_mcp.local.mirrors.twilio.voice.media.playing import STREAM, Playing
from mirra_mcp.local.mirrors.twilio.voice.media.sockets import (
    CLOSED,
    closed_code,
    refused_code,
    socket_url,
)
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Calls/{{CallSid}}/Streams"
STREAM_STATUS = "call.stream_status"
PLAY_FRAMES = 5 * 1000 // audio.FRAME_MS
"""Of a file that is played to the other side."""
LONGEST_PARAMETER = 500
"""Letters of a parameter's name and value. Source: the page of `<Stream>`."""
ANSWERS_WITHIN = 0.25
"""Real seconds that moving the clock waits for what an application plays. Ours."""
HEARD = ("start", "media", "dtmf")


class Streams(Playing):
    """Every stream of a call that is or was open."""

    entity, plural, prefix, is_2010 = "stream", "streams", "MZ", True
    hears = (STREAM,)
    callback_fields = ("_url", "_callback")
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "call_sid": None,
        "name": None,
        "status": "in-progress",
        "date_updated": None,
        "uri": None,
        "seconds_played": 0.0,
        "error": None,
        "_callback": [None, "POST"],
        "_chunks": {"inbound": 0, "outbound": 0},
        "_is_warned": False,
        "_marks": [],
        "_ms": 0,
        "_sequence": 1,
        "_silent_at": None,
        "_started": None,
        "_track": "inbound_track",
        "_two_way": False,
        "_unsaid": 0.0,
        "_url": None,
    }
    indexes = ("account_sid", "call_sid", "status")
    statuses = ("in-progress", "stopped")
    synonyms = ("media stream",)

    # Beginning and ending.

    def run(self, call: Doc, noun: Doc) -> None:
        """Do what `<Start><Stream>` says."""
        self._by_noun(call, noun, noun["track"])

    def connect(self, call: Doc, noun: Doc) -> str | None:
        """Do what `<Connect><Stream>` says; return the stream's SID, if its address is one.

        Source: https://www.twilio.com/docs/voice/twiml/stream#bi-directional-media-streams
        """
        return self._by_noun(call, noun, "inbound_track", two_way=True)

    def _by_noun(self, call: Doc, noun: Doc, track: str, *, two_way: bool = False) -> str | None:
        url = socket_url(call["_page"][0], noun["url"])
        inner = {each["name"]: each["value"] for each in noun["nested"] if each["name"]}
        too_long = any(len(name) + len(value) >= LONGEST_PARAMETER for name, value in inner.items())
        if url is None or too_long:
            self.mirror.calls.fault(call, 12200)
            return None
        callback = [
            self.mirror.calls.given(call, noun["statusCallback"]),
            noun["statusCallbackMethod"],
        ]
        return self._begin(call, url, inner, name=noun["name"], _track=track, _callback=callback,
                           _two_way=two_way)  # fmt: skip

    def _begin(self, call: Doc, url: str, parameters: dict[str, str], **fields: Any) -> str:
        """Open a stream; a query in its address is lost, as it is with Twilio.

        Source: https://www.twilio.com/docs/voice/twiml/stream#attributes-url
        """
        sid = self.new_id()
        path = PATH.format(account=call["account_sid"], CallSid=call["sid"])
        doc = self.new(
            id=sid,
            account_sid=call["account_sid"],
            call_sid=call["sid"],
            uri=f"{path}/{sid}.json",
            _started=self.now.timestamp(),
            _url=url.partition("?")[0],
            **fields,
        )
        tracks = ["inbound", "outbound"] if doc["_track"] == "both_tracks" else [_side(doc)]
        start = {
            "event": "start",
            "sequenceNumber": "1",
            "start": {
                "accountSid": call["account_sid"],
                "streamSid": sid,
                "callSid": call["sid"],
                "tracks": tracks,
                "mediaFormat": {
                    "encoding": "audio/x-mulaw", "sampleRate": audio.RATE, "channels": 1,
                },
                "customParameters": parameters,
            },
            "streamSid": sid,
        }  # fmt: skip
        self.send(
            self.save(doc),
            [{"event": "connected", "protocol": "Call", "version": "1.0.0"}, start],
            OPEN,
        )
        return sid

    def stop(self, doc: Doc) -> Doc:
        """End a stream, and close its connection."""
        told = {
            "event": "stop",
            "sequenceNumber": self.count_of(doc),
            "stop": {"accountSid": doc["account_sid"], "callSid": doc["call_sid"]},
            "streamSid": doc["sid"],
        }
        self.send(doc, [told], CLOSE)
        return self._over(doc, "stream-stopped")

    def stop_all(self, call: Doc, name: str | None = None) -> None:
        """End those of a call that are under way, or the one of a name."""
        for doc in self.find(call_sid=call["sid"], status="in-progress", newest_first=False):
            if name is None or doc["name"] == name:
                self.stop(doc)

    def _over(self, doc: Doc, event: str, error: str | None = None) -> Doc:
        """Note that a stream is over, and tell its callback."""
        for verb in ("streams.return_mark", "streams.fall_silent"):
            self.mirror.cancel_timers(verb, id=doc["sid"])
        self.say_played(doc, cut=self.left(doc))
        doc = self.change(doc, status="stopped", error=error, _marks=[])
        self._tell(doc, event, error)
        return self.get(doc["sid"])

    def _fail(self, doc: Doc, code: int, text: str) -> None:
        """End a stream of which something went wrong, and let its call go on.

        Source: https://www.twilio.com/docs/voice/twiml/connect
        """
        self.note_fault(doc, code)
        event = "stream-stopped" if code == CLOSED and doc["_two_way"] else "stream-error"
        self._over(doc, event, None if event == "stream-stopped" else text)
        self.mirror.calls.disconnected(doc["call_sid"], doc["sid"])

    def _tell(self, doc: Doc, event: str, error: str | None = None) -> None:
        """Tell the status callback of a stream.

        Source: https://www.twilio.com/docs/voice/twiml/stream#attributes-statuscallback
        """
        url, method = doc["_callback"]
        if not url:
            return
        told = {
            "AccountSid": doc["account_sid"],
            "CallSid": doc["call_sid"],
            "StreamSid": doc["sid"],
            "StreamName": doc["name"],
            "StreamEvent": event,
            "StreamError": error,
            "Timestamp": iso(self.now),
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(STREAM_STATUS, told, to=to)

    # What the application hears.

    def hear(self, call: Doc, words: str | None, *, is_ours: bool) -> None:
        """Send what is said in a call, by the application (outbound) or the other side; or music.

        Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages#media-message
        """
        side = "outbound" if is_ours else "inbound"
        for doc in self.find(call_sid=call["sid"], status="in-progress", newest_first=False):
            if doc["_track"] not in (f"{side}_track", "both_tracks"):
                continue
            frames = PLAY_FRAMES if words is None else audio.frames_of(words)
            since = int((self.now.timestamp() - doc["_started"]) * 1000)
            at = max(since, doc["_ms"])
            chunk = doc["_chunks"][side] + 1
            told = {
                "event": "media",
                "sequenceNumber": self.count_of(doc, frames),
                "media": {"track": side, "chunk": str(chunk), "timestamp": str(at)},
                "audio": {"words": words, "frames": frames},
                "streamSid": doc["sid"],
            }
            doc["_chunks"] |= {side: chunk + frames - 1}
            doc["_ms"] = at + frames * audio.FRAME_MS
            self.send(self.save(doc), [told])

    def press(self, call: Doc, keys: str) -> None:
        """Send the keys that the other side presses to those who may answer.

        Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages#dtmf-message
        """
        for doc in self.find(call_sid=call["sid"], status="in-progress"):
            if doc["_two_way"]:
                told = [
                    {
                        "event": "dtmf",
                        "streamSid": doc["sid"],
                        "sequenceNumber": self.count_of(doc),
                        "dtmf": {"track": "inbound_track", "digit": key},
                    }
                    for key in keys
                ]
                self.send(self.save(doc), told)

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Tell that a stream has started."""
        doc = self.peek(parcel.ref or "")
        if doc is not None and parcel.method == OPEN and doc["status"] == "in-progress":
            self._tell(doc, "stream-started")

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """End a stream whose connection can't be had, or is lost."""
        doc = self.peek(parcel.ref or "")
        if doc is not None and doc["status"] == "in-progress":
            code, text = refused_code(parcel, outcome)
            self._fail(doc, code, text)

    def awaits(self, parcel: Parcel) -> float:
        """Return how long an answer may take to what the application just heard."""
        doc = self.peek(parcel.ref or "")
        frames = orjson.loads(parcel.payload)["frames"]
        is_heard = doc is not None and doc["_two_way"] and frames[-1]["event"] in HEARD
        return ANSWERS_WITHIN if is_heard else 0.0

    def wire_closed(self, sid: str, code: int) -> None:
        """End a stream that the application closed."""
        doc = self.peek(sid)
        if doc is not None and doc["status"] == "in-progress":
            self._fail(doc, *closed_code(code))

    # The API.

    @route(f"POST {PATH}.json", status=201)
    def create(self, CallSid: str, params: StartStream) -> Doc:
        """Let a call that is going on be heard.

        Source: https://www.twilio.com/docs/voice/api/stream-resource#create-a-stream
        """
        call = self.mirror.calls.get(CallSid)
        if call["status"] != "in-progress":
            raise refusal(21220)
        url = socket_url(call["_page"][0], params.url)
        if url is None:
            raise refusal(21205, name="Url", url=params.url)
        parameters = parameters_of(params)
        if any(len(name) + len(value) >= LONGEST_PARAMETER for name, value in parameters.items()):
            raise wrong(f"A parameter's name and value have {LONGEST_PARAMETER} characters or more")
        callback = callback_of(
            "StatusCallback", params.status_callback, params.status_callback_method
        )
        sid = self._begin(call, url, parameters, name=params.name or None, _track=params.track,
                          _callback=callback)  # fmt: skip
        return self.view(self.get(sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, CallSid: str, Sid: str, params: StopStream) -> Doc:
        """Stop a stream, by SID or name; one that the application speaks over it must close.

        Source: https://www.twilio.com/docs/voice/api/stream-resource#stop-a-stream
        """
        found = to_stop(self, CallSid, Sid, params.status)
        if found["_two_way"] and found["status"] != "stopped":
            raise wrong("A bidirectional Stream ends with its call, or when its socket is closed")
        return self.view(self.stop(found) if found["status"] != "stopped" else found)

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells: not what was played, nor why it failed."""
        shown = super().view(doc)
        del shown["seconds_played"], shown["error"]
        return shown


def _side(doc: Doc) -> str:
    return str(doc["_track"]).removesuffix("_track")
