"""The states of subscriptions: who moves them, and what their invoices do to them.

Source: https://docs.stripe.com/billing/subscriptions/overview and
https://docs.stripe.com/billing/subscriptions/webhooks
"""

from typing import Any, ClassVar

from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, HOUR, within
from mirra_mcp.local.mirrors.stripe.billing.subscriptions import dunning
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import span_of
from mirra_mcp.wire.model import Doc

OVER = ("canceled", "incomplete_expired")
UPDATED = "customer.subscription.updated"
DELETED = "customer.subscription.deleted"
VERBS = ("cycle", "bill_pending", "foretell", "warn", "expire", "finish", "wake", "lapse")


class SubscriptionStates(StripeResource):
    """Subscriptions and what happens to them."""

    entity, plural = "subscription", "subscriptions"
    statuses = (
        "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid",
        "paused",
    )  # fmt: skip
    object, prefix, path = "subscription", "sub", "/v1/subscriptions"
    indexes: ClassVar[tuple[str, ...]] = (
        "customer",
        "schedule",
        "status",
        "test_clock",
        "_find",
    )
    blank: ClassVar[Doc] = {
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": None,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": None, "type": "classic"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": None,
        "currency": "usd",
        "current_period_end": None,
        "current_period_start": None,
        "customer": None,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discount": None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": {"object": "list", "data": [], "has_more": False, "url": ""},
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": None,
        "status": "incomplete",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Write a subscription, and its items by themselves."""
        url = f"/v1/subscription_items?subscription={doc['id']}"
        items = [self._of(doc, item) for item in doc["items"]["data"]]
        doc["items"] = {**doc["items"], "data": items, "url": url}
        found = self.stripe.discounts.running(doc["discounts"], self.at)
        doc["discount"] = self.stripe.discounts.view(found[0]) if found else None
        self.stripe.subscription_items.sync(doc)
        saved = super().save(doc, event=event, **event_data)
        self.stripe.active_entitlements.sync(doc["customer"])
        return saved

    def _of(self, sub: Doc, item: Doc) -> Doc:
        start, end = span_of(sub, item)
        own = {"current_period_end": end, "current_period_start": start}
        return item | own | {"subscription": sub["id"]}

    def tell_change(self, before: Doc, after: Doc) -> None:
        """Tell of a change that was made in several steps, as one. Fires: …updated."""
        old, new = self.view(before), self.view(after)
        previous = {name: old[name] for name in old if old[name] != new.get(name)}
        data = {"object": new, "previous_attributes": previous}
        self.mirror.emit(UPDATED, data)

    def plan(self, sub: Doc) -> None:
        """Set the timers of what is to come, in place of those that were set."""
        id = sub["id"]
        for verb in VERBS:
            self.mirror.cancel_timers(f"subscriptions.{verb}", id=id)
        status, end = sub["status"], sub["current_period_end"]
        if status in OVER:
            return
        if status == "incomplete":
            self._wait("expire", id, sub["created"] + 23 * HOUR)
            return
        if sub["pending_update"]:
            self._wait("lapse", id, sub["pending_update"]["expires_at"])
        if sub["pause_collection"] and sub["pause_collection"]["resumes_at"]:
            self._wait("wake", id, sub["pause_collection"]["resumes_at"])
        if sub["cancel_at"] is not None and not sub["cancel_at_period_end"]:
            self._wait("finish", id, sub["cancel_at"])
        if status == "paused":
            return
        self._wait("cycle", id, end)
        if sub["next_pending_invoice_item_invoice"] is not None:
            self._wait("bill_pending", id, sub["next_pending_invoice_item_invoice"])
        ends = sub["cancel_at_period_end"] or (sub["cancel_at"] or end + 1) <= end
        if end - 7 * DAY > self.at and not ends:
            self._wait("foretell", id, end - 7 * DAY)
        if status == "trialing" and sub["trial_end"] - 3 * DAY > self.at:
            self._wait("warn", id, sub["trial_end"] - 3 * DAY)

    def foretell(self, id: str) -> bool:
        """Say that an invoice is coming, if one is. Called by a timer, 7 days ahead.

        Fires: invoice.upcoming.
        Source: https://docs.stripe.com/billing/subscriptions/webhooks
        """
        sub = self._living(id)
        preview = self.stripe.invoices.preview_of(sub) if sub is not None else None
        if preview is None:
            return False
        preview.pop("id", None)
        self.mirror.emit("invoice.upcoming", {"object": preview})
        return True

    def warn(self, id: str) -> None:
        """Say that a trial ends in 3 days. Fires: customer.subscription.trial_will_end."""
        sub = self._living(id)
        if sub is not None and sub["status"] == "trialing":
            self.mirror.emit("customer.subscription.trial_will_end", {"object": self.view(sub)})

    def expire(self, id: str) -> None:
        """Give up a subscription whose first payment wasn't made within 23 hours.

        Fires: payment_intent.canceled, invoice.voided, customer.subscription.updated.
        """
        sub = self._living(id)
        if sub is None or sub["status"] != "incomplete":
            return
        over = {"status": "incomplete_expired", "canceled_at": self.at, "ended_at": self.at}
        before = dict(sub)
        self.save(sub | over)
        invoice = self.stripe.invoices.peek(sub["latest_invoice"] or "")
        if invoice is not None and invoice["status"] == "open":
            self.stripe.invoices.void(invoice)
        self.tell_change(before, self.get(id))
        self.plan(self.get(id))

    def finish(self, id: str) -> None:
        """Cancel at the time that was set with `cancel_at`. Called by a timer."""
        sub = self._living(id)
        if sub is not None and sub["cancel_at"] is not None and sub["cancel_at"] <= self.at:
            self.end(sub, invoice_now=True)

    def wake(self, id: str) -> None:
        """Collect again after a pause. Fires: customer.subscription.updated."""
        sub = self._living(id)
        if sub is not None and sub["pause_collection"]:
            self.plan(self.save(sub | {"pause_collection": None}, event=UPDATED))

    def lapse(self, id: str) -> None:
        """Drop an update that wasn't paid for in time.

        Fires: invoice.voided, customer.subscription.pending_update_expired, and …updated.
        """
        sub = self._living(id)
        if sub is None or not sub["pending_update"]:
            return
        kept = sub.pop("_pending")
        sub = self.save(sub | {"pending_update": None})
        self.mirror.emit("customer.subscription.pending_update_expired", {"object": self.view(sub)})
        invoice = self.stripe.invoices.peek(kept["invoice"])
        if invoice is not None and invoice["status"] == "open":
            self.stripe.invoices.void(invoice)
        self.plan(self.get(id))

    def end(
        self,
        sub: Doc,
        *,
        reason: str = "cancellation_requested",
        prorate: bool = False,
        invoice_now: bool = False,
        details: Doc | None = None,
    ) -> Doc:
        """Cancel a subscription now, for good.

        Fires: customer.subscription.deleted; what the last invoice does, if there is one.
        Source: https://docs.stripe.com/billing/subscriptions/cancel
        """
        self.stripe.test_clocks.enter(sub)
        if prorate and sub["status"] in ("active", "past_due"):
            self.stripe.subscriptions.credit_unused(sub)
        never_began = sub["status"] == "incomplete"
        told = sub["cancellation_details"] | (details or {})
        sub = sub | {
            "cancellation_details": told | {"reason": told["reason"] or reason},
            "canceled_at": sub["canceled_at"] or self.at,
            "ended_at": self.at,
            "status": "incomplete_expired" if never_began else "canceled",
            "pause_collection": None,
            "pending_update": None,
        }
        sub.pop("_pending", None)
        self.save(sub)
        self.plan(sub)
        last = self.stripe.subscriptions.last_invoice(sub) if invoice_now else None
        for invoice in self.stripe.invoices.find(subscription=sub["id"]):
            if invoice["status"] not in ("draft", "open") or invoice["id"] == last:
                continue
            if never_began and invoice["status"] == "open":
                self.stripe.invoices.void(invoice)
            else:
                self.stripe.invoices.stop(invoice)
        sub = self.get(sub["id"])
        self.stripe.subscription_schedules.subscription_ended(sub)
        self.mirror.emit(DELETED, {"object": self.view(sub)})
        return sub

    def end_of_customer(self, customer: str) -> None:
        """Cancel all that a deleted customer has."""
        for sub in self.find(customer=customer, newest_first=False):
            if sub["status"] not in OVER:
                self.end(sub)

    def shared_discounts(self, sub: Doc) -> list[str]:
        """Return the discounts of a whole subscription: its own, else its customer's.

        Source: https://docs.stripe.com/api/subscription_schedules/create#create_subscription_schedule-phases-discounts
        """
        if sub["discounts"] or sub.get("_bare"):
            return list(sub["discounts"])
        own = (self.stripe.customers.peek(sub["customer"]) or {}).get("_discount")
        return [own] if own else []

    # What invoices say.

    def spend_discounts(self, invoice: Doc) -> None:
        """Let discounts of `once` end with the invoice that took them."""
        if not invoice["total_discount_amounts"] and not invoice["discounts"]:
            return
        taken = {each["discount"] for each in invoice["total_discount_amounts"]}
        if not taken:
            return
        stay = set(self.stripe.discounts.spend(sorted(taken)))
        sub = self.peek(invoice["subscription"]) if invoice["subscription"] else None
        if sub is None:
            return
        left = [id for id in sub["discounts"] if id in stay or id not in taken]
        items = [
            item | {"discounts": [id for id in item["discounts"] if id in stay or id not in taken]}
            for item in sub["items"]["data"]
        ]
        if left != sub["discounts"] or items != sub["items"]["data"]:
            self.save(sub | {"discounts": left, "items": {**sub["items"], "data": items}})

    def invoice_paid(self, invoice: Doc) -> None:
        """Follow a paid invoice: become active, or take the update that was waiting for it."""
        sub = self.peek(invoice["subscription"]) if invoice["subscription"] else None
        if sub is None or sub["status"] in OVER:
            return
        self._keep_payment_method(sub, invoice)
        waiting = sub.get("_pending")
        if waiting and waiting["invoice"] == invoice["id"]:
            self.stripe.subscriptions.apply_pending(sub)
            return
        status = sub["status"]
        revived = status == "incomplete" or (
            status in ("past_due", "unpaid") and invoice["id"] == sub["latest_invoice"]
        )
        if status == "paused" and sub.get("_resumes_with") == invoice["id"]:
            self.stripe.subscriptions.revive(sub)
        elif revived:
            trial = sub["trial_end"] is not None and sub["trial_end"] > self.at
            sub = self.save(sub | {"status": "trialing" if trial else "active"}, event=UPDATED)
            self.plan(sub)

    def invoice_closed(self, invoice: Doc) -> None:
        """Follow a voided or written-off invoice: what was past due is active again."""
        sub = self.peek(invoice["subscription"]) if invoice["subscription"] else None
        if sub is None or invoice["id"] != sub["latest_invoice"]:
            return
        if sub["status"] == "past_due":
            self.plan(self.save(sub | {"status": "active"}, event=UPDATED))
        elif sub["status"] == "incomplete" and invoice["status"] == "void":
            self.expire(sub["id"])

    def fall_behind(self, invoice: Doc, *, over: bool = False) -> None:
        """Follow a failed payment: past due; after the last try, what the settings say.

        Fires: customer.subscription.updated, or .deleted when the subscription is canceled.
        """
        sub = self.peek(invoice["subscription"]) if invoice["subscription"] else None
        if sub is None or sub["status"] in (*OVER, "incomplete", "paused"):
            return
        if (sub.get("_pending") or {}).get("invoice") == invoice["id"]:
            return
        end = dunning.settings(self.stripe)[1]
        if over and end == "cancel":
            self.end(sub, reason="payment_failed")
            return
        status = "unpaid" if over and end == "mark_unpaid" else "past_due"
        if sub["status"] not in (status, "unpaid"):
            self.plan(self.save(sub | {"status": status}, event=UPDATED))
        if status == "unpaid":
            for other in self.stripe.invoices.find(subscription=sub["id"], status="draft"):
                self.stripe.invoices.stop(other)

    def setup_settled(self, intent: Doc) -> None:
        """Take the payment method that a pending setup intent collected."""
        sub = self.first_pending(intent["id"])
        if sub is None or intent["status"] != "succeeded":
            return
        changed = {"pending_setup_intent": None}
        if sub["payment_settings"]["save_default_payment_method"] == "on_subscription":
            changed["default_payment_method"] = intent["payment_method"]
        self.save(sub | changed, event=UPDATED)

    def first_pending(self, setup_intent: str) -> Doc | None:
        """Return the subscription that waits for a setup intent."""
        for sub in self.find(status="trialing") + self.find(status="active"):
            if sub["pending_setup_intent"] == setup_intent:
                return sub
        return None

    def _keep_payment_method(self, sub: Doc, invoice: Doc) -> None:
        """Make what paid the default of the subscription, if it was set up so."""
        if sub["payment_settings"].get("save_default_payment_method") != "on_subscription":
            return
        intent = self.stripe.payment_intents.peek(invoice["payment_intent"] or "")
        if intent and intent["payment_method"] and not sub["default_payment_method"]:
            sub["default_payment_method"] = intent["payment_method"]
            self.save(sub)

    def _wait(self, verb: str, id: str, until: int) -> None:
        self.mirror.after(within(until - self.at), f"subscriptions.{verb}", id=id)

    def _living(self, id: str) -> Doc | None:
        sub = self.peek(id)
        if sub is None or sub["status"] in OVER:
            return None
        self.stripe.test_clocks.enter(sub)
        return sub
