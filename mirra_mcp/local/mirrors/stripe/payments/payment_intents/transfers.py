"""Payments by bank transfer: what a customer still has to send, and what they have sent.

Source: https://docs.stripe.com/payments/bank-transfers/accept-a-payment
"""

from typing import Any

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import Currency, StripeParams
from mirra_mcp.local.mirrors.stripe.payments.banks import transfers
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.debits import DebitIntents
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import MethodData
from mirra_mcp.wire.model import Doc

ACTION = "display_bank_transfer_instructions"
INCOMPLETE = ("requires_payment_method", "requires_action", "requires_confirmation")


class ApplyBalance(StripeParams):
    """How much of the customer's cash balance a payment takes."""

    amount: int | None = Field(default=None, ge=1)
    currency: Currency | None = None


class TransferIntents(DebitIntents):
    """Payments that take money of their customers' cash balances."""

    @route("POST /v1/payment_intents/{id}/apply_customer_balance")
    def apply_customer_balance(self, id: str, params: ApplyBalance) -> Doc:
        """Take money of the customer's cash balance, which isn't matched by itself.

        Fires: customer_cash_balance_transaction.created, payment_intent.partially_funded, or what
        a payment that succeeds fires.
        Source: https://docs.stripe.com/api/payment_intents/apply_customer_balance

        Raises:
            VendorError: the payment isn't incomplete, or there is no such money.
        """
        doc = self.get(id)
        if doc["status"] not in INCOMPLETE:
            raise self._unexpected(
                doc,
                f"You cannot apply a customer balance to this PaymentIntent because it has a status"
                f" of {doc['status']}. Only a PaymentIntent with one of the following statuses may"
                f" be funded: {', '.join(INCOMPLETE)}.",
            )
        if "customer_balance" not in doc["payment_method_types"] or doc["customer"] is None:
            raise errors.invalid(
                "This PaymentIntent can't be paid with a customer balance: it needs a customer, and"
                " `customer_balance` among its payment method types."
            )
        self.stripe.test_clocks.enter(self.stripe.customers.get(doc["customer"]))
        if params.currency not in (None, doc["currency"]):
            raise errors.invalid(
                f"The currency must be {doc['currency']}, as the PaymentIntent's.", "currency"
            )
        remaining = self.awaited(doc) or doc["amount"]
        held = self.stripe.cash_balances.available(doc["customer"], doc["currency"])
        amount = min(remaining, held) if params.amount is None else params.amount
        if amount > remaining:
            raise errors.invalid(
                f"You can't apply more than the remaining amount: {remaining}.", "amount"
            )
        if not amount or amount > held:
            raise errors.invalid(
                f"The customer's cash balance of {held} {doc['currency']} isn't enough.", "amount"
            )
        self.stripe.cash_balances.apply(doc, amount)
        return self.view(self.get(id))

    # What other nouns use.

    def pay_by_transfer(self, intent: Doc) -> Doc:
        """Take what the customer's cash balance holds, and ask for the rest.

        Fires: customer_cash_balance_transaction.created (if it holds any), and
        payment_intent.requires_action unless that was enough.
        """
        owner, balances = intent["customer"], self.stripe.cash_balances
        if owner is None:
            raise errors.invalid(
                "A PaymentIntent with the payment method type `customer_balance` needs a customer.",
                "customer",
                "parameter_missing",
            )
        held = balances.available(owner, intent["currency"])
        taken = min(held, intent["amount"]) if balances.is_automatic(owner) else 0
        whole = 0 < taken == intent["amount"]
        if not whole:
            intent = self.await_transfer(intent)
        if taken:
            told = {"payment_intent": intent["id"]}
            currency, type = intent["currency"], "applied_to_payment"
            balances.moved(owner, -taken, currency, type, applied_to_payment=told)
            intent = {**intent, "_applied": taken}
        if whole:
            return self.authenticated(intent)
        return self.funded(intent, taken) if taken else intent

    def await_transfer(self, intent: Doc) -> Doc:
        """Ask for a bank transfer. Fires: payment_intent.requires_action."""
        action = transfers.instructions(intent, self.mirror.ids.token(12).upper(), self.whose)
        asking = {**intent, "status": "requires_action", "next_action": action}
        return self.save(asking, event="payment_intent.requires_action")

    def awaited(self, intent: Doc) -> int:
        """Return how much a payment still waits for by bank transfer; 0 if it doesn't."""
        action = intent["next_action"] or {}
        if intent["status"] != "requires_action" or action.get("type") != ACTION:
            return 0
        return int(action[ACTION]["amount_remaining"])

    def transfer_reference(self, intent: Doc) -> str | None:
        """Return what the payer writes on a transfer for a payment."""
        action = intent["next_action"] or {}
        found: str | None = (action.get(ACTION) or {}).get("reference")
        return found

    def take_cash(self, intent: Doc, amount: int) -> Doc:
        """Let money of the cash balance come in for a payment; a whole one succeeds.

        Fires: payment_intent.partially_funded, or what a payment that succeeds fires.
        """
        if not self.awaited(intent):
            data = MethodData.model_validate({"type": "customer_balance"})
            method = self.stripe.payment_methods.save(self.stripe.payment_methods.made(data))
            intent = self.await_transfer({**intent, "payment_method": method["id"]})
        return self.funded({**intent, "_applied": intent.get("_applied", 0) + amount}, amount)

    def funded(self, intent: Doc, amount: int) -> Doc:
        """Let a bank transfer come in. Fires: payment_intent.partially_funded, or .succeeded."""
        shown = intent["next_action"][ACTION]
        remaining = shown["amount_remaining"] - amount
        if remaining <= 0:
            return self.authenticated(intent)
        action = transfers.instructions(intent, shown["reference"], self.whose, remaining)
        return self.save({**intent, "next_action": action}, event="payment_intent.partially_funded")

    def return_cash(self, intent: Doc) -> None:
        """Give back what a payment took that is canceled.

        Fires: customer_cash_balance_transaction.created.
        """
        if applied := intent.get("_applied"):
            told: dict[str, Any] = {"payment_intent": intent["id"]}
            self.stripe.cash_balances.moved(
                intent["customer"],
                applied,
                intent["currency"],
                "unapplied_from_payment",
                unapplied_from_payment=told,
            )
