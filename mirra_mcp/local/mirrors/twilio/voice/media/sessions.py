"""Payments that an agent leads by the API: one thing after the other is keyed in while they talk.

Source: https://www.twilio.com/docs/voice/api/payment-resource
"""

from datetime import timedelta

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT
from mirra_mcp.local.mirrors.twilio.voice.media import payments
from mirra_mcp.local.mirrors.twilio.voice.media.params import (
    CARD_TYPES,
    PaymentFields,
    PaymentSteps,
)
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Calls/{{CallSid}}/Payments"
SHOWN = ("account_sid", "call_sid", "sid", "date_created", "date_updated", "uri")
NAMES = {
    "payment-card-number": "PaymentCardNumber",
    "expiration-date": "ExpirationDate",
    "security-code": "SecurityCode",
    "postal-code": "PostalCode",
    "bank-routing-number": "BankRoutingNumber",
    "bank-account-number": "BankAccountNumber",
}
"""What is still to be collected, as the status callback's `Required` names it."""


class Payments(payments.PaymentsMade):
    """Every payment of a call: of `<Pay>`, or led by the API.

    `_session` is what `<Pay>` would be written as, with `got`: what was captured, `capture`: what
    is being keyed in, `keys`: what of it, `done`: what was asked for with which key.
    """

    callback_fields = ("_session",)

    @route(f"POST {PATH}.json", status=201)
    def create(self, CallSid: str, params: PaymentFields) -> Doc:
        """Begin a payment in a call that is going on; nothing is captured yet.

        Raises:
            VendorError: the call isn't in progress, or another payment of it is under way.

        Source: https://www.twilio.com/docs/voice/api/payment-resource#create-a-payment-session
        """
        call = self.mirror.calls.get(CallSid)
        _check(params)
        amount = params.charge_amount
        if amount and not 0 <= float(amount) < payments.MOST_MONEY:
            raise wrong(f"Invalid parameter ChargeAmount: {amount} is not from 0 to 1,000,000")
        asked = params.model_dump_json()
        if known := self._begun(CallSid, params.idempotency_key, asked):
            return self.view(known)
        if call["status"] != "in-progress":
            raise refusal(21220)
        if self.under_way(call):
            raise refusal(20409, message="A payment of this call is under way. End it first.")
        verb = {
            "paymentMethod": params.payment_method,
            "bankAccountType": params.bank_account_type,
            "chargeAmount": amount or None,
            "connector": params.payment_connector,
            "tokenType": params.token_type,
            "securityCode": str(params.security_code).lower(),
            "postalCode": str(params.postal_code).lower(),
            "minPostalCodeLength": params.min_postal_code_length,
            "validCardTypes": params.valid_card_types.split() or list(CARD_TYPES),
            "timeout": params.timeout,
        }
        state: Doc = {"got": {}, "capture": None, "keys": "", "callback": params.status_callback,
                 "done": [[params.idempotency_key, asked]]}  # fmt: skip
        sid = self.new_id()
        path = PATH.format(account=call["account_sid"], CallSid=CallSid)
        doc = self.save(
            self.new(
                id=sid,
                account_sid=call["account_sid"],
                call_sid=CallSid,
                payment_method=params.payment_method,
                charge_amount=amount or None,
                currency=params.currency,
                description=params.description or None,
                uri=f"{path}/{sid}.json",
                _session=verb | state,
            )
        )
        self._tell(doc)
        return self.view(doc)

    @route(f"POST {PATH}/{{Sid}}.json", status=202)
    def update(self, CallSid: str, Sid: str, params: PaymentSteps) -> Doc:
        """Let something be keyed in, or end a payment.

        Raises:
            VendorError: the payment is over, or has nothing like that.

        Source: https://www.twilio.com/docs/voice/api/payment-resource#update-a-payment-session
        """
        doc = self.get(Sid)
        if doc["call_sid"] != CallSid or doc["_session"] is None:
            raise self.missing(Sid)
        _check(params)
        asked = [params.idempotency_key, params.model_dump_json()]
        session: Doc = doc["_session"]
        if asked in session["done"]:
            return self.view(doc)
        if doc["status"] != "in-progress":
            raise wrong(f"Invalid parameter Sid: the payment is over ({doc['status']})")
        if bool(params.capture) == bool(params.status):
            raise wrong("Missing required parameter: Capture or Status, one of them")
        if params.capture.endswith("-matcher"):
            told = "Capture of inputs that must match is not mirrored. See mirra_catalog."
            raise refusal(20501, message=told)
        steps = payments.steps_of(session)
        if params.capture and params.capture not in steps:
            raise wrong(f"Invalid parameter Capture: {params.capture} is none of {steps}")
        missing = [step for step in steps if step not in session["got"]]
        if params.status == "complete" and missing:
            raise wrong(f"Invalid parameter Status: {', '.join(missing)} was not captured")
        self.mirror.cancel_timers("call_payments.keys_over", sid=Sid)
        session |= {
            "callback": params.status_callback,
            "done": [*session["done"], asked],
            "capture": params.capture or None,
            "keys": "",
        }
        session["got"].pop(params.capture, None)
        doc = self.change(doc, _session=session)
        if params.capture:
            self._tell(doc, PartialResult="true")
        elif params.status == "complete":
            result = self.process(doc, session, session["got"])
            doc = self._end(self.get(Sid), **result)
        else:
            doc = self._end(doc, "canceled")
        return self.view(doc)

    def under_way(self, call: Doc) -> Doc | None:
        """Return the payment that is led by the API in a call now."""
        found = self.find(call_sid=call["sid"], status="in-progress")
        return next((each for each in found if each["_session"]), None)

    def captures(self, call: Doc) -> bool:
        """Say whether keys that are pressed in a call now are for a payment."""
        doc = self.under_way(call)
        return bool(doc and doc["_session"]["capture"])

    def press(self, call: Doc, keys: str) -> None:
        """Take keys for what is being captured; `*` ends the payment."""
        doc = self.under_way(call)
        if doc is None:
            return
        self.mirror.cancel_timers("call_payments.keys_over", sid=doc["sid"])
        session: Doc = doc["_session"]
        step = session["capture"]
        for key in keys:
            if key == "*":
                self._end(doc, "caller-interrupted-with-star")
                return
            if key != "#":
                session["keys"] += key
            most = payments.most_keys(step, session["got"], session["keys"])
            if key == "#" or len(session["keys"]) == most:
                self._captured(self.change(doc, _session=session))
                return
        doc = self.change(doc, _session=session)
        self._tell(doc, PartialResult="true")
        self.mirror.after(
            timedelta(seconds=session["timeout"]), "call_payments.keys_over", sid=doc["sid"]
        )

    def keys_over(self, sid: str) -> None:
        """Take what was keyed in when nothing more comes."""
        doc = self.peek(sid)
        if doc is not None and doc["status"] == "in-progress" and doc["_session"]["capture"]:
            self._captured(doc)

    def hang_up(self, call: Doc) -> None:
        """End the payment of a call that is over."""
        if doc := self.under_way(call):
            self._end(doc, "caller-hung-up")

    def _captured(self, doc: Doc) -> None:
        session: Doc = doc["_session"]
        step, keys = session["capture"], session["keys"]
        error = payments.wrong_with(step, keys, session["got"], session, self.now)
        if error is None:
            session["got"] |= {step: keys}
        session |= {"capture": None, "keys": ""}
        doc = self.change(doc, _session=session)
        self._tell(doc, PartialResult="false", Capture=step, ErrorType=error)

    def _end(self, doc: Doc, Result: str, **told: str) -> Doc:
        """End a payment, and forget what was keyed in."""
        session: Doc = doc["_session"] | {"capture": None, "keys": ""}
        result = {} if Result == "canceled" else {"Result": Result}
        doc = self.change(doc, status=Result, _session=session)
        self._tell(doc, **result, **told)
        return self.save(doc | {"_session": session | {"got": {}}})

    def _tell(self, doc: Doc, **told: str | None) -> None:
        """Tell the status callback how a payment goes.

        Source: https://www.twilio.com/docs/voice/api/payment-resource#statuscallback-update
        """
        session: Doc = doc["_session"]
        got: dict[str, str] = session["got"]
        missing = [NAMES[step] for step in payments.steps_of(session) if step not in got]
        amount = session["chargeAmount"]
        about = {
            "AccountSid": doc["account_sid"],
            "CallSid": doc["call_sid"],
            "Sid": doc["sid"],
            "DateCreated": doc["date_created"],
            "DateUpdated": doc["date_updated"],
            "PaymentConnector": session["connector"],
            "PaymentMethod": session["paymentMethod"],
            "ChargeAmount" if float(amount or 0) else "TokenType": (
                amount if float(amount or 0) else session["tokenType"]
            ),
            "Capture": session["capture"],
        }
        form = about | payments.told_of(got, session) | {"Required": ",".join(missing)} | told
        form = {name: value for name, value in form.items() if value not in (None, "")}
        to = [self.mirror.accounts.target(doc["account_sid"], session["callback"], "POST")]
        self.mirror.emit(payments.PAYMENT, form, to=to)

    def _begun(self, call: str, key: str, asked: str) -> Doc | None:
        found = self.find(call_sid=call, newest_first=False)
        return next(
            (each for each in found if each["_session"]
             and each["_session"]["done"][0] == [key, asked]), None,
        )  # fmt: skip

    def view(self, doc: Doc) -> Doc:
        """Return what Twilio tells: nothing of what was captured."""
        return {name: doc[name] for name in SHOWN}


def _check(params: PaymentFields | PaymentSteps) -> None:
    for name, given in (
        ("IdempotencyKey", params.idempotency_key), ("StatusCallback", params.status_callback)
    ):  # fmt: skip
        if not given:
            raise wrong(f"Missing required parameter {name} in the post body")
