"""Runs TwiML: verb after verb, with the time that each takes, and what the other side does.

Source: https://www.twilio.com/docs/voice/twiml
"""

from datetime import timedelta
from math import ceil

from mirra_mcp.local.mirrors.twilio.voice.calls.asking import ENDED
from mirra_mcp.local.mirrors.twilio.voice.calls.referring import Referring
from mirra_mcp.wire.model import Doc

LETTERS_A_SECOND = 15
PLAY_TAKES = 5
"""Seconds. Ours: nothing is heard, and files aren't fetched."""
ACTS_AFTER = 1
"""Seconds after the prompts until somebody follows their script."""
NEVER = 10_000


class Running(Referring):
    """Calls that do what a document says."""

    def go(self, doc: Doc) -> None:
        """Do the next verb: when it is over, it lets the next one follow."""
        if doc["status"] in ENDED:
            return
        if not doc["_todo"]:
            self._run_dry(doc)
            return
        verb, doc["_todo"] = doc["_todo"][0], doc["_todo"][1:]
        if verb.get("unmirrored"):
            self.note(doc, "stopped", f"<{verb['verb']}> is not mirrored.", who="mirra")
            self.end(doc, "completed")
            return
        seconds = self._do(self.save(doc), verb)
        if seconds is not None:
            self.later(seconds, "resume", self.save(doc))

    def _run_dry(self, doc: Doc) -> None:
        """Go on after the last verb of a document: that of a queue begins anew.

        Source: https://www.twilio.com/docs/voice/twiml/enqueue#attributes-waiturl
        """
        kind = self.frame_of(doc)
        if kind is None:
            if not doc["_queued"]:
                self.end(doc, "completed")
        elif kind == "queue":
            if doc["_page_at"] != self.now.isoformat():
                self.mirror.queues.entertain(doc)
        elif kind == "whisper":
            self.bridge(self.back(doc))
        elif kind == "connecting":
            self.mirror.queues.connect(self.back(doc))

    def frame_failed(self, doc: Doc) -> None:
        """Go on after a document of a queue, conference or whisper that can't be had."""
        kind = self.frame_of(doc)
        if kind == "queue":
            self.mirror.queues.leave(doc, "error")
        elif kind == "conference":
            self.mirror.conferences.expel(doc)
        elif kind == "whisper":
            self.end(doc, "completed")
        elif kind == "connecting":
            self.mirror.queues.connect(self.back(doc))

    def resume(self, id: str) -> None:
        """Go on after something that took its time."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "in-progress":
            self.go(doc)

    def _do(self, doc: Doc, verb: Doc) -> float | None:
        """Begin a verb; return how long it takes, or None if it goes on by itself."""
        name = verb["verb"]
        if name in ("Say", "Play", "Pause"):
            return self.say(doc, verb)
        if name == "Gather":
            self._gather(doc, verb)
        elif name == "Record":
            self._listen(doc, verb)
        elif name == "Dial":
            self._dial(doc, verb)
        elif name == "Enqueue":
            self.mirror.queues.enqueue(doc, verb)
        elif name == "Leave":
            if not doc["_queued"]:
                return 0.0
            self.mirror.queues.leave(doc, "leave")
        elif name in ("Start", "Stop"):
            return self._beside(doc, verb)
        elif name == "Connect":
            return self._connect(doc, verb)
        elif name == "Refer":
            self._refer(doc, verb)
        elif name == "Pay":
            self._pay(doc, verb)
        elif name == "Redirect":
            self.ask_next(doc, verb["text"], verb["method"])
        elif name in ("Hangup", "Reject"):
            self.end(doc, "completed")
        return None

    def _beside(self, doc: Doc, verb: Doc) -> float | None:
        """Begin or end what goes on beside a call: a transcription, a recording.

        Source: https://www.twilio.com/docs/voice/twiml/transcription and
        https://www.twilio.com/docs/voice/twiml/recording
        """
        for noun in verb["nested"]:
            if noun["verb"] not in ("Transcription", "Recording", "Stream", "Siprec"):
                told = f"<{noun['verb']}> of <{verb['verb']}> is not mirrored."
                self.note(doc, "stopped", told, who="mirra")
                self.end(doc, "completed")
                return None
            if noun["verb"] == "Stream" and verb["verb"] == "Start":
                self.mirror.streams.run(doc, noun)
            elif noun["verb"] == "Stream":
                self.mirror.streams.stop_all(doc, noun["name"])
            elif noun["verb"] == "Siprec" and verb["verb"] == "Start":
                self.mirror.siprecs.run(doc, noun)
            elif noun["verb"] == "Siprec":
                self.mirror.siprecs.stop_all(doc, noun["name"])
            elif noun["verb"] == "Transcription" and verb["verb"] == "Start":
                self.mirror.live_transcriptions.run(doc, noun)
            elif noun["verb"] == "Transcription":
                self.mirror.live_transcriptions.stop_all(doc, noun["name"])
            elif verb["verb"] == "Start":
                self.mirror.recordings.begin(
                    "StartCallRecordingTwiML",
                    account=doc["account_sid"],
                    call=doc["sid"],
                    callback=[
                        self.given(doc, noun["recordingStatusCallback"]),
                        noun["recordingStatusCallbackMethod"],
                    ],
                    events=noun["recordingStatusCallbackEvent"],
                    channels=2 if noun["channels"] == "dual" else 1,
                    track=noun["track"],
                    _name=noun["name"],
                )
                doc["recordings_kept"] += 1
            else:
                self.mirror.recordings.finish_all(noun["name"], call_sid=doc["sid"])
        return 0.0

    def say(self, doc: Doc, verb: Doc) -> float:
        """Say, play or wait; return how long that takes."""
        if verb["verb"] == "Pause":
            return float(verb["length"])
        loops = verb["loop"] or NEVER
        if verb["verb"] == "Say":
            self.note(doc, "said", verb["text"])
            self.mirror.live_transcriptions.hear(doc, verb["text"], 1.0, is_ours=True)
            self.mirror.streams.hear(doc, verb["text"], is_ours=True)
            return float(loops * max(1, ceil(len(verb["text"]) / LETTERS_A_SECOND)))
        what = "pressed" if verb.get("digits") else "played"
        self.note(doc, what, verb.get("digits") or verb["text"])
        self.mirror.streams.hear(doc, None, is_ours=True)
        return float(loops * PLAY_TAKES)

    def ask_next(self, doc: Doc, url: str | None, method: str, **more: str) -> None:
        """Ask the address that a verb names; without one, that of the document."""
        address = self.address(doc, url) if url else doc["_page"][0]
        if address is None:
            self.end(doc, "completed")
            return
        self.ask(doc, address, method, **more)

    # Gather and Record: waiting for the other side.

    def _gather(self, doc: Doc, verb: Doc) -> None:
        """Speak the prompts, then wait for keys or words.

        Source: https://www.twilio.com/docs/voice/twiml/gather
        """
        prompts = sum(self.say(doc, each) for each in verb["nested"])
        doc["_waiting"] = verb | {"keys": ""}
        self.save(doc)
        self.follow_script(doc, prompts)
        self.wait(doc, prompts + verb["timeout"])

    def _listen(self, doc: Doc, verb: Doc) -> None:
        """Record what the other side says, until they are silent, press a key or take too long.

        Source: https://www.twilio.com/docs/voice/twiml/record
        """
        doc["_waiting"] = verb | {"heard": 0, "words": ""}
        self.save(doc)
        self.follow_script(doc, 0)
        self.wait(doc, verb["timeout"] or NEVER)

    def wait(self, doc: Doc, seconds: float) -> None:
        """Let a call wait so long for the other side."""
        self.mirror.cancel_timers("calls.run_out", id=doc["sid"])
        self.mirror.after(timedelta(seconds=seconds), "calls.run_out", id=doc["sid"])

    def follow_script(self, doc: Doc, prompts: float) -> None:
        """Let the other side do what comes next in their script."""
        if not doc["_script"] or "after" in doc["_script"][0]:
            return
        step, doc["_script"] = doc["_script"][0], doc["_script"][1:]
        self.save(doc)
        if step.get("silence"):
            return
        delay = timedelta(seconds=prompts + ACTS_AFTER)
        self.mirror.after(delay, "calls.act", id=doc["sid"], step=step)

    def act(self, id: str, step: Doc) -> None:
        """Let the other side press keys, speak, or hang up."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "in-progress":
            return
        if step.get("hangup"):
            self.hang_up(doc)
            return
        if step.get("digits"):
            self.press(doc, step["digits"])
        elif step.get("speech"):
            self.speak(doc, step["speech"], step.get("confidence", 0.9))
        if "after" in step:
            self.converse(self.get(id))

    def converse(self, doc: Doc) -> None:
        """Let somebody do what their script says to those whom they are connected with."""
        if doc["_script"] and "after" in doc["_script"][0]:
            step, doc["_script"] = doc["_script"][0], doc["_script"][1:]
            self.later(step["after"], "act", self.save(doc), step=step)

    def press(self, doc: Doc, keys: str) -> Doc:
        """Let the other side press keys; nobody hears those that nobody waits for."""
        if doc["_waiting"] and doc["_waiting"]["verb"] == "Pay":
            self.note(doc, "pressed", "*" * len(keys), who="other side")
            return self.pay_keys(doc, keys)
        if self.mirror.call_payments.captures(doc):
            self.note(doc, "pressed", "*" * len(keys), who="other side")
            self.mirror.call_payments.press(doc, keys)
            return self.save(doc)
        self.note(doc, "pressed", keys, who="other side")
        self.tell_hearers(doc, "pressed", keys)
        self.mirror.streams.press(doc, keys)
        self.mirror.relay_sessions.press(doc, keys)
        if doc["_dialing"] and "*" in keys and doc["_dialing"]["verb"]["hangupOnStar"]:
            return self._hang_up_on(self.save(doc))
        waiting = doc["_waiting"]
        if not waiting or "dtmf" not in waiting.get("input", ("dtmf",)):
            return self.save(doc)
        if waiting["verb"] == "Record":
            if any(key in waiting["finishOnKey"] for key in keys):
                return self._recorded(doc, keys[0])
            return self.save(doc)
        for key in keys:
            if key in waiting["finishOnKey"]:
                return self._gathered(doc, Digits=waiting["keys"], FinishedOnKey=key)
            waiting["keys"] += key
            if len(waiting["keys"]) == waiting["numDigits"]:
                return self._gathered(doc, Digits=waiting["keys"])
        self.wait(self.save(doc), waiting["timeout"])
        return doc

    def _hang_up_on(self, doc: Doc) -> Doc:
        """Let go of whoever was dialed, and go on.

        Source: https://www.twilio.com/docs/voice/twiml/dial#hanguponstar
        """
        if doc["_room"]:
            self.mirror.conferences.expel(doc, "participant_hung_up")
        elif doc["_partner"]:
            self.mirror.queues.part(doc)
        for sid in doc["_dialing"]["legs"]:
            leg = self.get(sid)
            if leg["status"] not in ENDED:
                self.end(leg, "completed" if leg["start_time"] else "canceled")
        return self.get(doc["sid"])

    def speak(self, doc: Doc, words: str, confidence: float) -> Doc:
        """Let the other side say something."""
        self.note(doc, "said", words, who="other side")
        self.tell_hearers(doc, "said", words)
        self.mirror.live_transcriptions.hear(doc, words, confidence, is_ours=False)
        self.mirror.streams.hear(doc, words, is_ours=False)
        self.mirror.relay_sessions.hear(doc, words)
        waiting = doc["_waiting"]
        if waiting and waiting["verb"] == "Record":
            seconds = min(waiting["maxLength"], max(1, ceil(len(words) / LETTERS_A_SECOND)))
            said = f"{waiting['words']} {words}".strip()
            waiting |= {"heard": waiting["heard"] + seconds, "words": said}
            self.wait(self.save(doc), seconds + (waiting["timeout"] or NEVER))
            return doc
        if waiting and "speech" in waiting["input"]:
            return self._gathered(doc, SpeechResult=words, Confidence=f"{confidence:g}")
        return self.save(doc)

    def run_out(self, id: str) -> None:
        """Go on without waiting any longer."""
        doc = self.peek(id)
        waiting = doc and doc["_waiting"]
        if not doc or not waiting or doc["status"] != "in-progress":
            return
        if waiting["verb"] == "Record":
            self._recorded(doc, "")
        elif waiting["verb"] == "Pay":
            self.pay_step(doc)
        elif waiting["keys"]:
            self._gathered(doc, Digits=waiting["keys"])
        elif waiting["actionOnEmptyResult"]:
            self._gathered(doc, Digits="")
        else:
            self.go(self.done(doc))

    def done(self, doc: Doc) -> Doc:
        """Let a call wait for the other side no more."""
        self.mirror.cancel_timers("calls.run_out", id=doc["sid"])
        self.mirror.cancel_timers("calls.act", id=doc["sid"])
        return self.save(doc | {"_waiting": None})

    def _gathered(self, doc: Doc, **told: str) -> Doc:
        """Tell what was gathered to the verb's action."""
        waiting = doc["_waiting"]
        doc = self.done(doc)
        self.ask_next(doc, waiting["action"], waiting["method"], **told)
        return doc

    def _recorded(self, doc: Doc, key: str, *, hung_up: bool = False) -> Doc:
        """Keep what was said, and ask how to go on; after silence there is nothing to keep.

        Source: https://www.twilio.com/docs/voice/twiml/record#attributes-action
        """
        waiting = doc["_waiting"]
        doc = self.done(doc)
        if not waiting["heard"]:
            if not hung_up:
                self.go(doc)
            return doc
        callback = [self.given(doc, waiting["recordingStatusCallback"]),
                    waiting["recordingStatusCallbackMethod"]]  # fmt: skip
        kept = self.mirror.recordings.keep(
            doc,
            waiting["heard"],
            "RecordVerb",
            callback,
            events=waiting["recordingStatusCallbackEvent"],
            track=waiting["recordingTrack"],
            _words=waiting["words"],
        )
        doc = self.get(doc["sid"])
        if waiting["transcribe"] or waiting["transcribeCallback"]:
            callback = [self.given(doc, waiting["transcribeCallback"]), "POST"]
            self.mirror.transcriptions.begin(doc, kept, waiting["words"], callback)
        if not hung_up:
            told = {
                "RecordingUrl": self.mirror.recordings.address(kept),
                "RecordingSid": kept["sid"],
                "RecordingDuration": kept["duration"],
                "Digits": key,
            }
            self.ask_next(doc, waiting["action"], waiting["method"], **told)
        return doc

    def hang_up(self, doc: Doc) -> Doc:
        """Let the other side hang up."""
        self.note(doc, "hung up", "", who="other side")
        self.save(doc)
        waiting = doc["_waiting"]
        if waiting and waiting["verb"] == "Record":
            self._recorded(doc, "", hung_up=True)
        doc = self.end(self.get(doc["sid"]), "completed")
        if waiting and waiting["verb"] == "Pay":
            self.pay_hung_up(doc, waiting)
        return doc
