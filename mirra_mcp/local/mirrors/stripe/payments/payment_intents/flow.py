"""How a payment intent gets from a payment method to money, or to the reason why not.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from datetime import timedelta
from typing import Any, Literal

from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.lists.search import Searchable
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.payments.actions import ActingIntents
from mirra_mcp.local.mirrors.stripe.payments.banks import testing
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import Decline, decline, radar_block
from mirra_mcp.local.mirrors.stripe.payments.cards.numbers import Card
from mirra_mcp.local.mirrors.stripe.payments.charges.resource import COPIED
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import BANK_DEBITS, VOUCHERS
from mirra_mcp.wire.model import Doc

HELD_FOR = timedelta(days=7)
"""How long a card's authorization lasts.

Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
"""
SOON = testing.SOON
"""When what Stripe does "some time later" happens here: bank debits, asynchronous refunds."""
SLOW_REDIRECTS = ("sofort",)
"""Types whose payer authorizes a transfer that arrives days later."""
AT_ONCE = ("wechat_pay",)
"""Types whose payer needs no address to come back to: they show a code to be scanned."""

HANDLE_LATER = (
    "This payment required an authentication action to complete, but `error_on_requires_action`"
    " was set. When you're ready to upgrade your integration to handle actions on the"
    " PaymentIntent or SetupIntent, see"
    " https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions."
)
NOT_AUTHENTICATED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or"
    " a new PaymentMethod to attempt to fulfill this {title} again."
)

Challenge = Literal["none", "asked", "refused", "broken"]


def challenge(card: Card, method: Doc, wanted: str, *, off_session: bool) -> Challenge:
    """Tell whether a card asks for 3D Secure.

    Source: https://docs.stripe.com/testing (3D Secure authentication)
    """
    ready = card.auth == "on_session" or (card.auth == "unless_set_up" and method.get("_set_up"))
    if off_session:
        return "refused" if card.auth in ("always", "unless_set_up") and not ready else "none"
    if card.auth == "error":
        return "broken"
    if card.auth in ("always", "unless_set_up", "on_session"):
        return "asked"
    return "asked" if card.enrolled and wanted in ("any", "challenge") else "none"


def enter_clock(stripe: Peers, customer: str | None) -> None:
    """Let the rest of this call happen at the time of the customer's test clock."""
    doc = stripe.customers.peek(customer) if customer else None
    clocks: Any = stripe.nouns.get("test_clocks")
    if doc and doc.get("test_clock") and clocks:
        clocks.enter(doc)


