"""`<Dial>`: others join a call, one after the other or whoever is first to answer.

Source: https://www.twilio.com/docs/voice/twiml/dial
"""

import re
from typing import Any

from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.voice.calls.asking import ENDED
from mirra_mcp.local.mirrors.twilio.voice.calls.flow import CallFlow
from mirra_mcp.wire.model import Doc

MOST_TARGETS = 10
"""Source: https://www.twilio.com/docs/voice/twiml/number#simultaneous-dialing"""
ROOMS = ("Conference", "Queue")
MIRRORED = ("Number", "Client", "Sip", *ROOMS)
SIP_CALLER = re.compile(r"[A-Za-z0-9+\-_.]+")
"""Source: https://www.twilio.com/docs/voice/twiml/dial#callerid"""


class Dialing(CallFlow):
    """Calls that dial."""

    def _dial(self, doc: Doc, verb: Doc) -> None:
        """Call somebody, or go into a room, and wait until that is over."""
        targets = list(verb["nested"])
        if verb["text"]:
            targets.insert(0, {"verb": "Number", "text": verb["text"]})
        if strange := [each["verb"] for each in targets if each["verb"] not in MIRRORED]:
            self.note(doc, "stopped", f"<{strange[0]}> of <Dial> is not mirrored.", who="mirra")
            self.mirror.calls.end(doc, "completed")
            return
        dialing = {"verb": verb, "left": [], "legs": [], "bridged": False, "recording": None}
        doc = self.save(doc | {"_dialing": dialing})
        if targets and targets[0]["verb"] == "Conference":
            self.note(doc, "dialed", f"conference {targets[0]['text']}")
            self.record_from(self.save(doc), "answer")
            self.mirror.conferences.dial(self.get(doc["sid"]), targets[0])
            return
        if targets and targets[0]["verb"] == "Queue":
            self.note(doc, "dialed", f"queue {targets[0]['text']}")
            self.mirror.queues.dial(self.save(doc), targets[0], verb["timeout"])
            return
        doc["_dialing"]["left"] = targets[:MOST_TARGETS]
        self._call_next(self.save(doc))

    def _call_next(self, doc: Doc) -> None:
        """Call everybody who is left, or with `sequential` the next of them."""
        dialing = doc["_dialing"]
        count = 1 if dialing["verb"]["sequential"] else MOST_TARGETS
        now, dialing["left"] = dialing["left"][:count], dialing["left"][count:]
        for target in now:
            to = self._callee_of(target)
            self.note(doc, "dialed", to or target["text"])
            doc = self.save(doc)
            code = 13223 if to is None else self._wrong_caller(doc, target, to)
            if to and not self.mirror.dialing_permissions.permits(doc["account_sid"], to):
                code = 13227
            if code or to is None:
                self.fault(doc, code)
                continue
            leg = self.mirror.calls.place_leg(doc, self._caller_of(doc), to, target)
            doc = self.get(doc["sid"])
            doc["_dialing"]["legs"].append(leg["sid"])
            doc = self.save(doc)
        if doc["_dialing"]["legs"]:
            self.record_from(doc, "ringing")
        else:
            self.dialed(doc, "failed", None)

    def _callee_of(self, target: Doc) -> str | None:
        """Return whom a noun names, or None if that is nobody."""
        if target["verb"] == "Client":
            inner = [each["text"] for each in target["nested"] if each["verb"] == "Identity"]
            name = (inner[0] if inner else target["text"]).removeprefix("client:")
            return f"client:{name}" if name else None
        if target["verb"] == "Sip":
            uri = target["text"]
            return uri if uri.startswith(("sip:", "sips:")) and "@" in uri else None
        phone = phones.parse(target["text"])
        return phone.e164 if phone else None

    def _caller_of(self, doc: Doc) -> str:
        return str(doc["_dialing"]["verb"]["callerId"] or doc["from"])

    def _wrong_caller(self, doc: Doc, target: Doc, to: str) -> int:
        """Return why a caller id can't be shown to somebody; 0: it can.

        Source: https://www.twilio.com/docs/voice/twiml/dial#callerid
        """
        caller = self._caller_of(doc)
        if target["verb"] == "Sip":
            return 0 if SIP_CALLER.fullmatch(caller.removeprefix("client:")) else 13214
        if target["verb"] == "Client" and caller.startswith("client:"):
            return 0
        phone = phones.parse(caller)
        if phone is None:
            return 13214
        is_sip = doc["from"].startswith(("sip:", "client:"))
        if not is_sip and phone.e164 in (doc["from"], doc["to"]):
            return 0
        own = {"account_sid": doc["account_sid"], "phone_number": phone.e164}
        if self.mirror.incoming_phone_numbers.first(**own):
            return 0
        return 0 if self.mirror.outgoing_caller_ids.first(**own) else 13214

    # Those who are called.

    def answer_leg(self, leg: Doc) -> None:
        """Let somebody who was dialed hear a document of their own first, or join at once.

        Source: https://www.twilio.com/docs/voice/twiml/number#attributes-url
        """
        url, method = leg["_whisper"]
        if url:
            self.enter(leg, "whisper", [url, method])
        else:
            self.bridge(leg)

    def bridge(self, leg: Doc) -> None:
        """Connect somebody with the call that dialed them; the others stop ringing."""
        parent = self.get(leg["parent_call_sid"])
        if not parent["_dialing"] or parent["_dialing"]["bridged"]:
            self.mirror.calls.end(leg, "completed")
            return
        parent["_dialing"] |= {"bridged": True, "left": []}
        self.save(leg | {"_bridged": True})
        parent = self.save(parent)
        for sid in parent["_dialing"]["legs"]:
            other = self.get(sid)
            if sid != leg["sid"] and other["status"] not in ENDED:
                self.end(other, "completed" if other["start_time"] else "canceled")
        parent = self.get(parent["sid"])
        if parent["status"] == "ringing":
            parent = self.begin(parent)
        self.record_from(parent, "answer")
        verb = parent["_dialing"]["verb"]
        self.later(verb["timeLimit"], "cut", leg)
        self.mirror.calls.converse(self.get(leg["sid"]))
        self.mirror.calls.converse(self.get(parent["sid"]))

    def unbridge(self, leg: Doc) -> None:
        """Let the call that dialed go on when nobody whom it dialed is left."""
        parent = self.peek(leg["parent_call_sid"])
        if parent is None or parent["status"] in ENDED or not parent["_dialing"]:
            return
        legs = [self.get(each) for each in parent["_dialing"]["legs"]]
        if any(each["status"] not in ENDED and not each["_detached"] for each in legs):
            return
        bridged = next((each for each in legs if each["_bridged"]), None)
        if bridged is None and parent["_dialing"]["left"]:
            self._call_next(parent)
            return
        answered = bridged or next((each for each in legs if each["start_time"]), None)
        last = answered or leg
        status = last["status"] if last["status"] in ENDED else "completed"
        self.dialed(parent, status, last)

    # The end of it.

    def dialed(self, doc: Doc, status: str, leg: Doc | None, **more: str) -> None:
        """Ask the dial's action how to go on, or do so.

        Source: https://www.twilio.com/docs/voice/twiml/dial#action
        """
        dialing: Any = doc["_dialing"]
        verb = dialing["verb"]
        while self.frame_of(doc):
            doc = self.back(doc)
        doc = self.save(doc | {"_dialing": None})
        told = {"DialCallStatus": status, "DialBridged": str(dialing["bridged"]).lower()} | more
        if leg is not None:
            told["DialCallSid"] = leg["sid"]
            if leg["duration"] is not None:
                told["DialCallDuration"] = leg["duration"]
        if dialing["recording"]:
            kept = self.mirror.recordings.peek(dialing["recording"])
            if kept is not None:
                if kept["status"] in ("in-progress", "paused"):
                    kept = self.mirror.recordings.finish(kept)
                told["RecordingUrl"] = self.mirror.recordings.address(kept)
                told["RecordingSid"] = kept["sid"]
                told["RecordingDuration"] = kept["duration"]
        if doc["status"] == "ringing":
            doc = self.begin(doc)
        if verb["action"] is None:
            self.mirror.calls.go(doc)
        else:
            self.mirror.calls.ask_next(doc, verb["action"], verb["method"], **told)

    def wait_over(self, id: str) -> None:
        """Give up on a queue into which nobody comes."""
        doc = self.peek(id)
        if doc is not None and doc["_dialing"]:
            self.mirror.queues.let_go(doc)
            self.dialed(self.get(id), "no-answer", None)

    def part_by_time(self, id: str) -> None:
        """End what was said with a caller from a queue, at its time limit."""
        doc = self.peek(id)
        if doc is not None and doc["_partner"]:
            self.mirror.queues.part(doc)

    def record_from(self, doc: Doc, when: str) -> None:
        """Begin to record a dial, if it should be from now on.

        Source: https://www.twilio.com/docs/voice/twiml/dial#record
        """
        dialing = doc["_dialing"]
        verb = dialing["verb"]
        if not verb["record"].startswith(f"record-from-{when}") or dialing["recording"]:
            return
        kept = self.mirror.recordings.begin(
            "DialVerb",
            account=doc["account_sid"],
            call=doc["sid"],
            callback=[
                self.given(doc, verb["recordingStatusCallback"]),
                verb["recordingStatusCallbackMethod"],
            ],
            events=verb["recordingStatusCallbackEvent"],
            channels=2 if verb["record"].endswith("-dual") else 1,
            track=verb["recordingTrack"],
        )
        doc = self.get(doc["sid"])
        doc["_dialing"]["recording"] = kept["sid"]
        self.save(doc)

    # Who hears whom.

    def hearing(self, doc: Doc) -> list[Doc]:
        """Return the calls that hear what somebody says: the other leg, the caller from a queue."""
        others: list[str] = []
        if doc["parent_call_sid"] and doc["_bridged"] and not doc["_detached"]:
            others.append(doc["parent_call_sid"])
        if doc["_dialing"] and doc["_dialing"]["bridged"]:
            others += [each for each in doc["_dialing"]["legs"] if self.get(each)["_bridged"]]
        if doc["_partner"]:
            others.append(doc["_partner"])
        found = [self.get(each) for each in others]
        return [each for each in found if each["status"] == "in-progress"]

    def tell_hearers(self, doc: Doc, what: str, words: str) -> None:
        """Write down what somebody said or pressed with all who heard it."""
        who = self.mirror.participants.name_of(doc)
        for each in self.hearing(doc):
            self.note(each, what, words, who=who)
            self.save(each)
            if what == "said":
                self.mirror.streams.hear(each, words, is_ours=True)
        self.mirror.conferences.hear(doc, who, what, words)
