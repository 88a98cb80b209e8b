"""Previews of invoices: what would be billed next, or if something were changed.

Source: https://docs.stripe.com/api/invoices/create_preview,
https://docs.stripe.com/billing/subscriptions/prorations#preview-proration
"""

from collections.abc import Sequence
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.billing.invoices.drafts import InvoiceDrafts
from mirra_mcp.local.mirrors.stripe.billing.invoices.edits import paged
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge
from mirra_mcp.local.mirrors.stripe.billing.invoices.params import (
    PreviewInvoice,
    UpcomingInvoice,
    UpcomingLines,
)
from mirra_mcp.local.mirrors.stripe.billing.periods import HOUR, following
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_flexible, shortest
from mirra_mcp.wire.model import Doc

NONE = "invoice_upcoming_none"
OLD_NAMES = (
    "billing_cycle_anchor",
    "cancel_at",
    "cancel_at_period_end",
    "cancel_now",
    "default_tax_rates",
    "items",
    "proration_behavior",
    "proration_date",
    "resume_at",
    "start_date",
    "trial_end",
)
CHANGES = (
    "billing_cycle_anchor",
    "cancel_at",
    "cancel_at_period_end",
    "default_tax_rates",
    "items",
    "metadata",
    "proration_behavior",
    "proration_date",
    "trial_end",
)
"""What of a preview's subscription an update takes under the same name."""


