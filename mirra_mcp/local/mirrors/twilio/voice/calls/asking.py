"""Asking an application what a call should do, and the documents that run inside of another.

A call in a queue, or one that waits for a conference, runs a document of its own; afterwards it
goes on with the one that it came from. These lie in `_frames`, the innermost last.

Source: https://www.twilio.com/docs/voice/twiml
"""

from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urljoin

from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.calls import twiml
from mirra_mcp.local.mirrors.twilio.voice.errors import FAULTS, WARNINGS
from mirra_mcp.wire.model import Doc

TWIML, PROGRESS, AMD = "call.twiml", "call.progress", "call.answered_by"
RECORDED = "call.recorded"
EVENTS = (TWIML, PROGRESS, AMD, RECORDED)
ENDED: frozenset[str] = frozenset(("completed", "busy", "failed", "no-answer", "canceled"))
MOST_PAGES, MOST_AT_ONCE = 5000, 50
"""Documents of a call, and those that may follow each other while no time passes."""
REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Asking(TwilioResource):
    """Calls that ask their application."""

    hears: ClassVar[tuple[str, ...]] = EVENTS

    def ask(self, doc: Doc, url: str, method: str, **more: str) -> None:
        """Ask an address what to do next."""
        now = self.now.isoformat()
        at_once = doc["_at_once"] + 1 if doc["_page_at"] == now else 1
        if doc["_pages"] >= MOST_PAGES or at_once > MOST_AT_ONCE:
            self.mirror.calls.end(doc, "completed")
            return
        doc = self.save(doc | {"_pages": doc["_pages"] + 1, "_page": [url, method], "_todo": [],
                               "_waiting": None, "_asked": more, "_asking": True,
                               "_page_at": now, "_at_once": at_once})  # fmt: skip
        sent = self.tell(doc, url, method, **more)
        if sent is not None:
            self.save(doc | {"_asking": sent})

    def tell(self, doc: Doc, url: str, method: str, **more: str) -> int | None:
        """Send an address what is known of a call; return the delivery's number."""
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        before = len(self.mirror.unit.webhooks)
        self.mirror.emit(TWIML, self.params(doc) | more, to=to)
        sent = self.mirror.unit.webhooks[before:]
        return sent[0][1] if sent else None

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
            "ForwardedFrom": doc["forwarded_from"],
            "StirVerstat": doc["stir_verstat"],
            "CallToken": doc["_call_token"],
            "ApplicationSid": doc["_application"],
        }
        if not doc["_async_amd"]:
            told["AnsweredBy"] = doc["answered_by"]
        parameters: Doc = doc["_parameters"]
        return told | parameters

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Do what the application answered, if the call still waits for that."""
        doc = self._asker(parcel)
        if doc is None:
            return
        answer = twiml.read(body, headers.get("content-type", ""))
        for code in answer.faults:
            if code in FAULTS:
                self.fault(doc, code)
            else:
                self.mirror.notifications.fault(parcel, code, body)
        if answer.is_broken:
            self._fall_back(doc, parcel, answer.faults[0])
        else:
            self._follow(doc, answer)

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Follow an HTTP redirect; else ask the fallback address, and tell the debugger why."""
        doc = self._asker(parcel)
        location = outcome.headers.get("location") if outcome.status in REDIRECTS else None
        url = self.address(doc, location) if doc and location else None
        if doc is not None and url:
            method = parcel.method if outcome.status in (307, 308) else "GET"
            self.ask(doc, url, method, **doc["_asked"])
            return
        code = self.mirror.notifications.note(parcel, outcome)
        if doc is not None:
            self._fall_back(doc, parcel, code)

    def _asker(self, parcel: Parcel) -> Doc | None:
        """Return the call that waits for the answer to a webhook."""
        doc = self.peek(parcel.ref or "") if parcel.type == TWIML else None
        if doc is None or doc["status"] in ENDED or doc["_asking"] != parcel.seq:
            return None
        return doc

    def _fall_back(self, doc: Doc, parcel: Parcel, code: int) -> None:
        """Ask the fallback address, once; without one the call ends.

        Source: https://www.twilio.com/docs/usage/troubleshooting/fallback-urls
        """
        if doc["_frames"]:
            self.mirror.calls.frame_failed(self.save(doc | {"_asking": False}))
            return
        url, method = doc["_fallback"]
        if url is None:
            self.mirror.calls.end(doc, "completed" if doc["start_time"] else "failed")
            return
        doc = self.save(doc | {"_fallback": [None, "POST"]})
        self.ask(doc, url, method, ErrorCode=str(code), ErrorUrl=parcel.url or "")

    def _follow(self, doc: Doc, answer: twiml.Answer) -> None:
        """Begin with the verbs of an answer; what comes in is answered by the first of them.

        Source: https://www.twilio.com/docs/voice/twiml/dial#answeronbridge
        """
        if doc["status"] == "ringing":
            first = answer.verbs[0] if answer.verbs else {"verb": None}
            if first["verb"] == "Reject":
                self.mirror.calls.end(doc, "busy" if first["reason"] == "busy" else "no-answer")
                return
            if not (first["verb"] == "Dial" and first["answerOnBridge"]):
                doc = self.mirror.calls.begin(doc)
        self.mirror.calls.go(self.save(doc | {"_todo": answer.verbs, "_asking": False}))

    def run(self, doc: Doc, text: str) -> None:
        """Do what TwiML says that was given with the call."""
        answer = twiml.read(text.encode(), "text/xml")
        for code in answer.faults:
            self.fault(doc, code)
        if answer.is_broken:
            self.note(doc, "stopped", "The Twiml of the call can't be read (12100).", who="mirra")
            self.mirror.calls.end(doc, "completed")
        else:
            self._follow(doc, answer)

    def fault(self, doc: Doc, code: int) -> None:
        """Let the debugger say what a call was asked for that can't be."""
        self.mirror.notifications.tell(
            doc["account_sid"],
            code,
            FAULTS.get(code, "Schema validation warning"),
            is_warning=code in WARNINGS or code not in FAULTS,
            call_sid=doc["sid"],
            request_url=doc["_page"][0],
            request_method=doc["_page"][1],
        )

    def address(self, doc: Doc, url: str | None) -> str | None:
        """Return an address that a document names, which may be relative to the document's own."""
        try:
            found = urljoin((doc["_page"][0] or "").partition("#")[0], url or "")
        except ValueError:
            return None
        return found if is_url(found) else None

    def given(self, doc: Doc, url: str | None) -> str | None:
        """Return an address that an attribute names, or None if it isn't there or is empty."""
        return self.address(doc, url) if url else None

    # Documents inside of others.

    def enter(self, doc: Doc, kind: str, page: list[Any], **more: str) -> Doc:
        """Let a call do what another document says; without one it just waits."""
        frame = {"kind": kind, "todo": doc["_todo"], "page": doc["_page"], "again": page}
        doc = self.save(doc | {"_frames": [*doc["_frames"], frame], "_todo": []})
        if page[0]:
            self.ask(doc, *page, **more)
        return self.get(doc["sid"])

    def back(self, doc: Doc) -> Doc:
        """Let a call stop with its inner document."""
        self.quiet(doc)
        *rest, frame = doc["_frames"]
        return self.save(doc | {"_frames": rest, "_todo": frame["todo"], "_page": frame["page"],
                                "_waiting": None, "_asking": False})  # fmt: skip

    def frame_of(self, doc: Doc) -> str | None:
        """Return what kind of inner document a call is in."""
        return doc["_frames"][-1]["kind"] if doc["_frames"] else None

    def quiet(self, doc: Doc) -> None:
        """Stop what is being said, waited for and about to be done."""
        for verb in ("calls.resume", "calls.run_out", "calls.act"):
            self.mirror.cancel_timers(verb, id=doc["sid"])

    # What is written down.

    def note(self, doc: Doc, what: str, words: str, who: str = "application") -> None:
        """Write down in the transcript what happened, and when."""
        entry = {"at": self.now.isoformat(), "who": who, "what": what, "words": words}
        doc["transcript"] = [*doc["transcript"], entry]

    def later(self, seconds: float, verb: str, doc: Doc, **args: Any) -> None:
        """Do something with a call when some time has passed."""
        self.mirror.after(timedelta(seconds=seconds), f"calls.{verb}", id=doc["sid"], **args)
