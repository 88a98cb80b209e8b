"""Phases of subscription schedules: their times, their items, and what a subscription takes over.

Source: https://docs.stripe.com/api/subscription_schedules/object
"""

from collections.abc import Sequence

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import is_metered
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, step
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.planned import (
    LONGEST_TRIAL,
    TOO_LONG_TRIAL,
)
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
PLAIN = (
    "application_fee_percent",
    "automatic_tax",
    "billing_cycle_anchor",
    "billing_thresholds",
    "collection_method",
    "coupon",
    "default_payment_method",
    "description",
    "invoice_settings",
    "metadata",
    "on_behalf_of",
    "proration_behavior",
    "transfer_data",
)
"""What a phase keeps as it was sent."""
INHERITED = (
    "application_fee_percent",
    "automatic_tax",
    "billing_thresholds",
    "collection_method",
    "default_payment_method",
    "description",
    "on_behalf_of",
    "transfer_data",
)
"""What the schedule's default settings say where a phase doesn't."""
DISCOUNT: Doc = {"coupon": None, "discount": None, "promotion_code": None}
CYCLE: Doc = {
    "end": {"type": "min_item_period_end"},
    "start": {"type": "max_item_period_start"},
}


class SchedulePhases(StripeResource):
    """Schedules as phases."""

    def _phases(
        self,
        given: Sequence[Doc],
        begins: int,
        customer: Doc,
        defaults: Doc,
        within: str = "phases",
    ) -> list[Doc]:
        """Lay phases out, each from the end of the one before.

        `within` is what errors call the list, `defaults` are the schedule's settings.

        Raises:
            VendorError: a price isn't there, a phase has no length, or a subscription couldn't
                have its settings.
        """
        found, start = [], begins
        for number, each in enumerate(given):
            place = f"{within}[{number}]"
            found.append(self._phase(each, start, place))
            try:
                self._check(found[-1], each, customer, defaults)
            except VendorError as refusal:
                raise errors.inside(refusal, place) from None
            start = found[-1]["end_date"]
        return found

    def _phase(self, given: Doc, start: int, place: str) -> Doc:
        built = [
            self.stripe.subscription_items.built(each, f"{place}[items][{number}]")
            for number, each in enumerate(given["items"])
        ]
        if not built:
            param = f"{place}[items]"
            raise errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
        ends = self._end(given, start, *shortest(built))
        if ends <= start:
            raise errors.invalid(
                "The phase's `end_date` must be after its `start_date`.", f"{place}[end_date]"
            )
        trial = given.get("trial_end")
        trial = ends if given.get("trial") else (self.at if trial == "now" else trial)
        if trial is not None and trial > max(start, self.at) + LONGEST_TRIAL * DAY:
            raise errors.invalid(TOO_LONG_TRIAL, f"{place}[trial_end]")
        asked = [{"coupon": given["coupon"]}] if given.get("coupon") else given.get("discounts")
        rates = self.stripe.tax_rates
        phase = PHASE | {name: given[name] for name in PLAIN if given.get(name) is not None}
        if automatic := phase.get("automatic_tax"):
            liable = automatic.get("liability") or ({"type": "self"} if _on(automatic) else None)
            phase["automatic_tax"] = {**automatic, "disabled_reason": None, "liability": liable}
        return phase | {
            "add_invoice_items": [
                self._added(each, f"{place}[add_invoice_items][{number}]")
                for number, each in enumerate(given.get("add_invoice_items") or ())
            ],
            "currency": built[0]["price"]["currency"],
            "default_tax_rates": [
                rates.view(rates.usable(id, f"{place}[default_tax_rates]"))
                for id in given.get("default_tax_rates") or ()
            ],
            "discounts": [DISCOUNT | each for each in asked or ()],
            "end_date": ends,
            "items": [_item(*pair) for pair in zip(given["items"], built, strict=True)],
            "start_date": start,
            "trial_end": trial,
            "_bare": "discounts" in given and not asked,
        }

    def _end(self, given: Doc, start: int, interval: str, count: int) -> int:
        """Return when a phase ends: by default after one interval of its items."""
        ends = given.get("end_date")
        if ends is not None:
            return self.at if ends == "now" else int(ends)
        if given.get("iterations"):
            return step(start, interval, count, given["iterations"])
        if length := given.get("duration"):
            return step(start, length["interval"], length.get("interval_count", 1), 1)
        return step(start, interval, count, 1)

    def _added(self, given: Doc, place: str) -> Doc:
        """Lay out what a phase bills once.

        Raises:
            VendorError: there is no such price, or it isn't one-time.
        """
        prices, rates = self.stripe.prices, self.stripe.tax_rates
        if data := given.get("price_data"):
            price = prices.inline(data, param=f"{place}[price_data]", recurring=None)
        elif given.get("price"):
            price = prices.usable(given["price"], f"{place}[price]", recurring=False)
        else:
            param = f"{place}[price]"
            raise errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
        discountable = given.get("discountable")
        return {
            **({} if discountable is None else {"discountable": discountable}),
            "discounts": [DISCOUNT | each for each in given.get("discounts") or ()],
            "metadata": given.get("metadata") or {},
            "period": given.get("period") or CYCLE,
            "price": price["id"],
            "quantity": given.get("quantity", 1),
            "tax_rates": [
                rates.view(rates.usable(id, f"{place}[tax_rates]"))
                for id in given.get("tax_rates") or ()
            ],
        }

    def _check(self, phase: Doc, given: Doc, customer: Doc, defaults: Doc) -> None:
        """Refuse what a subscription of the customer couldn't have."""
        subs, discounts, currency = self.stripe.subscriptions, self.stripe.discounts, "currency"
        settings = self.settings_of(phase, defaults)
        automatic = settings.pop("automatic_tax")
        sub = subs.new(customer=customer["id"], currency=phase[currency])
        subs.checked(sub | {"automatic_tax": automatic}, settings)
        if _on(automatic):
            self.stripe.tax_settings.check_place(customer)
        for asked in (phase, *phase["items"], *phase["add_invoice_items"]):
            sent = _asked(asked)
            param = "coupon" if given.get("coupon") and asked is phase else "discounts"
            discounts.check(sent, customer=customer["id"], currency=phase[currency], param=param)

    def settings_of(self, phase: Doc, defaults: Doc) -> Doc:
        """Return what a subscription takes over from a phase, else from the default settings."""
        found = {
            name: defaults[name] if phase.get(name) is None else phase[name] for name in INHERITED
        }
        own = {k: v for k, v in (phase["invoice_settings"] or {}).items() if v is not None}
        invoices = defaults["invoice_settings"] | own
        sends = found["collection_method"] == "send_invoice"
        automatic = found["automatic_tax"]
        return found | {
            "automatic_tax": {name: automatic.get(name) for name in ("enabled", "liability")},
            "days_until_due": invoices.pop("days_until_due", None) if sends else None,
            "default_tax_rates": [rate["id"] for rate in phase["default_tax_rates"]],
            "invoice_settings": {
                name: invoices[name] for name in ("account_tax_ids", "issuer") if name in invoices
            },
            "metadata": phase["metadata"],
        }

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

    def _mode(self, doc: Doc) -> Doc:
        """Return a schedule's billing mode as subscriptions take it."""
        mode: Doc = doc["billing_mode"]
        return {name: mode[name] for name in ("flexible", "type") if mode[name]}


