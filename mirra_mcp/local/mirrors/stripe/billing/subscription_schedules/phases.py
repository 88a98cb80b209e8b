"""Phases of subscription schedules: their times and items.

Source: https://docs.stripe.com/api/subscription_schedules/object
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import is_metered
from mirra_mcp.local.mirrors.stripe.billing.periods import step
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import shortest
from mirra_mcp.wire.model import Doc

ITEM: Doc = {
    "billing_thresholds": None,
    "discounts": [],
    "metadata": {},
    "plan": None,
    "price": None,
    "quantity": 1,
    "tax_rates": [],
}
PHASE: Doc = {
    "add_invoice_items": [],
    "application_fee_percent": None,
    "billing_cycle_anchor": None,
    "billing_thresholds": None,
    "collection_method": None,
    "coupon": None,
    "currency": "usd",
    "default_payment_method": None,
    "default_tax_rates": [],
    "description": None,
    "discounts": [],
    "end_date": None,
    "invoice_settings": None,
    "items": [],
    "metadata": {},
    "on_behalf_of": None,
    "proration_behavior": "create_prorations",
    "start_date": None,
    "transfer_data": None,
    "trial_end": None,
}


class SchedulePhases(StripeResource):
    """Schedules as phases."""

    def _phases(self, given: Sequence[Doc], begins: int, within: str = "phases") -> list[Doc]:
        """Lay phases out, each from the end of the one before.

        `within` is what errors call the list.

        Raises:
            VendorError: a price isn't there, or a phase has no length.
        """
        found, start = [], begins
        for number, each in enumerate(given):
            each = dict(each)
            items, prices = [], []
            for at, item in enumerate(each["items"]):
                param = f"{within}[{number}][items][{at}]"
                built = self.stripe.subscription_items.built(item, param)
                plain = {name: item[name] for name in ("quantity",) if item.get(name) is not None}
                prices.append(built)
                price = built["price"]["id"]
                items.append(ITEM | {"metadata": item.get("metadata") or {}, **plain})
                if is_metered(built["price"]):
                    del items[-1]["quantity"]
                items[-1]["billing_thresholds"] = built["billing_thresholds"]
                items[-1] |= {"plan": price, "price": price, "tax_rates": built["tax_rates"]}
            interval, count = shortest(prices)
            ends = each.get("end_date")
            ends = self.at if ends == "now" else ends
            if ends is None and each.get("iterations"):
                ends = step(start, interval, count, each["iterations"])
            elif ends is None and each.get("duration"):
                length = each["duration"]
                ends = step(start, length["interval"], length.get("interval_count", 1), 1)
            elif ends is None:
                ends = step(start, interval, count, 1)
            if ends <= start:
                raise errors.invalid(
                    "The phase's `end_date` must be after its `start_date`.",
                    f"{within}[{number}][end_date]",
                )
            trial = each.get("trial_end")
            trial = ends if each.get("trial") else (self.at if trial == "now" else trial)
            names = set(PHASE) - {"items", "start_date", "end_date", "trial_end", "discounts"}
            plain = {name: each[name] for name in names if each.get(name) is not None}
            phase = PHASE | plain | {"items": items, "start_date": start, "end_date": ends}
            phase |= {"currency": built["price"]["currency"], "trial_end": trial}
            asked = [{"coupon": each["coupon"]}] if each.get("coupon") else each.get("discounts")
            if asked:
                shown = {"coupon": None, "discount": None, "promotion_code": None}
                phase["discounts"] = [shown | one for one in asked]
            found.append(phase)
            start = ends
        return found

    def _current(self, doc: Doc) -> Doc | None:
        for phase in doc["phases"]:
            if phase["start_date"] <= self.at < phase["end_date"]:
                return dict(phase)
        return None

    def _old(self, sub: Doc, phase: Doc) -> list[Doc | None]:
        """Match a phase's items with those of the subscription: by price, else in order."""
        left = list(sub["items"]["data"])
        found: list[Doc | None] = []
        for item in phase["items"]:
            same = next((each for each in left if each["price"]["id"] == item["price"]), None)
            match = same or next(iter(left), None)
            if match is not None:
                left.remove(match)
            found.append(match)
        return found

    def _method(self, phase: Doc, settings: Doc) -> Doc:
        method = phase["default_payment_method"] or settings["default_payment_method"]
        return {"default_payment_method": method} if method else {}

    def _discounts(self, phase: Doc) -> Doc:
        asked = [
            {name: value for name, value in each.items() if value} for each in phase["discounts"]
        ]
        return {"discounts": asked} if asked else {}

    def _mode(self, doc: Doc) -> Doc:
        """Return a schedule's billing mode as subscriptions take it."""
        mode: Doc = doc["billing_mode"]
        return {name: mode[name] for name in ("flexible", "type") if mode[name]}


def span(phase: Doc) -> Doc:
    """Return when a phase is."""
    return {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def given_item(item: Doc) -> Doc:
    """Return a phase's item as a subscription takes it."""
    found = {"price": item["price"]}
    if item.get("quantity") is not None:
        found["quantity"] = item["quantity"]
    for name in ("billing_thresholds", "metadata"):
        if item[name]:
            found[name] = item[name]
    if item["tax_rates"]:
        found["tax_rates"] = [rate["id"] for rate in item["tax_rates"]]
    return found


def terms(items: Sequence[Doc]) -> list[tuple[str, int | None]]:
    """Return what makes items the same: prices and quantities."""
    found = []
    for item in items:
        price = item["price"]["id"] if isinstance(item["price"], dict) else item["price"]
        found.append((price, item.get("quantity")))
    return sorted(found, key=str)
