"""Invoices: what customers owe. Source: https://docs.stripe.com/api/invoices"""

from collections.abc import Sequence
from typing import Any

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.lists.search import (
    Field,
    Searchable,
    SearchParams,
    searched,
)
from mirra_mcp.local.mirrors.stripe.billing.invoices.edits import InvoiceEdits
from mirra_mcp.local.mirrors.stripe.billing.invoices.params import (
    AttachPayment,
    CreateInvoice,
    EditInvoice,
    FinalizeInvoice,
    ListInvoices,
    PayInvoice,
)
from mirra_mcp.local.mirrors.stripe.billing.invoices.previews import InvoicePreviews
from mirra_mcp.local.mirrors.stripe.billing.invoices.totals import without_rates
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, HOUR
from mirra_mcp.wire.model import Doc

FIELDS = {
    "created": Field("number"),
    "currency": Field("token"),
    "customer": Field("token"),
    "metadata": Field("metadata"),
    "number": Field("string"),
    "receipt_number": Field("string"),
    "status": Field("string"),
    "subscription": Field("string"),
    "total": Field("number"),
}
ALWAYS = {
    "auto_advance",
    "automatically_finalizes_at",
    "default_payment_method",
    "default_source",
    "metadata",
    "payment_settings",
}
"""What can change after finalization."""