class InvoicePreviews(InvoiceDrafts):
    """Invoices that don't exist."""

    def preview_of(self, sub: Doc) -> Doc | None:
        """Return the invoice that the end of the current period will make, if any."""
        with self.stripe.writes_undone():
            try:
                return self._preview({"subscription": sub["id"]}, {})
            except VendorError as refusal:
                if refusal.body["error"].get("code") != NONE:
                    raise
                return None

    @route("POST /v1/invoices/create_preview")
    def create_preview(self, params: PreviewInvoice) -> Doc:
        """Show an invoice before it is made; nothing changes.

        Raises:
            VendorError: `invoice_upcoming_none`, when nothing would be billed.
        """
        given = params.given()
        with self.stripe.writes_undone():
            return self.view(self._preview(given, given.get("subscription_details") or {}))

    @route("GET /v1/invoices/upcoming")
    def upcoming(self, params: UpcomingInvoice) -> Doc:
        """Show the upcoming invoice; it has no id. API versions before 2025-03-31 have it."""
        doc = self._upcoming(params)
        doc.pop("id")
        lines = {**doc["lines"], "url": "/v1/invoices/upcoming/lines"}
        return self.view(doc | {"lines": lines})

    @route("GET /v1/invoices/upcoming/lines")
    def upcoming_lines(self, params: UpcomingLines) -> Doc:
        """List all lines of the upcoming invoice."""
        page = ListParams.model_validate(
            {
                name: value
                for name in ("limit", "starting_after", "ending_before")
                if (value := getattr(params, name)) is not None
            }
        )
        lines = self._upcoming(params)["lines"]["data"]
        return paged(lines, page, "/v1/invoices/upcoming/lines")

    def _upcoming(self, params: UpcomingInvoice) -> Doc:
        given = params.given()
        details = dict(given.get("subscription_details") or {})
        for name in OLD_NAMES:
            if given.get(f"subscription_{name}") is not None:
                details[name] = given[f"subscription_{name}"]
        with self.stripe.writes_undone():
            return self._preview(given, details)

    def _preview(self, given: Doc, details: Doc) -> Doc:
        schedules, planned = self.stripe.subscription_schedules, given.get("schedule_details")
        if given.get("schedule"):
            schedule = schedules.edited(given["schedule"], planned or {})
            customer = self.stripe.customers.get(schedule["customer"])
        elif planned is not None:
            customer = self._customer(given)
            schedule = schedules.planned(customer, planned)
        else:
            return self._next(*self._subject(given, details), given, details)
        if not schedule["subscription"]:
            return self._of_start(schedule, customer, given)
        given = given | {"subscription": schedule["subscription"]}
        if planned and planned.get("billing_mode"):
            details = {"billing_mode": planned["billing_mode"]}
        return self._next(*self._subject(given, details), given, details, schedule)

    def _of_start(self, schedule: Doc, customer: Doc, given: Doc) -> Doc:
        """Show the first invoice of a schedule that hasn't begun."""
        if schedule["status"] != "not_started":
            raise nothing(customer["id"])
        start = self.stripe.subscription_schedules.start_of(schedule)
        if "discounts" not in given and "discounts" in start:
            given = given | {"discounts": start["discounts"]}
        with self.stripe.later(max(self.at, schedule["phases"][0]["start_date"])):
            sub = self._imagined(customer, given, start)
            automatic = sub["automatic_tax"] | start.pop("automatic_tax")
            sub = self.stripe.subscriptions.checked(sub, start) | {"automatic_tax": automatic}
            sub["_bare"] = schedule["phases"][0]["_bare"]
            return self._next(sub, customer, given, start)

    def _next(
        self,
        sub: Doc | None,
        customer: Doc,
        given: Doc,
        details: Doc,
        schedule: Doc | None = None,
    ) -> Doc:
        currency = (
            given.get("currency") or (sub["currency"] if sub else customer["currency"]) or "usd"
        )
        extra = self._free_items(given.get("invoice_items") or (), currency)
        extra += self._once(sub, customer, details.get("add_invoice_items") or ())
        if given.get("preview_mode") == "recurring":
            extra = []
        if sub is None:
            pending = self._waiting(customer, currency, None)
            if not pending and not extra:
                raise nothing(customer["id"])
            return self._shown(customer, None, [*pending, *extra], given, "manual", self.at)
        subs = self.stripe.subscriptions
        if subs.peek(sub["id"]) is None:
            free = details.get("proration_behavior") == "none"
            charges = subs.charges_of(sub, trial=sub["status"] == "trialing", free=free)
            if not charges and not extra:
                raise nothing(customer["id"])
            return self._shown(
                customer, sub, [*extra, *charges], given, "subscription_create", self.at
            )
        return self._of_existing(sub, customer, extra, given, details, schedule)

    def _of_existing(
        self,
        sub: Doc,
        customer: Doc,
        extra: list[Charge],
        given: Doc,
        details: Doc,
        schedule: Doc | None,
    ) -> Doc:
        subs, schedules = self.stripe.subscriptions, self.stripe.subscription_schedules
        if sub["status"] in ("canceled", "incomplete_expired"):
            raise nothing(customer["id"])
        if details.get("cancel_now"):
            credits = [
                charge
                for item in sub["items"]["data"]
                if details.get("proration_behavior") != "none"
                for charge in subs.credits_of(sub, item, details.get("proration_date") or self.at)
            ]
            waiting = self._waiting(customer, sub["currency"], sub["id"])
            charges = [*waiting, *self._as_items(credits), *extra, *subs.last_charges(sub)]
            return self._shown(customer, sub, charges, given, "subscription_update", self.at)
        if details.get("resume_at") and sub["status"] == "paused":
            fresh, charges = subs.resumed(sub)
            charges = [*self._waiting(customer, sub["currency"], sub["id"]), *extra, *charges]
            return self._shown(customer, fresh, charges, given, "subscription_update", self.at)
        planned = given.get("schedule_details") or {}
        if schedule is not None and planned.get("phases"):
            change = schedules.change_of(schedule, sub, planned.get("proration_behavior"))
        else:
            change = subs.intends(sub, **{n: details[n] for n in CHANGES if n in details})
        if schedule is None and sub["schedule"]:
            schedule = schedules.get(sub["schedule"])
        coming = schedules.forecast(schedule, change)
        change, after = coming.change, coming.change.after
        waiting = self._waiting(customer, sub["currency"], sub["id"])
        if change.at_once:
            kept = waiting if change.period or is_flexible(sub) else []
            prorations = self._as_items(change.prorations)
            once = self._once(after, customer, coming.once)
            charges = [*kept, *once, *prorations, *extra, *change.period]
            return self._shown(customer, after, charges, given, "subscription_update", coming.at)
        if given.get("preview_mode") == "recurring":
            charges = subs.renewal_charges(after, coming.over)
            return self._shown(customer, after, charges, given, "upcoming", coming.at)
        ends = coming.ends or (after["cancel_at"] or coming.at + 1) <= coming.at
        charges = [*waiting, *extra]
        if not ends:
            charges += subs.renewal_charges(after, coming.over)
        if not charges:
            raise nothing(customer["id"])
        return self._shown(customer, after, charges, given, "upcoming", coming.at)

    def _subject(self, given: Doc, details: Doc) -> tuple[Doc | None, Doc]:
        """Return the subscription, if any, and the customer that a preview is about."""
        stripe = self.stripe
        if given.get("subscription"):
            sub = stripe.subscriptions.named(given["subscription"], "subscription")
            stripe.test_clocks.enter(sub)
            if details.get("billing_mode"):
                sub["billing_mode"] = stripe.subscriptions.billing_mode(details["billing_mode"])
            customer = stripe.customers.get(sub["customer"])
            stripe.test_clocks.enter(customer)
            return sub, customer
        customer = self._customer(given)
        if details.get("items"):
            return self._imagined(customer, given, details), customer
        living = [
            each
            for each in stripe.subscriptions.find(customer=customer["id"])
            if each["status"] in ("active", "past_due", "trialing")
        ]
        soonest = min(living, key=lambda each: each["current_period_end"], default=None)
        return soonest, customer

    def _customer(self, given: Doc) -> Doc:
        """Return whom a preview is for, on the clock that they are attached to."""
        if given.get("customer"):
            customer = self.stripe.customers.live(given["customer"])
        elif given.get("customer_details"):
            customer = self.stripe.customers.new(**self._described_customer(given))
        else:
            raise errors.invalid(
                "You must provide one of customer, customer_details, subscription or schedule."
            )
        self.stripe.test_clocks.enter(customer)
        return customer

    def _described_customer(self, given: Doc) -> Doc:
        known = ("address", "shipping", "tax_exempt")
        described = given["customer_details"]
        for number, each in enumerate(described.get("tax_ids") or ()):
            within = f"customer_details[tax_ids][{number}]"
            self.stripe.tax_ids.check(each.get("type", ""), each.get("value", ""), within)
        found = {name: described[name] for name in known if described.get(name) is not None}
        return found | {
            "_tax_ids": described.get("tax_ids") or [],
            "_tax_ip": (described.get("tax") or {}).get("ip_address"),
        }

    def _imagined(self, customer: Doc, given: Doc, details: Doc) -> Doc:
        """Lay out the subscription that a preview would start."""
        subs, rates = self.stripe.subscriptions, self.stripe.tax_rates
        items = [
            self.stripe.subscription_items.built(each, f"subscription_details[items][{n}]")
            for n, each in enumerate(details["items"])
        ]
        currency = given.get("currency") or items[0]["price"]["currency"]
        mode = subs.billing_mode(details.get("billing_mode"))
        subs.check_items(items, currency, flexible=mode["type"] == "flexible")
        start = details.get("start_date") or self.at
        anchor = details.get("billing_cycle_anchor")
        trial_end = details.get("trial_end")
        anchor = anchor if isinstance(anchor, int) else start
        sub = subs.new(
            billing_mode=mode,
            customer=customer["id"],
            currency=currency,
            items={**subs.blank["items"], "data": items},
            billing_cycle_anchor=anchor,
            current_period_start=start,
            current_period_end=following(anchor, *shortest(items), start),
            default_tax_rates=[
                rates.view(rates.usable(id, "default_tax_rates"))
                for id in details.get("default_tax_rates") or ()
            ],
        )
        if isinstance(trial_end, int):
            sub |= {"status": "trialing", "trial_end": trial_end, "current_period_end": trial_end}
        subs.redeem_for_items(sub, items, details["items"])
        subs.set_end(sub, details)
        return sub

    def _waiting(self, customer: Doc, currency: str, sub: str | None) -> list[Charge]:
        items = self.stripe.invoice_items
        found = items.pending(customer["id"], currency, subscription=sub)
        return [items.charge_of(item) for item in found]

    def _free_items(self, given: Sequence[Doc], currency: str) -> list[Charge]:
        found = [
            self.one_time(each, currency, f"invoice_items[{number}]")
            for number, each in enumerate(given)
        ]
        return self._as_items(found)

    def _once(self, sub: Doc | None, customer: Doc, given: Sequence[Doc]) -> list[Charge]:
        if sub is None or not given:
            return []
        found = self.stripe.subscriptions.once(sub, given, customer)
        return [self.stripe.invoice_items.charge_of(item) for item in found]

    def _as_items(self, charges: Sequence[Charge]) -> list[Charge]:
        for charge in charges:
            charge.invoice_item = f"ii_{self.mirror.ids.token(24)}"
        return list(charges)

    def _shown(
        self,
        customer: Doc,
        sub: Doc | None,
        charges: Sequence[Charge],
        given: Doc,
        reason: str,
        at: int,
    ) -> Doc:
        fields: dict[str, Any] = {}
        asked = [{"coupon": given["coupon"]}] if given.get("coupon") else given.get("discounts")
        if asked is not None:
            param = "coupon" if given.get("coupon") else "discounts"
            currency = sub["currency"] if sub else customer["currency"]
            self.stripe.discounts.check(
                asked, customer=customer["id"], currency=currency, param=param
            )
            fields |= {"discounts": [], "_discounts": [self._imagined_discount(e) for e in asked]}
        automatic = given.get("automatic_tax") or (sub or {}).get("automatic_tax") or {}
        if automatic.get("enabled"):
            self.stripe.tax_settings.check("automatic_tax[enabled]")
            fields["automatic_tax"] = self.stripe.tax_settings.laid_out(True, disabled_reason=None)
            fields |= {name: customer[name] for name in ("_tax_ip",) if name in customer}
        start, end = at, at
        if sub is not None and reason == "upcoming":
            start, end = sub["current_period_start"], sub["current_period_end"]
            fields["next_payment_attempt"] = end + HOUR
        return self.built(
            customer,
            charges,
            sub=sub,
            id=f"upcoming_in_{self.mirror.ids.token(24)}",
            billing_reason=reason,
            created=at,
            period_start=start,
            period_end=end,
            **fields,
        )

    def _imagined_discount(self, given: Doc) -> Doc:
        stripe = self.stripe
        if given.get("discount"):
            return stripe.discounts.get(given["discount"])
        code = given.get("promotion_code")
        coupon = stripe.coupons.get(
            stripe.promotion_codes.get(code)["_coupon"] if code else given["coupon"]
        )
        return stripe.discounts.new(
            coupon=stripe.coupons.view(coupon),
            promotion_code=code,
            source={"coupon": coupon["id"], "type": "coupon"},
            start=self.at,
            _applies_to=coupon.get("_applies_to"),
            _currency_options=coupon.get("_currency_options", {}),
        )


def nothing(customer: str) -> Exception:
    """Source: https://docs.stripe.com/error-codes#invoice-upcoming-none"""
    return errors.error(
        404,
        "invalid_request_error",
        f"No upcoming invoices for customer: {customer}",
        code=NONE,
    )
