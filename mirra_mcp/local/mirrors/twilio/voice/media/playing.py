"""What an application plays over a stream: audio, one piece after the other, with marks between.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio
"""

import base64
import binascii
from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.kit.webhooks import SEND
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.media import audio
from mirra_mcp.local.mirrors.twilio.voice.media.sockets import INVALID
from mirra_mcp.wire.model import Doc

STREAM = "call.stream"
MOST_MARKS = 500
"""Marks that wait for their audio; more are invalid. Ours."""


class Playing(TwilioResource):
    """Streams that the application speaks over."""

    def note_fault(self, doc: Doc, code: int) -> None:
        """Let the debugger say what was wrong with a stream."""
        call = self.mirror.calls.peek(doc["call_sid"])
        if call is not None:
            self.mirror.calls.fault(call | {"_page": [doc["_url"], "GET"]}, code)

    def count_of(self, doc: Doc, messages: int = 1) -> str:
        """Return the number of the next message, and count as many."""
        number = doc["_sequence"] + 1
        doc["_sequence"] += messages
        return str(number)

    def send(self, doc: Doc, frames: list[Any], method: str = SEND) -> None:
        """Say something over a stream's socket."""
        told = {"StreamSid": doc["sid"], "frames": frames}
        to = [self.mirror.accounts.target(doc["account_sid"], doc["_url"], method)]
        self.mirror.emit(STREAM, told, to=to)

    # What the application plays.

    def over_wire(self, sid: str, texts: list[str | bytes]) -> bool:
        """Play what came, in order; return whether its end is marked."""
        doc = self.peek(sid)
        if doc is None or doc["status"] != "in-progress":
            return True
        known = [each for text in texts if (each := self._read(doc, text)) is not None]
        if len(known) < len(texts) and not doc["_is_warned"]:
            self.note_fault(doc, INVALID)
            doc["_is_warned"] = True
        for message in known:
            if message["event"] == "media":
                self._play(doc, message["media"]["payload"])
            elif message["event"] == "mark":
                self._mark(doc, message["mark"]["name"])
            else:
                self._clear(doc)
        self.save(doc)
        if self.left(doc):
            self._fall_silent_later(doc)
        return any(each["event"] != "media" for each in known)

    def _read(self, doc: Doc, text: str | bytes) -> Doc | None:
        """Return a message, or None if it isn't what the protocol knows.

        Source: https://www.twilio.com/docs/api/errors/31951
        """
        try:
            message: Doc = loads(text if isinstance(text, bytes) else text.encode())
            if not doc["_two_way"] or isinstance(text, bytes) or message["streamSid"] != doc["sid"]:
                return None
            if message["event"] == "media":
                message["media"]["payload"] = base64.b64decode(
                    message["media"]["payload"], validate=True
                )
            elif message["event"] == "mark":
                is_fine = isinstance(message["mark"]["name"], str)
                return message if is_fine and len(doc["_marks"]) < MOST_MARKS else None
            elif message["event"] != "clear":
                return None
        except (ValueError, TypeError, KeyError, binascii.Error):
            return None
        return message

    def _play(self, doc: Doc, sound: bytes) -> None:
        """Put some audio behind what is being played."""
        now, seconds = self.now.timestamp(), len(sound) / audio.RATE
        doc["_silent_at"] = max(doc["_silent_at"] or now, now) + seconds
        doc["_unsaid"] += seconds

    def left(self, doc: Doc) -> float:
        """Return the seconds of audio that have not been played yet."""
        return max((doc["_silent_at"] or 0.0) - self.now.timestamp(), 0.0)

    def _mark(self, doc: Doc, name: str) -> None:
        """Send a mark back when what came before it has been played: at once, if nothing did."""
        left = self.left(doc)
        if not left and not doc["_marks"]:
            self._return_marks(doc, [name])
            return
        doc["_marks"] = [*doc["_marks"], name]
        self.mirror.after(timedelta(seconds=left), "streams.return_mark", id=doc["sid"])

    def return_mark(self, id: str) -> None:
        """Tell that what came before a mark has been played."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "in-progress" and doc["_marks"]:
            name, *doc["_marks"] = doc["_marks"]
            self._return_marks(doc, [name])
            self.save(doc)

    def _clear(self, doc: Doc) -> None:
        """Let what was not played yet fall away, and send all marks back.

        Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-a-clear-message
        """
        for verb in ("streams.return_mark", "streams.fall_silent"):
            self.mirror.cancel_timers(verb, id=doc["sid"])
        self.say_played(doc, cut=self.left(doc))
        marks, doc["_marks"], doc["_silent_at"] = doc["_marks"], [], None
        self._return_marks(doc, marks)

    def _return_marks(self, doc: Doc, names: list[str]) -> None:
        told = [
            {
                "event": "mark",
                "sequenceNumber": self.count_of(doc),
                "streamSid": doc["sid"],
                "mark": {"name": name},
            }
            for name in names
        ]
        if told:
            self.send(doc, told)

    def _fall_silent_later(self, doc: Doc) -> None:
        self.mirror.cancel_timers("streams.fall_silent", id=doc["sid"])
        left = timedelta(seconds=self.left(doc))
        self.mirror.after(left, "streams.fall_silent", id=doc["sid"])

    def fall_silent(self, id: str) -> None:
        """Write down what was played, now that all of it was."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "in-progress":
            self.say_played(doc)
            self.save(doc)

    def say_played(self, doc: Doc, cut: float = 0.0) -> None:
        """Write down in the call's transcript how much audio was played."""
        seconds = round(max(doc["_unsaid"] - cut, 0.0), 2)
        call = self.mirror.calls.peek(doc["call_sid"])
        if doc["_unsaid"] and call is not None:
            ending = ", then cut off" if cut else ""
            self.mirror.calls.note(call, "played", f"{seconds:g} s of audio{ending}")
            self.mirror.calls.save(call)
            doc["seconds_played"] = round(doc["seconds_played"] + seconds, 2)
        doc["_unsaid"] = 0.0
