"""How invoices are finalized, paid, retried and closed.

Source: https://docs.stripe.com/invoicing/integration/automatic-advancement-collection,
https://docs.stripe.com/billing/revenue-recovery/smart-retries and
https://docs.stripe.com/billing/subscriptions/webhooks
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.billing.invoices.sharing import shares
from mirra_mcp.local.mirrors.stripe.billing.invoices.taxes import InvoiceTaxes
from mirra_mcp.local.mirrors.stripe.billing.invoices.totals import to_pay
from mirra_mcp.local.mirrors.stripe.billing.periods import within
from mirra_mcp.local.mirrors.stripe.billing.subscriptions import dunning
from mirra_mcp.wire.model import Doc

SUCCEEDED = "invoice.payment_succeeded"
SHARED = ("application_fee_amount", "on_behalf_of", "transfer_data")
PURPOSE = {
    "subscription_create": "Subscription creation",
    "subscription_update": "Subscription update",
    "subscription_cycle": "Subscription update",
}


class InvoiceCollection(InvoiceTaxes):
    """Invoices on their way from draft to paid."""

    def advance(self, id: str) -> None:
        """Finalize a draft whose time has come, and collect it. Called by a timer."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "draft" or not doc["auto_advance"]:
            return
        self.stripe.test_clocks.enter(doc)
        if doc["subscription"] is None and (self.outrun(doc) or self.not_finalized(doc)):
            return
        self.proceed(self.finalize(doc))

    def proceed(self, doc: Doc) -> Doc:
        """Do what follows finalization: send the invoice, or charge for it."""
        if doc["status"] != "open":
            return doc
        if doc["collection_method"] == "send_invoice":
            self.mirror.emit("invoice.sent", {"object": self.view(doc)})
            if doc["due_date"] is not None:
                self.mirror.after(
                    within(doc["due_date"] - self.at), "invoices.fall_due", id=doc["id"]
                )
            return self.stripe.cash_balances.settled(doc)
        return self.collect(doc) if doc["auto_advance"] else doc

    def finalize(self, doc: Doc) -> Doc:
        """Close a draft: number, balance, payment intent. What needs no payment is paid at once.

        Fires: invoice.finalized, payment_intent.created; invoice.paid when nothing is due.
        """
        self.mirror.cancel_timers("invoices.advance", id=doc["id"])
        self.take_place(doc)
        customer = self.stripe.customers.get(doc["customer"])
        doc = self.summed(doc, doc["lines"]["data"], customer)
        with self.stripe.events_held() as booked:
            doc = self.stripe.credit_grants.applied_to(doc)
        doc = self.summed(doc, doc["lines"]["data"], customer)
        if doc["automatic_tax"]["status"] == "requires_location_inputs":
            doc = self.untaxed(doc, customer)
        due, ending = to_pay(doc["total"], customer["balance"], doc["currency"])
        moved = ending - customer["balance"]
        token = self.mirror.ids.token(60)
        doc |= {
            "amount_due": due,
            "amount_remaining": due,
            "automatically_finalizes_at": None,
            "effective_at": doc["effective_at"] or self.at,
            "ending_balance": ending,
            "number": doc["number"] or self.stripe.customers.next_invoice_number(customer["id"]),
            "status": "open",
            "status_transitions": doc["status_transitions"] | {"finalized_at": self.at},
            "_moved_balance": moved,
            "_page": f"test_{token}",
        }
        with self.stripe.events_held() as held:
            if moved:
                small = due == 0 and doc["total"] > 0 and ending > 0
                self.stripe.customers.change_balance(
                    customer["id"],
                    moved,
                    "invoice_too_small" if small else "applied_to_invoice",
                    currency=doc["currency"],
                    invoice=doc["id"],
                )
            if due > 0:
                doc |= self._shares(doc)
                doc["payment_intent"] = self._intent_of(doc, customer)["id"]
        doc = self.save(doc, event=None)
        self.mirror.emit("invoice.finalized", {"object": self.view(doc)})
        for event, data in (*booked, *held):
            self.mirror.emit(event, data)
        self.stripe.subscriptions.spend_discounts(doc)
        if doc["payment_intent"]:
            self.stripe.invoice_payments.open_for(doc, doc["payment_intent"])
            return doc
        return self.settle(doc)

    def collect(
        self,
        doc: Doc,
        *,
        payment_method: str | None = None,
        off_session: bool = True,
        scheduled: bool = True,
    ) -> Doc:
        """Try to take the payment of an open invoice; a decline doesn't raise.

        Tries that aren't `scheduled` leave the plan of retries as it is.

        Fires: charge.*, payment_intent.*, then invoice.paid, or invoice.payment_failed.
        """
        if doc["amount_remaining"] <= 0:
            return self.settle(doc)
        method = payment_method or self.method_for(doc)
        if method is None:
            return self.failed(doc, None, scheduled=scheduled)
        intent = self.stripe.payment_intents.get(doc["payment_intent"])
        intent = self.stripe.payment_intents.attempt(
            intent, payment_method=method, off_session=off_session
        )
        return self._follow(doc, intent, scheduled=scheduled)

    def intent_settled(self, intent: Doc) -> None:
        """Follow a payment intent that settled by itself: confirmed by a client, or by 3DS."""
        doc = self.peek(intent["invoice"]) if intent.get("invoice") else None
        if doc is None:
            self.stripe.invoice_payments.intent_settled(intent)
            return
        if doc["status"] not in ("open", "uncollectible") or intent["status"] == "canceled":
            return
        self.stripe.test_clocks.enter(doc)
        self._follow(doc, intent, scheduled=False)

    def counted(self, doc: Doc, intent: Doc) -> Doc:
        """Count an attached payment that succeeded; what is too much goes to the customer.

        Fires: invoice_payment.paid and invoice.updated; what a paid invoice fires, when it is one.
        Source: https://docs.stripe.com/invoicing/partial-payments
        """
        received, left = intent["amount_received"], doc["amount_remaining"]
        if received < left:
            sums = {"amount_paid": doc["amount_paid"] + received}
            sums["amount_remaining"] = left - received
            doc = self.save(doc | sums, event="invoice.updated")
            self.stripe.invoice_payments.settle(doc, intent["id"], received)
            self.stripe.invoice_payments.ask_for_rest(doc)
            return self.get(doc["id"])
        self._withdraw(doc)
        self.stripe.invoice_payments.cancel(doc, besides=intent["id"])
        if over := received - left:
            id, currency = doc["customer"], doc["currency"]
            self.stripe.customers.change_balance(
                id, -over, "adjustment", currency=currency, invoice=doc["id"]
            )
        paid = {"amount_overpaid": over, "payment_intent": intent["id"]}
        return self.settle(doc | paid, intent=intent)

    def retry(self, id: str) -> None:
        """Try again. Called by a timer.

        After a decline that is final only another payment method is tried.
        """
        doc = self.peek(id)
        if doc is None or doc["status"] != "open" or doc["next_payment_attempt"] is None:
            return
        self.stripe.test_clocks.enter(doc)
        method = self.method_for(doc)
        if method is None or method == doc.get("_refused"):
            self._count_failure(doc, None, event=False)
            return
        self.collect(doc, payment_method=method)

    def fail(self, doc: Doc, decline_code: str) -> Doc:
        """Let one payment attempt be declined, whatever the card: what simulate tells."""
        if doc["status"] == "draft":
            doc = self.finalize(doc)
        intent = self.stripe.payment_intents.get(doc["payment_intent"])
        method = self.method_for(doc)
        intent = self.stripe.payment_intents.fail(intent, decline_code, payment_method=method)
        return self.failed(self.get(doc["id"]), intent)

    def failed(self, doc: Doc, intent: Doc | None, *, scheduled: bool = True) -> Doc:
        """Note a payment that failed, and plan the next try.

        Fires: invoice.updated, invoice.payment_failed, then what the subscription does.
        """
        return self._count_failure(doc, intent, event=True, scheduled=scheduled)

    def settle(self, doc: Doc, *, out_of_band: bool = False, intent: Doc | None = None) -> Doc:
        """Mark an invoice as paid.

        Fires: invoice.updated, invoice_payment.paid, invoice.paid, invoice.payment_succeeded (not
            when it was paid elsewhere), and customer.subscription.updated when the subscription
            becomes active by it.
        """
        self.mirror.cancel_timers("invoices.retry", id=doc["id"])
        self.mirror.cancel_timers("invoices.fall_due", id=doc["id"])
        amount = doc["amount_remaining"]
        charged = intent is not None
        doc |= {
            "amount_paid": doc["amount_paid"] + amount,
            "amount_paid_off_stripe": amount if out_of_band else 0,
            "amount_remaining": 0,
            "attempt_count": max(doc["attempt_count"], 1) if charged else doc["attempt_count"],
            "attempted": True,
            "auto_advance": False,
            "charge": intent["latest_charge"] if intent else doc["charge"],
            "next_payment_attempt": None,
            "paid": True,
            "paid_out_of_band": out_of_band,
            "status": "paid",
            "status_transitions": doc["status_transitions"] | {"paid_at": self.at},
        }
        if intent is None:
            self._withdraw(doc)
            self.stripe.invoice_payments.cancel(doc)
        self.save(doc, event="invoice.updated" if charged else None)
        if intent is not None:
            self.stripe.invoice_payments.settle(doc, intent["id"], amount)
        for event in ("invoice.paid",) if out_of_band else ("invoice.paid", SUCCEEDED):
            self.mirror.emit(event, {"object": self.view(doc)})
        if not self.find(customer=doc["customer"], status="open", limit=1):
            self.stripe.customers.mark_delinquent(doc["customer"], False)
        self.stripe.subscriptions.invoice_paid(doc)
        return self.get(doc["id"])

    def void(self, doc: Doc) -> Doc:
        """Take an invoice back. Fires: payment_intent.canceled, invoice.voided."""
        self.mirror.cancel_timers("invoices.retry", id=doc["id"])
        self._withdraw(doc)
        self.stripe.invoice_payments.cancel(doc)
        self.stripe.credit_grants.reinstate(doc)
        if moved := doc.get("_moved_balance"):
            self.stripe.customers.change_balance(
                doc["customer"],
                -moved,
                "unapplied_from_invoice",
                currency=doc["currency"],
                invoice=doc["id"],
            )
        doc |= {
            "auto_advance": False,
            "next_payment_attempt": None,
            "status": "void",
            "status_transitions": doc["status_transitions"] | {"voided_at": self.at},
        }
        self.save(doc)
        self.mirror.emit("invoice.voided", {"object": self.view(doc)})
        self.stripe.subscriptions.invoice_closed(doc)
        return doc

    def give_up(self, doc: Doc, reason: str = "user_forgiven") -> Doc:
        """Write an open invoice off. Fires: invoice.marked_uncollectible."""
        self.mirror.cancel_timers("invoices.retry", id=doc["id"])
        times = doc["status_transitions"] | {"marked_uncollectible_at": self.at}
        doc |= {
            "auto_advance": False,
            "next_payment_attempt": None,
            "status": "uncollectible",
            "status_details": {"uncollectible": {"reason": reason}},
            "status_transitions": times,
        }
        self.save(doc)
        self.mirror.emit("invoice.marked_uncollectible", {"object": self.view(doc)})
        self.stripe.subscriptions.invoice_closed(doc)
        return doc

    def stop(self, doc: Doc) -> None:
        """Let an invoice be: no more automatic steps."""
        for verb in ("invoices.advance", "invoices.retry", "invoices.fall_due"):
            self.mirror.cancel_timers(verb, id=doc["id"])
        if doc["auto_advance"] or doc["next_payment_attempt"]:
            still = {"auto_advance": False, "next_payment_attempt": None}
            still["automatically_finalizes_at"] = None
            self.save(doc | still, event="invoice.updated")

    def fall_due(self, id: str) -> None:
        """Find a sent invoice unpaid when it is due. Called by a timer."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "open":
            self.stripe.test_clocks.enter(doc)
            self.stripe.subscriptions.fall_behind(doc)

    def unpaid_of(self, sub: Doc) -> Doc | None:
        """Return the newest open invoice of a subscription."""
        return self.first(subscription=sub["id"], status="open")

    def method_for(self, doc: Doc) -> str | None:
        """Return what an invoice would be paid with.

        Source: https://docs.stripe.com/billing/subscriptions/payment-methods-setting
        """
        sub = self.stripe.subscriptions.peek(doc["subscription"]) if doc["subscription"] else None
        customer = self.stripe.customers.get(doc["customer"])
        own = customer.get("invoice_settings") or {}
        for holder, name in (
            (doc, "default_payment_method"),
            (doc, "default_source"),
            (sub or {}, "default_payment_method"),
            (sub or {}, "default_source"),
            (own, "default_payment_method"),
            (customer, "default_source"),
        ):
            if holder.get(name):
                return str(holder[name])
        return None

    def _follow(self, doc: Doc, intent: Doc, *, scheduled: bool = True) -> Doc:
        doc = self.get(doc["id"])
        if intent["status"] == "succeeded":
            return self.settle(doc, intent=intent)
        if intent["status"] in ("requires_action", "requires_confirmation", "processing"):
            if intent["status"] == "requires_action":
                counted = {"attempted": True, "attempt_count": max(doc["attempt_count"], 1)}
                doc = self.save(doc | counted, event="invoice.updated")
                self.mirror.emit("invoice.payment_action_required", {"object": self.view(doc)})
                self.stripe.subscriptions.fall_behind(doc)
            return self.get(doc["id"])
        return self.failed(doc, intent, scheduled=scheduled)

    def _count_failure(
        self, doc: Doc, intent: Doc | None, *, event: bool, scheduled: bool = True
    ) -> Doc:
        sub = self.stripe.subscriptions.peek(doc["subscription"]) if doc["subscription"] else None
        starting = sub is not None and sub["status"] in ("incomplete", "paused")
        since = doc.get("_failing_since") or self.at
        counts = scheduled or doc["attempt_count"] == 0
        failures = doc["attempt_count"] + (1 if counts else 0)
        next_try = doc["next_payment_attempt"]
        if counts:
            retries = doc["auto_advance"] and not starting
            next_try = dunning.next_try(self.stripe, since, failures) if retries else None
        doc |= {
            "attempt_count": failures,
            "attempted": True,
            "charge": intent["latest_charge"] if intent else doc["charge"],
            "next_payment_attempt": next_try,
            "_failing_since": since,
        }
        if intent is not None:
            doc["_refused"] = dunning.hard_method(intent)
        self.save(doc, event="invoice.updated")
        if event:
            self.mirror.emit("invoice.payment_failed", {"object": self.view(doc)})
            if intent is not None and dunning.must_authenticate(intent):
                self.mirror.emit("invoice.payment_action_required", {"object": self.view(doc)})
        self.mirror.cancel_timers("invoices.retry", id=doc["id"])
        if next_try is not None:
            self.mirror.after(within(next_try - self.at), "invoices.retry", id=doc["id"])
        self.stripe.customers.mark_delinquent(doc["customer"], True)
        if sub is not None and not starting:
            over = doc["auto_advance"] and next_try is None
            self.stripe.subscriptions.fall_behind(doc, over=over)
        return self.get(doc["id"])

    def _intent_of(self, doc: Doc, customer: Doc) -> Doc:
        sub = self.stripe.subscriptions.peek(doc["subscription"]) if doc["subscription"] else None
        saves = sub is not None and doc["collection_method"] == "charge_automatically"
        more: dict[str, Any] = {"setup_future_usage": "off_session"} if saves else {}
        types = doc["payment_settings"].get("payment_method_types")
        return self.stripe.payment_intents.draft(
            amount=doc["amount_due"],
            currency=doc["currency"],
            customer=customer["id"],
            invoice=doc["id"],
            description=PURPOSE.get(doc["billing_reason"]),
            payment_method_types=types or ["card"],
            statement_descriptor=doc["statement_descriptor"],
            **{name: doc[name] for name in SHARED},
            **more,
        )

    def _shares(self, doc: Doc) -> Doc:
        sub = self.stripe.subscriptions.peek(doc["subscription"]) if doc["subscription"] else None
        return shares(doc, sub)

    def _withdraw(self, doc: Doc) -> None:
        if doc["payment_intent"]:
            intent = self.stripe.payment_intents.peek(doc["payment_intent"])
            if intent and intent["status"] not in ("succeeded", "canceled"):
                self.stripe.payment_intents.withdraw(intent, "void_invoice")
