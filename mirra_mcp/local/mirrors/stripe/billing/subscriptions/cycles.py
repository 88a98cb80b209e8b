"""How subscriptions begin, renew and are billed.

Source: https://docs.stripe.com/billing/subscriptions/overview,
https://docs.stripe.com/billing/subscriptions/billing-cycle and
https://docs.stripe.com/billing/subscriptions/trials
"""

from collections.abc import Sequence

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.invoices import lines
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge, is_metered
from mirra_mcp.local.mirrors.stripe.billing.periods import following, period
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.states import (
    OVER,
    UPDATED,
    SubscriptionStates,
)
from mirra_mcp.wire.model import Doc

CYCLE = "subscription_cycle"


def rhythm(sub: Doc) -> tuple[str, int]:
    """Return the interval that a subscription renews in, and how many of them."""
    recurring = sub["items"]["data"][0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


class SubscriptionCycles(SubscriptionStates):
    """Subscriptions through time."""

    # What a period costs.

    def charges_of(
        self, sub: Doc, start: int, end: int, *, trial: bool = False, free: bool = False
    ) -> list[Charge]:
        """Return the lines of a period; of a part of one, in proportion."""
        interval, count = rhythm(sub)
        whole = period(sub["billing_cycle_anchor"], interval, count, start)
        partial = not trial and whole != (start, end)
        found: list[Charge] = []
        for item in sub["items"]["data"]:
            if partial and not is_metered(item["price"]):
                full = lines.full_price(self.stripe, sub, item, self.at)
                length = whole[0] if whole[1] == end else start
                found.append(
                    lines.prorated(
                        self.stripe,
                        sub,
                        item,
                        start,
                        end,
                        credit=False,
                        whole=0 if free else full,
                        since=length,
                    )
                )
                continue
            found += lines.recurring(self.stripe, sub, item, start, end, trial=trial)
        return found

    def renewal_charges(self, sub: Doc) -> list[Charge]:
        """Return the lines of the invoice at the end of the current period."""
        start, end = sub["current_period_end"], self.next_end(sub)
        past = sub["current_period_start"], start
        was_trial = sub["status"] == "trialing"
        found: list[Charge] = []
        for item in sub["items"]["data"]:
            if is_metered(item["price"]) and not was_trial:
                found += lines.used(self.stripe, sub, item, *past)
        ahead = [item for item in sub["items"]["data"] if not is_metered(item["price"])]
        if ahead:
            items = {**sub["items"], "data": ahead}
            found += self.charges_of(sub | {"items": items}, start, end)
        return found

    def next_end(self, sub: Doc) -> int:
        """Return when the period after the current one ends."""
        interval, count = rhythm(sub)
        return following(sub["billing_cycle_anchor"], interval, count, sub["current_period_end"])

    # Beginning.

    def begin(
        self, sub: Doc, customer: Doc, *, behavior: str, off_session: bool, prorates: bool,
        extra: Sequence[Doc] = (), backdated: int | None = None,
    ) -> Doc:  # fmt: skip
        """Write a new subscription with its first invoice, and try the first payment.

        Fires: customer.subscription.created, then what the invoice and the payment do.

        Raises:
            VendorError: the payment failed and `error_if_incomplete` was asked for.
        """
        trial = sub["status"] == "trialing"
        start, end = sub["current_period_start"], sub["current_period_end"]
        with self.stripe.events_held() as held:
            self.save(sub)
            charges = self.charges_of(sub, start, end, trial=trial, free=not prorates)
            if backdated is not None:
                charges = [*self._backdated(sub, backdated), *charges]
            invoice = self.bill(sub, charges, "subscription_create", extra=extra)
            if invoice["status"] == "draft" and sub["collection_method"] != "send_invoice":
                invoice = self.stripe.invoices.finalize(invoice)
            self._pay_first(invoice, behavior, off_session=off_session)
            sub = self.get(sub["id"])
            if sub["collection_method"] == "send_invoice" and sub["status"] == "incomplete":
                sub["status"] = "active"
            invoice = self.stripe.invoices.get(invoice["id"])
            if self._must_collect_a_method(sub, invoice):
                intent = self.stripe.setup_intents.draft(
                    customer=customer["id"], usage="off_session", owner=("subscriptions", sub["id"])
                )
                sub["pending_setup_intent"] = intent["id"]
            sub = self.save(sub)
        self.mirror.emit("customer.subscription.created", {"object": self.view(sub)})
        for event, data in held:
            if event != UPDATED or data["object"]["id"] != sub["id"]:
                self.mirror.emit(event, data)
        self.plan(sub)
        if trial and sub["trial_end"] - self.at <= 3 * 86_400:
            self.mirror.emit("customer.subscription.trial_will_end", {"object": self.view(sub)})
        return sub

    def bill(
        self,
        sub: Doc,
        charges: Sequence[Charge],
        reason: str,
        *,
        extra: Sequence[Doc] = (),
        pending: Sequence[Doc] | None = None,
        span: tuple[int, int] | None = None,
        advances: bool = True,
    ) -> Doc:
        """Draft an invoice for a subscription, and make it the latest one.

        `extra` is what `add_invoice_items` says. Fires: invoice.created.
        """
        customer = self.stripe.customers.get(sub["customer"])
        items = self.stripe.invoice_items
        if pending is None:
            pending = items.pending(customer["id"], sub["currency"], subscription=sub["id"])
        added = [
            items.add(
                self.stripe.invoices.one_time(each, sub["currency"], f"add_invoice_items[{n}]"),
                customer,
            )
            for n, each in enumerate(extra)
        ]
        start, end = span or (self.at, self.at)
        at_once = reason != CYCLE and sub["collection_method"] == "charge_automatically"
        invoice = self.stripe.invoices.draft(
            customer,
            charges,
            sub=sub,
            pending=[*added, *pending],
            billing_reason=reason,
            period_start=start,
            period_end=end,
            finalizes=not at_once,
            **({} if advances else {"auto_advance": False}),
            **self._settings_for_invoice(sub),
        )
        kept = self.get(sub["id"])
        self.save(kept | {"latest_invoice": invoice["id"]})
        return invoice

    def _settings_for_invoice(self, sub: Doc) -> Doc:
        given = sub["payment_settings"]
        names = ("payment_method_options", "payment_method_types")
        return {
            "payment_settings": {"default_mandate": None, **{name: given[name] for name in names}},
            "automatic_tax": {**self.stripe.invoices.blank["automatic_tax"]}
            | {"enabled": sub["automatic_tax"]["enabled"]},
            "issuer": sub["invoice_settings"].get("issuer") or {"type": "self"},
            "on_behalf_of": sub["on_behalf_of"],
        }

    def _pay_first(self, invoice: Doc, behavior: str, *, off_session: bool) -> None:
        if invoice["status"] != "open" or behavior == "default_incomplete":
            return
        if invoice["collection_method"] == "send_invoice":
            return
        invoice = self.stripe.invoices.collect(invoice, off_session=off_session)
        if behavior == "error_if_incomplete" and invoice["status"] != "paid":
            self.refuse(invoice)

    def refuse(self, invoice: Doc) -> None:
        """Take all back and answer 402.

        Raises:
            VendorError: always.
        """
        answer: Answer = self.stripe.invoices.refused(
            invoice, "subscription_payment_intent_requires_action"
        )
        body = answer.body if isinstance(answer.body, dict) else {}
        raise VendorError(answer.status, body)

    def _must_collect_a_method(self, sub: Doc, invoice: Doc) -> bool:
        free = invoice["amount_due"] == 0 and sub["collection_method"] == "charge_automatically"
        return free and self.stripe.invoices.method_for(invoice) is None

    def _backdated(self, sub: Doc, since: int) -> list[Charge]:
        """Charge for the time between a start in the past and the current period."""
        interval, count = rhythm(sub)
        found: list[Charge] = []
        start = since
        while start < sub["current_period_start"]:
            whole = period(sub["billing_cycle_anchor"], interval, count, start)
            end = min(whole[1], sub["current_period_start"])
            found += self.charges_of(sub, start, end)
            start = end
        return found

    # Going on.

    def cycle(self, id: str) -> None:
        """End the current period: renew, end the trial, or end the subscription. Called by a timer.

        Fires: invoice.created, customer.subscription.updated; an hour later the invoice goes on.
        """
        sub = self._living(id)
        if sub is None or sub["status"] in ("incomplete", "paused"):
            return
        if sub["current_period_end"] > self.at:
            self.plan(sub)
            return
        ends_now = sub["cancel_at"] is not None and sub["cancel_at"] <= self.at
        if sub["cancel_at_period_end"] or ends_now:
            self.end(sub, invoice_now=True)
            return
        following_phase = self.stripe.subscription_schedules.before_cycle(sub)
        if following_phase is None:
            return
        sub = following_phase
        if sub["status"] == "trialing" and not self._may_leave_trial(sub):
            return
        self.renew(sub)

    def renew(self, sub: Doc) -> Doc:
        """Begin the next period with an invoice that is a draft for an hour."""
        before = dict(sub)
        charges = self.renewal_charges(sub)
        past = sub["current_period_start"], sub["current_period_end"]
        status = "active" if sub["status"] == "trialing" else sub["status"]
        sub = sub | {
            "current_period_end": self.next_end(sub),
            "current_period_start": sub["current_period_end"],
            "status": status,
        }
        pause = sub["pause_collection"]
        stays = status == "unpaid" or (pause or {}).get("behavior") == "keep_as_draft"
        self.save(sub)
        invoice = self.bill(sub, charges, CYCLE, span=past, advances=not stays)
        if pause and pause["behavior"] != "keep_as_draft":
            self._set_aside(invoice, pause["behavior"])
        sub = self.get(sub["id"])
        self.tell_change(before, sub)
        self.plan(sub)
        return sub

    def _set_aside(self, invoice: Doc, behavior: str) -> None:
        """Do with an invoice what paused collection says.

        Source: https://docs.stripe.com/billing/subscriptions/pause-payment
        """
        invoice = self.stripe.invoices.finalize(invoice | {"auto_advance": False})
        if invoice["status"] != "open":
            return
        if behavior == "void":
            self.stripe.invoices.void(invoice)
        else:
            self.stripe.invoices.give_up(invoice, "subscription_paused")

    def _may_leave_trial(self, sub: Doc) -> bool:
        """Cancel or pause a trial that ends without a payment method, if it was set up so.

        Fires: customer.subscription.deleted, or customer.subscription.paused and .updated.
        """
        does = sub["trial_settings"]["end_behavior"]["missing_payment_method"]
        sends = sub["collection_method"] == "send_invoice"
        holder = self.stripe.invoices.blank | {
            "customer": sub["customer"],
            "subscription": sub["id"],
        }
        if does == "create_invoice" or sends or self.stripe.invoices.method_for(holder):
            return True
        if does == "cancel":
            self.end(sub, reason="payment_failed")
            return False
        paused = self.save(sub | {"status": "paused"}, event=UPDATED)
        self.mirror.emit("customer.subscription.paused", {"object": self.view(paused)})
        self.plan(paused)
        return False

    def last_invoice(self, sub: Doc) -> str | None:
        """Bill what is left over when a subscription ends: usage and pending items.

        Fires: invoice.created; it advances an hour later.
        """
        start, end = sub["current_period_start"], min(self.at, sub["current_period_end"])
        charges = [
            charge
            for item in sub["items"]["data"]
            if is_metered(item["price"]) and sub["trial_end"] != sub["current_period_end"]
            for charge in lines.used(self.stripe, sub, item, start, end)
        ]
        charges = [charge for charge in charges if charge.amount]
        pending = self.stripe.invoice_items.pending(
            sub["customer"], sub["currency"], subscription=sub["id"], also_free=False
        )
        if not charges and not pending:
            return None
        reason = CYCLE if self.at >= sub["current_period_end"] else "subscription_update"
        invoice = self.bill(sub, charges, reason, pending=pending, span=(start, end))
        if reason != CYCLE and invoice["collection_method"] == "charge_automatically":
            self.stripe.invoices.proceed(self.stripe.invoices.finalize(invoice))
        return str(invoice["id"])

    def checked_status(self, sub: Doc) -> None:
        """Refuse changes to what is over.

        Raises:
            VendorError: the subscription has ended.
        """
        if sub["status"] in OVER:
            raise errors.invalid(
                "A canceled subscription can only update its cancellation_details and metadata."
            )
