"""Subscription schedules: phases of a subscription, planned ahead.

Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules and
https://docs.stripe.com/api/subscription_schedules
"""

from collections.abc import Sequence
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.periods import within
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.params import (
    CancelSchedule,
    CreateSchedule,
    ListSchedules,
    ReleaseSchedule,
    UpdateSchedule,
)
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.phases import (
    ITEM,
    PHASE,
    SchedulePhases,
    given_item,
    span,
    terms,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible, rhythm
from mirra_mcp.wire.model import Doc

EVENT = "subscription_schedule"
LIVE = ("not_started", "active")
MOVED = "You can not modify the start date of the current phase."
"""Source: https://github.com/tierrun/tier/issues/93"""


class SubscriptionSchedules(SchedulePhases):
    """The schedules of the account."""

    entity, plural = "subscription_schedule", "subscription_schedules"
    object, prefix, path = "subscription_schedule", "sub_sched", "/v1/subscription_schedules"
    title = "subscription schedule"
    indexes = ("customer", "subscription", "status", "test_clock")
    blank: ClassVar[Doc] = {
        "application": None,
        "billing_mode": {"flexible": None, "type": "classic"},
        "canceled_at": None,
        "completed_at": None,
        "created": None,
        "current_phase": None,
        "customer": None,
        "customer_account": None,
        "default_settings": {
            "application_fee_percent": None,
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
            "billing_cycle_anchor": "automatic",
            "billing_thresholds": None,
            "collection_method": "charge_automatically",
            "default_payment_method": None,
            "description": None,
            "invoice_settings": {
                "account_tax_ids": None,
                "days_until_due": None,
                "issuer": {"type": "self"},
            },
            "on_behalf_of": None,
            "transfer_data": None,
        },
        "end_behavior": "release",
        "livemode": False,
        "metadata": {},
        "phases": [],
        "released_at": None,
        "released_subscription": None,
        "status": "not_started",
        "subscription": None,
        "test_clock": None,
    }

    @route("POST /v1/subscription_schedules")
    def create(self, params: CreateSchedule) -> Doc:
        """Plan phases, or take over a subscription.

        Fires: subscription_schedule.created, then what the first phase does when it starts now.
        """
        given = params.given()
        if params.from_subscription:
            return self._take(params.from_subscription, given)
        if params.customer is None or not given.get("phases"):
            name = "phases" if params.customer else "customer"
            raise errors.invalid(f"Missing required param: {name}.", name, "parameter_missing")
        customer = self.stripe.customers.live(params.customer)
        self.stripe.test_clocks.enter(customer)
        start = params.start_date
        begins = self.at if start in (None, "now") else int(start or 0)
        doc = self.new(
            billing_mode=self.stripe.subscriptions.billing_mode(given.get("billing_mode")),
            customer=customer["id"],
            end_behavior=params.end_behavior or "release",
            metadata=given.get("metadata", {}),
            phases=self._phases(given["phases"], begins),
            test_clock=customer.get("test_clock"),
        )
        if given.get("default_settings"):
            doc["default_settings"] = doc["default_settings"] | given["default_settings"]
        self.save(doc, event=f"{EVENT}.created")
        if begins <= self.at:
            self.turn(doc["id"])
        else:
            self._wait(doc["id"], begins)
        return self.view(self.get(doc["id"]))

    @route("GET /v1/subscription_schedules/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one schedule."""
        return self.view(self.get(id))

    @route("GET /v1/subscription_schedules")
    def index(self, params: ListSchedules) -> Doc:
        """List schedules; those of test clocks only when their customer is named.

        Source: https://docs.stripe.com/api/subscription_schedules/list
        """
        where: Doc = {"customer": params.customer} if params.customer else {}
        if params.scheduled:
            where["status"] = "not_started"
        if not params.customer:
            where["test_clock"] = None
        return self.listed(params, **where)

    @route("POST /v1/subscription_schedules/{id}")
    def update(self, id: str, params: UpdateSchedule) -> Doc:
        """Change phases to come, and the current one. Fires: subscription_schedule.updated."""
        doc, given = self._live(id), params.given()
        if given.get("phases") is not None:
            doc["phases"] = self._phases(given["phases"], self._anchor(doc, given["phases"]))
            if doc["status"] == "active":
                current = self._current(doc)
                if current is None or current["start_date"] != doc["current_phase"]["start_date"]:
                    raise errors.invalid(MOVED)
                doc["current_phase"] = span(current)
        for name in ("end_behavior", "metadata"):
            if name in given:
                doc = self.patched(doc, {name: given[name]})
        if given.get("default_settings"):
            doc["default_settings"] = doc["default_settings"] | given["default_settings"]
        self.save(doc, event=f"{EVENT}.updated")
        current = self._current(doc) if doc["status"] == "active" else None
        if current is not None and given.get("phases") is not None:
            sub = self.stripe.subscriptions.get(doc["subscription"])
            if terms(sub["items"]["data"]) != terms(current["items"]):
                self._apply(sub, current, params.proration_behavior)
        next_turn = current["end_date"] if current else doc["phases"][0]["start_date"]
        self._wait(id, next_turn)
        return self.view(self.get(id))

    def _anchor(self, doc: Doc, phases: Sequence[Doc]) -> int:
        """Return when the first of the new phases begins.

        Source: https://github.com/stripe/stripe-dotnet/issues/1754

        Raises:
            VendorError: no phase says, or the first would begin in the past.
        """
        first = phases[0].get("start_date") if phases else None
        if first is None:
            raise errors.invalid(
                "The subscription schedule update is missing at least one phase with a `start_date`"
                " to anchor end dates to."
            )
        return self.at if first == "now" else int(first)

    @route("POST /v1/subscription_schedules/{id}/cancel")
    def cancel(self, id: str, params: CancelSchedule) -> Doc:
        """Cancel a schedule with its subscription. Fires: subscription_schedule.canceled."""
        doc = self._live(id)
        self.mirror.cancel_timers("subscription_schedules.turn", id=id)
        self.save(doc | {"status": "canceled", "canceled_at": self.at, "current_phase": None})
        if doc["subscription"]:
            sub = self.stripe.subscriptions.get(doc["subscription"])
            self.stripe.subscriptions.end(
                sub, prorate=params.prorate, invoice_now=params.invoice_now
            )
        doc = self.get(id)
        self.mirror.emit(f"{EVENT}.canceled", {"object": self.view(doc)})
        return self.view(doc)

    @route("POST /v1/subscription_schedules/{id}/release")
    def release(self, id: str, params: ReleaseSchedule) -> Doc:
        """Let the subscription go on without a schedule, maybe up to where it would have ended.

        Fires: subscription_schedule.released.
        Source: https://docs.stripe.com/api/subscription_schedules/release
        """
        doc = self._live(id)
        until = doc["phases"][-1]["end_date"]
        keeps = params.preserve_cancel_date and doc["end_behavior"] == "cancel"
        sub = doc["subscription"]
        released = self._let_go(doc)
        if keeps and sub:
            self.stripe.subscriptions.change(
                self.stripe.subscriptions.get(sub), cancel_at=until, proration_behavior="none"
            )
        return self.view(released)

    # Time.

    def turn(self, id: str) -> None:
        """Begin a phase, or end the last one. Called by a timer."""
        doc = self.peek(id)
        if doc is None or doc["status"] not in LIVE:
            return
        self.stripe.test_clocks.enter(doc)
        if doc["status"] == "not_started":
            self._begin(doc)
            return
        sub = self.stripe.subscriptions.get(doc["subscription"])
        if sub["current_period_end"] <= self.at and sub["status"] not in ("incomplete", "paused"):
            self.stripe.subscriptions.cycle(sub["id"])
            return
        phase = self._current(doc)
        if phase is None:
            self._finish(doc)
        elif doc["current_phase"] != span(phase):
            self._enter(doc, phase)
            self._apply(sub, phase, phase["proration_behavior"])

    def before_cycle(self, sub: Doc) -> Doc | None:
        """Return a subscription on the terms of the phase that begins with its next period.

        None when it has ended with its last phase.
        """
        doc = self.peek(sub["schedule"]) if sub["schedule"] else None
        if doc is None or doc["status"] != "active":
            return sub
        phase = self._current(doc)
        if phase is None:
            self._finish(doc)
            return self.stripe.subscriptions.get(sub["id"]) if self._goes_on(doc) else None
        if doc["current_phase"] == span(phase):
            return sub
        self._enter(doc, phase)
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
        return self.stripe.subscriptions.save(sub)

    def subscription_ended(self, sub: Doc) -> None:
        """Follow the end of a subscription. Fires: subscription_schedule.completed or .canceled."""
        doc = self.peek(sub["schedule"]) if sub["schedule"] else None
        if doc is None or doc["status"] not in LIVE:
            return
        self.mirror.cancel_timers("subscription_schedules.turn", id=doc["id"])
        ended = {"status": "canceled", "canceled_at": self.at, "current_phase": None}
        self.save(doc | ended)
        self.mirror.emit(f"{EVENT}.canceled", {"object": self.view(doc | ended)})

    def _begin(self, doc: Doc) -> None:
        phase = doc["phases"][0]
        settings = doc["default_settings"]
        trial = phase["trial_end"]
        sub = self.stripe.subscriptions.start(
            billing_mode=self._mode(doc),
            customer=doc["customer"],
            items=[given_item(item) for item in phase["items"]],
            metadata=phase["metadata"],
            collection_method=phase["collection_method"] or settings["collection_method"],
            days_until_due=(phase["invoice_settings"] or settings["invoice_settings"]).get(
                "days_until_due"
            ),
            **({"trial_end": trial} if trial else {}),
            billing_thresholds=phase["billing_thresholds"] or settings["billing_thresholds"],
            **self._method(phase, settings),
            **self._discounts(phase),
        )
        self.stripe.subscriptions.save(sub | {"schedule": doc["id"]})
        doc |= {"status": "active", "subscription": sub["id"]}
        self._enter(doc, phase)

    def _enter(self, doc: Doc, phase: Doc) -> None:
        doc = doc | {"current_phase": span(phase)}
        self.save(doc, event=f"{EVENT}.updated")
        self._wait(doc["id"], phase["end_date"])

    def _apply(self, sub: Doc, phase: Doc, behavior: str) -> None:
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
        more: Doc = {"billing_cycle_anchor": "now"} if starts else {}
        self.stripe.subscriptions.change(sub, items=items, proration_behavior=behavior, **more)

    def _finish(self, doc: Doc) -> None:
        if self._goes_on(doc):
            self._let_go(doc)
            return
        over = {"status": "completed", "completed_at": self.at, "current_phase": None}
        self.save(doc | over)
        self.stripe.subscriptions.end(self.stripe.subscriptions.get(doc["subscription"]))
        self.mirror.emit(f"{EVENT}.completed", {"object": self.view(doc | over)})

    def _goes_on(self, doc: Doc) -> bool:
        return bool(doc["end_behavior"] != "cancel")

    def _let_go(self, doc: Doc) -> Doc:
        self.mirror.cancel_timers("subscription_schedules.turn", id=doc["id"])
        id = doc["subscription"]
        if id:
            sub = self.stripe.subscriptions.get(id)
            self.stripe.subscriptions.save(sub | {"schedule": None})
        doc = doc | {
            "current_phase": None,
            "released_at": self.at,
            "released_subscription": id,
            "status": "released",
            "subscription": None,
        }
        self.save(doc)
        self.mirror.emit(f"{EVENT}.released", {"object": self.view(doc)})
        return doc

    def _take(self, id: str, given: Doc) -> Doc:
        if set(given) - {"from_subscription"}:
            raise errors.invalid(
                "You cannot set any other parameters when `from_subscription` is set. Update the"
                " schedule afterwards.",
                "from_subscription",
            )
        sub = self.stripe.subscriptions.named(id, "from_subscription")
        self.stripe.test_clocks.enter(sub)
        if sub["schedule"]:
            raise errors.invalid(
                "You cannot migrate a subscription that is already attached to a schedule:"
                f" {sub['schedule']}",
                "from_subscription",
            )
        phase = PHASE | {
            "currency": sub["currency"],
            "end_date": sub["current_period_end"],
            "items": [
                ITEM
                | {
                    "metadata": item["metadata"],
                    "plan": item["price"]["id"],
                    "price": item["price"]["id"],
                    "quantity": item.get("quantity"),
                }
                for item in sub["items"]["data"]
            ],
            "start_date": sub["current_period_start"],
        }
        doc = self.new(
            billing_mode=sub["billing_mode"],
            current_phase=span(phase),
            customer=sub["customer"],
            phases=[phase],
            status="active",
            subscription=id,
            test_clock=sub["test_clock"],
        )
        self.save(doc, event=f"{EVENT}.created")
        self.stripe.subscriptions.save(
            sub | {"schedule": doc["id"]}, event="customer.subscription.updated"
        )
        self._wait(doc["id"], phase["end_date"])
        return self.view(doc)

    def _live(self, id: str) -> Doc:
        doc = self.get(id)
        if doc["status"] not in LIVE:
            raise errors.invalid(
                "You can only change a subscription schedule that is `not_started` or `active`."
                f" This one's status is `{doc['status']}`."
            )
        self.stripe.test_clocks.enter(doc)
        return doc

    def _wait(self, id: str, until: int) -> None:
        self.mirror.cancel_timers("subscription_schedules.turn", id=id)
        self.mirror.after(within(until - self.at), "subscription_schedules.turn", id=id)
