"""ConversationRelay: a call is talked with by text, over a WebSocket of the application's.

The application hears what the other side says as prompts, and speaks by text tokens. Its speech
takes session time: who speaks meanwhile interrupts it. Nobody is interrupted while no time has
passed, so that on a standing clock one speaks right after the other.

Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay
    https://www.twilio.com/docs/voice/conversationrelay/websocket-messages
"""

from datetime import timedelta
from typing import Any, ClassVar

import orjson

from mirra_mcp.local.kit.webhooks import CLOSE, OPEN, SEND, Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls.running import LETTERS_A_SECOND, PLAY_TAKES
from mirra_mcp.local.mirrors.twilio.voice.media.messages import interruptible_by, read
from mirra_mcp.local.mirrors.twilio.voice.media.sockets import socket_url
from mirra_mcp.wire.model import Doc

RELAY = "call.relay"
FAILED, INVALID = 39001, 64107
NO_NETWORK = "Network connection to WebSocket server failed."
ANSWERS_WITHIN = 10.0
"""Real seconds that moving the clock waits for the last token of an answer. Ours."""
GREETS_WITHIN = 0.25
"""The same of what an application may say without being asked. Ours."""
BREAKS_SILENCE = 5
"""Seconds after which a script begins though nobody greeted. Ours."""
MOST_FAULTS = 20
"""Invalid messages after which a session fails, so that two who misunderstand part. Ours."""
LONGEST = 64 * 1024
"""Letters of one answer. Ours."""
SHOWN = 500
ANY = ("any", "true")


