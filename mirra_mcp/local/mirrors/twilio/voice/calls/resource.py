"""Calls: made by the API, by `<Dial>`, or by somebody who calls one of the account's numbers.

Source: https://www.twilio.com/docs/voice/api/call-resource
"""

from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.dates import dated
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import Values, any_of, sid
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT
from mirra_mcp.local.mirrors.twilio.voice.calls.flow import ENDED
from mirra_mcp.local.mirrors.twilio.voice.calls.params import (
    EVENTS,
    LONGEST_CALL,
    LONGEST_RING,
    CreateCall,
    UpdateCall,
    checked,
    method_of,
    whole,
)
from mirra_mcp.local.mirrors.twilio.voice.calls.running import Running
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Calls"
PARTS = ("Events", "Notifications", "Payments", "Recordings", "Siprec", "Streams",
         "Transcriptions", "UserDefinedMessages", "UserDefinedMessageSubscriptions")  # fmt: skip
DETECTIONS = ("Enable", "DetectMessageEnd")
MAGIC_TO = {
    phones.INVALID: 21217,
    phones.UNROUTABLE: 21214,
    phones.FOREIGN: 21215,
    phones.UNSUBSCRIBED: 21216,
}
"""Source: https://www.twilio.com/docs/iam/test-credentials#test-calls-parameters-To"""

STATUSES = ("queued", "ringing", "in-progress", *sorted(ENDED))


