"""Subscription schedules: phases of a subscription, planned ahead.

Source: https://docs.stripe.com/billing/subscriptions/subscription-schedules and
https://docs.stripe.com/api/subscription_schedules
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.periods import within
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.forecasts import (
    LIVE,
    ScheduleForecasts,
)
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
    named,
    span,
)
from mirra_mcp.wire.model import Doc

EVENT = "subscription_schedule"


class SubscriptionSchedules(ScheduleForecasts):
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
            test_clock=customer.get("test_clock"),
        )
        doc = self._edited(doc, {"default_settings": given.get("default_settings")})
        settings = doc["default_settings"]
        doc["phases"] = self._phases(given["phases"], begins, customer, settings)
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
        given = params.given()
        old = self._live(id)
        doc = self._edited(dict(old), given)
        if "metadata" in given:
            doc = self.patched(doc, {"metadata": given["metadata"]})
        self.save(doc, event=f"{EVENT}.updated")
        current = self._current(doc) if doc["status"] == "active" else None
        if current is not None:
            sub = self.stripe.subscriptions.get(doc["subscription"])
            update = self._correction(old, doc, sub, params.proration_behavior)
            if update is not None:
                self._apply(sub, doc, current, update)
        next_turn = current["end_date"] if current else doc["phases"][0]["start_date"]
        self._wait(id, next_turn)
        return self.view(self.get(id))

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
            update = self._update_of(doc, sub, phase, phase["proration_behavior"])
            once = self.billed_once(sub, phase)
            self._apply(sub, doc, phase, update | {"add_invoice_items": once})

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
        subs, renewed = self.stripe.subscriptions, self._renewed(sub, doc, phase)
        subs.add_once(subs.next_period(renewed), self.billed_once(sub, phase))
        return subs.save(renewed)

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
        sub = self.stripe.subscriptions.start(
            customer=doc["customer"],
            later=doc["created"] < self.at,
            bare=phase["_bare"],
            **self.start_of(doc),
        )
        self.stripe.subscriptions.save(sub | {"schedule": doc["id"]})
        doc |= {"status": "active", "subscription": sub["id"]}
        self._enter(doc, phase)

    def _enter(self, doc: Doc, phase: Doc) -> None:
        doc = doc | {"current_phase": span(phase)}
        self.save(doc, event=f"{EVENT}.updated")
        self._wait(doc["id"], phase["end_date"])

    def _apply(self, sub: Doc, doc: Doc, phase: Doc, update: Doc) -> None:
        self.stripe.subscriptions.change(sub, base=self._ready(sub, doc, phase), **update)

    def _finish(self, doc: Doc) -> None:
        if self._goes_on(doc):
            self._let_go(doc)
            return
        over = {"status": "completed", "completed_at": self.at, "current_phase": None}
        self.save(doc | over)
        self.stripe.subscriptions.end(self.stripe.subscriptions.get(doc["subscription"]))
        self.mirror.emit(f"{EVENT}.completed", {"object": self.view(doc | over)})

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
        phase = self._phase_of(sub)
        doc = self.new(
            billing_mode=sub["billing_mode"],
            current_phase=span(phase),
            customer=sub["customer"],
            default_settings=self._settings_in(sub),
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

    def _phase_of(self, sub: Doc) -> Doc:
        """Return the phase that a subscription is in when a schedule takes it over."""
        items = []
        for each in sub["items"]["data"]:
            price = each["price"]["id"]
            item = ITEM | {"metadata": each["metadata"], "plan": price, "price": price}
            item |= {"billing_thresholds": each["billing_thresholds"]}
            item |= {"discounts": named(each), "tax_rates": each["tax_rates"]}
            items.append(item | {"quantity": each.get("quantity")})
        return PHASE | {
            "currency": sub["currency"],
            "default_tax_rates": sub["default_tax_rates"],
            "discounts": named(sub),
            "end_date": sub["current_period_end"],
            "items": items,
            "start_date": sub["current_period_start"],
            "trial_end": sub["trial_end"] if sub["status"] == "trialing" else None,
            "_bare": bool(sub.get("_bare")),
        }

    def _settings_in(self, sub: Doc) -> Doc:
        """Return the settings of a subscription as a schedule's defaults."""
        defaults = self.blank["default_settings"]
        invoices = defaults["invoice_settings"] | sub["invoice_settings"]
        names = set(defaults) & set(sub) - {"billing_cycle_anchor", "invoice_settings"}
        return {
            **defaults,
            **{name: sub[name] for name in names},
            "invoice_settings": invoices | {"days_until_due": sub["days_until_due"]},
        }

    def _live(self, id: str) -> Doc:
        return self._entered(self.get(id))

    def _wait(self, id: str, until: int) -> None:
        self.mirror.cancel_timers("subscription_schedules.turn", id=id)
        self.mirror.after(within(until - self.at), "subscription_schedules.turn", id=id)
