"""What subscriptions are told: their fields, discounts, trials, anchors and ends.

Source: https://docs.stripe.com/api/subscriptions/create and
https://docs.stripe.com/billing/subscriptions/billing-cycle
"""

from collections.abc import Sequence

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, configured, following, period
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.interim import InterimInvoices
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.params import CreateSubscription
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.planned import Change
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import rhythm
from mirra_mcp.wire.model import Doc

PLAIN = (
    "application_fee_percent",
    "billing_thresholds",
    "collection_method",
    "days_until_due",
    "default_payment_method",
    "default_source",
    "description",
    "metadata",
    "on_behalf_of",
    "pause_collection",
    "pending_invoice_item_interval",
    "transfer_data",
    "trial_settings",
)
MERGED = ("automatic_tax", "invoice_settings", "payment_settings")


class SubscriptionTerms(InterimInvoices):
    """Subscriptions as callers describe them."""

    def _set_times(self, sub: Doc, params: CreateSubscription, items: Sequence[Doc]) -> None:
        """Find the first period: a trial, the time up to an anchor, or a whole interval."""
        now, (interval, count) = self.at, rhythm(sub)
        end: int | None = None
        days = params.trial_period_days
        if params.trial_from_plan and days is None:
            days = max(item["price"]["recurring"].get("trial_period_days") or 0 for item in items)
        if params.trial_end is not None and days is not None and params.trial_period_days:
            raise errors.invalid(
                "You may only specify one of these parameters: trial_end, trial_period_days."
            )
        if isinstance(params.trial_end, int):
            end = self.checked_trial_end(params.trial_end)
        elif days and params.trial_end is None:
            end = now + days * DAY
        anchor = params.billing_cycle_anchor
        if (config := params.billing_cycle_anchor_config) is not None:
            if anchor is not None:
                raise errors.invalid(
                    "You may only specify one of these parameters: billing_cycle_anchor,"
                    " billing_cycle_anchor_config."
                )
            anchor = configured(
                now,
                interval,
                config.day_of_month,
                month=config.month,
                hour=config.hour,
                minute=config.minute,
                second=config.second,
            )
            sub["billing_cycle_anchor_config"] = config.model_dump()
        start = params.backdate_start_date
        if start is not None and start > now:
            raise errors.invalid(
                "`backdate_start_date` must be in the past.", "backdate_start_date"
            )
        if anchor is not None:
            if anchor < now:
                raise errors.invalid(
                    "`billing_cycle_anchor` cannot be in the past.", "billing_cycle_anchor"
                )
            if anchor > following(end or now, interval, count, end or now):
                raise errors.invalid(
                    "`billing_cycle_anchor` cannot be later than next natural billing date"
                    f" ({following(end or now, interval, count, end or now)}) for plan",
                    "billing_cycle_anchor",
                )
        sub["start_date"] = start or now
        sub["current_period_start"] = now
        if end is not None:
            sub |= {"status": "trialing", "trial_start": now, "trial_end": end}
            sub["billing_cycle_anchor"] = anchor or end
            sub["current_period_end"] = end
        else:
            sub["billing_cycle_anchor"] = anchor or start or now
            whole = period(sub["billing_cycle_anchor"], interval, count, now)
            sub["current_period_end"] = whole[1]
            if start is not None:
                sub["current_period_start"] = max(whole[0], start)
        self.set_end(sub, params.given())

    def _with_fields(self, sub: Doc, given: Doc) -> Doc:
        """Return a subscription with what was sent put in, apart from terms and times."""
        stripe = self.stripe
        if given.get("default_payment_method"):
            given = given | {
                "default_payment_method": stripe.payment_methods.usable(
                    given["default_payment_method"], sub["customer"], "default_payment_method"
                )["id"]
            }
        sends = (given.get("collection_method") or sub["collection_method"]) == "send_invoice"
        if sends and given.get("days_until_due", sub["days_until_due"]) is None:
            raise errors.invalid(
                "You must pass `days_until_due` when `collection_method` is `send_invoice`.",
                "days_until_due",
            )
        if not sends and given.get("days_until_due") is not None:
            raise errors.invalid(
                "`days_until_due` can only be set when `collection_method` is `send_invoice`.",
                "days_until_due",
            )
        if given.get("application_fee_percent") and not (
            stripe.account or given.get("transfer_data") or sub["transfer_data"]
        ):
            raise errors.invalid(
                "Can only apply an application_fee_percent when the request is made on behalf of"
                " another account (using an OAuth key or the Stripe-Account header) or with"
                " `transfer_data[destination]`.",
                "application_fee_percent",
            )
        if data := given.get("transfer_data"):
            stripe.transfers.check_destination(data["destination"], "transfer_data[destination]")
        fields = {name: given[name] for name in PLAIN if name in given}
        if fields.get("pause_collection"):
            fields["pause_collection"] = {"resumes_at": None} | fields["pause_collection"]
        if "pending_invoice_item_interval" in fields:
            every = fields["pending_invoice_item_interval"]
            fields |= self.billed_every({"interval_count": 1} | every if every else None)
        if fields.get("billing_thresholds"):
            none = {"amount_gte": None, "reset_billing_cycle_anchor": None}
            fields["billing_thresholds"] = none | fields["billing_thresholds"]
        sub = self.patched(sub, fields)
        for name in MERGED:
            if given.get(name) is not None:
                sub[name] = sub[name] | given[name]
        self._set_tax(sub, given)
        if "default_tax_rates" in given:
            rates = stripe.tax_rates
            sub["default_tax_rates"] = [
                rates.view(rates.usable(id, "default_tax_rates"))
                for id in given["default_tax_rates"] or ()
            ]
        if given.get("cancellation_details") is not None:
            sub["cancellation_details"] = (
                sub["cancellation_details"] | given["cancellation_details"]
            )
        return sub

    def is_taxed(self, customer: str) -> bool:
        """Tell whether a running subscription of a customer has automatic tax."""
        return any(
            sub["automatic_tax"]["enabled"] and sub["status"] not in ("canceled", "unpaid")
            for sub in self.find(customer=customer)
        )

    def _set_tax(self, sub: Doc, given: Doc) -> None:
        """Let Stripe Tax tax a subscription, if it can.

        Source: https://docs.stripe.com/tax/subscriptions

        Raises:
            VendorError: it isn't set up, rates were given, or nobody knows where the customer is.
        """
        automatic = given.get("automatic_tax")
        rates = given.get("default_tax_rates", sub["default_tax_rates"])
        tax = self.stripe.tax_settings
        tax.check_alone(sub["automatic_tax"], rates, "default_tax_rates")
        if not automatic:
            return
        self_liable = {"type": "self"} if automatic.get("enabled") else None
        liability = automatic.get("liability") or self_liable
        sub["automatic_tax"] |= {"disabled_reason": None, "liability": liability}
        if automatic.get("enabled"):
            tax.check_place(self.stripe.customers.get(sub["customer"]))

    def billing_mode(self, given: Doc | None) -> Doc:
        """Return the mode of a new subscription: flexible by default, from clover on.

        Source: https://docs.stripe.com/changelog/clover/2025-09-30/billing-mode-default-flexible
        """
        default = "flexible" if self.stripe.call_version >= "2025-09-30" else "classic"
        mode = (given or {}).get("type", default)
        if mode == "classic":
            return {"flexible": None, "type": "classic"}
        options = {"proration_discounts": "included"} | ((given or {}).get("flexible") or {})
        return {"flexible": options, "type": "flexible", "updated_at": self.at}

    def mode_given(self, given: Doc | None) -> Doc:
        """Return the mode of a subscription that starts later, as its parameter says it."""
        mode = self.billing_mode(given)
        flexible = mode["type"] == "flexible"
        return {"type": mode["type"], **({"flexible": mode["flexible"]} if flexible else {})}

    def checked(self, sub: Doc, given: Doc) -> Doc:
        """Return a subscription as settings make it, apart from terms and times.

        Raises:
            VendorError: one of them can't be.
        """
        return self._with_fields(sub, given)

    def with_settings(self, sub: Doc, given: Doc) -> Doc:
        """Return a subscription with the settings, discounts and items of an update.

        Discounts are redeemed, and those that go are removed; nothing else is written.
        """
        patched = self._with_fields(sub, given)
        patched["discounts"] = self._redeemed(sub, given) or []
        items = self.merged_items(sub, given["items"])
        return patched | {"items": {**sub["items"], "data": items}}

    def intended(self, sub: Doc, given: Doc) -> Change:
        """Work out a whole update: fields, discounts, terms and end.

        Discounts are redeemed, and those that go are removed; nothing else is written.
        """
        patched = self._with_fields(sub, given)
        ids = self._redeemed(sub, given)
        if ids is not None:
            patched["discounts"] = ids
        change = self.planned(sub | {"discounts": patched["discounts"]}, given, patched)
        self._set_cancellation(change.after, given)
        return change

    def _redeemed(self, sub: Doc, given: Doc) -> list[str] | None:
        """Return the ids of the discounts that were asked for; None when nothing was said."""
        asked = given["discounts"] or [] if "discounts" in given else None
        for name in ("coupon", "promotion_code"):
            if given.get(name):
                asked = [{name: given[name]}]
            elif name in given:
                asked = asked or []
        if asked is None:
            return None
        kept = {each.get("discount") for each in asked}
        for id in sub["discounts"]:
            if id not in kept:
                self.stripe.discounts.remove(id)
        param = next((name for name in ("coupon", "promotion_code") if given.get(name)), None)
        redeemed = self.stripe.discounts.redeem(
            asked,
            customer=sub["customer"],
            currency=sub["currency"],
            subscription=sub["id"],
            param=param or "discounts",
        )
        return [each["id"] for each in redeemed]
