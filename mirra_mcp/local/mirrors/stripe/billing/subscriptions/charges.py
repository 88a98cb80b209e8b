"""What subscriptions cost: their periods, their usage, and what changes in the middle.

Source: https://docs.stripe.com/billing/subscriptions/prorations,
https://docs.stripe.com/billing/subscriptions/mixed-interval and
https://docs.stripe.com/billing/subscriptions/billing-mode/compare
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.billing.invoices import lines
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge, is_metered
from mirra_mcp.local.mirrors.stripe.billing.periods import period
from mirra_mcp.local.mirrors.stripe.billing.subscriptions import debits
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.prorated import debit, unused
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import (
    is_flexible,
    next_end,
    rhythm_of,
    span_of,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.states import SubscriptionStates
from mirra_mcp.wire.model import Doc


class SubscriptionCharges(SubscriptionStates):
    """Subscriptions as what is billed for them."""

    def charges_of(self, sub: Doc, *, trial: bool = False, free: bool = False) -> list[Charge]:
        """Return the lines of the current period, each item's own."""
        return [
            charge
            for item in sub["items"]["data"]
            for charge in self.charge(sub, item, *span_of(sub, item), trial=trial, free=free)
        ]

    def charge(
        self, sub: Doc, item: Doc, start: int, end: int, *, trial: bool = False, free: bool = False
    ) -> list[Charge]:
        """Return what an item costs in advance; for a part of its period, in proportion.

        Flexible billing has no line for usage before there is any.

        Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
        """
        if is_metered(item["price"]) and is_flexible(sub):
            return []
        whole = period(sub["billing_cycle_anchor"], *rhythm_of(item), start)
        if trial or whole == (start, end) or is_metered(item["price"]):
            return lines.recurring(self.stripe, sub, item, start, end, trial=trial)
        since = whole[0] if whole[1] == end else start
        part = debit(self.stripe, sub, item, start, end, since=since, at=self.at, free=free)
        return [part]

    def usage_charges(self, sub: Doc, item: Doc, start: int, end: int) -> list[Charge]:
        """Return what an item's usage cost, flexibly at the price that it had at each time.

        What a threshold has billed already (`_billed`) isn't billed again.

        Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
        """
        found: list[Charge] = []
        start = max(start, sub.get("_billed", {}).get(item["id"], start))
        for each in sub.get("_repriced", []):
            if each["item"] == item["id"] and each["until"] > start:
                before = item | {"price": self.stripe.prices.get(each["price"])}
                found += lines.used(self.stripe, sub, before, start, each["until"])
                start = each["until"]
        return [*found, *lines.used(self.stripe, sub, item, start, end)]

    def renewal_charges(self, sub: Doc, before: Doc | None = None) -> list[Charge]:
        """Return the lines of the invoice at the end of the current period.

        Only those items renew whose own periods end then. `before` is the subscription on the
        terms of the period that is over, where a new phase begins: flexible billing charges for
        its usage, even of items that are gone.
        """
        start = sub["current_period_end"]
        over = before if before is not None and is_flexible(sub) else sub
        spans = {item["id"]: span_of(over, item) for item in over["items"]["data"]}
        was_trial = sub["status"] == "trialing"
        found: list[Charge] = []
        for item in over["items"]["data"]:
            span = spans[item["id"]]
            if not is_metered(item["price"]) or span[1] != start:
                continue
            if not was_trial:
                found += self.usage_charges(sub, item, *span)
            elif is_flexible(sub):
                found.append(lines.tried(self.stripe, sub, item, *span))
        for item in sub["items"]["data"]:
            if not is_metered(item["price"]) and spans.get(item["id"], (0, start))[1] == start:
                found += self.charge(sub, item, start, next_end(sub, item, start))
        return found

    def backdated_charges(self, sub: Doc, since: int) -> list[Charge]:
        """Charge for the time between a start in the past and the current period."""
        found: list[Charge] = []
        for item in sub["items"]["data"]:
            start, begins = since, span_of(sub, item)[0]
            while start < begins:
                whole = period(sub["billing_cycle_anchor"], *rhythm_of(item), start)
                end = min(whole[1], begins)
                found += self.charge(sub, item, start, end)
                start = end
        return sorted(found, key=lambda each: each.start)

    def last_charges(self, sub: Doc) -> list[Charge]:
        """Return what is left to bill for usage when a subscription ends now."""
        found: list[Charge] = []
        for item in sub["items"]["data"]:
            start, end = span_of(sub, item)
            if is_metered(item["price"]) and sub["trial_end"] != end:
                found += self.usage_charges(sub, item, start, min(self.at, end))
        return [charge for charge in found if charge.amount]

    # What changes in the middle of a period.

    def prorations(self, before: Doc, after: Doc, at: int) -> list[Charge]:
        """Return the credits and debits of items that differ, for the rest of their periods.

        Flexible billing also charges for the usage of items that are taken away.
        """
        old = {item["id"]: item for item in before["items"]["data"]}
        new = {item["id"]: item for item in after["items"]["data"]}
        found: list[Charge] = []
        for id in [*old, *(id for id in new if id not in old)]:
            if id in old and id in new and terms_of(old[id]) == terms_of(new[id]):
                continue
            if id in old:
                found += self.credits_of(before, old[id], at)
            if id in old and ends_usage(before, old[id], new.get(id)):
                start = span_of(before, old[id])[0]
                found += [
                    each for each in self.usage_charges(before, old[id], start, at) if each.amount
                ]
            if id in new and not is_metered(new[id]["price"]):
                found.append(self.debit_of(after, new[id], at))
        return found

    def credits_of(self, sub: Doc, item: Doc, at: int) -> list[Charge]:
        """Return what is given back for an item from `at` on.

        Classic billing gives back the rest of its price, flexible billing of what was billed.
        """
        if is_metered(item["price"]):
            return []
        if is_flexible(sub):
            return debits.credits_of(self.stripe, sub, item, at)
        end = sub["current_period_end"]
        since = period(sub["billing_cycle_anchor"], *rhythm_of(item), end - 1)[0]
        return [unused(self.stripe, sub, item, at, end, since=since, now=self.at)]

    def debit_of(self, sub: Doc, item: Doc, at: int) -> Charge:
        """Return what an item costs from `at` to the end of its period."""
        end = span_of(sub, item)[1]
        since = period(sub["billing_cycle_anchor"], *rhythm_of(item), end - 1)[0]
        return debit(self.stripe, sub, item, at, end, since=since, at=self.at)

    def credit_unused(self, sub: Doc) -> None:
        """Give back, as pending items, what is left of all periods. Fires: invoiceitem.created."""
        customer = self.stripe.customers.get(sub["customer"])
        for item in sub["items"]["data"]:
            for charge in self.credits_of(sub, item, self.at):
                self.stripe.invoice_items.add(charge, customer)
        sub["_debits"] = []

    def put_off(self, sub: Doc, charges: Sequence[Charge]) -> list[Doc]:
        """Let prorations wait for an invoice; note the debits. Fires: invoiceitem.created."""
        customer = self.stripe.customers.get(sub["customer"])
        items = [self.stripe.invoice_items.add(charge, customer) for charge in charges]
        owed = [debits.of_item(item) for item in items if item["proration"] and item["amount"] > 0]
        sub["_debits"] = [*sub.get("_debits", []), *owed]
        return items


def terms_of(item: Doc) -> tuple[str, int | None]:
    """Return what an item costs by: its price and its quantity."""
    return item["price"]["id"], item.get("quantity")


def ends_usage(sub: Doc, old: Doc, new: Doc | None) -> bool:
    """Tell whether an item's usage is billed as it ends: when flexible billing drops it."""
    dropped = new is None or not is_metered(new["price"])
    return is_metered(old["price"]) and dropped and is_flexible(sub)