class Calls(Running):
    """Every call of every account."""

    entity, plural, prefix, is_2010 = "call", "calls", "CA", True
    callback_fields = ("_page", "_fallback", "_callback", "_amd_callback", "_record", "_todo")
    blank: ClassVar[Doc] = {
        "sid": None,
        "date_created": None,
        "date_updated": None,
        "parent_call_sid": None,
        "account_sid": None,
        "to": None,
        "to_formatted": None,
        "from": None,
        "from_formatted": None,
        "phone_number_sid": None,
        "status": "queued",
        "start_time": None,
        "end_time": None,
        "duration": None,
        "price": None,
        "price_unit": "USD",
        "direction": "outbound-api",
        "answered_by": None,
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": None,
        "subresource_uris": None,
        "transcript": [],
        "_amd_callback": [None, "POST"],
        "_asked": {},
        "_asking": False,
        "_async_amd": False,
        "_callback": [None, "POST"],
        "_callback_events": ["completed"],
        "_dialing": None,
        "_fallback": [None, "POST"],
        "_limit": LONGEST_CALL,
        "_machine_detection": "",
        "_page": [None, "POST"],
        "_pages": 0,
        "_record": None,
        "_script": [],
        "_sequence": 0,
        "_timeout": 60,
        "_todo": [],
        "_twiml": None,
        "_waiting": None,
    }
    indexes = ("account_sid", "to", "from", "status", "parent_call_sid")
    filters: ClassVar[Values] = {"ParentCallSid": sid("CA"), "Status": any_of(*STATUSES)}
    synonyms, names = ("phone call",), ("sid",)
    statuses = STATUSES
    words: ClassVar[dict[str, str]] = {"caller": "from", "callee": "to"}
    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "completed": ("status", "completed"),
        "made": ("direction", "outbound-api"),
    }

    @route(f"POST {PATH}.json", status=201)
    def create(self, params: CreateCall) -> Doc:
        """Call somebody.

        Source: https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource
        """
        if not params.to.strip():
            raise refusal(21201)
        if not params.sender.strip():
            raise refusal(21213)
        if params.application_sid:
            raise refusal(20501, message="Applications are not mirrored: give Url or Twiml.")
        if not params.url and not params.twiml:
            raise refusal(21205, name="Url", url="")
        fields = checked(params)
        account = self.mirror.account_sid
        to, sender = self._callee(params.to), self._caller_id(account, params.sender)
        detection = params.machine_detection
        if detection and detection not in DETECTIONS:
            raise wrong(f"Invalid parameter MachineDetection: {detection} is none of {DETECTIONS}")
        events = [word for each in params.status_callback_event for word in each.split()]
        if unknown := [each for each in events if each not in EVENTS]:
            raise wrong(f"Invalid parameter StatusCallbackEvent: {unknown[0]}")
        amd_method = method_of("AsyncAmdStatusCallbackMethod",
                               params.async_amd_status_callback_method)  # fmt: skip
        recording_method = method_of("RecordingStatusCallbackMethod",
                                     params.recording_status_callback_method)  # fmt: skip
        doc = self.lay_out(
            account,
            sender,
            to,
            _timeout=whole("Timeout", params.timeout, 1, LONGEST_RING) or 60,
            _callback_events=events or ["completed"],
            _machine_detection=detection,
            _async_amd=params.async_amd.lower() == "true",
            _amd_callback=[params.async_amd_status_callback or None, amd_method],
            _record=[params.recording_status_callback or None, recording_method]
            if params.record.lower() == "true"
            else None,
            **fields,
        )
        self.save(doc)
        self.mirror.after(timedelta(0), "calls.dial", id=doc["sid"])
        return self.view(doc)

    def _callee(self, text: str) -> str:
        phone = phones.parse(text)
        e164 = phone.e164 if phone else text.strip()
        if code := MAGIC_TO.get(e164):
            raise refusal(code, to=e164)
        if text.startswith(("client:", "sip:", "sim:")):
            raise refusal(20501, message="Only phone numbers are called. See mirra_catalog.")
        if phone is None:
            raise refusal(21211, to=text)
        return e164

    def _caller_id(self, account: str, text: str) -> str:
        """Source: https://www.twilio.com/docs/api/errors/21210."""
        phone = phones.parse(text)
        e164 = phone.e164 if phone else text.strip()
        if e164 == phones.INVALID or phone is None:
            raise refusal(21212, sender=text)
        own = self.mirror.incoming_phone_numbers.first(account_sid=account, phone_number=e164)
        verified = self.mirror.outgoing_caller_ids.first(account_sid=account, phone_number=e164)
        if own is None and verified is None and e164 != phones.VALID:
            raise refusal(21210, sender=e164)
        return e164

    def lay_out(self, account: str, sender: str, to: str, **fields: object) -> Doc:
        """Return a new call."""
        sid = self.new_id()
        path = f"{PATH.format(account=account)}/{sid}"
        spelled = {
            name: phone.national if phone and phone.country in ("US", "CA") else text
            for name, text in (("from_formatted", sender), ("to_formatted", to))
            for phone in (phones.parse(text),)
        }
        parts = {_snake(part): f"{path}/{part}.json" for part in PARTS}
        return self.new(
            id=sid,
            account_sid=account,
            to=to,
            uri=f"{path}.json",
            subresource_uris=parts,
            **({"from": sender} | spelled | fields),
        )

    def place_leg(self, parent: Doc, sender: str, to: str, verb: Doc, target: Doc) -> None:
        """Call somebody for a `<Dial>`."""
        callback = self.address(parent, target.get("statusCallback"))
        leg = self.lay_out(
            parent["account_sid"],
            sender,
            to,
            parent_call_sid=parent["sid"],
            direction="outbound-dial",
            _timeout=verb["timeout"],
            _limit=verb["timeLimit"],
            _callback=[
                callback if target.get("statusCallback") else None,
                target.get("statusCallbackMethod", "POST"),
            ],
            _callback_events=target.get("statusCallbackEvent", ["completed"]),
        )
        self.save(leg)
        self.mirror.after(timedelta(0), "calls.dial", id=leg["sid"])

    def receive(self, number: Doc, sender: str, script: list[Doc]) -> Doc:
        """Let somebody call one of the account's numbers.

        Source: https://www.twilio.com/docs/voice/twiml#request-parameters
        """
        doc = self.lay_out(
            number["account_sid"],
            sender,
            number["phone_number"],
            status="ringing",
            direction="inbound",
            phone_number_sid=number["sid"],
            _script=script,
            _fallback=[number["voice_fallback_url"] or None, number["voice_fallback_method"]],
            _callback=[number["status_callback"] or None, number["status_callback_method"]],
        )
        self.save(doc)
        if number["voice_url"]:
            self.ask(doc, number["voice_url"], number["voice_method"])
        else:
            self.end(doc, "no-answer")
        return self.get(doc["sid"])

    @route(f"GET {PATH}.json")
    def index(self, call: Call) -> Doc:
        """List calls by who called whom, status, parent and when they began, newest first."""
        where: Doc = {}
        for name, field in (("To", "to"), ("From", "from")):
            if text := call.query.get(name):
                phone = phones.parse(text)
                where[field] = phone.e164 if phone else text
        for name, field in (("Status", "status"), ("ParentCallSid", "parent_call_sid")):
            if text := call.query.get(name):
                where[field] = text
        began, ended = dated(call, "StartTime", "start_time"), dated(call, "EndTime", "end_time")

        def keep(doc: Doc) -> bool:
            return (began is None or began(doc)) and (ended is None or ended(doc))

        return self.listed(call, keep=keep if began or ended else None, **where)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one call."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: UpdateCall) -> Doc:
        """Cancel or end a call, or let it do something else.

        Source: https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource
        """
        doc = self.get(Sid)
        fields = checked(params)
        if params.status and params.status not in ("canceled", "completed"):
            raise wrong(f"Invalid parameter Status: {params.status}")
        if doc["status"] in ENDED:
            raise refusal(21220)
        if params.status == "canceled":
            if doc["status"] == "in-progress":
                raise refusal(21220)
            return self.view(self.end(doc, "canceled"))
        if params.status == "completed":
            return self.view(self.end(doc, "completed" if doc["start_time"] else "canceled"))
        if not params.url and not params.twiml:
            raise wrong("One of Status, Url and Twiml is needed.")
        if doc["status"] != "in-progress":
            raise refusal(21220)
        self.redirect(doc, fields)
        return self.view(self.get(Sid))

    def redirect(self, doc: Doc, fields: Doc) -> None:
        """Let a running call do something else from now on."""
        for verb in ("calls.resume", "calls.run_out", "calls.act"):
            self.mirror.cancel_timers(verb, id=doc["sid"])
        kept = {name: fields[name] for name in ("_page", "_twiml")}
        doc = self.save(doc | kept | {"_dialing": None, "_waiting": None, "_asking": False})
        for leg in self.find(parent_call_sid=doc["sid"]):
            if leg["status"] not in ENDED:
                self.end(leg, "completed" if leg["start_time"] else "canceled")
        if doc["_twiml"]:
            self.run(doc, doc["_twiml"])
        else:
            self.ask(doc, *doc["_page"])

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a call that is over.

        Source: https://www.twilio.com/docs/api/errors/20009
        """
        doc = self.get(Sid)
        if doc["status"] not in ENDED:
            raise refusal(20009)
        self.drop(doc)

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells: not the transcript."""
        shown = super().view(doc)
        del shown["transcript"]
        return shown


def _snake(part: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in part).lstrip("_")