class Invoices(Searchable, InvoiceEdits, InvoicePreviews):
    """The invoices of the account."""

    search_fields = FIELDS

    def bill(self, *, customer: str, lines: Sequence[Doc] = (), **fields: Any) -> Doc:
        """Write a draft with lines, as `POST /v1/invoices` and its lines do."""
        params = CreateInvoice.model_validate({"customer": customer, **fields})
        doc = self._create(params)
        if lines:
            charges = [self.one_time(each, doc["currency"], "lines") for each in lines]
            doc = self.append(doc, charges)
        return doc

    @route("POST /v1/invoices")
    def create(self, params: CreateInvoice) -> Doc:
        """Start a draft. Fires: invoice.created."""
        return self.view(self._create(params))

    @route("GET /v1/invoices/search")
    def search(self, params: SearchParams) -> Doc:
        """Find invoices. Source: https://docs.stripe.com/search#search-query-language"""
        return searched(self, params, FIELDS)

    @route("GET /v1/invoices/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one invoice."""
        return self.view(self.get(id))

    @route("GET /v1/invoices")
    def index(self, params: ListInvoices) -> Doc:
        """List invoices."""
        where = {
            name: value
            for name in ("customer", "status", "subscription")
            if (value := getattr(params, name)) is not None
        }

        def keep(doc: Doc) -> bool:
            due = params.due_date
            if isinstance(due, int):
                return bool(doc["due_date"] == due)
            if due is not None and (doc["due_date"] is None or not due.holds(doc["due_date"])):
                return False
            method = params.collection_method
            return method is None or doc["collection_method"] == method

        filtered = params.collection_method is not None or params.due_date is not None
        return self.listed(params, keep=keep if filtered else None, **where)

    @route("POST /v1/invoices/{id}")
    def update(self, id: str, params: EditInvoice) -> Doc:
        """Change a draft; little can change afterwards. Fires: invoice.updated."""
        doc, given = self.get(id), params.given()
        self.stripe.test_clocks.enter(doc)
        if doc["status"] != "draft" and set(given) - ALWAYS:
            raise errors.invalid(
                "Finalized invoices can't be updated in this way",
                next(iter(sorted(set(given) - ALWAYS))),
                "invoice_not_editable",
            )
        self._check({"collection_method": doc["collection_method"], **given}, doc["customer"])
        fields = self._fields(given, doc)
        changed = self.patched(doc, fields)
        if "default_tax_rates" in fields:
            changed["lines"] = without_rates(doc["lines"], doc["default_tax_rates"])
        if changed["status"] == "draft":
            if changed["auto_advance"] and changed["automatically_finalizes_at"] is None:
                changed["automatically_finalizes_at"] = self.at + HOUR
            if not changed["auto_advance"]:
                changed["automatically_finalizes_at"] = None
            changed = self.summed(changed, changed["lines"]["data"])
        self.save(changed, event="invoice.updated")
        self.plan_advance(changed)
        return self.view(changed)

    @route("DELETE /v1/invoices/{id}")
    def delete(self, id: str) -> Doc:
        """Throw a one-off draft away; its items wait again. Fires: invoice.deleted."""
        doc = self.get(id)
        if doc["status"] != "draft":
            raise errors.invalid("You can only delete draft invoices.")
        if doc["subscription"] and doc["billing_reason"] != "manual":
            raise errors.invalid("You can't delete invoices created by subscriptions.")
        self.stripe.test_clocks.enter(doc)
        self.mirror.cancel_timers("invoices.advance", id=id)
        for item in self.stripe.invoice_items.find(invoice=id):
            self.stripe.invoice_items.put_on(item, None)
        self.drop(doc, event="invoice.deleted")
        return self.deleted(doc)

    @route("POST /v1/invoices/{id}/finalize")
    def finalize_now(self, id: str, params: FinalizeInvoice) -> Doc | Answer:
        """Finalize a draft. Fires: invoice.finalized; invoice.paid when nothing is due."""
        doc = self.get(id)
        self.stripe.test_clocks.enter(doc)
        self._must_be_draft(doc)
        if params.auto_advance is not None:
            doc["auto_advance"] = params.auto_advance
        if refusal := self.not_finalized(doc):
            return refusal
        doc = self.finalize(doc)
        if doc["status"] == "open" and doc["auto_advance"]:
            doc = self.proceed(doc)
        return self.view(doc)

    @route("POST /v1/invoices/{id}/pay")
    def pay(self, id: str, params: PayInvoice) -> Doc | Answer:
        """Pay an invoice now; a draft is finalized first. A decline answers 402.

        Fires: what the payment does, invoice.paid, invoice.payment_succeeded (unless it was
            paid elsewhere).
        """
        doc = self.get(id)
        self.stripe.test_clocks.enter(doc)
        if doc["status"] == "paid":
            raise errors.invalid("Invoice is already paid")
        if doc["status"] == "void":
            raise errors.invalid("This invoice is voided and can't be paid.")
        method = params.payment_method or params.source
        if method:
            method = self.stripe.payment_methods.usable(method, doc["customer"], "payment_method")[
                "id"
            ]
        elif not (params.paid_out_of_band or params.forgive or self.method_for(doc)):
            self._must_be_free(doc)
        if doc["status"] == "draft":
            if refusal := self.not_finalized(doc):
                return refusal
            doc = self.finalize(doc)
            if doc["status"] == "paid":
                return self.view(doc)
        if params.paid_out_of_band or params.forgive:
            return self.view(self.settle(doc, out_of_band=True))
        if doc["status"] == "uncollectible":
            doc = self.save(doc | {"status_details": None})
        doc = self.collect(
            doc, payment_method=method, off_session=params.off_session, scheduled=False
        )
        if doc["status"] == "paid":
            return self.view(doc)
        return self.refused(doc, "invoice_payment_intent_requires_action")

    @route("POST /v1/invoices/{id}/void")
    def void_now(self, id: str) -> Doc:
        """Take a finalized invoice back. Fires: invoice.voided."""
        doc = self.get(id)
        self.stripe.test_clocks.enter(doc)
        if doc["status"] not in ("open", "uncollectible"):
            raise errors.invalid("You can only pass in open invoices. This invoice isn't open.")
        return self.view(self.void(doc))

    @route("POST /v1/invoices/{id}/mark_uncollectible")
    def mark_uncollectible(self, id: str) -> Doc:
        """Write an open invoice off. Fires: invoice.marked_uncollectible."""
        doc = self.get(id)
        self.stripe.test_clocks.enter(doc)
        if doc["status"] == "uncollectible":
            raise errors.invalid("This invoice has already been marked uncollectible.")
        if doc["status"] != "open":
            raise errors.invalid("You can only pass in open invoices. This invoice isn't open.")
        return self.view(self.give_up(doc))

    @route("POST /v1/invoices/{id}/send")
    def send(self, id: str) -> Doc | Answer:
        """Mail an invoice to its customer; a draft is finalized first. Fires: invoice.sent."""
        doc = self.get(id)
        self.stripe.test_clocks.enter(doc)
        if doc["collection_method"] != "send_invoice":
            raise errors.invalid(
                "You can only manually send an invoice if its collection method is `send_invoice`."
            )
        if doc["status"] not in ("draft", "open"):
            raise errors.invalid("You can only pass in open invoices. This invoice isn't open.")
        if doc["status"] == "draft":
            if refusal := self.not_finalized(doc):
                return refusal
            return self.view(self.proceed(self.finalize(doc)))
        self.mirror.emit("invoice.sent", {"object": self.view(doc)})
        return self.view(doc)

    @route("POST /v1/invoices/{id}/attach_payment")
    def attach_payment(self, id: str, params: AttachPayment) -> Doc:
        """Count a payment for an open invoice: now if it was made, else when it is.

        Fires: invoice_payment.paid and invoice.updated, and what a paid invoice fires.
        Source: https://docs.stripe.com/api/invoices/attach_payment
        """
        doc = self.get(id)
        self.stripe.test_clocks.enter(doc)
        if doc["status"] != "open":
            raise errors.invalid("You can only attach payments to open invoices.")
        if params.payment_record:
            self.stripe.invoice_payments.by_record(doc, params.payment_record)
            return self.view(self.settle(doc, out_of_band=True))
        if not params.payment_intent:
            raise errors.invalid(
                "Missing required param: payment_intent.", "payment_intent", "parameter_missing"
            )
        intent = self.stripe.payment_intents.named(params.payment_intent, "payment_intent")
        self.stripe.invoice_payments.attach(doc, intent)
        if intent["status"] == "succeeded":
            doc = self.counted(doc, intent)
        return self.view(doc)

    def refused(self, doc: Doc, code: str) -> Answer:
        """Answer 402 for an invoice whose payment has just failed or needs its customer."""
        intent = doc["payment_intent"] and self.stripe.payment_intents.peek(doc["payment_intent"])
        if intent and intent["status"] == "requires_payment_method":
            return self.stripe.payment_intents.declined(intent)
        refusal = errors.error(
            402,
            "card_error",
            "This payment requires additional user action before it can be completed"
            " successfully. Payment can be completed using the PaymentIntent associated with the"
            f" {'invoice' if code.startswith('invoice') else 'subscription'}. For more details"
            " see: https://stripe.com/docs/billing/subscriptions/overview#requires-action",
            code=code,
        )
        return Answer(402, refusal.body)

    def _create(self, params: CreateInvoice) -> Doc:
        if params.from_invoice is not None:
            before, id = self.to_revise(params), self.new_id()
            fields = self._fields(params.given(), before | {"id": id, "created": self.at})
            names = ("collection_method", "due_date")
            self._check({name: before[name] for name in names} | fields, before["customer"])
            return self.revised(before, fields | {"id": id, "auto_advance": params.auto_advance})
        if params.customer is None:
            raise errors.invalid(
                "Missing required param: customer.", "customer", "parameter_missing"
            )
        stripe, given = self.stripe, params.given()
        customer = stripe.customers.live(params.customer)
        stripe.test_clocks.enter(customer)
        self._check({"collection_method": params.collection_method, **given}, customer["id"])
        sub = None
        if params.subscription:
            sub = stripe.subscriptions.named(params.subscription, "subscription")
        currency = params.currency or (sub or customer)["currency"] or "usd"
        items: list[Doc] = []
        behavior = params.pending_invoice_items_behavior
        if behavior == "include" or (sub is not None and behavior is None):
            items = stripe.invoice_items.pending(
                customer["id"], currency, subscription=params.subscription, also_free=sub is None
            )
        stripe.customers.take_currency(customer["id"], currency)
        fields = self._fields(given, {"id": None, "customer": customer["id"], "created": self.at})
        fields |= {"billing_reason": "manual", "currency": currency}
        fields["auto_advance"] = params.auto_advance
        fields["collection_method"] = params.collection_method
        return self.draft(customer, [], sub=sub, pending=items, **fields)

    def _fields(self, given: Doc, doc: Doc) -> Doc:
        """Return what was sent in the form that documents keep."""
        automatic = given.get("automatic_tax") or doc.get("automatic_tax")
        rates = given.get("default_tax_rates", doc.get("default_tax_rates"))
        self.stripe.tax_settings.check_alone(automatic, rates, "default_tax_rates")
        fields = {**given}
        for name in ("customer", "customer_account", "from_invoice", "subscription", "currency"):
            fields.pop(name, None)
        fields.pop("pending_invoice_items_behavior", None)
        if (days := fields.pop("days_until_due", None)) is not None:
            fields["due_date"] = doc["created"] + days * DAY
        if "default_tax_rates" in fields:
            fields["default_tax_rates"] = [
                self.stripe.tax_rates.view(self.stripe.tax_rates.usable(id, "default_tax_rates"))
                for id in fields["default_tax_rates"] or ()
            ]
        if "discounts" in fields:
            id = doc["id"] or self.new_id()
            redeemed = self.stripe.discounts.redeem(
                fields["discounts"] or [],
                customer=doc["customer"],
                currency=given.get("currency") or doc.get("currency"),
                invoice=id,
            )
            fields |= {"discounts": [each["id"] for each in redeemed]}
            if doc["id"] is None:
                fields["id"] = id
        for name in ("automatic_tax", "payment_settings"):
            if fields.get(name) is not None:
                fields[name] = self.blank[name] | fields[name]
            else:
                fields.pop(name, None)
        return fields

    def _check(self, given: Doc, customer: str) -> None:
        if given.get("default_payment_method"):
            self.stripe.payment_methods.usable(
                given["default_payment_method"], customer, "default_payment_method"
            )
        sends = given.get("collection_method") == "send_invoice"
        if given.get("days_until_due") is not None and given.get("due_date") is not None:
            raise errors.invalid(
                "You may only specify one of these parameters: days_until_due, due_date."
            )
        if (given.get("automatically_finalizes_at") or 0) > self.at + 5 * 366 * DAY:
            raise errors.invalid(
                "`automatically_finalizes_at` can be at most 5 years in the future.",
                "automatically_finalizes_at",
            )
        if given.get("application_fee_amount") and not (
            self.stripe.account or given.get("transfer_data")
        ):
            raise errors.invalid(
                "Can only apply an application_fee_amount when the request is made on behalf of"
                " another account (using an OAuth key or the Stripe-Account header) or with"
                " `transfer_data[destination]`.",
                "application_fee_amount",
            )
        dated = given.get("days_until_due") is not None or given.get("due_date") is not None
        if sends and not dated:
            raise errors.invalid(
                "If invoice collection method is 'send_invoice', you must specify 'due_date' or"
                " 'days_until_due'."
            )
        if not sends and dated:
            raise errors.invalid(
                "You can only specify 'due_date' or 'days_until_due' if invoice collection method"
                " is 'send_invoice'."
            )

    def _must_be_free(self, doc: Doc) -> None:
        if doc["amount_remaining"] > 0:
            raise no_payment_method()

    def _must_be_draft(self, doc: Doc) -> None:
        if doc["status"] != "draft":
            raise errors.invalid(
                "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
                code="invoice_not_editable",
            )
        if self.outrun(doc):
            raise errors.invalid(
                "This revision can't be finalized: the invoice that it revises is paid or void."
            )


def no_payment_method() -> Exception:
    """Source: https://docs.stripe.com/billing/subscriptions/payment-methods-setting"""
    return errors.invalid(
        "This customer has no attached payment source or default payment method. Please consider"
        " adding a default payment method. For more information, visit"
        " https://stripe.com/docs/billing/subscriptions/payment-methods-setting"
        "#payment-method-priority.",
        code="resource_missing",
    )
