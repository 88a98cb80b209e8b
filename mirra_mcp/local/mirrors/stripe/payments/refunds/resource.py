"""Refunds: money back on a charge. Source: https://docs.stripe.com/api/refunds"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, merged
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.flow import SOON
from mirra_mcp.local.mirrors.stripe.payments.refunds import bookings, connected
from mirra_mcp.local.mirrors.stripe.payments.refunds.destinations import destination_of
from mirra_mcp.local.mirrors.stripe.payments.refunds.params import (
    CreateRefund,
    ListRefunds,
    UpdateRefund,
)
from mirra_mcp.wire.model import Doc

NO_CHARGE = "This PaymentIntent ({id}) does not have a successful charge to refund."
PROCESSING, CHARGE_PENDING = "processing", "charge_pending"
"""Why a refund is pending. Source: https://docs.stripe.com/api/refunds/object"""
BY_HAND = ("konbini", "multibanco")
"""Types for which the payer must say where the money is to go.

Source: https://docs.stripe.com/refunds
"""


class Refunds(StripeResource):
    """Money given back."""

    entity, plural = "refund", "refunds"
    statuses = ("pending", "requires_action", "succeeded", "failed", "canceled")
    words = {"refund amount": "amount", "refunded amount": "amount", "refund reason": "reason"}
    object, prefix, path = "refund", "re", "/v1/refunds"
    indexes = ("charge", "payment_intent")
    blank: ClassVar[Doc] = {
        "amount": 0,
        "balance_transaction": None,
        "charge": None,
        "created": None,
        "currency": "usd",
        "customer": None,
        "customer_account": None,
        "destination_details": None,
        "metadata": {},
        "payment_intent": None,
        "payment_method": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }

    @route("POST /v1/refunds")
    def create(self, params: CreateRefund) -> Doc:
        """Give back all or part of a charge.

        Fires: refund.created, charge.refunded.
        Source: https://docs.stripe.com/api/refunds/create
        """
        charge = self._charge(params)
        connected.check(charge, params)
        return self.view(
            self.give_back(
                charge,
                params.amount,
                reason=params.reason,
                metadata=params.metadata,
                instructions_email=params.instructions_email,
                with_fee=params.refund_application_fee,
                with_transfer=params.reverse_transfer,
            )
        )

    @route("GET /v1/refunds/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a refund."""
        return self.view(self.get(id))

    @route("POST /v1/refunds/{id}")
    def update(self, id: str, params: UpdateRefund) -> Doc:
        """Change a refund's metadata. Fires: refund.updated, charge.refund.updated."""
        return self.view(self._changed(self.patched(self.get(id), params.given())))

    @route("GET /v1/refunds")
    def index(self, params: ListRefunds) -> Doc:
        """List refunds."""
        return self.listed(params, **_where(params))

    @route("GET /v1/charges/{charge}/refunds")
    def index_of_charge(self, charge: str, params: ListParams) -> Doc:
        """List a charge's refunds."""
        self.stripe.charges.get(charge)
        return self.listed(params, url=f"/v1/charges/{charge}/refunds", charge=charge)

    @route("GET /v1/charges/{charge}/refunds/{id}")
    def retrieve_of_charge(self, charge: str, id: str) -> Doc:
        """Return one of a charge's refunds."""
        doc = self.get(id)
        if doc["charge"] != charge:
            raise self.missing(id)
        return self.view(doc)

    @route("POST /v1/charges/{charge}/refunds/{id}")
    def update_of_charge(self, charge: str, id: str, params: UpdateRefund) -> Doc:
        """Change the metadata of one of a charge's refunds."""
        self.retrieve_of_charge(charge, id)
        return self.update(id, params)

    @route("POST /v1/charges/{charge}/refunds")
    def create_for_charge(self, charge: str, params: CreateRefund) -> Doc:
        """Give back all or part of the charge in the path."""
        return self.create(params.model_copy(update={"charge": charge}))

    @route("POST /v1/refunds/{id}/cancel")
    def cancel(self, id: str) -> Doc:
        """Cancel a refund that waits for the payer's bank account.

        Fires: refund.updated, charge.refund.updated.
        Source: https://docs.stripe.com/api/refunds/cancel
        """
        doc = self.get(id)
        if doc["status"] != "requires_action":
            raise errors.invalid("Canceling this refund is unsupported.")
        return self.view(self.canceled(doc))

    @route("POST /v1/test_helpers/refunds/{id}/expire")
    def expire(self, id: str) -> Doc:
        """Let a refund that waits for the payer fail. Fires: refund.failed.

        Source: https://docs.stripe.com/api/refunds/expire
        """
        doc = self.get(id)
        if doc["status"] != "requires_action":
            raise errors.invalid(
                f"Refunds in the `{doc['status']}` status can't be expired.",
                code="refund_unexpected_state",
            )
        self.bounce(id, "unknown")
        return self.view(self.get(id))

    # What other nouns use.

    def give_back(
        self,
        charge: Doc,
        amount: int | None = None,
        *,
        reason: str | None = None,
        metadata: dict[str, str | None] | None = None,
        instructions_email: str | None = None,
        with_fee: bool = False,
        with_transfer: bool = False,
    ) -> Doc:
        """Give back part of a charge, or all that is left of it.

        Fires: refund.created, charge.refunded; when something was only held, no more than that.

        Raises:
            VendorError: nothing can be given back, or not as much.
        """
        left = self._left(charge, amount)
        amount = left if amount is None else amount
        kind = charge["payment_method_details"]["type"]
        status = self._first_status(charge, kind)
        if status == "requires_action" and not instructions_email:
            raise errors.invalid(
                "You must provide `instructions_email` to refund this payment method.",
                "instructions_email",
                "parameter_missing",
            )
        doc = self.new(
            amount=amount,
            charge=charge["id"],
            currency=charge["currency"],
            customer=charge["customer"],
            destination_details=destination_of(kind, status),
            metadata=merged({}, metadata or {}),
            payment_intent=charge["payment_intent"],
            payment_method=charge["payment_method"],
            reason=reason,
            status=status,
        )
        if status == "requires_action":
            doc["instructions_email"] = instructions_email
            doc["next_action"] = {
                "display_details": {
                    "email_sent": {"email_sent_at": self.at, "email_sent_to": instructions_email},
                    "expires_at": self.at + 45 * 86400,
                },
                "type": "display_details",
            }
        if status == "pending":
            doc["pending_reason"] = CHARGE_PENDING if charge["status"] == "pending" else PROCESSING
        fee = connected.fee_of(self.stripe, charge, amount) if with_fee else 0
        if charge["captured"] and doc.get("pending_reason") != CHARGE_PENDING:
            doc["balance_transaction"] = bookings.taken(self.stripe, charge, doc, fee)
        doc |= connected.taken_back(self.stripe, charge, doc, fee, with_transfer=with_transfer)
        self.save(doc, event="refund.created")
        self.stripe.tax_associations.refunded(doc)
        if kind == "customer_balance" and charge["customer"]:
            self.stripe.cash_balances.refunded(doc)
        given = charge["amount_refunded"] + amount
        refunded = {"amount_refunded": given, "refunded": given >= charge["amount"]}
        self.stripe.charges.save({**charge, **refunded}, event="charge.refunded")
        if refunded["refunded"]:
            self.stripe.early_fraud_warnings.settled(charge["id"])
            why = "refunded_as_fraud" if reason == "fraudulent" else "refunded"
            self.stripe.reviews.settled(charge["id"], why)
        self._schedule(doc, charge)
        return doc

    def returned(self, id: str, payment: Doc, amount: int, *, fee: int) -> Doc:
        """Keep what an account gives back of a transfer. Fires: charge.refunded."""
        booked = self.stripe.balance_transactions.book(
            type="payment_refund",
            amount=-amount,
            currency=payment["currency"],
            source=id,
            application_fee=-fee,
            available_now=True,
        )
        doc = self.new(
            id=id,
            amount=amount,
            balance_transaction=booked["id"],
            charge=payment["id"],
            currency=payment["currency"],
            status="succeeded",
        )
        given = payment["amount_refunded"] + amount
        refunded = {"amount_refunded": given, "refunded": given >= payment["amount"]}
        self.stripe.charges.save({**payment, **refunded}, event="charge.refunded")
        return self.save(doc)

    def released(self, charge: Doc, amount: int) -> Doc:
        """Keep the refund by which Stripe tells that held money was let go."""
        return self.save(
            self.new(
                amount=amount,
                charge=charge["id"],
                currency=charge["currency"],
                customer=charge["customer"],
                destination_details=destination_of("card", "reversed"),
                payment_intent=charge["payment_intent"],
                payment_method=charge["payment_method"],
            )
        )

    def arrive(self, id: str) -> None:
        """Let a pending refund succeed. Fires: refund.updated, charge.refund.updated."""
        doc = self.peek(id)
        if doc is not None and doc.get("pending_reason") == PROCESSING:
            doc.pop("pending_reason")
            self._changed({**doc, "status": "succeeded"})

    def bounce(self, id: str, reason: str = "unknown") -> None:
        """Let a refund fail after all. Fires: refund.failed, charge.refund.updated.

        Source: https://docs.stripe.com/refunds (failed refunds)
        """
        doc = self.peek(id)
        if doc is None or doc["status"] in ("failed", "canceled"):
            return
        for name in ("pending_reason", "next_action"):
            doc.pop(name, None)
        failed = {**doc, "status": "failed", "failure_reason": reason}
        failed["failure_balance_transaction"] = self._undone(doc)
        self.save(failed, event="refund.failed")
        self.mirror.emit("charge.refund.updated", {"object": self.view(failed)})

    def canceled(self, doc: Doc, reason: str = "merchant_request") -> Doc:
        """Take a refund back. Fires: refund.updated, charge.refund.updated."""
        canceled = {**doc, "status": "canceled"}
        for name in ("pending_reason", "next_action"):
            canceled.pop(name, None)
        canceled["failure_reason"] = reason
        canceled["failure_balance_transaction"] = self._undone(doc)
        return self._changed(canceled)

    # Details.

    def _changed(self, doc: Doc) -> Doc:
        self.save(doc, event="refund.updated")
        self.mirror.emit("charge.refund.updated", {"object": self.view(doc)})
        return doc

    def _undone(self, doc: Doc) -> str | None:
        charge = self.stripe.charges.get(doc["charge"])
        left = charge["amount_refunded"] - doc["amount"]
        self.stripe.charges.save({**charge, "amount_refunded": left, "refunded": False})
        if doc["balance_transaction"] is None:
            return None
        return bookings.put_back(self.stripe, charge, doc)

    def _charge(self, params: CreateRefund) -> Doc:
        if params.payment_intent and params.charge is None:
            intent = self.stripe.payment_intents.peek(params.payment_intent)
            if intent is None:
                raise errors.missing("payment_intent", params.payment_intent, "payment_intent")
            charge = self.stripe.charges.peek(intent["latest_charge"] or "")
            if charge is None or intent["status"] == "canceled":
                raise errors.invalid(NO_CHARGE.format(id=intent["id"]))
            return self._taken(charge)
        if not params.charge:
            raise errors.invalid(
                "One of the following params should be provided for this request: payment_intent"
                " or charge."
            )
        charge = self.stripe.charges.peek(params.charge)
        if charge is None:
            raise errors.missing("charge", params.charge)
        return self._taken(charge)

    def _taken(self, charge: Doc) -> Doc:
        """Return a charge, unless its intent took no money with it."""
        intent = charge["payment_intent"]
        if intent and charge["status"] == "failed":
            raise errors.invalid(NO_CHARGE.format(id=intent))
        if intent and not charge["captured"]:
            raise errors.invalid(
                f"This uncaptured Charge was created by a PaymentIntent ({intent}). You must cancel"
                " the PaymentIntent to reverse the authorization instead of refunding the Charge"
                " directly. For more information, see"
                " https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
            )
        return charge

    def _left(self, charge: Doc, amount: int | None) -> int:
        """Return what can be given back. Source: https://docs.stripe.com/error-codes"""
        id, currency = charge["id"], charge["currency"]
        if charge["disputed"] and self.stripe.disputes.is_charged_back(id):
            raise errors.invalid(
                f"Charge {id} has been charged back; cannot issue a refund.",
                code="charge_disputed",
            )
        if charge["refunded"]:
            raise errors.invalid(
                f"Charge {id} has already been refunded.", code="charge_already_refunded"
            )
        if charge["status"] == "failed":
            raise errors.invalid(f"Charge {id} has failed; cannot issue a refund.", "charge")
        left: int = charge["amount"] - charge["amount_refunded"]
        if amount is not None and amount > left:
            already = charge["amount_refunded"] > 0
            limit = "unrefunded amount on charge" if already else "charge amount"
            raise errors.invalid(
                f"Refund amount ({money.show(amount, currency)}) is greater than {limit}"
                f" ({money.show(left, currency)})",
                "amount",
            )
        if not charge["captured"] and amount not in (None, left):
            raise errors.invalid(
                "You cannot partially refund an uncaptured charge. Instead, capture the charge for"
                " an amount less than the original amount",
                "amount",
            )
        return left

    def _first_status(self, charge: Doc, kind: str) -> str:
        if kind in BY_HAND:
            return "requires_action"
        method = self.stripe.payment_methods.peek(charge["payment_method"])
        if kind != "card" or method is None:
            return "succeeded" if kind in ("card", "customer_balance") else "pending"
        slow = self.stripe.payment_methods.card_of(method).refund == "pending"
        return "pending" if slow else "succeeded"

    def _schedule(self, doc: Doc, charge: Doc) -> None:
        """Let what the test card brings happen. Source: https://docs.stripe.com/testing#refunds"""
        if doc.get("pending_reason") == PROCESSING:
            self.mirror.after(SOON, "refunds.arrive", id=doc["id"])
        kind = charge["payment_method_details"]["type"]
        method = self.stripe.payment_methods.peek(charge["payment_method"])
        card = self.stripe.payment_methods.card_of(method) if method and kind == "card" else None
        if card is not None and card.refund == "fails":
            self.mirror.after(SOON, "refunds.bounce", id=doc["id"])


def _where(params: ListRefunds) -> dict[str, Any]:
    names = ("charge", "payment_intent")
    return {name: value for name in names if (value := getattr(params, name))}