class IntentFlow(ActingIntents, Searchable):
    """The part of payment intents that moves money."""

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Write an intent, and let its taxes follow it.

        Source: https://docs.stripe.com/tax/payment-intent
        """
        saved = super().save(doc, event=event, **event_data)
        if "hooks" in saved and (saved["hooks"] or event is None):
            self.stripe.tax_associations.follow(saved, event)
        return saved

    def attempt(
        self,
        intent: Doc,
        *,
        payment_method: str | None = None,
        off_session: bool = False,
        strict: bool = False,
    ) -> Doc:
        """Confirm an intent; a decline is told by the intent that comes back.

        `strict` declines what would need an action. Fires: as the outcome has it:
        payment_intent.requires_action, .processing, .succeeded, .amount_capturable_updated or
        .payment_failed, after the charge's own.
        """
        chosen = payment_method or intent["payment_method"]
        method = self.stripe.payment_methods.usable(chosen, intent["customer"])
        if method["type"] not in intent["payment_method_types"]:
            raise errors.invalid(
                f"The PaymentMethod provided ({method['type']}) is not allowed for this"
                " PaymentIntent. Please attach a PaymentMethod of one of the following types:"
                f" {', '.join(intent['payment_method_types'])}.",
                "payment_method",
                "payment_intent_incompatible_payment_method",
            )
        intent = {**intent, "payment_method": method["id"], "last_payment_error": None}
        intent |= {"next_action": None, "_off_session": off_session}
        if method["type"] == "card":
            return self._with_card(intent, method, off_session, strict)
        if method["type"] in BANK_DEBITS:
            return self.pay_by_debit(intent, method)
        if method["type"] in VOUCHERS:
            return self.pay_by_voucher(intent, method)
        if method["type"] == "customer_balance":
            return self.pay_by_transfer(intent)
        return self.asked(intent, method)

    def pay_by_transfer(self, intent: Doc) -> Doc:
        """Take what the customer's cash balance holds, and ask for the rest."""
        raise NotImplementedError

    def pay_by_debit(self, intent: Doc, method: Doc) -> Doc:
        """Debit a bank account, or ask its holder to verify it first."""
        raise NotImplementedError

    def pay_by_voucher(self, intent: Doc, method: Doc) -> Doc:
        """Hand out a voucher, which the payer takes to a shop or a bank."""
        raise NotImplementedError

    def authenticated(self, intent: Doc) -> Doc:
        """Go on after the payer has done what was asked.

        With manual confirmation the intent waits to be confirmed again.
        """
        intent = {**intent, "next_action": None}
        method = self.stripe.payment_methods.get(intent["payment_method"])
        if method["type"] == "card" and intent["confirmation_method"] == "manual":
            return self.save({**intent, "status": "requires_confirmation", "_authenticated": True})
        if method["type"] in SLOW_REDIRECTS:
            return self.pay_by_debit(intent, method)
        return self._authorized(intent, method, authenticated=method["type"] == "card")

    def not_authenticated(self, intent: Doc) -> Doc:
        """Give up: the payer failed or left. Fires: payment_intent.payment_failed."""
        method = self.stripe.payment_methods.get(intent["payment_method"])
        said = errors.invalid(
            NOT_AUTHENTICATED.format(title="PaymentIntent"),
            code="payment_intent_authentication_failure",
            payment_method=self.stripe.payment_methods.view(method),
        )
        return self._failed(intent, said.body["error"], None)

    def fail(self, intent: Doc, decline_code: str, *, payment_method: str | None = None) -> Doc:
        """Let an attempt be declined with a given code.

        Fires: charge.failed, payment_intent.payment_failed.
        """
        chosen = payment_method or intent["payment_method"]
        method = self.stripe.payment_methods.resolve(chosen or "pm_card_visa")
        said = radar_block() if decline_code == "fraudulent" else decline(decline_code)
        return self._declined(intent, method, said)

    def refusal_of(self, method: Doc) -> Decline | None:
        """Return why the bank, or Radar, would decline a charge on a payment method."""
        if method["type"] != "card":
            return None
        card = self.stripe.payment_methods.card_of(method)
        if forced := self.mirror.declining or method.get("_declines"):
            return decline(forced)
        if card.blocked:
            return radar_block()
        if card.declines and (card.declines != "incorrect_cvc" or method.get("_cvc")):
            return decline(card.declines)
        return decline(card.charge_declines) if card.charge_declines else None

    def declined_error(self, intent: Doc) -> Doc:
        """Return the error of an intent that has just failed, with the intent inside.

        Source: https://docs.stripe.com/api/errors
        """
        error = {**intent["last_payment_error"], "payment_intent": self.view(intent)}
        return dict(sorted(error.items()))

    def declined(self, intent: Doc) -> Answer:
        """Answer 402 for an intent that has just failed; what was written stays."""
        return Answer(402, {"error": self.declined_error(intent)})

    def tell_owner(self, intent: Doc) -> None:
        """Tell the invoice or session behind an intent how it went."""
        owner = intent.get("_owner")
        if owner is None and intent.get("invoice"):
            owner = ["invoices", intent["invoice"]]
        noun: Any = self.mirror.nouns.get(owner[0]) if owner else None
        if settled := getattr(noun, "intent_settled", None):
            settled(self.get(intent["id"]))

    def landed(self, intent: Doc, refusal: Decline | None) -> Doc:
        """End a payment that is processing. Fires: charge.* and payment_intent.*"""
        charge = self.stripe.charges.get(intent["latest_charge"])
        charge = self.stripe.charges.landed(charge, refusal)
        if refusal is not None:
            method = self.stripe.payment_methods.get(charge["payment_method"])
            error = self._error(charge, method, refusal)
            intent = self._failed(intent, error, charge)
        else:
            intent = self._succeeded(intent, charge["amount"])
            method = self.stripe.payment_methods.get(charge["payment_method"])
            if testing.fate_of(method).disputed:
                self.stripe.disputes.opened_by_card(charge, "fraudulent")
        self.tell_owner(intent)
        return intent

    def expire(self, id: str) -> None:
        """Let an authorization that nobody captured lapse. Called by its timer."""
        intent = self.peek(id)
        if intent is not None and intent["status"] == "requires_capture":
            charge = self.stripe.charges.get(intent["latest_charge"])
            self.stripe.charges.released(charge, "charge.expired")
            canceled: Doc = {"status": "canceled", "cancellation_reason": "automatic"}
            canceled |= {"canceled_at": self.at, "amount_capturable": 0}
            intent = self.save({**intent, **canceled}, event="payment_intent.canceled")
            self.tell_owner(intent)

    # The steps.

    def _with_card(self, intent: Doc, method: Doc, off_session: bool, strict: bool) -> Doc:
        card = self.stripe.payment_methods.card_of(method)
        options = intent["payment_method_options"].get("card") or {}
        wanted = options.get("request_three_d_secure") or "automatic"
        asked = challenge(card, method, wanted, off_session=off_session)
        if intent.get("_authenticated"):
            asked = "none"
        if asked == "broken":
            return self._declined(intent, method, decline("generic_decline"))
        if asked == "refused":
            error = self._error(None, method, decline("authentication_required"))
            self._use_up(intent, method)
            return self._failed(intent, error, None)
        if asked == "asked":
            refusal = self.refusal_of(method) if card.blocked else None
            if refusal:
                return self._declined(intent, method, refusal)
            if strict:
                said = Decline(
                    "authentication_required",
                    HANDLE_LATER,
                    decline_code="authentication_not_handled",
                )
                return self._failed(intent, self._error(None, method, said), None)
            return self.asked(intent, method)
        return self._authorized(intent, method, authenticated=bool(intent.get("_authenticated")))

    def asked(self, intent: Doc, method: Doc) -> Doc:
        """Ask the payer for something. Fires: payment_intent.requires_action."""
        back = intent.get("_return_url")
        if method["type"] not in ("card", *AT_ONCE) and not back:
            raise errors.invalid(
                "You must provide a `return_url` when confirming using automatic payment methods"
                " or redirect-based payment methods.",
                "return_url",
                "payment_intent_redirect_confirmation_without_return_url",
            )
        action = self.action_for(intent, method)
        asking = {**intent, "status": "requires_action", "next_action": action}
        return self.save(asking, event="payment_intent.requires_action")

    def _authorized(self, intent: Doc, method: Doc, *, authenticated: bool) -> Doc:
        refusal = self.refusal_of(method)
        if refusal is not None:
            return self._declined(intent, method, refusal, authenticated=authenticated)
        options = intent["payment_method_options"].get(method["type"]) or {}
        manual = "manual" in (intent["capture_method"], options.get("capture_method"))
        later = intent["capture_method"] == "automatic_async"
        charge = self.stripe.charges.attempted(
            method,
            amount=intent["amount"],
            captured=not manual,
            refusal=None,
            authenticated=authenticated,
            later=later,
            **self._charged_with(intent),
        )
        intent = {**intent, "latest_charge": charge["id"], "next_action": None}
        intent |= {"payment_method": method["id"], "_authenticated": False}
        self._keep(intent, method, authenticated=authenticated)
        if manual:
            self.mirror.after(HELD_FOR, "payment_intents.expire", id=intent["id"])
            held = {**intent, "status": "requires_capture", "amount_capturable": intent["amount"]}
            return self.save(held, event="payment_intent.amount_capturable_updated")
        self.stripe.charges.aftermath(charge)
        intent = self._succeeded(intent, intent["amount"])
        if later:
            self.stripe.charges.settle(self.stripe.charges.get(charge["id"]))
        return intent

    def _succeeded(self, intent: Doc, received: int) -> Doc:
        done = {"status": "succeeded", "amount_received": received, "amount_capturable": 0}
        return self.save({**intent, **done}, event="payment_intent.succeeded")

    def _declined(
        self, intent: Doc, method: Doc, refusal: Decline, *, authenticated: bool = False
    ) -> Doc:
        charge = self.stripe.charges.attempted(
            method,
            amount=intent["amount"],
            captured=False,
            refusal=refusal,
            authenticated=authenticated,
            **self._charged_with(intent),
        )
        self._use_up(intent, method)
        return self._failed(intent, self._error(charge, method, refusal), charge)

    def _error(self, charge: Doc | None, method: Doc, refusal: Decline) -> Doc:
        shown = self.stripe.payment_methods.view(method)
        return self.stripe.charges.error_of(charge, refusal, payment_method=shown)

    def _failed(self, intent: Doc, error: Doc, charge: Doc | None) -> Doc:
        doc = {
            **intent,
            "status": "requires_payment_method",
            "payment_method": None,
            "last_payment_error": error,
            "next_action": None,
            "_authenticated": False,
        }
        if charge is not None:
            doc["latest_charge"] = charge["id"]
        return self.save(doc, event="payment_intent.payment_failed")

    def _charged_with(self, intent: Doc) -> Doc:
        return {name: intent.get(name) for name in COPIED} | {"payment_intent": intent["id"]}

    def _keep(self, intent: Doc, method: Doc, *, authenticated: bool) -> None:
        """Attach what is to be used again; use up what is nobody's."""
        method = self.stripe.payment_methods.get(method["id"])
        usage = intent["setup_future_usage"]
        if usage and intent["customer"] and method["customer"] is None:
            if usage == "off_session":
                method = {**method, "_set_up": True}
            self.stripe.payment_methods.attach_to(method, intent["customer"])
        elif usage == "off_session" and authenticated:
            self.stripe.payment_methods.save({**method, "_set_up": True})
        else:
            self._use_up(intent, method)

    def _use_up(self, intent: Doc, method: Doc) -> None:
        method = self.stripe.payment_methods.get(method["id"])
        if method["customer"] is None and not method.get("_spent"):
            self.stripe.payment_methods.save({**method, "_spent": True})
