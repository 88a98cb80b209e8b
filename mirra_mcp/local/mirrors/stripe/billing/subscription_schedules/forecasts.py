"""What a schedule does to its subscription: now, at its next phases, and up to the next invoice.

What is worked out here is what is done when its time comes; nothing is written, but for what is
billed once, which is why previews take their writes back.

Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules#preview-an-invoice
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.phases import (
    SchedulePhases,
    given_item,
    span,
    terms,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.planned import Change
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible, rhythm
from mirra_mcp.wire.model import Doc

LIVE = ("not_started", "active")
MOVED = "You can not modify the start date of the current phase."
"""Source: https://github.com/tierrun/tier/issues/93"""
STARTED_WITH = (
    "add_invoice_items",
    "application_fee_percent",
    "default_tax_rates",
    "description",
    "on_behalf_of",
    "transfer_data",
)
"""What of a phase a subscription takes under the same name."""


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
        doc = self._edited(self._entered(doc), details, "schedule_details[phases]")
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
        return self.new(
            billing_mode=self.stripe.subscriptions.billing_mode(details.get("billing_mode")),
            customer=customer["id"],
            end_behavior=details.get("end_behavior") or "release",
            phases=self._phases(phases, self._anchor(phases), within),
        )

    def start_of(self, doc: Doc) -> Doc:
        """Return what the first phase starts, as `POST /v1/subscriptions` takes it."""
        phase, settings = doc["phases"][0], doc["default_settings"]
        invoices = phase["invoice_settings"] or settings["invoice_settings"]
        plain = {name: phase[name] for name in STARTED_WITH if phase[name]}
        return {
            "billing_mode": self._mode(doc),
            "billing_thresholds": phase["billing_thresholds"] or settings["billing_thresholds"],
            "collection_method": phase["collection_method"] or settings["collection_method"],
            "days_until_due": invoices.get("days_until_due"),
            "items": [given_item(item) for item in phase["items"]],
            "metadata": phase["metadata"],
            **({"trial_end": phase["trial_end"]} if phase["trial_end"] else {}),
            **plain,
            **self._method(phase, settings),
            **self._discounts(phase),
        }

    def change_of(self, doc: Doc, sub: Doc, behavior: str | None) -> Change:
        """Return what an update of the current phase does to its subscription now."""
        current = self._current(doc)
        if current is None or terms(sub["items"]["data"]) == terms(current["items"]):
            return self.stripe.subscriptions.planned(sub, {})
        update = self._update_of(sub, current, behavior or "create_prorations")
        return self.stripe.subscriptions.planned(sub, update)

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
            if not self.at < begins <= end:
                continue
            with self.stripe.later(begins):
                if begins == end:
                    subs.add_once(after, phase["add_invoice_items"])
                    return Forecast(Change(self._renewed(after, phase)), after, end)
                update = self._update_of(after, phase, phase["proration_behavior"])
                change = subs.planned(after, update)
                if change.at_once:
                    return Forecast(change, after, begins, once=phase["add_invoice_items"])
                after = change.after
                subs.put_off(after, change.prorations)
                subs.add_once(after, phase["add_invoice_items"])
        ends = doc is not None and doc["phases"][-1]["end_date"] <= end and not self._goes_on(doc)
        return Forecast(Change(after), after, end, ends)

    def _edited(self, doc: Doc, given: Doc, within: str = "phases") -> Doc:
        """Return a schedule with other phases, or another end."""
        if given.get("phases") is not None:
            doc["phases"] = self._phases(given["phases"], self._anchor(given["phases"]), within)
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

    def _update_of(self, sub: Doc, phase: Doc, behavior: str) -> Doc:
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
        starts = phase["billing_cycle_anchor"] == "phase_start" and phase["start_date"] == self.at
        more = {"billing_cycle_anchor": "now"} if starts else {}
        return {"items": items, "proration_behavior": behavior, **more}

    def _renewed(self, sub: Doc, phase: Doc) -> Doc:
        """Return a subscription on the terms of a phase that begins with its next period."""
        built = self.stripe.subscription_items.built
        items = [
            built(given_item(item), "items", old=old)
            for item, old in zip(phase["items"], self._old(sub, phase), strict=True)
        ]
        before = rhythm(sub)
        sub = sub | {"items": {**sub["items"], "data": items}}
        moved = rhythm(sub) != before and not is_flexible(sub)
        if moved or phase["billing_cycle_anchor"] == "phase_start":
            sub["billing_cycle_anchor"] = self.at
        return sub

    def _goes_on(self, doc: Doc) -> bool:
        return bool(doc["end_behavior"] != "cancel")
