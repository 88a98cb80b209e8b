"""What a schedule does to its subscription: now, at its next phases, and up to the next invoice.

What is worked out here is what is done when its time comes; nothing is written, but for what is
billed once, which is why previews take their writes back.

Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules#preview-an-invoice
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.phases import (
    SchedulePhases,
    given_discounts,
    given_item,
    once_in,
    span,
    terms,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.params import UpdateSubscription
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.planned import Change
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible, rhythm
from mirra_mcp.wire.model import Doc

LIVE = ("not_started", "active")
MOVED = "You can not modify the start date of the current phase."
"""Source: https://github.com/tierrun/tier/issues/93"""


@dataclass
class Forecast:
    """A subscription at its next invoice."""

    change: Change
    """What makes the invoice, if it is made at once; else the terms that are renewed then."""
    over: Doc
    """The subscription on the terms of the period that ends."""
    at: int
    ends: bool = False
    """Whether the schedule ends the subscription, so that nothing is renewed."""
    once: Sequence[Doc] = ()
    """What the invoice that is made at once takes besides, as `add_invoice_items` says it."""


class ScheduleForecasts(SchedulePhases):
    """Schedules as what they do next."""

    def edited(self, id: str, details: Doc) -> Doc:
        """Return a schedule as an update would leave it.

        Raises:
            VendorError: it isn't there, is over, or can't have these phases.
        """
        doc = self.named(id, "schedule")
        if not details:
            self.stripe.test_clocks.enter(doc)
            return doc
        doc = self._edited(self._entered(doc), details, within="schedule_details[phases]")
        if details.get("billing_mode"):
            doc["billing_mode"] = self.stripe.subscriptions.billing_mode(details["billing_mode"])
        return doc

    def planned(self, customer: Doc, details: Doc) -> Doc:
        """Return the schedule that a customer would get; it isn't written.

        Raises:
            VendorError: there are no phases, or they don't say when they begin.
        """
        within = "schedule_details[phases]"
        if not details.get("phases"):
            raise errors.invalid(f"Missing required param: {within}.", within, "parameter_missing")
        phases = details["phases"]
        defaults = self.blank["default_settings"]
        begins = self._anchor(phases)
        return self.new(
            billing_mode=self.stripe.subscriptions.billing_mode(details.get("billing_mode")),
            customer=customer["id"],
            end_behavior=details.get("end_behavior") or "release",
            phases=self._phases(phases, begins, customer, defaults, within),
        )

    def start_of(self, doc: Doc) -> Doc:
        """Return what the first phase starts, as `POST /v1/subscriptions` takes it."""
        phase = doc["phases"][0]
        return {
            **self.settings_of(phase, doc["default_settings"]),
            "add_invoice_items": once_in(phase),
            "billing_mode": self._mode(doc),
            "items": [given_item(item) for item in phase["items"]],
            **({"trial_end": phase["trial_end"]} if phase["trial_end"] else {}),
            **given_discounts(phase),
        }

    def change_of(self, doc: Doc, sub: Doc, behavior: str | None) -> Change:
        """Return what an update of the current phase does to its subscription now."""
        update = self._correction(self.get(doc["id"]), doc, sub, behavior or "create_prorations")
        if update is None:
            return self.stripe.subscriptions.planned(sub, {})
        phase = self._current(doc) or {}
        return self.stripe.subscriptions.intends(self._ready(sub, doc, phase), **update)

    def forecast(self, doc: Doc | None, change: Change) -> Forecast:
        """Follow phases up to the next invoice; `change` is what is done now.

        What the phases bill once, and what is owed for changes until then, waits as invoice items.
        """
        subs, after = self.stripe.subscriptions, change.after
        if change.at_once:
            return Forecast(change, after, self.at)
        subs.put_off(after, change.prorations)
        end = after["current_period_end"]
        for phase in doc["phases"] if doc else ():
            begins = phase["start_date"]
            if doc is None or not self.at < begins <= end:
                continue
            with self.stripe.later(begins):
                if begins == end:
                    renewed = self._renewed(after, doc, phase)
                    once = self.billed_once(after, phase)
                    subs.add_once(subs.next_period(renewed), once)
                    return Forecast(Change(renewed), after, end)
                update = self._update_of(doc, after, phase, phase["proration_behavior"])
                change = subs.intends(self._ready(after, doc, phase), **update)
                once = self.billed_once(after, phase)
                if change.at_once:
                    return Forecast(change, after, begins, once=once)
                after = change.after
                subs.put_off(after, change.prorations)
                subs.add_once(after, once)
        ends = doc is not None and doc["phases"][-1]["end_date"] <= end and not self._goes_on(doc)
        return Forecast(Change(after), after, end, ends)

    def _edited(self, doc: Doc, given: Doc, within: str = "phases") -> Doc:
        """Return a schedule with other settings, other phases, or another end."""
        if given.get("default_settings"):
            kept, sent = doc["default_settings"], given["default_settings"]
            invoices = kept["invoice_settings"] | (sent.get("invoice_settings") or {})
            doc["default_settings"] = {**kept, **sent, "invoice_settings": invoices}
        if given.get("phases") is not None:
            customer, begins = (
                self.stripe.customers.get(doc["customer"]),
                self._anchor(given["phases"]),
            )
            doc["phases"] = self._phases(
                given["phases"], begins, customer, doc["default_settings"], within
            )
            if doc["status"] == "active":
                current = self._current(doc)
                if current is None or current["start_date"] != doc["current_phase"]["start_date"]:
                    raise errors.invalid(MOVED)
                doc["current_phase"] = span(current)
        return doc | {name: given[name] for name in ("end_behavior",) if name in given}

    def _anchor(self, phases: Sequence[Doc]) -> int:
        """Return when the first of the new phases begins.

        Source: https://github.com/stripe/stripe-dotnet/issues/1754

        Raises:
            VendorError: no phase says.
        """
        first = phases[0].get("start_date") if phases else None
        if first is None:
            raise errors.invalid(
                "The subscription schedule update is missing at least one phase with a `start_date`"
                " to anchor end dates to."
            )
        return self.at if first == "now" else int(first)

    def _entered(self, doc: Doc) -> Doc:
        """Return a schedule that can still change, on the clock that it is attached to."""
        if doc["status"] not in LIVE:
            raise errors.invalid(
                "You can only change a subscription schedule that is `not_started` or `active`."
                f" This one's status is `{doc['status']}`."
            )
        self.stripe.test_clocks.enter(doc)
        return doc

    def _update_of(self, doc: Doc, sub: Doc, phase: Doc, behavior: str) -> Doc:
        """Return a phase as an update of its subscription, apart from what is billed once."""
        old = self._old(sub, phase)
        kept = {each["id"] for each in old if each}
        items = [
            given_item(item) | ({"id": each["id"]} if each else {})
            for item, each in zip(phase["items"], old, strict=True)
        ]
        items += [
            {"id": item["id"], "deleted": True}
            for item in sub["items"]["data"]
            if item["id"] not in kept
        ]
        settings = self.settings_of(phase, doc["default_settings"])
        del settings["automatic_tax"]
        update = settings | {"items": items, "proration_behavior": behavior}
        if self._restarts(doc, phase) and phase["start_date"] == self.at:
            update["billing_cycle_anchor"] = "now"
        if phase["trial_end"] and phase["trial_end"] > self.at:
            update["trial_end"] = phase["trial_end"]
        return self._without_what_is_gone(sub, update | given_discounts(phase))

    def _without_what_is_gone(self, sub: Doc, update: Doc) -> Doc:
        """Return an update without methods, coupons, rates and prices that can't be used any more.

        Whoever planned them isn't there to be refused when a phase begins.
        """
        methods, prices = self.stripe.payment_methods, self.stripe.prices
        method = update["default_payment_method"]
        if method and not _may(methods.usable, method, sub["customer"], "default_payment_method"):
            update["default_payment_method"] = None
        items = []
        for item in update["items"]:
            item = self._of_today(sub, item)
            if "price" in item and not _may(prices.usable, item["price"], "price", recurring=True):
                if "id" not in item:
                    continue
                item = {name: item[name] for name in item if name != "price"}
            items.append(item)
        rates = [id for id in update["default_tax_rates"] if self._is_rate(id)]
        return self._of_today(sub, update) | {"default_tax_rates": rates, "items": items}

    def billed_once(self, sub: Doc, phase: Doc) -> list[Doc]:
        """Return what a phase bills once, as far as that can still be sold."""
        prices = self.stripe.prices
        found = [each for each in once_in(phase) if _may(prices.usable, each["price"], "price")]
        return [self._of_today(sub, each) for each in found]

    def _of_today(self, sub: Doc, given: Doc) -> Doc:
        """Return what is discounted and taxed with the coupons and rates that there still are."""
        told = {"customer": sub["customer"], "currency": sub["currency"]}
        given = dict(given)
        if "discounts" in given:
            check = self.stripe.discounts.check
            given["discounts"] = [
                each for each in given["discounts"] if _may(check, [each], **told)
            ]
        if "tax_rates" in given:
            given["tax_rates"] = [id for id in given["tax_rates"] if self._is_rate(id)]
        return given

    def _is_rate(self, id: str) -> bool:
        return _may(self.stripe.tax_rates.usable, id, "tax_rates")

    def _correction(self, old: Doc, doc: Doc, sub: Doc, behavior: str) -> Doc | None:
        """Return what a change of the current phase means for its subscription; None: nothing."""
        phase, before = self._current(doc), self._current(old)
        if phase is None:
            return None
        update = self._update_of(doc, sub, phase, behavior)
        if before is None:
            return update
        settings = self.settings_of(before, old["default_settings"])
        now = self.settings_of(phase, doc["default_settings"])
        for name, value in settings.items():
            if value == now[name]:
                update.pop(name, None)
        if before["items"] == phase["items"] and terms(sub["items"]["data"]) == terms(
            phase["items"]
        ):
            del update["items"]
        if before["discounts"] == phase["discounts"]:
            del update["discounts"]
        if before["trial_end"] == phase["trial_end"]:
            update.pop("trial_end", None)
        elif "trial_end" not in update and sub["status"] == "trialing":
            update["trial_end"] = "now"
        same = now["automatic_tax"] == settings["automatic_tax"]
        same = same and before["_bare"] == phase["_bare"]
        return None if same and set(update) == {"proration_behavior"} else update

    def _ready(self, sub: Doc, doc: Doc, phase: Doc) -> Doc:
        """Return a subscription with what of a phase no parameter of an update says.

        Automatic tax stays on where a customer's place isn't known any more, until a bill needs it.
        """
        automatic = self.settings_of(phase, doc["default_settings"])["automatic_tax"]
        told = sub["automatic_tax"] | automatic | {"disabled_reason": None}
        return sub | {"automatic_tax": told, "_bare": phase["_bare"]}

    def _renewed(self, sub: Doc, doc: Doc, phase: Doc) -> Doc:
        """Return a subscription on the terms of a phase that begins with its next period."""
        subs, before = self.stripe.subscriptions, rhythm(sub)
        update = self._update_of(doc, sub, phase, "none")
        given = UpdateSubscription.model_validate(update).given()
        sub = subs.with_settings(self._ready(sub, doc, phase), given)
        moved = rhythm(sub) != before and not is_flexible(sub)
        if moved or self._restarts(doc, phase):
            sub["billing_cycle_anchor"] = self.at
        if until := update.get("trial_end"):
            sub |= {"billing_cycle_anchor": until, "_trial_until": until}
        return sub

    def _restarts(self, doc: Doc, phase: Doc) -> bool:
        """Tell whether a phase begins a billing cycle of its own."""
        anchor = phase["billing_cycle_anchor"] or doc["default_settings"]["billing_cycle_anchor"]
        return bool(anchor == "phase_start" and not phase["trial_end"])

    def _goes_on(self, doc: Doc) -> bool:
        return bool(doc["end_behavior"] != "cancel")


def _may(call: Callable[..., object], *args: Any, **named: Any) -> bool:
    """Tell whether a check refuses nothing."""
    try:
        call(*args, **named)
    except VendorError:
        return False
    return True
