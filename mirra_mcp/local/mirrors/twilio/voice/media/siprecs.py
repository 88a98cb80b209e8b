"""SIPREC: the sound of a call goes to a recording service by SIP, which nobody runs here.

That a session is under way is told, and that it was stopped; its sound goes nowhere.

Source: https://www.twilio.com/docs/voice/twiml/siprec
    https://www.twilio.com/docs/voice/api/siprec
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.beside import to_stop
from mirra_mcp.local.mirrors.twilio.voice.calls.params import callback_of
from mirra_mcp.local.mirrors.twilio.voice.media.params import (
    StartSiprec,
    StopStream,
    parameters_of,
)
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Calls/{{CallSid}}/Siprec"
SIPREC = "call.siprec"


class Siprecs(TwilioResource):
    """Every SIPREC session of a call."""

    entity, plural, prefix, is_2010 = "siprec", "siprecs", "SR", True
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "call_sid": None,
        "name": None,
        "status": "in-progress",
        "date_updated": None,
        "uri": None,
        "connector_name": None,
        "track": "inbound_track",
        "parameters": {},
        "_callback": [None, "POST"],
    }
    indexes = ("account_sid", "call_sid", "status")
    statuses = ("in-progress", "stopped")

    def run(self, call: Doc, noun: Doc) -> None:
        """Do what `<Start><Siprec>` says."""
        url = self.mirror.calls.given(call, noun["statusCallback"])
        self._begin(
            call,
            name=noun["name"],
            connector_name=noun["connectorName"],
            track=noun["track"],
            parameters={each["name"]: each["value"] for each in noun["nested"] if each["name"]},
            _callback=[url, noun["statusCallbackMethod"]],
        )

    def _begin(self, call: Doc, **fields: object) -> Doc:
        sid = self.new_id()
        path = PATH.format(account=call["account_sid"], CallSid=call["sid"])
        about = {"account_sid": call["account_sid"], "call_sid": call["sid"]}
        doc = self.save(self.new(id=sid, uri=f"{path}/{sid}.json", **about, **fields))
        self._tell(doc, "siprec-started")
        return doc

    def stop(self, doc: Doc) -> Doc:
        """End a session, and tell its callback."""
        doc = self.change(doc, status="stopped")
        self._tell(doc, "siprec-stopped")
        return doc

    def stop_all(self, call: Doc, name: str | None = None) -> None:
        """End those of a call that are under way, or the one of a name."""
        for doc in self.find(call_sid=call["sid"], status="in-progress", newest_first=False):
            if name is None or doc["name"] == name:
                self.stop(doc)

    def _tell(self, doc: Doc, event: str) -> None:
        """Tell the status callback of a session.

        Source: https://www.twilio.com/docs/voice/twiml/siprec#attributes-statuscallback
        """
        url, method = doc["_callback"]
        if not url:
            return
        told = self.mirror.calls.params(self.mirror.calls.get(doc["call_sid"])) | {
            "SiprecSid": doc["sid"],
            "SiprecName": doc["name"],
            "SiprecEvent": event,
            "Timestamp": iso(self.now),
        }
        to = [self.mirror.accounts.target(doc["account_sid"], url, method)]
        self.mirror.emit(SIPREC, told, to=to)

    @route(f"POST {PATH}.json", status=201)
    def create(self, CallSid: str, params: StartSiprec) -> Doc:
        """Begin a session of a call that is going on.

        Source: https://www.twilio.com/docs/voice/api/siprec#create-a-siprec-resource
        """
        call = self.mirror.calls.get(CallSid)
        if call["status"] != "in-progress":
            raise refusal(21220)
        callback = callback_of(
            "StatusCallback", params.status_callback, params.status_callback_method
        )
        doc = self._begin(
            call,
            name=params.name or None,
            connector_name=params.connector_name or None,
            track=params.track,
            parameters=parameters_of(params),
            _callback=callback,
        )
        return self.view(doc)

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, CallSid: str, Sid: str, params: StopStream) -> Doc:
        """Stop a session, by SID or name."""
        found = to_stop(self, CallSid, Sid, params.status)
        return self.view(self.stop(found) if found["status"] != "stopped" else found)

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells: not where it goes."""
        shown = super().view(doc)
        for name in ("connector_name", "track", "parameters"):
            del shown[name]
        return shown