class RelaySessions(TwilioResource):
    """Every session of a call that is or was talked with by text."""

    entity, plural, prefix = "relay_session", "relay_sessions", "VX"
    hears = (RELAY,)
    callback_fields = ("_url",)
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "call_sid": None,
        "status": "in-progress",
        "date_created": None,
        "date_updated": None,
        "prompts": 0,
        "interrupts": 0,
        "handoff_data": None,
        "error": None,
        "_faults": 0,
        "_interruptible": "any",
        "_is_scheduled": False,
        "_keys": False,
        "_language": "en-US",
        "_partial": False,
        "_reports": "none",
        "_saying": "",
        "_speaks_from": 0.0,
        "_speaks_until": 0.0,
        "_started": 0.0,
        "_stops_for": "any",
        "_url": None,
        "_utterance": "",
    }
    indexes = ("account_sid", "call_sid", "status")
    statuses = ("in-progress", "ended", "completed", "failed")
    synonyms = ("conversation relay session",)

    # Beginning and ending.

    def connect(self, call: Doc, noun: Doc) -> str | None:
        """Open a session; return its SID, if its address is one."""
        url = socket_url(call["_page"][0], noun["url"])
        if url is None:
            self.mirror.calls.fault(call, 12200)
            return None
        sid = self.new_id()
        doc = self.save(
            self.new(
                id=sid,
                account_sid=call["account_sid"],
                call_sid=call["sid"],
                _interruptible=noun["interruptible"],
                _keys=noun["dtmfDetection"],
                _language=noun["transcriptionLanguage"] or noun["language"],
                _partial=noun["partialPrompts"],
                _reports=noun["reportInputDuringAgentSpeech"],
                _started=self.now.timestamp(),
                _stops_for=noun["welcomeGreetingInterruptible"],
                _url=url,
            )
        )
        is_inbound = call["direction"] == "inbound"
        setup = {
            "type": "setup",
            "sessionId": sid,
            "accountSid": call["account_sid"],
            "parentCallSid": call["parent_call_sid"] or "",
            "callSid": call["sid"],
            "from": call["from"],
            "to": call["to"],
            "forwardedFrom": call["forwarded_from"] or "",
            "callType": _kind(call),
            "callerName": call["caller_name"] or "",
            "direction": call["direction"],
            "callStatus": "RINGING" if is_inbound else "IN-PROGRESS",
            "customParameters": {
                each["name"]: each["value"]
                for each in noun["nested"]
                if each["verb"] == "Parameter" and each["name"]
            },
        }
        self._send(doc, [setup], OPEN)
        return sid

    def greet(self, sid: str, noun: Doc) -> None:
        """Say the welcome greeting of a session that has begun."""
        if noun["welcomeGreeting"]:
            self._speak(self.get(sid), noun["welcomeGreeting"])
        else:
            wait = timedelta(seconds=BREAKS_SILENCE)
            self.mirror.after(wait, "relay_sessions.break_silence", id=sid)

    def break_silence(self, id: str) -> None:
        """Let the other side begin, if the application said nothing."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "in-progress" and not doc["_is_scheduled"]:
            self._follow(doc, 0)

    def stop(self, doc: Doc, status: str = "ended", **fields: Any) -> Doc:
        """End a session, and close its connection."""
        self._send(doc, [], CLOSE)
        return self._over(doc, status, **fields)

    def _over(self, doc: Doc, status: str, **fields: Any) -> Doc:
        self.mirror.cancel_timers("relay_sessions.break_silence", id=doc["sid"])
        if doc["_saying"]:
            self._speak(doc, doc["_saying"])
        return self.change(self.get(doc["sid"]), status=status, _saying="", **fields)

    def hang_up(self, call: Doc, connected: Doc | None) -> None:
        """End the session of a call that is over, and tell the action of `<Connect>`.

        Source: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay#connect-action-url-callback
        """
        doc = self.peek(connected["sid"]) if connected else None
        if doc is None or connected is None or doc["status"] != "in-progress":
            return
        doc = self.stop(doc, "completed")
        url = self.mirror.calls.given(call, connected["action"])
        if url:
            told = self._told(doc)
            self.mirror.calls.tell(self.mirror.calls.get(call["sid"]), url,
                                   connected["method"], **told)  # fmt: skip

    def _told(self, doc: Doc, **more: str) -> dict[str, str]:
        """Return what the action is told of a session that is over."""
        told = {
            "SessionId": doc["sid"],
            "SessionStatus": doc["status"],
            "SessionDuration": str(int(self.now.timestamp() - doc["_started"])),
        }
        if doc["handoff_data"] is not None:
            told["HandoffData"] = doc["handoff_data"]
        return told | more

    def _fail(self, doc: Doc, text: str, *, is_open: bool = False) -> None:
        self._note(doc, FAILED)
        doc = (
            self.stop(doc, "failed", error=text)
            if is_open
            else self._over(doc, "failed", error=text)
        )
        told = self._told(doc, ErrorCode=str(FAILED), ErrorMessage=NO_NETWORK)
        self.mirror.calls.disconnected(doc["call_sid"], doc["sid"], **told)

    def _note(self, doc: Doc, code: int) -> None:
        call = self.mirror.calls.peek(doc["call_sid"])
        if call is not None:
            self.mirror.calls.fault(call | {"_page": [doc["_url"], "GET"]}, code)

    def _send(self, doc: Doc, messages: list[Doc], method: str = SEND) -> None:
        told = {"SessionId": doc["sid"], "frames": messages}
        to = [self.mirror.accounts.target(doc["account_sid"], doc["_url"], method)]
        self.mirror.emit(RELAY, told, to=to)

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Fail over a connection that can't be had, or is lost."""
        doc = self.peek(parcel.ref or "")
        if doc is not None and doc["status"] == "in-progress":
            self._fail(doc, outcome.error or NO_NETWORK)

    def wire_closed(self, sid: str, code: int) -> None:
        """Fail over a connection that the application closed without ending the session."""
        doc = self.peek(sid)
        if doc is not None and doc["status"] == "in-progress":
            self._fail(doc, f"The application closed the connection: {code}.")

    def awaits(self, parcel: Parcel) -> float:
        """Return how long an answer may take to what the application just heard."""
        kinds = {each["type"] for each in orjson.loads(parcel.payload)["frames"]}
        if "prompt" in kinds:
            return ANSWERS_WITHIN
        return GREETS_WITHIN if kinds & {"setup", "dtmf"} else 0.0

    # What the other side does.

    def hear(self, call: Doc, words: str) -> None:
        """Let the application know what the other side said, and that it was interrupted."""
        if (doc := self._of(call)) is None:
            return
        speaks = self._is_speaking(doc)
        messages = self._interrupted(doc, "speech")
        if speaks and not messages and doc["_reports"] not in ("any", "speech"):
            self.save(doc)
            return
        half = words[: len(words) // 2].rstrip()
        parts = [(half, False)] if doc["_partial"] and half else []
        messages += [
            {"type": "prompt", "voicePrompt": text, "lang": doc["_language"], "last": last}
            for text, last in [*parts, (words, True)]
        ]
        doc = self.save(doc | {"prompts": doc["prompts"] + 1, "_is_scheduled": False})
        self._send(doc, messages)

    def press(self, call: Doc, keys: str) -> None:
        """Let the application know the keys that were pressed, if it wants to."""
        doc = self._of(call)
        if doc is None or not doc["_keys"]:
            return
        speaks = self._is_speaking(doc)
        messages = self._interrupted(doc, "dtmf")
        if not speaks or messages or doc["_reports"] in ("any", "dtmf"):
            messages += [{"type": "dtmf", "digit": key} for key in keys]
            doc["_is_scheduled"] = False
            self._send(doc, messages)
        self.save(doc)

    def _of(self, call: Doc) -> Doc | None:
        connected = self.mirror.calls.get(call["sid"])["_connected"]
        doc = self.peek(connected["sid"]) if connected else None
        return doc if doc is not None and doc["status"] == "in-progress" else None

    def _is_speaking(self, doc: Doc) -> bool:
        now = self.now.timestamp()
        return bool(doc["_speaks_from"] < now < doc["_speaks_until"])

    def _interrupted(self, doc: Doc, by: str) -> list[Doc]:
        """Stop what is being said, if this may; return what is told of it.

        Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages#interrupt-message
        """
        if not self._is_speaking(doc) or doc["_stops_for"] not in (*ANY, by):
            return []
        seconds = self.now.timestamp() - doc["_speaks_from"]
        heard = doc["_utterance"][: int(seconds * LETTERS_A_SECOND)]
        doc |= {"interrupts": doc["interrupts"] + 1, "_speaks_until": self.now.timestamp()}
        self.mirror.cancel_timers("calls.act", id=doc["call_sid"])
        told = {
            "type": "interrupt",
            "utteranceUntilInterrupt": heard,
            "durationUntilInterruptMs": int(seconds * 1000),
        }
        return [told]

    # What the application does.

    def over_wire(self, sid: str, texts: list[str | bytes]) -> bool:
        """Do what the application says, in order; return whether that ends an answer."""
        is_done = False
        for text in texts:
            doc = self.peek(sid)
            if doc is None or doc["status"] != "in-progress":
                return True
            message = read(text)
            if message is None or len(doc["_saying"]) > LONGEST:
                self._refuse(doc, text)
                is_done = True
            else:
                is_done = self._do(doc, message) or is_done
        return is_done

    def _refuse(self, doc: Doc, text: str | bytes) -> None:
        """Say what couldn't be understood; the session goes on.

        Source: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages#error-message
        """
        said = text.decode(errors="replace") if isinstance(text, bytes) else text
        self._note(doc, INVALID)
        doc = self.save(doc | {"_faults": doc["_faults"] + 1, "_saying": doc["_saying"][:LONGEST]})
        if doc["_faults"] > MOST_FAULTS:
            self._fail(doc, f"More than {MOST_FAULTS} messages were invalid.", is_open=True)
            return
        told = {"type": "error", "description": f"Invalid message received: {said[:SHOWN]}"}
        self._send(doc, [told])

    def _do(self, doc: Doc, message: Doc) -> bool:
        kind = message["type"]
        if kind == "text":
            doc["_saying"] += message["token"]
            if message.get("last"):
                words = doc["_saying"].strip()
                doc = self.save(doc | {"_saying": "", "_stops_for": interruptible_by(message, doc)})
                if words:
                    self._speak(doc, words)
                return True
            self.save(doc)
            return False
        call = self.mirror.calls.get(doc["call_sid"])
        if kind == "play":
            self.mirror.calls.note(call, "played", message["source"])
            doc["_stops_for"] = interruptible_by(message, doc)
            self._take_time(self.save(doc), message["source"], PLAY_TAKES)
        elif kind == "sendDigits":
            self.mirror.calls.note(call, "pressed", message["digits"])
        elif kind == "language":
            self.save(doc | {"_language": message.get("transcriptionLanguage") or doc["_language"]})
        self.mirror.calls.save(call)
        if kind == "end":
            doc = self.stop(doc, "ended", handoff_data=message.get("handoffData"))
            self.mirror.calls.disconnected(doc["call_sid"], doc["sid"], **self._told(doc))
        return bool(kind == "end")

    def _speak(self, doc: Doc, words: str) -> None:
        """Say something, and let who follows a script answer when it has been said."""
        call = self.mirror.calls.get(doc["call_sid"])
        self.mirror.calls.note(call, "said", words)
        self.mirror.calls.save(call)
        self.mirror.live_transcriptions.hear(call, words, 1.0, is_ours=True)
        self.mirror.streams.hear(call, words, is_ours=True)
        self._take_time(doc, words, max(1, -(-len(words) // LETTERS_A_SECOND)))

    def _take_time(self, doc: Doc, words: str, seconds: float) -> None:
        now = self.now.timestamp()
        begins = max(now, doc["_speaks_until"])
        fresh = doc["_speaks_until"] <= now
        doc = self.save(
            doc
            | {
                "_speaks_from": now if fresh else doc["_speaks_from"],
                "_speaks_until": begins + seconds,
                "_utterance": words if fresh else f"{doc['_utterance']} {words}",
            }
        )
        if not doc["_is_scheduled"]:
            self._follow(doc, begins + seconds - now)

    def _follow(self, doc: Doc, seconds: float) -> None:
        """Let the other side do what comes next in their script, after what is being said."""
        self.save(doc | {"_is_scheduled": True})
        self.mirror.calls.follow_script(self.mirror.calls.get(doc["call_sid"]), seconds)


def _kind(call: Doc) -> str:
    """Return how a caller reached the call."""
    other = call["from"] if call["direction"] == "inbound" else call["to"]
    return {"client": "CLIENT", "sip": "SIP", "sips": "SIP"}.get(other.partition(":")[0], "PSTN")
