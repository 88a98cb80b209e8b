"""What an update of a subscription would do: its new terms, and what they cost.

Source: https://docs.stripe.com/billing/subscriptions/change-price and
https://docs.stripe.com/billing/subscriptions/prorations
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge, is_metered
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, check_future, following
from mirra_mcp.local.mirrors.stripe.billing.subscriptions import debits
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.charges import terms_of
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.cycles import SubscriptionCycles
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import (
    Rhythm,
    fits,
    is_flexible,
    rhythm,
    rhythm_of,
    settled,
    shortest,
    span_of,
)
from mirra_mcp.wire.model import Doc

LONGEST_TRIAL = 730
TOO_LONG_TRIAL = "The maximum number of trial period days is 730 (2 years)."
ONE_INTERVAL = (
    "All prices on a subscription must have the same `recurring.interval` and"
    " `recurring.interval_count`. If you meant to update an existing subscription item instead of"
    " creating a new one, make sure to include the subscription item ID in the request. See"
    " examples at https://stripe.com/docs/billing/subscriptions/upgrading-downgrading#changing."
)
PAST = "Invalid timestamp: must be an integer Unix timestamp in the future."


@dataclass
class Change:
    """What an update would do: the new terms, and what is billed for them."""

    after: Doc
    prorations: list[Charge] = field(default_factory=list)
    period: list[Charge] = field(default_factory=list)
    at_once: bool = False
    """Whether an invoice is made now."""


class PlannedChanges(SubscriptionCycles):
    """Subscriptions and what an update would make of them."""

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
            if "discounts" in each and not each.get("deleted"):
                item = items[id or item["id"]]
                redeemed = self.stripe.discounts.redeem(
                    each["discounts"] or [],
                    customer=sub["customer"],
                    currency=sub["currency"],
                    subscription_item=item["id"],
                )
                item["discounts"] = [one["id"] for one in redeemed]
        found = list(items.values())
        self.check_items(found, sub["currency"], flexible=is_flexible(sub))
        return found

    def check_items(self, items: Sequence[Doc], currency: str, *, flexible: bool) -> None:
        """Refuse items that can't be billed together.

        Source: https://docs.stripe.com/billing/subscriptions/mixed-interval#interval-alignment

        Raises:
            VendorError: none, twice the same price, several currencies, or intervals that don't
                go together.
        """
        if not items:
            raise errors.invalid(
                "A subscription must have at least one active plan. To cancel a subscription,"
                " please use the cancel API endpoint on /v1/subscriptions.",
                "items",
            )
        self.check_intervals(items, flexible=flexible)
        prices = [item["price"] for item in items]
        for number, price in enumerate(prices):
            if price["id"] in [each["id"] for each in prices[:number]]:
                raise errors.invalid(
                    f"Cannot add multiple subscription items with the same plan: {price['id']}",
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

    def check_intervals(self, items: Sequence[Doc], *, flexible: bool) -> None:
        """Refuse items whose intervals don't go together in a billing mode.

        Raises:
            VendorError: classic billing has one interval, flexible billing multiples of one.
        """
        for item in items:
            if flexible:
                check_flexible(item, shortest(items))
            elif rhythm_of(items[0]) != rhythm_of(item):
                raise errors.invalid(ONE_INTERVAL, "items")

    def planned(self, sub: Doc, given: Doc, patched: Doc | None = None) -> Change:
        """Work out what an update does to the terms; nothing is written but inline prices.

        `patched` is the subscription with what else is changed.
        """
        items = self.merged_items(sub, given["items"]) if given.get("items") else None
        after = dict(sub if patched is None else patched)
        if items is not None:
            after["items"] = {**sub["items"], "data": items}
            after = self._repriced(sub, after)
        change = Change(after)
        behavior = given.get("proration_behavior") or "create_prorations"
        ends_otherwise = self._set_cancellation(after, given)
        if ends_otherwise and behavior != "none":
            after["_cut"] = None if after["cancel_at_period_end"] else after["cancel_at"]
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
            elif is_flexible(sub) and behavior == "always_invoice":
                change.period = self._newly_tried(sub, after)
                change.at_once = bool(change.period)
        elif given.get("billing_cycle_anchor") == "now" or self._must_restart(sub, after):
            self._restart(sub, change, None if behavior == "none" else at)
        elif behavior != "none" and (items is not None or ends_otherwise):
            if items is not None:
                change.prorations = self.prorations(sub, after, at)
                after["_debits"] = debits.without(sub, self._changed(sub, after))
            if ends_otherwise:
                change.prorations += self.recut(sub, after)
            change.at_once = behavior == "always_invoice" and bool(change.prorations)
            if after.get("_cut"):
                after["_debits"] = debits.shortened(after.get("_debits", []), after["_cut"])
        return change

    def set_end(self, sub: Doc, given: Doc) -> None:
        """Note when a new subscription is to end; the rest of its period isn't charged then.

        Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-cancel_at
        """
        self._set_cancellation(sub, given)
        if given.get("proration_behavior") != "none" and not sub["cancel_at_period_end"]:
            sub["_cut"] = sub["cancel_at"]

    def redeem_for_items(self, sub: Doc, items: Sequence[Doc], given: Sequence[Doc]) -> None:
        """Redeem the discounts of a new subscription's items."""
        for item, each in zip(items, given, strict=True):
            redeemed = self.stripe.discounts.redeem(
                each.get("discounts") or [],
                customer=sub["customer"],
                currency=sub["currency"],
                subscription_item=item["id"],
            )
            item["discounts"] = [one["id"] for one in redeemed]

    def _set_cancellation(self, sub: Doc, given: Doc) -> bool:
        """Note when the subscription is to end; return whether that changes."""
        if given.get("cancel_at_period_end") and given.get("cancel_at"):
            raise errors.invalid(
                "You may only specify one of these parameters: cancel_at, cancel_at_period_end."
            )
        asked = {"reason": "cancellation_requested"}
        at = given.get("cancel_at")
        if at in ("min_period_end", "max_period_end"):
            pick = min if at == "min_period_end" else max
            at = pick(span_of(sub, item)[1] for item in sub["items"]["data"])
        before = sub["cancel_at"]
        if given.get("cancel_at_period_end"):
            sub |= {"cancel_at_period_end": True, "cancel_at": sub["current_period_end"]}
        elif at is not None:
            if at <= self.at:
                raise errors.invalid(PAST, "cancel_at")
            sub |= {"cancel_at_period_end": False, "cancel_at": at}
        elif given.get("cancel_at_period_end") is False or "cancel_at" in given:
            sub |= {"cancel_at_period_end": False, "cancel_at": None, "canceled_at": None}
            sub["cancellation_details"] = sub["cancellation_details"] | {"reason": None}
            return bool(before is not None)
        else:
            if sub["cancel_at_period_end"]:
                sub["cancel_at"] = sub["current_period_end"]
            return False
        sub["canceled_at"] = self.at
        sub["cancellation_details"] = sub["cancellation_details"] | asked
        return bool(before != sub["cancel_at"])

    def _changed(self, before: Doc, after: Doc) -> list[str]:
        """Return the ids of the items that went away or cost otherwise now."""
        new = {item["id"]: terms_of(item) for item in after["items"]["data"]}
        items = before["items"]["data"]
        return [item["id"] for item in items if new.get(item["id"]) != terms_of(item)]

    def _repriced(self, before: Doc, after: Doc) -> Doc:
        """Return new terms with their periods, and the prices that usage had before.

        Flexible billing keeps the anchor when intervals change.

        Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
        """
        if not is_flexible(before) or before["status"] == "trialing":
            return after
        new = {item["id"]: item for item in after["items"]["data"]}
        kept = list(before.get("_repriced", []))
        for item in before["items"]["data"]:
            now = new.get(item["id"])
            if now is None or not is_metered(item["price"]) or not is_metered(now["price"]):
                continue
            if now["price"]["id"] != item["price"]["id"]:
                kept.append({"item": item["id"], "price": item["price"]["id"], "until": self.at})
        after["_repriced"] = kept
        rhythms = [{rhythm_of(item) for item in doc["items"]["data"]} for doc in (before, after)]
        return after if rhythms[0] == rhythms[1] else settled(after, self.at)

    def _newly_tried(self, before: Doc, after: Doc) -> list[Charge]:
        """Return the lines of items that a running trial gets, in flexible billing."""
        known = {item["id"] for item in before["items"]["data"]}
        fresh = [item for item in after["items"]["data"] if item["id"] not in known]
        return [
            charge
            for item in fresh
            for charge in self.charge(after, item, *span_of(after, item), trial=True)
        ]

    def _must_restart(self, sub: Doc, after: Doc) -> bool:
        """Tell whether new terms begin a new period: another interval, or paid after free.

        Flexible billing begins one only when told to.

        Source: https://docs.stripe.com/billing/subscriptions/change-price
        """
        if is_flexible(sub):
            return False
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
            credits = self._unused(sub, credit_from)
            change.prorations = [each for each in credits if each.amount]
        end = following(self.at, *rhythm(change.after), self.at)
        was_trial = sub["status"] == "trialing"
        change.after |= {
            "billing_cycle_anchor": self.at,
            "current_period_end": end,
            "current_period_start": self.at,
            "status": "active" if was_trial else sub["status"],
            "trial_end": self.at if was_trial else sub["trial_end"],
            "_debits": [],
        }
        change.period = self.charges_of(change.after)
        if is_flexible(sub) and not was_trial:
            change.period = [*self.last_charges(sub), *change.period]
            change.after["_repriced"] = []
        change.at_once = self._is_billed(sub, [*change.prorations, *change.period], ())

    def _unused(self, sub: Doc, at: int) -> list[Charge]:
        items = sub["items"]["data"]
        return [charge for item in items for charge in self.credits_of(sub, item, at)]

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
            "trial_start": self._trial_start(sub),
            "_debits": sub.get("_debits", []) if was_trial else [],
        }
        if was_trial:
            return
        if behavior != "none":
            change.prorations = self._unused(sub, at)
        change.period = self.charges_of(change.after, trial=True)
        change.at_once = self._is_billed(sub, [*change.prorations, *change.period], ())

    def _trial_start(self, sub: Doc) -> int:
        """Return when a trial began: in flexible billing the last one, else the first.

        Source: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
        """
        known: int | None = sub["trial_start"]
        keeps = sub["status"] == "trialing" or not is_flexible(sub)
        return known if known is not None and keeps else self.at


def check_flexible(item: Doc, short: Rhythm) -> None:
    """Refuse an item that flexible billing can't bill beside one of the `short` interval.

    Source: https://docs.stripe.com/billing/subscriptions/billing-mode#limitations

    Raises:
        VendorError: its interval is no multiple, or its usage is counted without a meter.
    """
    recurring = item["price"]["recurring"]
    if is_metered(item["price"]) and not recurring.get("meter"):
        raise errors.invalid(
            "Subscriptions with `billing_mode` set to `flexible` do not support legacy usage-based"
            " prices. Use a price that is backed by a meter.",
            "items",
        )
    if not fits(short, rhythm_of(item)):
        raise errors.invalid(
            "All prices on a subscription must have a `recurring.interval` and"
            " `recurring.interval_count` that is a multiple of the shortest interval on the"
            " subscription. See https://docs.stripe.com/billing/subscriptions/mixed-interval.",
            "items",
        )
