"""Making calls: by the API, by `<Dial>`, into a conference, or by somebody who calls a number.

Source: https://www.twilio.com/docs/voice/api/call-resource
"""

from datetime import timedelta
from urllib.parse import parse_qsl

from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import HEX
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT
from mirra_mcp.local.mirrors.twilio.voice.calls.asking import ENDED
from mirra_mcp.local.mirrors.twilio.voice.calls.params import Placing, callback_of, placed
from mirra_mcp.local.mirrors.twilio.voice.calls.running import Running
from mirra_mcp.local.mirrors.twilio.voice.conferences.params import CreateParticipant
from mirra_mcp.wire.model import Doc

PATH: str = f"{ACCOUNT}/Calls"
PARTS = ("Events", "Notifications", "Payments", "Recordings", "Siprec", "Streams",
         "Transcriptions", "UserDefinedMessages", "UserDefinedMessageSubscriptions")  # fmt: skip
MAGIC_TO = {
    phones.INVALID: 21217,
    phones.UNROUTABLE: 21214,
    phones.FOREIGN: 21215,
    phones.UNSUBSCRIBED: 21216,
}
"""Source: https://www.twilio.com/docs/iam/test-credentials#test-calls-parameters-To"""


class Making(Running):
    """Calls that are being made."""

    def make_for_conference(self, params: CreateParticipant, joins: Doc) -> Doc:
        """Call somebody into a conference."""
        amd = callback_of("AmdStatusCallback", params.amd_status_callback,
                          params.amd_status_callback_method)  # fmt: skip
        fields = placed(params)
        return self.make(params, _joins=joins, _async_amd=True, _amd_callback=amd, **fields)

    def make(self, params: Placing, **fields: object) -> Doc:
        """Call somebody, once it is known what for."""
        if not params.to.strip():
            raise refusal(21201)
        if not params.sender.strip():
            raise refusal(21213)
        account = self.mirror.account_sid
        to = self._callee(params.to)
        self.mirror.dialing_permissions.check(account, to)
        own = params.caller_id or params.sender
        sender = self._caller_id(account, own, to, params.call_token)
        name, _, query = to.partition("?")
        if to.startswith("client:") and query:
            to, fields["_parameters"] = name, dict(parse_qsl(query))
        doc = self.save(self.lay_out(account, sender, to, **fields))
        self.mirror.after(timedelta(0), "calls.dial", id=doc["sid"])
        return doc

    def _callee(self, text: str) -> str:
        phone = phones.parse(text)
        e164 = phone.e164 if phone else text.strip()
        if code := MAGIC_TO.get(e164):
            raise refusal(code, to=e164)
        if text.startswith(("client:", "sip:", "sips:")) and not text.endswith(":"):
            return text.strip()
        if text.startswith(("sim:", "app:", "whatsapp:")):
            raise refusal(
                20501,
                message="Only numbers, clients and SIP addresses are called. See mirra_catalog.",
            )
        if phone is None:
            raise refusal(21211, to=text)
        return e164

    def _caller_id(self, account: str, text: str, to: str, token: str) -> str:
        """Return the number or name that the other side sees, if the account may show it.

        With the `CallToken` of a call that came in, its caller's number may be shown.

        Source: https://www.twilio.com/docs/api/errors/21210 and
        https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource
        """
        if text.startswith("client:") and to.startswith("client:"):
            return text
        phone = phones.parse(text)
        e164 = phone.e164 if phone else text.strip()
        if to.startswith(("sip:", "sips:")) and phone is None:
            return e164
        if e164 == phones.INVALID or phone is None:
            raise refusal(21212, sender=text)
        own = self.mirror.incoming_phone_numbers.first(account_sid=account, phone_number=e164)
        verified = self.mirror.outgoing_caller_ids.first(account_sid=account, phone_number=e164)
        given: Doc = {"from": e164}
        forwarded = bool(token) and any(each["_call_token"] == token for each in self.find(**given))
        if not own and not verified and not forwarded and e164 != phones.VALID:
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

    def place_leg(self, parent: Doc, sender: str, to: str, target: Doc) -> Doc:
        """Call somebody for a `<Dial>`.

        Source: https://www.twilio.com/docs/voice/twiml/number
        """
        verb = parent["_dialing"]["verb"]
        leg = self.lay_out(
            parent["account_sid"],
            sender,
            to,
            parent_call_sid=parent["sid"],
            direction="outbound-dial",
            _timeout=verb["timeout"],
            _callback=[
                self.given(parent, target.get("statusCallback")),
                target.get("statusCallbackMethod", "POST"),
            ],
            _callback_events=target.get("statusCallbackEvent", ["completed"]),
            _whisper=[self.given(parent, target.get("url")), target.get("method", "POST")],
            _send_digits=target.get("sendDigits", ""),
            _machine_detection=target.get("machineDetection", ""),
            _async_amd=True,
            _amd_callback=[
                self.given(parent, target.get("amdStatusCallback")),
                target.get("amdStatusCallbackMethod", "POST"),
            ],
            _parameters={
                each["name"]: each["value"]
                for each in target.get("nested", ())
                if each["verb"] == "Parameter" and each["name"]
            },
        )
        self.save(leg)
        self.mirror.after(timedelta(0), "calls.dial", id=leg["sid"])
        return leg

    def receive(self, number: Doc, sender: str, script: list[Doc], **fields: object) -> Doc:
        """Let somebody call one of the account's numbers, which its application may answer for.

        Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
        """
        sid = number["voice_application_sid"]
        application = self.mirror.applications.peek(sid) if sid else None
        return self._come_in(
            application or number,
            sender,
            number["phone_number"],
            phone_number_sid=number["sid"],
            _application=application["sid"] if application else None,
            _call_token=self.mirror.ids.token(40, HEX),
            _script=script,
            **fields,
        )

    def receive_client(self, application: Doc, sender: str, script: list[Doc], sent: Doc) -> Doc:
        """Let a Voice SDK's client call an application, with parameters of its own.

        Source: https://www.twilio.com/docs/voice/sdks/javascript/twiml-example
        """
        return self._come_in(
            application,
            sender,
            str(sent.get("To", "")),
            _application=application["sid"],
            _parameters=sent,
            _script=script,
        )

    def receive_sip(self, domain: Doc, sender: str, to: str, script: list[Doc], told: Doc) -> Doc:
        """Let a SIP phone call a domain that lets it in.

        Source: https://www.twilio.com/docs/api/twilio-sip/sip-twiml
        """
        callback = {
            "status_callback": domain["voice_status_callback_url"],
            "status_callback_method": domain["voice_status_callback_method"],
        }
        return self._come_in(domain | callback, sender, to, _parameters=told, _script=script)

    def _come_in(self, handler: Doc, sender: str, to: str, **fields: object) -> Doc:
        """Let a call ring that a number or an application answers for."""
        doc = self.lay_out(
            handler["account_sid"],
            sender,
            to,
            status="ringing",
            direction="inbound",
            _fallback=[handler["voice_fallback_url"] or None, handler["voice_fallback_method"]],
            _callback=[handler["status_callback"] or None, handler["status_callback_method"]],
            **fields,
        )
        self.save(doc)
        if handler["voice_url"]:
            self.ask(doc, handler["voice_url"], handler["voice_method"])
        else:
            self.end(doc, "no-answer")
        return self.get(doc["sid"])

    # Doing something else.

    def redirect(self, doc: Doc, fields: Doc) -> None:
        """Let a running call do something else from now on: it leaves whatever it was in.

        A leg that was dialed leaves the call that dialed it, which goes on.
        """
        dialing = doc["_dialing"]
        doc = self.leave_rooms(self.save(doc | {"_dialing": None}), dialing, "redirected")
        self.quiet(doc)
        doc = self.disconnect(doc)
        kept = {name: fields[name] for name in ("_page", "_twiml")}
        doc = self.save(doc | kept | {"_waiting": None, "_asking": False, "_frames": []})
        for leg in self.find(parent_call_sid=doc["sid"]):
            if leg["status"] not in ENDED and not leg["_detached"]:
                self.end(leg, "completed" if leg["start_time"] else "canceled")
        if doc["parent_call_sid"] and not doc["_detached"]:
            doc = self.save(doc | {"_detached": True})
            self.unbridge(doc)
        doc = self.get(doc["sid"])
        if doc["_twiml"]:
            self.run(doc, doc["_twiml"])
        else:
            self.ask(doc, *doc["_page"])

    def leave_rooms(self, doc: Doc, dialing: Doc | None, how: str = "hangup") -> Doc:
        """Let a call be out of its conference, its queue, and the dial of a queue's caller."""
        if doc["_room"] and doc["status"] in ENDED:
            self.mirror.conferences.gone(doc)
        elif doc["_room"]:
            self.mirror.conferences.gone(doc, "participant_updated_via_api")
        elif doc["_joins"] and doc["status"] in ENDED:
            self.mirror.participants.fail(doc)
        doc = self.get(doc["sid"])
        if doc["_queued"]:
            self.mirror.queues.gone(doc, how)
        elif doc["_partner"] or dialing:
            self.mirror.queues.let_go(doc)
        return self.get(doc["sid"])


def _snake(part: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in part).lstrip("_")
