"""Changes of subscriptions, carried out: billed at once, later, or only if they are paid for.

Source: https://docs.stripe.com/billing/subscriptions/change-price and
https://docs.stripe.com/billing/subscriptions/pending-updates
"""

from collections.abc import Sequence

from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, HOUR
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.planned import Change, PlannedChanges
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.states import UPDATED
from mirra_mcp.wire.model import Doc

CHANGED = (
    "billing_cycle_anchor",
    "current_period_end",
    "current_period_start",
    "items",
    "status",
    "trial_end",
    "trial_start",
)
"""What a change of terms touches, and a pending update keeps."""
SUPPORTED = {
    "add_invoice_items",
    "billing_cycle_anchor",
    "items",
    "off_session",
    "payment_behavior",
    "proration_behavior",
    "proration_date",
    "trial_end",
    "trial_from_plan",
}


class SubscriptionChanges(PlannedChanges):
    """Subscriptions under other terms."""

    def carry_out(
        self, sub: Doc, change: Change, *, behavior: str, off_session: bool,
        extra: Sequence[Doc] = (),
    ) -> Doc | Answer:  # fmt: skip
        """Put an update into effect: bill it, now or with the next invoice, and tell.

        Fires: invoiceitem.created; invoice.created and so on when it is billed now;
            customer.subscription.updated.
        """
        if not change.at_once:
            self.put_off(change.after, change.prorations)
            self.add_once(change.after, extra)
            self.save(change.after)
            after = self.get(sub["id"])
            self.tell_change(sub, after)
            self._tell_early_end(sub, after)
            self.plan(after)
            return after
        if behavior == "pending_if_incomplete":
            return self._carry_out_if_paid(sub, change, off_session=off_session, extra=extra)
        with self.stripe.events_held() as held:
            self.save(change.after)
            invoice = self._bill_change(change.after, change, extra)
            if invoice["status"] == "open":
                if behavior == "default_incomplete":
                    self.fall_behind(invoice)
                else:
                    invoice = self.stripe.invoices.collect(invoice, off_session=off_session)
                if behavior == "error_if_incomplete" and invoice["status"] != "paid":
                    self.refuse(invoice)
        after = self.get(sub["id"])
        for event, data in held:
            if event != UPDATED or data["object"]["id"] != sub["id"]:
                self.mirror.emit(event, data)
        self.tell_change(sub, after)
        self._tell_early_end(sub, after)
        self.plan(after)
        return after

    def add_once(self, sub: Doc, extra: Sequence[Doc]) -> None:
        """Let what is billed once wait for a subscription's next invoice.

        `extra` is what `add_invoice_items` says. Fires: invoiceitem.created.
        """
        customer = self.stripe.customers.get(sub["customer"])
        for item in self.once(sub, extra, customer, waits=True):
            self.stripe.invoice_items.save(item, event="invoiceitem.created")

    def _tell_early_end(self, before: Doc, after: Doc) -> None:
        """Say at once that a trial ends which was cut to less than 3 days, or to nothing.

        Fires: customer.subscription.trial_will_end.
        """
        cut = before["status"] == "trialing" and after["trial_end"] < before["trial_end"]
        if cut and after["trial_end"] - self.at < 3 * DAY:
            self.mirror.emit("customer.subscription.trial_will_end", {"object": self.view(after)})

    def apply_pending(self, sub: Doc) -> None:
        """Put an update into effect that has now been paid for.

        Fires: customer.subscription.pending_update_applied, customer.subscription.updated.
        """
        before = dict(sub)
        kept = sub.pop("_pending")
        sub = self.save(sub | kept["terms"] | {"pending_update": None})
        self.mirror.emit("customer.subscription.pending_update_applied", {"object": self.view(sub)})
        self.tell_change(before, sub)
        self.plan(sub)

    def _carry_out_if_paid(
        self, sub: Doc, change: Change, *, off_session: bool, extra: Sequence[Doc]
    ) -> Doc:
        terms = {name: change.after[name] for name in CHANGED if change.after[name] != sub[name]}
        expires = self.at + 23 * HOUR
        shown = {
            "billing_cycle_anchor": terms.get("billing_cycle_anchor"),
            "discount": None,
            "discounts": None,
            "expires_at": expires,
            "metadata": None,
            "subscription_items": terms["items"]["data"] if "items" in terms else None,
            "trial_end": terms.get("trial_end"),
            "trial_from_plan": None,
        }
        owed, terms["_debits"] = sub.get("_debits", []), change.after.get("_debits", [])
        terms["_repriced"] = change.after.get("_repriced", [])
        with self.stripe.events_held() as held:
            invoice = self._bill_change(sub | {"_debits": terms["_debits"]}, change, extra)
            kept = self.get(sub["id"])
            terms["_debits"] = kept["_debits"]
            kept |= {"_debits": owed, "pending_update": shown}
            self.save(kept | {"_pending": {"invoice": invoice["id"], "terms": terms}})
            if invoice["status"] == "open":
                self.stripe.invoices.collect(invoice, off_session=off_session)
            elif invoice["status"] == "paid":
                self.invoice_paid(invoice)
        after = self.get(sub["id"])
        told = (UPDATED, "customer.subscription.pending_update_applied")
        for event, data in held:
            if event not in told or data["object"]["id"] != sub["id"]:
                self.mirror.emit(event, data)
        self.tell_change(sub, after)
        self.plan(after)
        return after

    def _bill_change(self, sub: Doc, change: Change, extra: Sequence[Doc]) -> Doc:
        items = self.put_off(sub, change.prorations)
        self.save(self.get(sub["id"]) | {"_debits": sub["_debits"]})
        waiting = self.stripe.invoice_items.pending(
            sub["customer"], sub["currency"], subscription=sub["id"]
        )
        only_these = change.prorations and not change.period and not is_flexible(sub)
        taken = items if only_these else waiting
        invoice = self.bill(sub, change.period, "subscription_update", pending=taken, extra=extra)
        if invoice["collection_method"] == "send_invoice":
            return invoice
        return self.stripe.invoices.finalize(invoice)
