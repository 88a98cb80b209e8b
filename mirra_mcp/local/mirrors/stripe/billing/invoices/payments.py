"""Invoice payments: what was paid, or is to be paid, for an invoice.

Source: https://docs.stripe.com/api/invoice-payment
"""

from typing import ClassVar, Literal

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Nested
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class PaymentFilter(Nested):
    """The payment behind an invoice payment."""

    type: Literal["payment_intent", "payment_record"]
    payment_intent: str | None = None
    payment_record: str | None = None


class ListInvoicePayments(ListParams):
    """Filters of the list."""

    invoice: str | None = None
    payment: PaymentFilter | None = None
    status: Literal["canceled", "open", "paid"] | None = None


class InvoicePayments(StripeResource):
    """Payments of invoices; one is the default, made when the invoice is finalized."""

    entity, plural = "invoice_payment", "invoice_payments"
    object, prefix, path = "invoice_payment", "inpay", "/v1/invoice_payments"
    title = "invoice payment"
    indexes = ("invoice", "status", "_intent")
    blank: ClassVar[Doc] = {
        "amount_paid": None,
        "amount_requested": 0,
        "created": None,
        "currency": "usd",
        "invoice": None,
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }

    def open_for(
        self, invoice: Doc, intent: str, *, default: bool = True, amount: int | None = None
    ) -> Doc:
        """Ask for what is left of an invoice, or for an amount, through a payment intent."""
        return self.save(
            self.new(
                amount_requested=invoice["amount_remaining"] if amount is None else amount,
                currency=invoice["currency"],
                invoice=invoice["id"],
                is_default=default,
                payment={"payment_intent": intent, "type": "payment_intent"},
                _intent=intent,
            )
        )

    def by_record(self, invoice: Doc, record: str) -> None:
        """Take a reported payment, made elsewhere, for what is left. Fires: invoice_payment.paid.

        Source: https://docs.stripe.com/api/invoices/attach_payment

        Raises:
            VendorError: its money isn't certain, isn't enough, in another currency, or was taken.
        """
        found = self.stripe.payment_records.named(record, "payment_record")
        guaranteed = found["amount_guaranteed"]
        left = guaranteed["value"] - found["amount_refunded"]["value"]
        said = None
        if not guaranteed["value"]:
            said = "The payment record's latest attempt must be guaranteed."
        elif guaranteed["currency"] != invoice["currency"]:
            said = f"The payment record must be in the invoice's currency, {invoice['currency']}."
        elif left < invoice["amount_remaining"]:
            said = f"The payment record's amount ({left}) is less than what remains to be paid."
        elif self.first(_intent=record) is not None:
            said = "The payment record was attached to an invoice already."
        if said:
            raise errors.invalid(said, "payment_record")
        self.cancel(invoice)
        paid = self.new(
            amount_paid=invoice["amount_remaining"],
            amount_requested=invoice["amount_remaining"],
            currency=invoice["currency"],
            invoice=invoice["id"],
            is_default=False,
            payment={"payment_record": record, "type": "payment_record"},
            status="paid",
            status_transitions={"canceled_at": None, "paid_at": self.at},
            _intent=record,
        )
        self.save(paid, event="invoice_payment.paid")

    def settle(self, invoice: Doc, intent: str, amount: int) -> None:
        """Mark the payment through an intent as made. Fires: invoice_payment.paid."""
        doc = self.first(invoice=invoice["id"], _intent=intent)
        if doc is None or doc["status"] != "open":
            return
        times = {"canceled_at": None, "paid_at": self.at}
        paid = {"status": "paid", "amount_paid": amount, "status_transitions": times}
        self.save(doc | paid)
        self.mirror.emit("invoice_payment.paid", {"object": self.view(doc | paid)})

    def attach(self, invoice: Doc, intent: Doc) -> None:
        """Let an invoice wait for a payment.

        Raises:
            VendorError: the payment can't pay it.
        """
        self._check(invoice, intent)
        if intent.get("_owner") is None:
            owner = ["invoices", invoice["id"]]
            self.stripe.payment_intents.save(intent | {"_owner": owner})
        self.open_for(invoice, intent["id"], default=False, amount=intent["amount"])

    def _check(self, invoice: Doc, intent: Doc) -> None:
        """Refuse a payment that can't pay an invoice; the words are ours."""
        problem = None
        if intent["currency"] != invoice["currency"]:
            problem = (
                f"The currency of the PaymentIntent ({intent['currency']}) must match the currency"
                f" of the invoice ({invoice['currency']})."
            )
        elif intent["customer"] not in (None, invoice["customer"]):
            problem = "The PaymentIntent belongs to another customer than the invoice."
        elif intent["status"] == "canceled":
            problem = "You can't attach a PaymentIntent that was canceled."
        elif intent["invoice"] or self.first(_intent=intent["id"]):
            problem = "The PaymentIntent is already attached to an invoice."
        if problem:
            raise errors.invalid(problem, "payment_intent")

    def intent_settled(self, intent: Doc) -> None:
        """Follow a payment that was attached to an invoice."""
        found = self.find(_intent=intent["id"], status="open")
        doc = next((each for each in found if not each["is_default"]), None)
        if doc is None:
            return
        invoice = self.stripe.invoices.get(doc["invoice"])
        if intent["status"] == "canceled":
            self._drop(doc)
        elif intent["status"] == "succeeded" and invoice["status"] in ("open", "uncollectible"):
            self.stripe.test_clocks.enter(invoice)
            self.stripe.invoices.counted(invoice, intent)

    def ask_for_rest(self, invoice: Doc) -> None:
        """Let the default payment of an invoice ask for no more than what is left."""
        rest = invoice["amount_remaining"]
        intent = self.stripe.payment_intents.peek(invoice["payment_intent"] or "")
        if intent and intent["status"] not in ("succeeded", "canceled", "processing"):
            self.stripe.payment_intents.save(intent | {"amount": rest})
        for doc in self.find(invoice=invoice["id"], status="open"):
            if doc["is_default"]:
                self.save(doc | {"amount_requested": rest})

    def cancel(self, invoice: Doc, besides: str | None = None) -> None:
        """Ask no longer, but through the payment intent `besides`."""
        for doc in self.find(invoice=invoice["id"], status="open"):
            if besides is None or doc["_intent"] != besides:
                self._drop(doc)

    def _drop(self, doc: Doc) -> None:
        """Cancel one payment."""
        times = {"canceled_at": self.at, "paid_at": None}
        self.save(doc | {"status": "canceled", "status_transitions": times})

    @route("GET /v1/invoice_payments/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one invoice payment."""
        return self.view(self.get(id))

    @route("GET /v1/invoice_payments")
    def index(self, params: ListInvoicePayments) -> Doc:
        """List invoice payments."""
        where = {
            name: value
            for name in ("invoice", "status")
            if (value := getattr(params, name)) is not None
        }
        if params.payment:
            made = params.payment.payment_intent or params.payment.payment_record
            where |= {"_intent": made} if made else {}
        return self.listed(params, **where)
