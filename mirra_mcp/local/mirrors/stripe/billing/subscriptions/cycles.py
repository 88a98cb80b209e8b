"""How subscriptions begin, renew and are billed.

Source: https://docs.stripe.com/billing/subscriptions/overview,
https://docs.stripe.com/billing/subscriptions/billing-cycle and
https://docs.stripe.com/billing/subscriptions/trials
"""

from collections.abc import Sequence

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge
from mirra_mcp.local.mirrors.stripe.billing.periods import following
from mirra_mcp.local.mirrors.stripe.billing.subscriptions import debits
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.charges import SubscriptionCharges
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible, rhythm, span_of
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.states import OVER, UPDATED
from mirra_mcp.wire.model import Doc

CYCLE = "subscription_cycle"
AT_ONCE = ("subscription_create", "subscription_update")
"""Why invoices are made that aren't drafts for an hour."""


class SubscriptionCycles(SubscriptionCharges):
    """Subscriptions through time."""

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
        with self.stripe.events_held() as held:
            self.save(sub)
            charges = self.charges_of(sub, trial=trial, free=not prorates)
            if backdated is not None:
                charges = [*self.backdated_charges(sub, backdated), *charges]
            invoice = None
            if self._is_billed(sub, charges, extra):
                invoice = self.bill(sub, charges, "subscription_create", extra=extra)
                if invoice["status"] == "draft" and sub["collection_method"] != "send_invoice":
                    invoice = self.stripe.invoices.finalize(invoice)
                self._pay_first(invoice, behavior, off_session=off_session)
                invoice = self.stripe.invoices.get(invoice["id"])
            sub = self.get(sub["id"])
            sends = sub["collection_method"] == "send_invoice"
            if sub["status"] == "incomplete" and (sends or invoice is None):
                sub["status"] = "active"
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

    def _is_billed(self, sub: Doc, charges: Sequence[Charge], extra: Sequence[Doc]) -> bool:
        """Tell whether there is an invoice: flexible billing makes no empty ones."""
        if charges or extra or not is_flexible(sub):
            return True
        items = self.stripe.invoice_items
        return bool(items.pending(sub["customer"], sub["currency"], subscription=sub["id"]))

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
            items.save(each, event="invoiceitem.created")
            for each in self.once(sub, extra, customer)
        ]
        start, end = span or (self.at, self.at)
        at_once = reason in AT_ONCE and sub["collection_method"] == "charge_automatically"
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
        billed = debits.of_lines(kept, invoice, self.at)
        self.save(kept | {"latest_invoice": invoice["id"], "_debits": billed})
        return invoice

    def _settings_for_invoice(self, sub: Doc) -> Doc:
        given = sub["payment_settings"]
        names = ("payment_method_options", "payment_method_types")
        return {
            "payment_settings": {"default_mandate": None, **{name: given[name] for name in names}},
            "automatic_tax": self.stripe.tax_settings.laid_out(
                sub["automatic_tax"]["enabled"], disabled_reason=None
            ),
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

    def _must_collect_a_method(self, sub: Doc, invoice: Doc | None) -> bool:
        free = invoice is None or invoice["amount_due"] == 0
        if not free or sub["collection_method"] != "charge_automatically":
            return False
        return self.stripe.invoices.method_for(invoice or self._holder(sub)) is None

    def _holder(self, sub: Doc) -> Doc:
        """Return an invoice that a subscription could have, to find what would pay it."""
        blank = self.stripe.invoices.blank
        return blank | {"customer": sub["customer"], "subscription": sub["id"]}

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
        before, phase = sub, self.stripe.subscription_schedules.before_cycle(sub)
        if phase is None:
            return
        sub = phase
        leaves = sub["status"] == "trialing" and not sub.get("_trial_until")
        if leaves and not self._may_leave_trial(sub):
            return
        self.renew(sub, before)

    def renew(self, sub: Doc, over: Doc | None = None) -> Doc:
        """Begin the next period with an invoice that is a draft for an hour.

        `over` is the subscription on the terms of the period that ends.
        """
        before = dict(sub)
        charges = self.renewal_charges(sub, over)
        past = sub["current_period_start"], sub["current_period_end"]
        status = "active" if sub["status"] == "trialing" else sub["status"]
        sub = self.next_period(sub) | {"status": status, "_cut": sub["cancel_at"]}
        if sub.pop("_trial_until", None):
            sub |= {"status": "trialing", "trial_end": sub["current_period_end"]}
            sub |= {"trial_start": sub["current_period_start"]}
        sub["_repriced"] = self._still_repriced(before)
        pause = sub["pause_collection"]
        stays = status == "unpaid" or (pause or {}).get("behavior") == "keep_as_draft"
        self.save(sub)
        invoice = self.bill(sub, charges, CYCLE, span=past, advances=not stays)
        if pause and pause["behavior"] != "keep_as_draft":
            self._set_aside(invoice, pause["behavior"])
        sub = self.get(sub["id"])
        self.tell_change(over or before, sub)
        self.plan(sub)
        return sub

    def next_period(self, sub: Doc) -> Doc:
        """Return a subscription in its next period, or in the trial that a schedule begins."""
        start = sub["current_period_end"]
        end = following(sub["billing_cycle_anchor"], *rhythm(sub), start)
        return sub | {
            "current_period_end": sub.get("_trial_until") or end,
            "current_period_start": start,
        }

    def _still_repriced(self, sub: Doc) -> list[Doc]:
        """Return the earlier prices of usage that isn't billed yet."""
        going_on = {
            item["id"]
            for item in sub["items"]["data"]
            if span_of(sub, item)[1] > sub["current_period_end"]
        }
        return [each for each in sub.get("_repriced", []) if each["item"] in going_on]

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
        holder = self._holder(sub)
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
        charges = self.last_charges(sub)
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
