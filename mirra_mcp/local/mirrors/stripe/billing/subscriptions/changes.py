"""Changes of subscriptions: other prices and quantities, other periods, and their prorations.

Source: https://docs.stripe.com/billing/subscriptions/change-price,
https://docs.stripe.com/billing/subscriptions/prorations and
https://docs.stripe.com/billing/subscriptions/pending-updates
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.invoices import lines
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge, is_metered
from mirra_mcp.local.mirrors.stripe.billing.periods import (
    DAY,
    HOUR,
    check_future,
    following,
    period,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.cycles import SubscriptionCycles, rhythm
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


LONGEST_TRIAL = 730
TOO_LONG_TRIAL = "The maximum number of trial period days is 730 (2 years)."
PAST = "Invalid timestamp: must be an integer Unix timestamp in the future."


@dataclass
class Change:
    """What an update would do: the new terms, and what is billed for them."""

    after: Doc
    prorations: list[Charge] = field(default_factory=list)
    period: list[Charge] = field(default_factory=list)
    at_once: bool = False
    """Whether an invoice is made now."""


class SubscriptionChanges(SubscriptionCycles):
    """Subscriptions under other terms."""

    def merged_items(self, sub: Doc, given: Sequence[Doc]) -> list[Doc]:
        """Return the items after an update.

        Raises:
            VendorError: an item isn't of this subscription, or the prices don't go together.
        """
        items = {item["id"]: item for item in sub["items"]["data"]}
        for number, each in enumerate(given):
            param, id = f"items[{number}]", each.get("id")
            if id is None:
                item = self.stripe.subscription_items.built(each, param)
                items[item["id"]] = item
            elif id not in items:
                raise errors.missing("subscription_item", id, f"{param}[id]", status=400)
            elif each.get("deleted"):
                del items[id]
            else:
                items[id] = self.stripe.subscription_items.built(each, param, old=items[id])
            if each.get("discounts") is not None and not each.get("deleted"):
                item = items[id or item["id"]]
                redeemed = self.stripe.discounts.redeem(
                    each["discounts"],
                    customer=sub["customer"],
                    currency=sub["currency"],
                    subscription_item=item["id"],
                )
                item["discounts"] = [one["id"] for one in redeemed]
        found = list(items.values())
        self.check_items(found, sub["currency"])
        return found

    def check_items(self, items: Sequence[Doc], currency: str) -> None:
        """Refuse items that can't be billed together.

        Raises:
            VendorError: none, twice the same price, or several intervals or currencies.
        """
        if not items:
            raise errors.invalid(
                "A subscription must have at least one active plan. To cancel a subscription,"
                " please use the cancel API endpoint on /v1/subscriptions.",
                "items",
            )
        prices = [item["price"] for item in items]
        for number, price in enumerate(prices):
            if price["id"] in [each["id"] for each in prices[:number]]:
                raise errors.invalid(
                    f"Cannot add multiple subscription items with the same plan: {price['id']}",
                    "items",
                )
            first, own = prices[0]["recurring"], price["recurring"]
            if (first["interval"], first["interval_count"]) != (
                own["interval"],
                own["interval_count"],
            ):
                raise errors.invalid(
                    "All prices on a subscription must have the same `recurring.interval` and"
                    " `recurring.interval_count`. If you meant to update an existing subscription"
                    " item instead of creating a new one, make sure to include the subscription"
                    " item ID in the request. See examples at"
                    " https://stripe.com/docs/billing/subscriptions/upgrading-downgrading"
                    "#changing.",
                    "items",
                )
            known = self.stripe.prices.currencies_of(self.stripe.prices.get(price["id"]))
            if currency not in known:
                only = "only supports" if len(known) == 1 else "supports currencies of"
                raise errors.invalid(
                    f"The price specified {only} `{', '.join(known)}`. This"
                    f" doesn't match the expected currency: `{currency}`.",
                    "items",
                )

    def planned(self, sub: Doc, given: Doc) -> Change:
        """Work out what an update does to the terms; nothing is written but inline prices."""
        items = self.merged_items(sub, given["items"]) if given.get("items") else None
        after = dict(sub)
        if items is not None:
            after["items"] = {**sub["items"], "data": items}
        change = Change(after)
        behavior = given.get("proration_behavior") or "create_prorations"
        at = given.get("proration_date") or self.at
        within = sub["current_period_start"] <= at <= sub["current_period_end"]
        if given.get("proration_date") and not within:
            raise errors.invalid(
                "Cannot specify `proration_date` outside the current billing period.",
                "proration_date",
            )
        trial_end = given.get("trial_end")
        if trial_end is not None and trial_end != "now":
            self._lengthen_trial(sub, change, int(trial_end), at, behavior)
        elif trial_end == "now" and sub["status"] == "trialing":
            self._restart(sub, change, None)
        elif sub["status"] == "trialing":
            if given.get("billing_cycle_anchor") == "now":
                self._restart(sub, change, None)
        elif given.get("billing_cycle_anchor") == "now" or self._must_restart(sub, after):
            self._restart(sub, change, None if behavior == "none" else at)
        elif items is not None and behavior != "none":
            change.prorations = self.prorations(sub, after, at)
            change.at_once = behavior == "always_invoice" and bool(change.prorations)
        return change

    def prorations(self, before: Doc, after: Doc, at: int) -> list[Charge]:
        """Return the credits and debits of items that differ, for the rest of the period."""
        old = {item["id"]: item for item in before["items"]["data"]}
        new = {item["id"]: item for item in after["items"]["data"]}
        found: list[Charge] = []
        for id in [*old, *(id for id in new if id not in old)]:
            if id in old and id in new and _terms(old[id]) == _terms(new[id]):
                continue
            if id in old and not is_metered(old[id]["price"]):
                found.append(self.part_of(before, old[id], at, credit=True))
            if id in new and not is_metered(new[id]["price"]):
                found.append(self.part_of(after, new[id], at, credit=False))
        return found

    def part_of(self, sub: Doc, item: Doc, at: int, *, credit: bool) -> Charge:
        """Return the proration of one item from `at` to the end of the period."""
        interval, count = rhythm(sub)
        end = sub["current_period_end"]
        since = period(sub["billing_cycle_anchor"], interval, count, end - 1)[0]
        whole = lines.full_price(self.stripe, sub, item, self.at)
        return lines.prorated(
            self.stripe, sub, item, at, end, credit=credit, whole=whole, since=since
        )

    def credit_unused(self, sub: Doc) -> None:
        """Give back, as pending items, what is left of the period. Fires: invoiceitem.created."""
        customer = self.stripe.customers.get(sub["customer"])
        for item in sub["items"]["data"]:
            if not is_metered(item["price"]):
                self.stripe.invoice_items.add(
                    self.part_of(sub, item, self.at, credit=True), customer
                )

    def carry_out(
        self, sub: Doc, change: Change, *, behavior: str, off_session: bool,
        extra: Sequence[Doc] = (),
    ) -> Doc | Answer:  # fmt: skip
        """Put an update into effect: bill it, now or with the next invoice, and tell.

        Fires: invoiceitem.created; invoice.created and so on when it is billed now;
            customer.subscription.updated.
        """
        customer = self.stripe.customers.get(sub["customer"])
        adds = self.stripe.invoice_items
        if not change.at_once:
            for charge in change.prorations:
                adds.add(charge, customer)
            for number, each in enumerate(extra):
                charge = self.stripe.invoices.one_time(
                    each, sub["currency"], f"add_invoice_items[{number}]"
                )
                charge.subscription = sub["id"]
                adds.add(charge, customer)
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
        with self.stripe.events_held() as held:
            invoice = self._bill_change(sub, change, extra)
            kept = self.get(sub["id"]) | {"pending_update": shown}
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
        customer = self.stripe.customers.get(sub["customer"])
        items = [self.stripe.invoice_items.add(charge, customer) for charge in change.prorations]
        waiting = self.stripe.invoice_items.pending(
            sub["customer"], sub["currency"], subscription=sub["id"]
        )
        taken = items if change.prorations and not change.period else waiting
        invoice = self.bill(sub, change.period, "subscription_update", pending=taken, extra=extra)
        if invoice["collection_method"] == "send_invoice":
            return invoice
        return self.stripe.invoices.finalize(invoice)

    def _must_restart(self, sub: Doc, after: Doc) -> bool:
        """Tell whether new terms begin a new period: another interval, or paid after free.

        Source: https://docs.stripe.com/billing/subscriptions/change-price
        """
        if rhythm(sub) != rhythm(after):
            return True
        return self._is_free(sub) and not self._is_free(after)

    def _is_free(self, sub: Doc) -> bool:
        return all(
            not is_metered(item["price"])
            and self.stripe.prices.total(
                self.stripe.prices.get(item["price"]["id"]),
                item.get("quantity") or 0,
                sub["currency"],
            )
            == 0
            for item in sub["items"]["data"]
        )

    def _restart(self, sub: Doc, change: Change, credit_from: int | None) -> None:
        if credit_from is not None:
            change.prorations = [
                self.part_of(sub, item, credit_from, credit=True)
                for item in sub["items"]["data"]
                if not is_metered(item["price"])
            ]
            change.prorations = [each for each in change.prorations if each.amount]
        interval, count = rhythm(change.after)
        end = following(self.at, interval, count, self.at)
        was_trial = sub["status"] == "trialing"
        change.after |= {
            "billing_cycle_anchor": self.at,
            "current_period_end": end,
            "current_period_start": self.at,
            "status": "active" if was_trial else sub["status"],
            "trial_end": self.at if was_trial else sub["trial_end"],
        }
        change.period = self.charges_of(change.after, self.at, end)
        change.at_once = True

    def checked_trial_end(self, end: int, since: int | None = None) -> int:
        """Return when a trial ends that began `since`, or begins now.

        Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-trial_end

        Raises:
            VendorError: it is over already, or longer than 730 days.
        """
        if end <= self.at:
            raise errors.invalid(PAST, "trial_end")
        check_future(end, self.at, "trial_end")
        if end > (self.at if since is None else since) + LONGEST_TRIAL * DAY:
            raise errors.invalid(TOO_LONG_TRIAL, "trial_end")
        return end

    def _lengthen_trial(self, sub: Doc, change: Change, until: int, at: int, behavior: str) -> None:
        was_trial = sub["status"] == "trialing"
        self.checked_trial_end(until, sub["trial_start"] if was_trial else None)
        change.after |= {
            "billing_cycle_anchor": until,
            "current_period_end": until,
            "current_period_start": sub["current_period_start"] if was_trial else self.at,
            "status": "trialing",
            "trial_end": until,
            "trial_start": sub["trial_start"] if was_trial else self.at,
        }
        if was_trial:
            return
        if behavior != "none":
            change.prorations = [
                self.part_of(sub, item, at, credit=True)
                for item in sub["items"]["data"]
                if not is_metered(item["price"])
            ]
        change.period = self.charges_of(change.after, self.at, until, trial=True)
        change.at_once = True


def _terms(item: Doc) -> tuple[str, int | None]:
    return item["price"]["id"], item.get("quantity")
