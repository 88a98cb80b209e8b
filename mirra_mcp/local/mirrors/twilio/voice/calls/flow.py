"""A call from its first ring to its end, and who is told of it.

Every step is a timer on the session's clock. What the other side does comes from its script, or
from stories.

Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
"""

from email.utils import parsedate_to_datetime
from typing import Any

from mirra_mcp.local.mirrors.twilio.voice.calls.asking import (
    AMD,
    ENDED,
    PROGRESS,
    Asking,
)
from mirra_mcp.wire.model import Doc

PRICE = 0.014
"""US dollars a minute. Ours: Twilio's differ by country."""
TOLD = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
"""The event that a status is told as; every end is `completed`."""
ONLY_MACHINES = ("machine", "fax", "unknown")


class CallFlow(Asking):
    """Calls on their way."""

    @property
    def minute_price(self) -> float:
        """What a minute costs, in US dollars."""
        return PRICE

    # From the first ring to the answer.

    def dial(self, id: str) -> None:
        """Begin to ring."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "queued":
            return
        self._progress(doc, "initiated")
        line = self.mirror.voice_lines.of_number(doc["to"])
        if line["answers"] == "failed":
            self.end(doc, "failed")
            return
        doc = self.change(doc, status="ringing")
        self._progress(doc, "ringing")
        if doc["_joins"]:
            self.mirror.participants.ring(doc)
        ring = doc["_timeout"]
        if line["answers"] == "busy":
            self.later(1, "give_up", doc, status="busy")
        elif line["answers"] == "no-answer" or line["after_seconds"] >= ring:
            self.later(ring, "give_up", doc, status="no-answer")
        else:
            self.later(line["after_seconds"], "pick_up", doc)

    def give_up(self, id: str, status: str) -> None:
        """End a call that nobody answered."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "ringing":
            self.end(doc, status)

    def pick_up(self, id: str) -> None:
        """Let the other side answer, and ask the application what to do."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "ringing":
            return
        line = self.mirror.voice_lines.of_number(doc["to"])
        doc["_script"] = doc["_script"] or list(line["script"])
        doc = self.begin(doc)
        if doc["_send_digits"]:
            self.note(doc, "pressed", doc["_send_digits"])
            doc = self.save(doc)
        elif doc["_machine_detection"]:
            self._detect(doc, line)
            if not doc["_async_amd"]:
                return
        self.start(id)

    def start(self, id: str) -> None:
        """Do what an answered call was made for."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "in-progress":
            return
        if doc["parent_call_sid"]:
            self.mirror.calls.answer_leg(doc)
        elif doc["_joins"]:
            self.mirror.conferences.enter(doc, doc["_joins"])
        elif doc["_twiml"]:
            self.run(doc, doc["_twiml"])
        else:
            self.ask(doc, *doc["_page"])

    def begin(self, doc: Doc) -> Doc:
        """Let a call be answered."""
        doc = self.change(doc, status="in-progress", start_time=self.stamp())
        self.note(doc, "answered", "")
        doc = self.save(doc)
        self._progress(doc, "in-progress")
        self.later(doc["_limit"], "cut", doc)
        if doc["_record"]:
            self.mirror.recordings.begin(
                "OutboundAPI", account=doc["account_sid"], call=doc["sid"], **doc["_record"]
            )
        return self.get(doc["sid"])

    def cut(self, id: str) -> None:
        """End a call at its time limit."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "in-progress":
            self.end(doc, "completed")

    # Who answered.

    def _detect(self, doc: Doc, line: Doc) -> None:
        """Find out who answered, which takes as long as the thresholds say.

        A human is known once they stop speaking; a machine because it speaks on; and silence, at
        its timeout. With `DetectMessageEnd` a machine is told when its greeting is over.

        Source: https://www.twilio.com/docs/voice/answering-machine-detection
        """
        detection, how = doc["_machine_detection"], line["answers"]
        speech, end, silence, most = doc["_thresholds"]
        if how not in ONLY_MACHINES:
            found, takes = "human", end / 1000
        elif how == "unknown":
            found, takes = "unknown", silence / 1000
        elif how == "fax":
            found, takes = "fax", end / 1000
        elif detection == "Enable":
            found, takes = "machine_start", speech / 1000
        else:
            found = "machine_end_beep" if line["beeps"] else "machine_end_silence"
            takes = line["greeting_seconds"]
        if takes > most:
            found, takes = "unknown", most
        self.later(takes, "detected", doc, found=found, after=int(takes * 1000))

    def detected(self, id: str, found: str, after: int) -> None:
        """Tell who answered: at once if the call waits for that, else beside it."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "in-progress":
            return
        doc = self.save(doc | {"answered_by": found})
        if not doc["_async_amd"]:
            self.start(id)
            return
        url, method = doc["_amd_callback"]
        if not url:
            return
        told = {
            "CallSid": id,
            "AccountSid": doc["account_sid"],
            "AnsweredBy": found,
            "MachineDetectionDuration": str(after),
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(AMD, told, to=to)

    # The end.

    def end(self, doc: Doc, status: str) -> Doc:
        """End a call, tell of it, and let the calls that it was connected to go on."""
        self.mirror.cancel_timers(id=doc["sid"])
        fields: Doc = {"status": status, "end_time": self.stamp(), "_todo": [], "_waiting": None,
                       "_asking": False, "_dialing": None, "_frames": [],
                       "_connected": None}  # fmt: skip
        if doc["start_time"]:
            seconds = int((self.now - parsedate_to_datetime(doc["start_time"])).total_seconds())
            price = PRICE * max(1, -(-seconds // 60))
            fields |= {"duration": str(seconds), "price": f"-{price:.5f}"}
        self.note(doc, "ended", status)
        was_dialing, was_connected = doc["_dialing"], doc["_connected"]
        doc = self.change(doc, **fields)
        self.mirror.recordings.finish_all(call_sid=doc["sid"])
        self.mirror.live_transcriptions.stop_all(doc)
        self.mirror.streams.stop_all(doc)
        self.mirror.siprecs.stop_all(doc)
        self.mirror.call_payments.hang_up(doc)
        self.mirror.relay_sessions.hang_up(doc, was_connected)
        self._count(doc)
        self._progress(doc, status)
        for child in self.find(parent_call_sid=doc["sid"]):
            if child["status"] not in ENDED and not child["_detached"]:
                self.end(child, "completed" if child["start_time"] else "canceled")
        self.mirror.calls.leave_rooms(doc, was_dialing)
        if doc["parent_call_sid"] and not doc["_detached"]:
            self.mirror.calls.unbridge(doc)
        return self.get(doc["sid"])

    def _count(self, doc: Doc) -> None:
        """Count the minutes of a call in the account's usage.

        Source: https://www.twilio.com/docs/usage/api/usage-record#usage-categories
        """
        if not doc["start_time"]:
            return
        ends = (doc["from"], doc["to"])
        if any(each.startswith("client:") for each in ends):
            category = "calls-client"
        elif doc["direction"] == "inbound":
            category = "calls-sip-inbound" if doc["from"].startswith("sip:") else "calls-inbound"
        else:
            category = "calls-sip-outbound" if doc["to"].startswith("sip:") else "calls-outbound"
        minutes = max(1, -(-int(doc["duration"]) // 60))
        self.mirror.usage_records.add(
            doc["account_sid"], category, usage=minutes, price=doc["price"]
        )

    def _progress(self, doc: Doc, status: str) -> None:
        """Tell a call's status to its callback, if it wants that event.

        Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent
        """
        url, method = doc["_callback"]
        event = TOLD.get(status, "completed")
        if not url or event not in doc["_callback_events"]:
            return
        doc["_sequence"] += 1
        told: dict[str, Any] = self.params(doc) | {
            "CallStatus": status,
            "Timestamp": self.stamp(),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(doc["_sequence"] - 1),
        }
        if event == "completed" and doc["duration"]:
            told |= {
                "CallDuration": doc["duration"],
                "Duration": str(-(-int(doc["duration"]) // 60)),
            }
        self.save(doc)
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(PROGRESS, told, to=to)
