"""`<Pay>`: the other side keys in a card or an account, step by step, as often as it may.

Source: https://www.twilio.com/docs/voice/twiml/pay
"""

from typing import Any

from mirra_mcp.local.mirrors.twilio.voice.calls.connecting import Connecting
from mirra_mcp.local.mirrors.twilio.voice.media import payments
from mirra_mcp.wire.model import Doc


class Paying(Connecting):
    """Calls that are paid in."""

    def _pay(self, doc: Doc, verb: Doc) -> None:
        """Begin to ask for a payment."""
        payment = self.mirror.call_payments.save(
            self.mirror.call_payments.new(
                account_sid=doc["account_sid"],
                call_sid=doc["sid"],
                payment_method=verb["paymentMethod"],
                charge_amount=verb["chargeAmount"],
                currency=verb["currency"],
                description=verb["description"],
            )
        )
        got: dict[str, str] = {}
        if verb["paymentMethod"] == "credit-card" and verb["postalCode"] not in ("true", "false"):
            got["postal-code"] = verb["postalCode"]
        more = {"payment": payment["sid"], "steps": payments.steps_of(verb), "got": got}
        doc = self.save(doc | {"_waiting": verb | more | {"keys": "", "attempt": 1}})
        if (amount := verb["chargeAmount"]) is not None and not _is_money(amount):
            problem = f"paymentAmount='{amount}' (not a number between 0.00 - 1,000,000.00)"
            self._paid(doc, {"Result": "validation-error", "PaymentError": problem})
            return
        self._ask_step(doc)

    def _ask_step(self, doc: Doc, error: str | None = None) -> None:
        """Ask for the next thing, or for the same once more, and wait for keys."""
        waiting = doc["_waiting"]
        step = waiting["steps"][0]
        seconds = self._prompt(doc, step, error)
        self._tell_step(doc, step, error)
        self.save(doc)
        self.mirror.calls.follow_script(doc, seconds)
        self.mirror.calls.wait(doc, seconds + waiting["timeout"])

    def _prompt(self, doc: Doc, step: str, error: str | None) -> float:
        """Say what a prompt of the document says, or else our own words; return how long it is.

        Source: https://www.twilio.com/docs/voice/twiml/pay/prompt
        """
        waiting = doc["_waiting"]
        card = payments.type_of(waiting["got"].get("payment-card-number", ""))
        for prompt in waiting["nested"]:
            fits = (
                prompt["verb"] == "Prompt"
                and step in prompt["for"]
                and (not prompt["errorType"] or error in prompt["errorType"])
                and (not prompt["attempt"] or str(waiting["attempt"]) in prompt["attempt"])
                and (not prompt["cardType"] or card in prompt["cardType"])
            )
            if fits:
                return sum(self.mirror.calls.say(doc, each) for each in prompt["nested"])
        said = {"verb": "Say", "text": payments.ASKS[step], "loop": 1}
        return self.mirror.calls.say(doc, said)

    def _tell_step(self, doc: Doc, step: str, error: str | None = None) -> None:
        waiting = doc["_waiting"]
        told = {"For": step, "Attempt": str(waiting["attempt"])}
        if error:
            told["ErrorType"] = error
        told |= payments.told_of(waiting["got"], waiting)
        url = self.given(doc, waiting["statusCallback"])
        self.mirror.call_payments.tell(doc, url, waiting["statusCallbackMethod"], told)

    def pay_keys(self, doc: Doc, keys: str) -> Doc:
        """Take keys for the step that waits for them; `*` gives up."""
        waiting = doc["_waiting"]
        for key in keys:
            if key == "*":
                self._paid(self.save(doc), {"Result": "caller-interrupted-with-star"})
                return doc
            is_over = key == "#"
            if not is_over:
                waiting["keys"] += key
                most = payments.most_keys(waiting["steps"][0], waiting["got"], waiting["keys"])
                is_over = len(waiting["keys"]) == most
            if is_over:
                self.pay_step(self.save(doc))
                return doc
        self.mirror.calls.wait(self.save(doc), waiting["timeout"])
        return doc

    def pay_step(self, doc: Doc) -> None:
        """Look at what was keyed in: go on with it, ask once more, or give up."""
        waiting = doc["_waiting"]
        step, keys = waiting["steps"][0], waiting["keys"]
        error = payments.wrong_with(step, keys, waiting["got"], waiting, self.now)
        if error is None:
            waiting |= {"steps": waiting["steps"][1:], "keys": "", "attempt": 1}
            waiting["got"] |= {step: keys}
            if waiting["steps"]:
                self._ask_step(self.save(doc))
            else:
                self._process(self.save(doc))
            return
        if waiting["attempt"] > waiting["maxAttempts"]:
            self._tell_step(doc, step, error)
            told = {"Result": "too-many-failed-attempts", "PaymentError": error}
            self._paid(doc, told)
            return
        waiting |= {"keys": "", "attempt": waiting["attempt"] + 1}
        self._ask_step(self.save(doc), error)

    def _process(self, doc: Doc) -> None:
        waiting = doc["_waiting"]
        self._prompt(doc, "payment-processing", None)
        self._tell_step(doc, "payment-processing")
        payment = self.mirror.call_payments.get(waiting["payment"])
        self._paid(
            self.save(doc), self.mirror.call_payments.process(payment, waiting, waiting["got"])
        )

    def _paid(self, doc: Doc, told: dict[str, str]) -> None:
        """Tell the action how the payment went, and do what it answers."""
        waiting: Any = doc["_waiting"]
        doc = self.mirror.calls.done(doc)
        told = self._result(waiting, told)
        self.mirror.calls.ask_next(doc, waiting["action"], "POST", **told)

    def _result(self, waiting: Doc, told: dict[str, str]) -> dict[str, str]:
        payment = self.mirror.call_payments.get(waiting["payment"])
        self.mirror.call_payments.change(payment, status=told["Result"])
        shown = payments.told_of(waiting["got"], waiting)
        return {"PaymentMethod": waiting["paymentMethod"]} | shown | told

    def pay_hung_up(self, doc: Doc, waiting: Doc) -> None:
        """Tell the action that the other side hung up over a payment."""
        told = self._result(waiting, {"Result": "caller-hung-up"})
        url = self.given(doc, waiting["action"]) or doc["_page"][0]
        if url:
            self.tell(self.get(doc["sid"]), url, "POST", **told)


def _is_money(text: str) -> bool:
    try:
        return 0 <= float(text) <= payments.MOST_MONEY
    except ValueError:
        return False
