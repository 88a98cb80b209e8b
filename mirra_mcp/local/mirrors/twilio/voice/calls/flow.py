"""A call from its first ring to its end: who is told what, and what is done in between.

Every step is a timer on the session's clock. What the other side does comes from its script, or
from stories.

Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
"""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import urljoin

from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls import twiml
from mirra_mcp.wire.model import Doc

TWIML, PROGRESS, AMD = "call.twiml", "call.progress", "call.answered_by"
RECORDED = "call.recorded"
EVENTS = (TWIML, PROGRESS, AMD, RECORDED)
ENDED: frozenset[str] = frozenset(("completed", "busy", "failed", "no-answer", "canceled"))
FATES = {"busy": "busy", "no-answer": "no-answer", "failed": "failed"}
"""What becomes of a call to a line that doesn't answer."""
MOST_PAGES = 50
REDIRECTS = frozenset((301, 302, 303, 307, 308))
PRICE = 0.014
"""US dollars a minute. Ours: Twilio's differ by country."""
TOLD = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
"""The event that a status is told as; every end is `completed`."""
AMD_TAKES = timedelta(seconds=2)


class CallFlow(TwilioResource):
    """Calls on their way."""

    hears: ClassVar[tuple[str, ...]] = EVENTS

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
        ring = doc["_timeout"]
        if line["answers"] == "busy":
            self.mirror.after(timedelta(seconds=1), "calls.give_up", id=id, status="busy")
        elif line["answers"] == "no-answer" or line["after_seconds"] >= ring:
            self.mirror.after(timedelta(seconds=ring), "calls.give_up", id=id, status="no-answer")
        else:
            self.mirror.after(timedelta(seconds=line["after_seconds"]), "calls.pick_up", id=id)

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
        if doc["parent_call_sid"]:
            self.mirror.calls.bridge(doc)
            return
        detection = doc["_machine_detection"]
        if detection:
            doc = self._detect(doc, detection, is_machine=line["answers"] == "machine")
        if doc["_twiml"]:
            self.run(doc, doc["_twiml"])
        else:
            self.ask(doc, *doc["_page"])

    def run(self, doc: Doc, text: str) -> None:
        """Do what TwiML says that was given with the call."""
        answer = twiml.read(text.encode(), "text/xml")
        if answer.is_broken:
            self.note(doc, "stopped", "The Twiml of the call can't be read (12100).", who="mirra")
            self.end(doc, "completed")
        else:
            self._follow(doc, answer)

    def begin(self, doc: Doc) -> Doc:
        """Let a call be answered."""
        doc = self.change(doc, status="in-progress", start_time=self.stamp())
        self.note(doc, "answered", "")
        doc = self.save(doc)
        self._progress(doc, "in-progress")
        self.mirror.after(timedelta(seconds=doc["_limit"]), "calls.cut", id=doc["sid"])
        return doc

    def cut(self, id: str) -> None:
        """End a call at its time limit."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "in-progress":
            self.end(doc, "completed")

    def _detect(self, doc: Doc, detection: str, *, is_machine: bool) -> Doc:
        """Say who answered, at once or beside the call.

        Source: https://www.twilio.com/docs/voice/answering-machine-detection
        """
        machine = "machine_start" if detection == "Enable" else "machine_end_beep"
        answered_by = machine if is_machine else "human"
        doc = self.save(doc | {"answered_by": answered_by})
        if doc["_async_amd"] and doc["_amd_callback"][0]:
            self.mirror.after(AMD_TAKES, "calls.tell_who_answered", id=doc["sid"])
        return doc

    def tell_who_answered(self, id: str) -> None:
        """Tell the application who answered, while the call goes on."""
        doc = self.peek(id)
        if doc is None:
            return
        url, method = doc["_amd_callback"]
        told = {
            "CallSid": id,
            "AccountSid": doc["account_sid"],
            "AnsweredBy": doc["answered_by"],
            "MachineDetectionDuration": str(int(AMD_TAKES.total_seconds() * 1000)),
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(AMD, told, to=to)

    # Asking the application.

    def ask(self, doc: Doc, url: str, method: str, **more: str) -> None:
        """Ask an address what to do next."""
        if doc["_pages"] >= MOST_PAGES:
            self.end(doc, "completed")
            return
        doc = self.save(doc | {"_pages": doc["_pages"] + 1, "_page": [url, method], "_todo": [],
                               "_waiting": None, "_asked": more, "_asking": True})  # fmt: skip
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(TWIML, self.params(doc) | more, to=to)

    def params(self, doc: Doc) -> Doc:
        """Return what every request about a call carries.

        Source: https://www.twilio.com/docs/voice/twiml#request-parameters
        """
        sender, to = phones.parse(doc["from"]), phones.parse(doc["to"])
        told: Doc = {
            "CallSid": doc["sid"],
            "AccountSid": doc["account_sid"],
            "From": doc["from"],
            "To": doc["to"],
            "Caller": doc["from"],
            "Called": doc["to"],
            "CallStatus": doc["status"],
            "ApiVersion": doc["api_version"],
            "Direction": doc["direction"],
            "FromCountry": sender.country if sender else None,
            "CallerCountry": sender.country if sender else None,
            "ToCountry": to.country if to else None,
            "CalledCountry": to.country if to else None,
            "ParentCallSid": doc["parent_call_sid"],
            "CallerName": doc["caller_name"],
        }
        if not doc["_async_amd"]:
            told["AnsweredBy"] = doc["answered_by"]
        return told

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Do what the application answered."""
        doc = self.peek(parcel.ref or "") if parcel.type == TWIML else None
        if doc is None or doc["status"] in ENDED:
            return
        answer = twiml.read(body, headers.get("content-type", ""))
        for code in answer.faults:
            self.mirror.notifications.fault(parcel, code, body)
        if answer.is_broken:
            self._fall_back(doc, parcel, answer.faults[0])
        else:
            self._follow(doc, answer)

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Follow an HTTP redirect; else ask the fallback address, and tell the debugger why."""
        doc = self.peek(parcel.ref or "") if parcel.type == TWIML else None
        location = outcome.headers.get("location") if outcome.status in REDIRECTS else None
        url = self.address(doc, location) if doc and location else None
        if doc is not None and url and doc["status"] not in ENDED:
            method = parcel.method if outcome.status in (307, 308) else "GET"
            self.ask(doc, url, method, **doc["_asked"])
            return
        code = self.mirror.notifications.note(parcel, outcome)
        if doc is not None and doc["status"] not in ENDED:
            self._fall_back(doc, parcel, code)

    def _fall_back(self, doc: Doc, parcel: Parcel, code: int) -> None:
        """Ask the fallback address, once; without one the call ends.

        Source: https://www.twilio.com/docs/usage/troubleshooting/fallback-urls
        """
        url, method = doc["_fallback"]
        if url is None:
            self.end(doc, "completed" if doc["start_time"] else "failed")
            return
        doc = self.save(doc | {"_fallback": [None, "POST"]})
        self.ask(doc, url, method, ErrorCode=str(code), ErrorUrl=parcel.url or "")

    def _follow(self, doc: Doc, answer: twiml.Answer) -> None:
        """Begin with the verbs of an answer; what comes in is answered by the first of them."""
        if doc["status"] == "ringing":
            if answer.verbs and answer.verbs[0]["verb"] == "Reject":
                self.end(doc, "busy" if answer.verbs[0]["reason"] == "busy" else "no-answer")
                return
            doc = self.begin(doc)
        self.mirror.calls.go(self.save(doc | {"_todo": answer.verbs, "_asking": False}))

    def address(self, doc: Doc, url: str | None) -> str | None:
        """Return an address that a document names, which may be relative to the document's own."""
        try:
            found = urljoin((doc["_page"][0] or "").partition("#")[0], url or "")
        except ValueError:
            return None
        return found if is_url(found) else None

    # The end.

    def end(self, doc: Doc, status: str) -> Doc:
        """End a call, tell of it, and let the call that dialed it go on."""
        self.mirror.cancel_timers(id=doc["sid"])
        fields: Doc = {"status": status, "end_time": self.stamp(), "_todo": [], "_waiting": None,
                       "_asking": False, "_dialing": None}  # fmt: skip
        if doc["start_time"]:
            seconds = int((self.now - parsedate_to_datetime(doc["start_time"])).total_seconds())
            price = PRICE * max(1, -(-seconds // 60))
            fields |= {"duration": str(seconds), "price": f"-{price:.5f}"}
        self.note(doc, "ended", status)
        doc = self.change(doc, **fields)
        if doc["_record"] and doc["start_time"]:
            self.mirror.recordings.keep(doc, int(doc["duration"]), "OutboundAPI", doc["_record"])
        self._progress(doc, status)
        for child in self.find(parent_call_sid=doc["sid"]):
            if child["status"] not in ENDED:
                self.end(child, "completed" if child["start_time"] else "canceled")
        if doc["parent_call_sid"]:
            self.mirror.calls.unbridge(doc)
        return doc

    def note(self, doc: Doc, what: str, words: str, who: str = "application") -> None:
        """Write down in the transcript what happened, and when."""
        entry = {"at": self.now.isoformat(), "who": who, "what": what, "words": words}
        doc["transcript"] = [*doc["transcript"], entry]

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
