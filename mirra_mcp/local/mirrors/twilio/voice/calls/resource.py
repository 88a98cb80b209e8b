"""Calls: made by the API, by `<Dial>`, or by somebody who calls one of the account's numbers.

Source: https://www.twilio.com/docs/voice/api/call-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.dates import dated
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import Values, any_of, sid
from mirra_mcp.local.mirrors.twilio.voice.calls.asking import ENDED
from mirra_mcp.local.mirrors.twilio.voice.calls.making import PATH, Making
from mirra_mcp.local.mirrors.twilio.voice.calls.params import (
    LONGEST_CALL,
    THRESHOLDS,
    CreateCall,
    UpdateCall,
    callback_of,
    checked,
    placed,
    tones,
)
from mirra_mcp.wire.model import Doc

STATUSES = ("queued", "ringing", "in-progress", *sorted(ENDED))


class Calls(Making):
    """Every call of every account."""

    entity, plural, prefix, is_2010 = "call", "calls", "CA", True
    callback_fields = (
        "_page", "_fallback", "_callback", "_amd_callback", "_record", "_todo", "_whisper",
        "_joins", "_frames",
    )  # fmt: skip
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
        "stir_verstat": None,
        "trunk_sid": None,
        "uri": None,
        "subresource_uris": None,
        "recordings_kept": 0,
        "transcript": [],
        "_amd_callback": [None, "POST"],
        "_application": None,
        "_asked": {},
        "_asking": False,
        "_async_amd": False,
        "_at_once": 0,
        "_bridged": False,
        "_call_token": None,
        "_callback": [None, "POST"],
        "_callback_events": ["completed"],
        "_connected": None,
        "_detached": False,
        "_dialing": None,
        "_fallback": [None, "POST"],
        "_frames": [],
        "_joins": None,
        "_limit": LONGEST_CALL,
        "_machine_detection": "",
        "_page": [None, "POST"],
        "_page_at": None,
        "_pages": 0,
        "_parameters": {},
        "_partner": None,
        "_queued": None,
        "_record": None,
        "_room": None,
        "_script": [],
        "_send_digits": "",
        "_sequence": 0,
        "_thresholds": [default for _, default, _, _ in THRESHOLDS.values()],
        "_timeout": 60,
        "_todo": [],
        "_twiml": None,
        "_waiting": None,
        "_whisper": [None, "POST"],
    }
    indexes = ("account_sid", "to", "from", "status", "parent_call_sid")
    more_fields = ("keys_pressed", "words_said", "words_heard")
    synonyms, names = ("phone call",), ("sid",)
    filters: ClassVar[Values] = {"ParentCallSid": sid("CA"), "Status": any_of(*STATUSES)}
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
        if params.application_sid:
            params = self._by_application(params)
        if not params.url and not params.twiml:
            raise refusal(21205, name="Url", url="")
        fields = checked(params) | placed(params)
        if params.url:
            fields["_twiml"] = None
        amd = callback_of("AsyncAmdStatusCallback", params.async_amd_status_callback,
                          params.async_amd_status_callback_method)  # fmt: skip
        return self.view(
            self.make(
                params,
                _application=params.application_sid or None,
                _send_digits=tones("SendDigits", params.send_digits),
                _async_amd=params.async_amd.lower() == "true",
                _amd_callback=amd,
                **fields,
            )
        )

    def _by_application(self, params: CreateCall) -> CreateCall:
        """Return what a call that an application handles is made with.

        Source: https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource
        """
        application = self.mirror.applications.peek(params.application_sid)
        if application is None or application["account_sid"] != self.mirror.account_sid:
            raise refusal(21218)
        return params.model_copy(
            update={
                "twiml": "",
                "url": application["voice_url"] or "",
                "method": application["voice_method"],
                "fallback_url": application["voice_fallback_url"] or "",
                "fallback_method": application["voice_fallback_method"],
                "status_callback": application["status_callback"] or "",
                "status_callback_method": application["status_callback_method"],
            }
        )

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
        del shown["transcript"], shown["recordings_kept"]
        return shown

    def told(self, doc: Doc) -> Doc:
        """Return a call with what was pressed, said and heard in it, as checks read it."""
        lines = doc.get("transcript") or []

        def all_of(what: tuple[str, ...], *, ours: bool) -> str:
            return "\n".join(
                each["words"]
                for each in lines
                if each["what"] in what and (each["who"] == "other side") != ours
            )

        return super().told(doc) | {
            "keys_pressed": all_of(("pressed",), ours=False),
            "words_said": all_of(("said",), ours=False),
            "words_heard": all_of(("said",), ours=True),
        }
