"""Subscription items: a plan is bought, tried, renewed, paid late, canceled and ended.

Source: https://clerk.com/docs/guides/development/webhooks/billing#subscription-items and
https://clerk.com/docs/guides/billing/free-trials
"""

from datetime import timedelta

from mirra_mcp.local.kit.errors import SimulateError, VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import DAY, given, stamp, unstamp
from mirra_mcp.local.mirrors.clerk.api.resource import page_of
from mirra_mcp.local.mirrors.clerk.billing.documents import SubscriptionItemDocuments
from mirra_mcp.local.mirrors.clerk.billing.money import SYMBOL, money, period_after
from mirra_mcp.local.mirrors.clerk.billing.params import CancelItem, ExtendTrial, ListItems
from mirra_mcp.local.mirrors.clerk.billing.payers import CARDS, TAKEN_AT_FIRST
from mirra_mcp.wire.model import Doc

WARNING = timedelta(days=3)
"""How long before its end the app is told that a trial ends."""
LONGEST = 365
"""Days by which a trial is extended at most."""


class BillingSubscriptionItems(SubscriptionItemDocuments):
    """The plans that payers are on, were on, and will be on."""

    @route("GET /v1/billing/subscription_items")
    def list(self, params: ListItems) -> Doc:
        """List items, newest first; those of free plans only if asked for.

        Source: https://clerk.com/docs/reference/backend-api (List all subscription items)
        """
        payers = self.mirror.billing_payers
        found = self.find() if params.plan_id is None else self.find(plan_id=params.plan_id)
        if params.status == "free_trial":
            found = [each for each in found if each["is_free_trial"] and each["status"] == "active"]
        elif params.status is not None:
            found = [each for each in found if each["status"] == params.status]
        if not params.include_free:
            found = [each for each in found if not self._is_default(each)]
        if params.payer_type is not None:
            kind = params.payer_type
            found = [each for each in found
                     if payers.kind_of(payers.get(each["payer_id"])) == kind]  # fmt: skip
        if params.query:
            found = [each for each in found if self._mentions(each, params.query)]
        return page_of(found, params, self.view)

    @route("DELETE /v1/billing/subscription_items/{subscription_item_id}")
    def cancel(self, subscription_item_id: str, params: CancelItem) -> Doc:
        """Cancel an item: at the end of its period, or now.

        Fires: subscriptionItem.canceled and .upcoming, or .ended and .active; subscription.updated
        Source: https://clerk.com/docs/reference/backend-api (Cancel a subscription item) and
            https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        doc = self.get(subscription_item_id)
        if self._is_default(doc):
            raise _not_canceled("it is of the default plan")
        if doc["status"] in ("ended", "abandoned"):
            told = "Subscription is already ended"
            raise errors.refusal(
                422, "subscription_already_ended", "Subscription already ended", told
            )
        if doc["status"] == "incomplete":
            raise _not_canceled("it is incomplete")
        if doc["status"] == "canceled" and not params.end_now:
            raise errors.refusal(
                400,
                "commerce_subscription_item_already_canceled",
                "Subscription item already canceled",
                "You can't cancel a subscription item that is already canceled",
            )
        return self.view(self.called_off(doc, end_now=params.end_now))

    @route("POST /v1/billing/subscription_items/{subscription_item_id}/extend_free_trial")
    def extend_free_trial(self, subscription_item_id: str, params: ExtendTrial) -> Doc:
        """Let a free trial end later.

        Fires: subscriptionItem.updated, subscription.updated
        Source: https://clerk.com/docs/reference/backend-api (Extend free trial for a subscription
            item) and https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        doc = self.get(subscription_item_id)
        plan = self.mirror.billing_plans.get(doc["plan_id"])
        until = given(params.extend_to, "extend_to")
        if not plan["free_trial_enabled"]:
            told = "Free trials are disabled for this plan"
            raise errors.refusal(403, "plan_free_trials_disabled", "Free trials disabled", told)
        if not doc["is_free_trial"] or doc["status"] != "active":
            told = "Subscription item is not in free trial"
            raise errors.refusal(403, "subscription_item_not_in_free_trial", told)
        if until == doc["period_end"]:
            return self.in_full(doc)
        if until <= max(stamp(self.now), doc["period_end"]):
            raise errors.invalid("extend_to")
        if until > doc["period_end"] + LONGEST * DAY:
            raise errors.invalid("extend_to")
        doc = self.save(self.touch(doc, period_end=until), event="subscriptionItem.updated")
        self._set_timers(doc)
        self.mirror.billing_subscriptions.changed(doc["subscription_id"])
        return self.in_full(doc)

    # what payers do

    def bought(self, subscription: Doc, plan: Doc, period: str, card: str) -> Doc:
        """Check out: start a free trial, or pay; a cheaper plan begins after the paid period.

        Raises:
            SimulateError: the payer is on that plan, or the card was declined.
        """
        payers = self.mirror.billing_payers
        payer = payers.get(subscription["payer_id"])
        current = self._current(subscription)
        if current["plan_id"] == plan["id"] and current["plan_period"] == period:
            if current["status"] == "canceled":
                return self._resumed(current)
            if current["status"] == "active":
                raise SimulateError(f"The payer is on the plan {plan['slug']} already.",
                                    "Name another plan.")  # fmt: skip
        is_trial = plan["free_trial_enabled"] and not payer["_is_seasoned"]
        if is_trial and CARDS[card][1] is not None and card != TAKEN_AT_FIRST:
            raise SimulateError("The card was declined, so no trial began.",
                                "Name another card: 4242424242424242 is charged.")  # fmt: skip
        payer = payers.take_card(payer, card)
        for each in self.find(subscription_id=subscription["id"]):
            if each["status"] == "incomplete":
                self._abandoned(each)
        if not is_trial and self._is_cheaper(plan, period, current):
            return self._scheduled(subscription, plan, period, current)
        doc = self.laid_out(subscription, plan, period, period_start=stamp(self.now))
        if is_trial:
            end = self.now + timedelta(days=plan["free_trial_days"])
            doc |= {"is_free_trial": True, "period_end": stamp(end)}
            self.save(doc)
        else:
            doc["period_end"] = stamp(period_after(self.now, period))
            self.save(doc, event="subscriptionItem.incomplete")
            doc, is_paid = self._charged(doc, "checkout")
            if not is_paid:
                return doc
        payers.save(payers.get(payer["id"]) | {"_is_seasoned": True})
        return self._begun(doc, subscription, current)

    def called_off(self, doc: Doc, *, end_now: bool) -> Doc:
        """Cancel an item that may be canceled: an upcoming one is abandoned."""
        now = stamp(self.now)
        if doc["status"] == "upcoming":
            doc = self._abandoned(doc)
            self._await_default(self.mirror.billing_subscriptions.get(doc["subscription_id"]))
        elif end_now or doc["status"] == "past_due":
            self._forget_upcoming(doc["subscription_id"], but_default=True)
            doc = self._over(doc | {"canceled_at": doc["canceled_at"] or now})
            self._fall_back(doc["subscription_id"])
        else:
            fields = self.touch(doc, canceled_at=now)
            doc = self.move(fields, "canceled", event="subscriptionItem.canceled")
            self._await_default(self.mirror.billing_subscriptions.get(doc["subscription_id"]))
        self.mirror.billing_subscriptions.changed(doc["subscription_id"])
        return doc

    def overdue(self, doc: Doc) -> Doc:
        """Let the charge of a renewal be declined, now.

        Fires: paymentAttempt.created, .updated, subscriptionItem.pastDue, subscription.pastDue
        """
        payers = self.mirror.billing_payers
        payers.take_card(payers.get(doc["payer_id"]), TAKEN_AT_FIRST)
        return self._renewed(doc)

    def paid_late(self, doc: Doc, card: str) -> Doc:
        """Pay what is overdue by another card; a new period begins.

        Fires: paymentAttempt.created, .updated, and if it is paid subscriptionItem.active and
            subscription.active
        """
        payers = self.mirror.billing_payers
        payers.take_card(payers.get(doc["payer_id"]), card)
        return self._renewed(doc)

    # what time does

    def fall_due(self, id: str) -> None:
        """Let the period of an item be over: it ends, or is renewed."""
        doc = self.get(id)
        if doc["status"] == "canceled":
            doc = self._over(doc)
            upcoming = self._upcoming(doc["subscription_id"])
            if upcoming is not None and not self._is_default(upcoming):
                self._renewed(upcoming)
            else:
                self._fall_back(doc["subscription_id"])
                self.mirror.billing_subscriptions.changed(doc["subscription_id"])
        else:
            self._renewed(doc)

    def warn(self, id: str) -> None:
        """Tell that a trial ends soon.

        Fires: subscriptionItem.freeTrialEnding
        """
        doc = self.get(id)
        self.mirror.emit("subscriptionItem.freeTrialEnding", self.event_data("", doc))

    # how items change

    def in_full(self, doc: Doc) -> Doc:
        """Return an item as the answers tell it that name its payment source.

        Source: https://github.com/clerk/openapi-specs (CommerceSubscriptionItem-2)
        """
        shown = self.view(doc)
        method = shown.pop("payment_method", None)
        plan = dict(shown["plan"])
        amounts = {"amount": plan["fee"], "annual_monthly_amount": plan["annual_monthly_fee"],
                   "annual_amount": plan["annual_fee"]}  # fmt: skip
        for name, fee in amounts.items():
            shown_fee = fee or money(0)
            plan[name] = shown_fee["amount"]
            plan[f"{name}_formatted"] = shown_fee["amount_formatted"]
        plan |= {"currency": "USD", "currency_symbol": SYMBOL,
                 "payer_type": [plan["for_payer_type"]],
                 "description": plan["description"] or "",
                 "avatar_url": plan["avatar_url"] or ""}  # fmt: skip
        payer = {name: value for name, value in shown["payer"].items() if value is not None}
        for name in ("first_name", "last_name", "email"):
            payer.setdefault(name, "")
        return shown | {
            "plan": plan,
            "payer": payer,
            "payment_source_id": method["id"] if method else "",
            "proration_date": "",
            "amount": (shown["next_payment"] or {"amount": money(0)})["amount"],
        }

    def _mentions(self, doc: Doc, text: str) -> bool:
        told = self.mirror.billing_payers.told_of(self.mirror.billing_payers.get(doc["payer_id"]))
        wanted = text.lower()
        names = ("first_name", "last_name", "email", "organization_name")
        exact = (doc["id"], told["user_id"], told["organization_id"])
        return text in exact or any(wanted in told[name].lower() for name in names)

    def _current(self, subscription: Doc) -> Doc:
        """Return the item that a payer is on: there is one always."""
        found = self.find(subscription_id=subscription["id"])
        return next(each for each in found if each["status"] in ("active", "canceled", "past_due"))

    def _upcoming(self, subscription_id: str) -> Doc | None:
        found = self.find(subscription_id=subscription_id)
        return next((each for each in found if each["status"] == "upcoming"), None)

    def _default(self, subscription_id: str) -> Doc:
        """Return the item of the free plan: it keeps its id."""
        found = self.find(subscription_id=subscription_id, newest_first=False)
        return found[0]

    def _is_cheaper(self, plan: Doc, period: str, current: Doc) -> bool:
        """Tell whether another plan is cheaper by the month than the one that is paid."""
        plans = self.mirror.billing_plans
        before = plans.get(current["plan_id"])
        months = {"month": 1, "annual": 12}
        now = plans.amount_of(before, current["plan_period"]) / months[current["plan_period"]]
        then = plans.amount_of(plan, period) / months[period]
        return not before["is_default"] and current["status"] != "past_due" and then < now

    def _charged(self, doc: Doc, kind: str) -> tuple[Doc, bool]:
        plan = self.mirror.billing_plans.get(doc["plan_id"])
        cents = self.mirror.billing_plans.amount_of(plan, doc["plan_period"])
        attempts = self.mirror.billing_payment_attempts
        is_paid = attempts.charge(doc, cents, kind)
        newest = attempts.first(payer_id=doc["payer_id"])
        subscriptions = self.mirror.billing_subscriptions
        subscription = subscriptions.get(doc["subscription_id"])
        if newest is not None:
            subscriptions.save(subscription | {"_latest_payment_id": newest["payment_id"]})
        if is_paid and newest is not None:
            doc = self.save(doc | {"_paid": doc["_paid"] + attempts.due(newest)})
        return doc, is_paid

    def _begun(self, doc: Doc, subscription: Doc, before: Doc) -> Doc:
        """Let an item begin in the place of another.

        Fires: subscriptionItem.active, subscriptionItem.ended, subscription.updated
        """
        doc = self.move(self.touch(doc), "active", event="subscriptionItem.active")
        self._forget_upcoming(subscription["id"])
        self._over(before)
        self._set_timers(doc)
        self.mirror.billing_subscriptions.changed(subscription["id"])
        return doc

    def _scheduled(self, subscription: Doc, plan: Doc, period: str, current: Doc) -> Doc:
        """Let a cheaper plan begin when the paid period is over.

        Fires: subscriptionItem.canceled, subscriptionItem.upcoming, subscription.updated
        Source: https://clerk.com/docs/guides/billing/overview (upgrade or downgrade mid-cycle)
        """
        self._forget_upcoming(subscription["id"])
        if current["status"] == "active":
            now = self.touch(current, canceled_at=stamp(self.now))
            self.move(now, "canceled", event="subscriptionItem.canceled")
        start = current["period_end"]
        end = stamp(period_after(unstamp(start), period))
        doc = self.laid_out(subscription, plan, period, status="upcoming",
                            period_start=start, period_end=end)  # fmt: skip
        self.save(doc, event="subscriptionItem.upcoming")
        self.mirror.billing_subscriptions.changed(subscription["id"])
        return doc

    def _resumed(self, doc: Doc) -> Doc:
        """Take back a cancellation.

        Fires: subscriptionItem.abandoned, subscriptionItem.active, subscription.updated
        """
        self._forget_upcoming(doc["subscription_id"])
        fields = self.touch(doc, canceled_at=None)
        doc = self.move(fields, "active", event="subscriptionItem.active")
        self.mirror.billing_subscriptions.changed(doc["subscription_id"])
        return doc

    def _renewed(self, doc: Doc) -> Doc:
        """Charge for the next period: of a trial, a renewal, an upcoming or an overdue item."""
        was = doc["status"]
        start = self.now
        doc, is_paid = self._charged(doc, "recurring")
        if is_paid:
            end = stamp(period_after(start, doc["plan_period"]))
            times = {"period_start": stamp(start), "period_end": end, "past_due_at": None}
            doc = self.touch(doc, is_free_trial=False, **times)
            if was == "active":
                doc = self.save(doc, event="subscriptionItem.updated")
            else:
                doc = self.move(doc, "active", event="subscriptionItem.active")
            self._set_timers(doc)
        elif was != "past_due":
            self.mirror.cancel_timers("billing_subscription_items.fall_due", id=doc["id"])
            fields = self.touch(doc, is_free_trial=False, past_due_at=stamp(self.now))
            doc = self.move(fields, "past_due", event="subscriptionItem.pastDue")
        self.mirror.billing_subscriptions.changed(doc["subscription_id"])
        return doc

    def _over(self, doc: Doc) -> Doc:
        self._drop_timers(doc)
        fields = self.touch(doc, ended_at=stamp(self.now), is_free_trial=False)
        return self.move(fields, "ended", event="subscriptionItem.ended")

    def _fall_back(self, subscription_id: str) -> None:
        """Let a payer be on the free plan again."""
        doc = self._default(subscription_id)
        fields = self.touch(doc, period_start=stamp(self.now), ended_at=None)
        self.move(fields, "active", event="subscriptionItem.active")

    def _await_default(self, subscription: Doc) -> None:
        """Let the free plan be what comes after the one that was canceled."""
        doc = self._default(subscription["id"])
        current = self._current(subscription)
        fields = self.touch(doc, period_start=current["period_end"], ended_at=None)
        self.move(fields, "upcoming", event="subscriptionItem.upcoming")

    def _forget_upcoming(self, subscription_id: str, *, but_default: bool = False) -> None:
        doc = self._upcoming(subscription_id)
        if doc is not None and not (but_default and self._is_default(doc)):
            self._abandoned(doc)

    def _is_default(self, doc: Doc) -> bool:
        return bool(self.mirror.billing_plans.get(doc["plan_id"])["is_default"])

    def _abandoned(self, doc: Doc) -> Doc:
        fields = self.touch(doc)
        return self.move(fields, "abandoned", event="subscriptionItem.abandoned")

    def _set_timers(self, doc: Doc) -> None:
        """Let the clock end the period, and warn of the end of a trial."""
        self._drop_timers(doc)
        end = unstamp(doc["period_end"])
        name = self.plural
        if doc["is_free_trial"]:
            before = end - WARNING
            if before > self.now:
                self.mirror.after(before - self.now, f"{name}.warn", id=doc["id"])
            else:
                self.warn(doc["id"])
        self.mirror.after(end - self.now, f"{name}.fall_due", id=doc["id"])

    def _drop_timers(self, doc: Doc) -> None:
        for verb in ("warn", "fall_due"):
            self.mirror.cancel_timers(f"{self.plural}.{verb}", id=doc["id"])


def _not_canceled(reason: str) -> VendorError:
    return errors.refusal(
        422,
        "commerce_subscription_item_cannot_be_canceled",
        "Subscription item cannot be canceled",
        f"Subscription item cannot be canceled because {reason}",
    )
