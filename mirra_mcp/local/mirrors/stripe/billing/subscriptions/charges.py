"""What subscriptions cost: their periods, their usage, and what changes in the middle.

Source: https://docs.stripe.com/billing/subscriptions/prorations,
https://docs.stripe.com/billing/subscriptions/mixed-interval and
https://docs.stripe.com/billing/subscriptions/billing-mode/compare
"""

from collections.abc import Sequence

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
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

        Flexible billing has no line for usage before there is any. `_cut` is when a subscription
        ends within a period, whose rest isn't charged.

        Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare and
        https://docs.stripe.com/api/subscriptions/create#create_subscription-cancel_at
        """
        if is_metered(item["price"]) and is_flexible(sub):
            return []
        whole = period(sub["billing_cycle_anchor"], *rhythm_of(item), start)
        cut = sub.get("_cut") or end
        if trial or is_metered(item["price"]) or (whole == (start, end) and cut >= end):
            return lines.recurring(self.stripe, sub, item, start, end, trial=trial)
        since, until = whole[0] if whole[1] == end else start, min(max(cut, start), end)
        part = debit(
            self.stripe, sub, item, start, end, since=since, at=self.at, until=until, free=free
        )
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
        sub = sub | {"_cut": sub["cancel_at"]}
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
        if until := sub.get("_trial_until"):
            renewed = sub["items"]["data"]
            trials = [self.charge(sub, each, start, until, trial=True) for each in renewed]
            return [*found, *(charge for each in trials for charge in each)]
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
        until = min(end, sub.get("_cut") or end)
        if at >= until:
            return []
        return [unused(self.stripe, sub, item, at, end, since=since, now=self.at, until=until)]

    def debit_of(self, sub: Doc, item: Doc, at: int) -> Charge:
        """Return what an item costs from `at` to the end of its period."""
        end = span_of(sub, item)[1]
        since = period(sub["billing_cycle_anchor"], *rhythm_of(item), end - 1)[0]
        until = max(at, min(end, sub.get("_cut") or end))
        return debit(self.stripe, sub, item, at, end, since=since, at=self.at, until=until)

    def recut(self, before: Doc, after: Doc) -> list[Charge]:
        """Return what is given back, or charged again, as a subscription ends at another time.

        Of items that cost what they did before: the others are charged anew up to the end.

        Source: https://docs.stripe.com/api/subscriptions/update#update_subscription-cancel_at
        """
        known = {item["id"]: terms_of(item) for item in before["items"]["data"]}
        found: list[Charge] = []
        for item in after["items"]["data"]:
            if is_metered(item["price"]) or known.get(item["id"]) != terms_of(item):
                continue
            end = span_of(after, item)[1]
            old, new = (min(doc.get("_cut") or end, end) for doc in (before, after))
            if new < old:
                found += self.credits_of(before, item, new)
            elif new > old:
                found.append(self.debit_of(after, item, old))
        return found

    def credit_unused(self, sub: Doc) -> None:
        """Give back, as pending items, what is left of all periods. Fires: invoiceitem.created."""
        customer = self.stripe.customers.get(sub["customer"])
        for item in sub["items"]["data"]:
            for charge in self.credits_of(sub, item, self.at):
                self.stripe.invoice_items.add(charge, customer)
        sub["_debits"] = []

    def once(
        self, sub: Doc, given: Sequence[Doc], customer: Doc, *, waits: bool = False
    ) -> list[Doc]:
        """Return what `add_invoice_items` bills once, as invoice items; only discounts are written.

        One that `waits` belongs to the subscription.

        Raises:
            VendorError: a price or a discount can't be used, or a period ends before it begins.
        """
        found = []
        for number, each in enumerate(given):
            place = f"add_invoice_items[{number}]"
            span = self._period_of(sub, each.get("period") or {}, place)
            charge = self.stripe.invoices.one_time(each | {"period": span}, sub["currency"], place)
            charge.subscription = sub["id"] if waits else None
            item = self.stripe.invoice_items.built(charge, customer)
            try:
                redeemed = self.stripe.discounts.redeem(
                    each.get("discounts") or [],
                    customer=customer["id"],
                    currency=sub["currency"],
                    invoice_item=item["id"],
                )
            except VendorError as refusal:
                raise errors.inside(refusal, place) from None
            item["discounts"] = [one["id"] for one in redeemed]
            found.append(item)
        return found

    def _period_of(self, sub: Doc, given: Doc, place: str) -> Doc:
        """Return the period of what is billed once: the billing cycle's unless it says otherwise.

        Source: https://docs.stripe.com/changelog/basil/2025-08-27/add_invoice_items_metadata_and_period
        """
        known = {
            "max_item_period_start": sub["current_period_start"],
            "min_item_period_end": sub["current_period_end"],
            "now": self.at,
        }
        start = given.get("start") or {"type": "max_item_period_start"}
        end = given.get("end") or {"type": "min_item_period_end"}
        begins = int(known.get(start["type"]) or start["timestamp"])
        ends = int(known.get(end["type"]) or end["timestamp"])
        if begins > ends:
            raise errors.invalid(
                "The period's end must be greater than or equal to its start.",
                f"{place}[period][end]",
            )
        return {"end": ends, "start": begins}

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
