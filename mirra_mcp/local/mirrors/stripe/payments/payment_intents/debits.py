"""Payments that take their time: bank debits, their microdeposits, and vouchers.

Source: https://docs.stripe.com/payments/bank-debits and https://docs.stripe.com/payments/vouchers
"""

from datetime import timedelta

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.banks import microdeposits, testing, vouchers
from mirra_mcp.local.mirrors.stripe.payments.banks.microdeposits import VerifyMicrodeposits
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import Decline, decline
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.changes import IntentForms
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import BANK_DEBITS
from mirra_mcp.wire.model import Doc

EXPIRED = "payment_intent_payment_attempt_expired"
LAPSED = (
    "The latest payment attempt for the PaymentIntent has expired. Check the last_payment_error"
    " property on the PaymentIntent for more details, and provide payment_method_data or a new"
    " PaymentMethod to attempt to fulfill this PaymentIntent again."
)


class DebitIntents(IntentForms):
    """Payments whose money comes later, or never."""

    @route("POST /v1/payment_intents/{id}/verify_microdeposits")
    def verify_microdeposits(self, id: str, params: VerifyMicrodeposits) -> Doc | Answer:
        """Verify the bank account that a payment waits for, and debit it.

        Fires: payment_intent.processing, or payment_intent.payment_failed.
        Source: https://docs.stripe.com/api/payment_intents/verify_microdeposits

        Raises:
            VendorError: the payment waits for no microdeposits, or the answer is wrong.
        """
        doc = self._with_secret(id, params.client_secret)
        if (doc["next_action"] or {}).get("type") != microdeposits.ACTION:
            raise self._unexpected(
                doc,
                "You cannot verify microdeposits of this PaymentIntent because it has a status of"
                f" {doc['status']}. Only a PaymentIntent with the status requires_action and a next"
                " action of verify_with_microdeposits may be verified.",
            )
        method = self.stripe.payment_methods.get(doc["payment_method"])
        found = microdeposits.answered(params.amounts, params.descriptor_code)
        if found == "verified":
            self.mirror.cancel_timers("payment_intents.unverified", id=id)
            method = self.stripe.payment_methods.save({**method, "_verified": True})
            doc = self._debited({**doc, "next_action": None}, method)
            self.tell_owner(doc)
            return self.view(self.get(id))
        tries = doc.get("_tries", 0) + 1
        kind = doc["next_action"][microdeposits.ACTION]["microdeposit_type"]
        if found == "exceeded" or tries >= microdeposits.MOST[kind]:
            found = "verification_attempts_exceeded"
        elif found == "timeout":
            found = "verification_timeout"
        else:
            self.save({**doc, "_tries": tries})
            return _answer(found)
        self._not_verified(doc, found)
        return _answer(found)

    # What the flow calls.

    def pay_by_debit(self, intent: Doc, method: Doc) -> Doc:
        """Debit a bank account, or ask its holder to verify it first.

        Fires: charge.pending and payment_intent.processing, or payment_intent.requires_action.
        """
        options = intent["payment_method_options"].get(method["type"]) or {}
        if not microdeposits.wanted(method, options):
            return self._debited(intent, method)
        lapse = timedelta(seconds=microdeposits.LIFE)
        if method.get("_number") == testing.NO_MICRODEPOSITS:
            lapse = testing.SOON
        self.mirror.after(lapse, "payment_intents.unverified", id=intent["id"])
        asking = {"status": "requires_action", "next_action": self.action_for(intent, method)}
        return self.save({**intent, **asking}, event="payment_intent.requires_action")

    def pay_by_voucher(self, intent: Doc, method: Doc) -> Doc:
        """Hand out a voucher, which the payer takes to a shop or a bank.

        Fires: payment_intent.requires_action.
        """
        kind = method["type"]
        options = intent["payment_method_options"].get(kind) or {}
        days = int(options.get("expires_after_days") or vouchers.DAYS[kind])
        what, wait = vouchers.plan(method, timedelta(days=days))
        expires = self.at + (int(wait.total_seconds()) if what == "expired" else days * 86400)
        number = str(self.mirror.ids.number(10**13, 10**14 - 1))
        place = f"/vouchers/{self.whose}/{intent['id']}/{self.mirror.ids.token(20)}"
        self.mirror.cancel_timers("payment_intents.voucher_due", id=intent["id"])
        self.mirror.after(wait, "payment_intents.voucher_due", id=intent["id"])
        action = vouchers.action(kind, place, number, expires)
        asking = {"status": "requires_action", "next_action": action, "_voucher": what}
        return self.save({**intent, **asking}, event="payment_intent.requires_action")

    def leaves(self, intent: Doc) -> bool:
        """Tell whether nothing more is done in the browser: money or cents are awaited."""
        kind = str((intent["next_action"] or {}).get("type", ""))
        waits = kind.startswith("display_bank") or kind.endswith("_display_details")
        return intent["status"] == "requires_action" and (waits or kind == microdeposits.ACTION)

    # What timers call.

    def land(self, id: str) -> None:
        """Let a bank debit arrive, or fail. Called by its timer, or by a story."""
        intent = self.peek(id)
        if intent is None or intent["status"] != "processing":
            return
        method = self.stripe.payment_methods.get(intent["payment_method"])
        fate, refusal = testing.fate_of(method), None
        if fate.failure:
            said = testing.MESSAGES[fate.failure]
            refusal = Decline(fate.failure, said, seller_message=said)
        if fate.ends_mandate or method.get("_number") == testing.REFUSED_MANDATE:
            self.stripe.mandates.end(method)
        self.landed(intent, refusal)

    def bounced(self, intent: Doc, code: str) -> Doc:
        """Let a payment that is processing fail. Fires: charge.failed, .payment_failed."""
        said = testing.MESSAGES.get(code) or decline(code).message
        return self.landed(intent, Decline(code, said, seller_message=said))

    def voucher_due(self, id: str) -> None:
        """Let a voucher be paid, or expire."""
        intent = self.peek(id)
        if intent is None or not self.leaves(intent) or not intent.get("_voucher"):
            return
        paid = intent["_voucher"] == "paid"
        self.tell_owner(self.authenticated(intent) if paid else self.expired(intent))

    def expired(self, intent: Doc) -> Doc:
        """End an attempt that nobody paid in time. Fires: payment_intent.payment_failed."""
        method = self.stripe.payment_methods.get(intent["payment_method"])
        shown = self.stripe.payment_methods.view(method)
        said = errors.invalid(LAPSED, code=EXPIRED, payment_method=shown)
        return self._failed(intent, said.body["error"], None)

    def unverified(self, id: str) -> None:
        """Give up on an account that wasn't verified, or that no cents could be sent to."""
        intent = self.peek(id)
        if intent is None or (intent["next_action"] or {}).get("type") != microdeposits.ACTION:
            return
        method = self.stripe.payment_methods.get(intent["payment_method"])
        never = method.get("_number") == testing.NO_MICRODEPOSITS
        self._not_verified(intent, "failed" if never else "verification_timeout")

    # The steps.

    def _debited(self, intent: Doc, method: Doc) -> Doc:
        mandate = None
        if method["type"] in BANK_DEBITS:
            mandate = self.stripe.mandates.agreed(method, intent.get("_mandate_data"))
        charge = self.stripe.charges.attempted(
            method,
            amount=intent["amount"],
            captured=True,
            refusal=None,
            pending=True,
            mandate=mandate,
            **self._charged_with(intent),
        )
        self._use_up(intent, method)
        fate = testing.fate_of(method)
        if not fate.forever:
            self.mirror.after(fate.wait, "payment_intents.land", id=intent["id"])
        doc = {**intent, "status": "processing", "latest_charge": charge["id"]}
        return self.save(doc, event="payment_intent.processing")

    def _not_verified(self, intent: Doc, name: str) -> None:
        self.mirror.cancel_timers("payment_intents.unverified", id=intent["id"])
        method = self.stripe.payment_methods.get(intent["payment_method"])
        shown = self.stripe.payment_methods.view(method)
        error = microdeposits.refusal(name, payment_method=shown).body["error"]
        failed = self._failed({**intent, "_tries": 0}, error, None)
        self.tell_owner(failed)


def _answer(name: str) -> Answer:
    refusal = microdeposits.refusal(name)
    return Answer(refusal.status, refusal.body)
