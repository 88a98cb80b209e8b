"""Invoices between renewals: usage that reaches a threshold, and pending items at an interval.

Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-billing_thresholds and
https://docs.stripe.com/api/subscriptions/create#create_subscription-pending_invoice_item_interval
"""

from decimal import Decimal

from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge, is_metered, usage_of
from mirra_mcp.local.mirrors.stripe.billing.periods import following
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.changes import SubscriptionChanges
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import span_of
from mirra_mcp.wire.model import Doc

LIVING = ("active", "past_due")
THRESHOLD = "subscription_threshold"
INTERVAL = "automatic_pending_invoice_item_invoice"


class InterimInvoices(SubscriptionChanges):
    """Subscriptions that are billed before their period is over."""

    # Thresholds.

    def usage_reported(self, meter: str, customer: str) -> None:
        """Bill the usage of subscriptions that a report has taken to a threshold.

        Fires: invoice.created, customer.subscription.updated; an hour later the invoice goes on.
        """
        for sub in self.find(customer=customer, newest_first=False):
            if sub["status"] not in LIVING:
                continue
            counts = any(
                item["price"]["recurring"].get("meter") == meter
                for item in sub["items"]["data"]
                if is_metered(item["price"])
            )
            if counts and self._is_reached(sub):
                self._bill_usage(sub)

    def _is_reached(self, sub: Doc) -> bool:
        limit = (sub["billing_thresholds"] or {}).get("amount_gte")
        if limit is not None and sum(each.amount for each in self._so_far(sub)) >= limit:
            return True
        return any(
            item["billing_thresholds"]
            and self._used(sub, item) >= item["billing_thresholds"]["usage_gte"]
            for item in sub["items"]["data"]
        )

    def _so_far(self, sub: Doc) -> list[Charge]:
        """Return the lines of usage that no invoice has had."""
        return [
            charge
            for item in sub["items"]["data"]
            if is_metered(item["price"])
            for charge in self.usage_charges(sub, item, span_of(sub, item)[0], self.at + 1)
            if charge.amount
        ]

    def _used(self, sub: Doc, item: Doc) -> Decimal:
        start = span_of(sub, item)[0]
        start = max(start, sub.get("_billed", {}).get(item["id"], start))
        return usage_of(self.stripe, sub, item, start, self.at + 1)

    def _bill_usage(self, sub: Doc) -> None:
        before = dict(sub)
        usage = self._so_far(sub)
        past = sub["current_period_start"], self.at
        if (sub["billing_thresholds"] or {}).get("reset_billing_cycle_anchor"):
            change = self.planned(sub, {"billing_cycle_anchor": "now"})
            sub = change.after
            self.put_off(sub, change.prorations)
            usage += [each for each in self.charges_of(sub) if not is_metered(each.price or {})]
        billed = {item["id"]: self.at + 1 for item in sub["items"]["data"]}
        self.save(sub | {"_billed": billed})
        self.bill(sub, usage, THRESHOLD, span=past)
        after = self.get(sub["id"])
        self.tell_change(before, after)
        self.plan(after)

    # Pending items.

    def billed_every(self, interval: Doc | None) -> Doc:
        """Return the fields of a subscription whose pending items are billed at an interval."""
        ahead = None
        if interval is not None:
            ahead = following(self.at, interval["interval"], interval["interval_count"], self.at)
        return {
            "next_pending_invoice_item_invoice": ahead,
            "pending_invoice_item_interval": interval,
        }

    def bill_pending(self, id: str) -> None:
        """Bill the items that wait, if there are any, and plan the next time. Called by a timer.

        Fires: invoice.created, if there are any; customer.subscription.updated.
        """
        sub = self._living(id)
        if sub is None or not sub["pending_invoice_item_interval"]:
            return
        before = dict(sub)
        waiting = self.stripe.invoice_items.pending(
            sub["customer"], sub["currency"], subscription=id
        )
        if waiting:
            self.bill(sub, [], INTERVAL, pending=waiting)
        every = self.billed_every(sub["pending_invoice_item_interval"])
        after = self.save(self.get(id) | every)
        self.tell_change(before, after)
        self.plan(after)
