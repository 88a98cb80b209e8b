"""Runs TwiML: verb after verb, with the time that each takes, and what the other side does.

Source: https://www.twilio.com/docs/voice/twiml
"""

from datetime import timedelta
from math import ceil
from typing import Any

from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.voice.calls.flow import ENDED, CallFlow
from mirra_mcp.wire.model import Doc

LETTERS_A_SECOND = 15
PLAY_TAKES = 5
"""Seconds. Ours: nothing is heard, and files aren't fetched."""
ACTS_AFTER = 1
"""Seconds after the prompts until somebody follows their script."""
NEVER = 10_000


class Running(CallFlow):
    """Calls that do what a document says."""

    def go(self, doc: Doc) -> None:
        """Do the verbs that are left, until one takes time."""
        while doc["status"] not in ENDED:
            if not doc["_todo"]:
                self.end(doc, "completed")
                return
            verb, doc["_todo"] = doc["_todo"][0], doc["_todo"][1:]
            if verb.get("unmirrored"):
                self.note(doc, "stopped", f"<{verb['verb']}> is not mirrored.", who="mirra")
                self.end(doc, "completed")
                return
            seconds = self._do(doc, verb)
            if seconds is not None:
                self.save(doc)
                self.mirror.after(timedelta(seconds=seconds), "calls.resume", id=doc["sid"])
                return
            doc = self.get(doc["sid"])
            if doc["_waiting"] or doc["_asking"] or doc["_dialing"]:
                return

    def resume(self, id: str) -> None:
        """Go on after something that took its time."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "in-progress":
            self.go(doc)

    def _do(self, doc: Doc, verb: Doc) -> float | None:
        """Begin a verb; return how long it takes, or None if it is over or waits for somebody."""
        name = verb["verb"]
        if name in ("Say", "Play", "Pause"):
            return self._speak(doc, verb)
        if name == "Gather":
            self._gather(doc, verb)
        elif name == "Record":
            self._listen(doc, verb)
        elif name == "Dial":
            self._dial(doc, verb)
        elif name == "Redirect":
            self._ask_next(doc, verb["text"], verb["method"])
        elif name in ("Hangup", "Reject"):
            self.end(doc, "completed")
        return None

    def _speak(self, doc: Doc, verb: Doc) -> float:
        """Say, play or wait; return how long that takes."""
        if verb["verb"] == "Pause":
            return float(verb["length"])
        loops = verb["loop"] or NEVER
        if verb["verb"] == "Say":
            self.note(doc, "said", verb["text"])
            return float(loops * max(1, ceil(len(verb["text"]) / LETTERS_A_SECOND)))
        what = "pressed" if verb.get("digits") else "played"
        self.note(doc, what, verb.get("digits") or verb["text"])
        return float(loops * PLAY_TAKES)

    def _ask_next(self, doc: Doc, url: str | None, method: str, **more: str) -> None:
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
        prompts = sum(self._speak(doc, each) for each in verb["nested"])
        doc["_waiting"] = verb | {"keys": ""}
        self.save(doc)
        self._follow_script(doc, prompts)
        self._wait(doc, prompts + verb["timeout"])

    def _listen(self, doc: Doc, verb: Doc) -> None:
        """Record what the other side says, until they are silent, press a key or take too long.

        Source: https://www.twilio.com/docs/voice/twiml/record
        """
        doc["_waiting"] = verb | {"heard": 0, "words": ""}
        self.save(doc)
        self._follow_script(doc, 0)
        self._wait(doc, verb["timeout"] or NEVER)

    def _wait(self, doc: Doc, seconds: float) -> None:
        self.mirror.cancel_timers("calls.run_out", id=doc["sid"])
        self.mirror.after(timedelta(seconds=seconds), "calls.run_out", id=doc["sid"])

    def _follow_script(self, doc: Doc, prompts: float) -> None:
        """Let the other side do what comes next in their script."""
        if not doc["_script"]:
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
        elif step.get("digits"):
            self.press(doc, step["digits"])
        else:
            self.speak(doc, step["speech"], step.get("confidence", 0.9))

    def press(self, doc: Doc, keys: str) -> Doc:
        """Let the other side press keys; nobody hears those that nobody waits for."""
        self.note(doc, "pressed", keys, who="other side")
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
        self._wait(self.save(doc), waiting["timeout"])
        return doc

    def speak(self, doc: Doc, words: str, confidence: float) -> Doc:
        """Let the other side say something."""
        self.note(doc, "said", words, who="other side")
        waiting = doc["_waiting"]
        if waiting and waiting["verb"] == "Record":
            seconds = min(waiting["maxLength"], max(1, ceil(len(words) / LETTERS_A_SECOND)))
            waiting |= {"heard": waiting["heard"] + seconds, "words": words}
            self._wait(self.save(doc), seconds + (waiting["timeout"] or NEVER))
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
        elif waiting["keys"]:
            self._gathered(doc, Digits=waiting["keys"])
        elif waiting["actionOnEmptyResult"]:
            self._gathered(doc, Digits="")
        else:
            self.go(self._done(doc))

    def _done(self, doc: Doc) -> Doc:
        self.mirror.cancel_timers("calls.run_out", id=doc["sid"])
        self.mirror.cancel_timers("calls.act", id=doc["sid"])
        return self.save(doc | {"_waiting": None})

    def _gathered(self, doc: Doc, **told: str) -> Doc:
        """Tell what was gathered to the verb's action."""
        waiting = doc["_waiting"]
        doc = self._done(doc)
        self._ask_next(doc, waiting["action"], waiting["method"], **told)
        return doc

    def _recorded(self, doc: Doc, key: str, *, hung_up: bool = False) -> Doc:
        """Keep what was said, and ask how to go on; after silence there is nothing to keep.

        Source: https://www.twilio.com/docs/voice/twiml/record#attributes-action
        """
        waiting = doc["_waiting"]
        doc = self._done(doc)
        if not waiting["heard"]:
            if not hung_up:
                self.go(doc)
            return doc
        callback = [self.address(doc, waiting["recordingStatusCallback"]),
                    waiting["recordingStatusCallbackMethod"]]  # fmt: skip
        kept = self.mirror.recordings.keep(doc, waiting["heard"], "RecordVerb", callback)
        if not hung_up:
            told = {
                "RecordingUrl": self.mirror.recordings.address(kept),
                "RecordingSid": kept["sid"],
                "RecordingDuration": kept["duration"],
                "Digits": key,
            }
            self._ask_next(doc, waiting["action"], waiting["method"], **told)
        return doc

    def hang_up(self, doc: Doc) -> Doc:
        """Let the other side hang up."""
        self.note(doc, "hung up", "", who="other side")
        self.save(doc)
        if doc["_waiting"] and doc["_waiting"]["verb"] == "Record":
            doc = self._recorded(doc, "", hung_up=True)
        return self.end(self.get(doc["sid"]), "completed")

    # Dial: others join the call.

    def _dial(self, doc: Doc, verb: Doc) -> None:
        """Call somebody, and wait until that is over.

        Source: https://www.twilio.com/docs/voice/twiml/dial
        """
        targets = [each for each in verb["nested"] if each["verb"] == "Number"]
        if verb["text"]:
            targets.insert(0, {"text": verb["text"]})
        if len(targets) < len(verb["nested"]) or not targets:
            self.note(doc, "stopped", "Of <Dial> only numbers are mirrored.", who="mirra")
            self.end(doc, "completed")
            return
        doc["_dialing"] = verb
        self.save(doc)
        caller = verb["callerId"] or doc["from"]
        for target in targets:
            phone = phones.parse(target["text"])
            self.note(doc, "dialed", target["text"])
            self.save(doc)
            if phone is not None:
                self.mirror.calls.place_leg(doc, caller, phone.e164, verb, target)
        if not self.find(parent_call_sid=doc["sid"]):
            self._dialed(self.get(doc["sid"]), "failed", None)

    def bridge(self, child: Doc) -> None:
        """Let somebody who was dialed talk with the call that dialed them; others stop ringing."""
        for other in self.find(parent_call_sid=child["parent_call_sid"]):
            if other["sid"] != child["sid"] and other["status"] not in ENDED:
                self.end(other, "canceled")
        seconds = self.get(child["parent_call_sid"])["_dialing"]["timeLimit"]
        self.mirror.after(timedelta(seconds=seconds), "calls.cut", id=child["sid"])

    def unbridge(self, child: Doc) -> None:
        """Let the call that dialed go on when nobody whom it dialed is left."""
        parent = self.peek(child["parent_call_sid"])
        if parent is None or parent["status"] in ENDED or not parent["_dialing"]:
            return
        legs = self.find(parent_call_sid=parent["sid"])
        if any(each["status"] not in ENDED for each in legs):
            return
        answered = next((each for each in legs if each["start_time"]), None)
        self._dialed(parent, (answered or child)["status"], answered)

    def _dialed(self, doc: Doc, status: str, answered: Doc | None) -> None:
        """Ask the dial's action how to go on, or do so.

        Source: https://www.twilio.com/docs/voice/twiml/dial#attributes-action
        """
        verb: Any = doc["_dialing"]
        doc = self.save(doc | {"_dialing": None})
        if verb["action"] is None:
            self.go(doc)
            return
        told = {"DialCallStatus": status, "DialBridged": str(answered is not None).lower()}
        if answered is not None:
            told |= {"DialCallSid": answered["sid"], "DialCallDuration": answered["duration"]}
        self._ask_next(doc, verb["action"], verb["method"], **told)