def span(phase: Doc) -> Doc:
    """Return when a phase is."""
    return {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def given_item(item: Doc) -> Doc:
    """Return a phase's item as a subscription takes it."""
    found = {"discounts": _asked(item), "price": item["price"]}
    if item.get("quantity") is not None:
        found["quantity"] = item["quantity"]
    for name in ("billing_thresholds", "metadata"):
        if item[name]:
            found[name] = item[name]
    return found | {"tax_rates": [rate["id"] for rate in item["tax_rates"]]}


def given_discounts(phase: Doc) -> Doc:
    """Return the discounts of a phase as a subscription takes them."""
    return {"discounts": _asked(phase)}


def named(holder: Doc) -> list[Doc]:
    """Return the discounts that a subscription, or an item, has, as phases show them."""
    return [DISCOUNT | {"discount": id} for id in holder["discounts"]]


def once_in(phase: Doc) -> list[Doc]:
    """Return what a phase bills once as `add_invoice_items` of a subscription says it."""
    known = {"phase_end": phase["end_date"], "phase_start": phase["start_date"]}
    found = []
    for each in phase["add_invoice_items"]:
        edges = {
            name: {"timestamp": known[edge["type"]], "type": "timestamp"}
            if edge["type"] in known
            else edge
            for name, edge in each["period"].items()
        }
        rates = [rate["id"] for rate in each["tax_rates"]]
        found.append(each | {"discounts": _asked(each), "period": edges, "tax_rates": rates})
    return found


def terms(items: Sequence[Doc]) -> list[tuple[str, int | None]]:
    """Return what makes items the same: prices and quantities."""
    found = []
    for item in items:
        price = item["price"]["id"] if isinstance(item["price"], dict) else item["price"]
        found.append((price, item.get("quantity")))
    return sorted(found, key=str)


def _item(given: Doc, built: Doc) -> Doc:
    price = built["price"]["id"]
    item = ITEM | {
        "billing_thresholds": built["billing_thresholds"],
        "discounts": [DISCOUNT | each for each in given.get("discounts") or ()],
        "metadata": given.get("metadata") or {},
        "plan": price,
        "price": price,
        "quantity": 1 if given.get("quantity") is None else given["quantity"],
        "tax_rates": built["tax_rates"],
    }
    if is_metered(built["price"]):
        del item["quantity"]
    return item


def _asked(holder: Doc) -> list[Doc]:
    return [{name: id for name, id in each.items() if id} for each in holder["discounts"]]


def _on(automatic: Doc) -> bool:
    return bool(automatic.get("enabled"))
