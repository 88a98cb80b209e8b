"""Subscriptions: what customers pay for again and again.

Source: https://docs.stripe.com/api/subscriptions
"""

from typing import Any

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import Created
from mirra_mcp.local.mirrors.stripe.api.lists.search import (
    Field,
    Searchable,
    SearchParams,
    searched,
)
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import Charge
from mirra_mcp.local.mirrors.stripe.billing.invoices.resource import no_payment_method
from mirra_mcp.local.mirrors.stripe.billing.periods import following
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.changes import SUPPORTED
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.params import (
    CancelSubscription,
    CreateSubscription,
    ListSubscriptions,
    MigrateSubscription,
    PauseSubscription,
    ResumeSubscription,
    UpdateSubscription,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.planned import Change
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import rhythm, span_of
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.states import OVER, UPDATED
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.terms import SubscriptionTerms
from mirra_mcp.wire.model import Doc

FIELDS = {
    "canceled_at": Field("number"),
    "created": Field("number"),
    "metadata": Field("metadata"),
    "status": Field("token"),
}


class Subscriptions(Searchable, SubscriptionTerms):
    """The subscriptions of the account."""

    search_fields = FIELDS

    def start(self, *, later: bool = False, bare: bool = False, **given: Any) -> Doc:
        """Create a subscription as `POST /v1/subscriptions` does; return its document.

        One that was planned for `later` begins even where nothing could pay for it. A `bare` one
        doesn't take over its customer's discount.
        """
        params = CreateSubscription.model_validate(given)
        return self._start(params, later=later, bare=bare)

    def intends(self, sub: Doc, **given: Any) -> Change:
        """Work out an update as `POST /v1/subscriptions/{id}` would make it."""
        return self.intended(sub, UpdateSubscription.model_validate(given).given())

    def change(self, sub: Doc, *, base: Doc | None = None, **given: Any) -> Doc | Answer:
        """Update a subscription as `POST /v1/subscriptions/{id}` does.

        `base` is the subscription with what no parameter can say.
        """
        return self._change(sub, UpdateSubscription.model_validate(given), base)

    @route("POST /v1/subscriptions")
    def create(self, params: CreateSubscription) -> Doc:
        """Subscribe a customer. Fires: customer.subscription.created, and what billing does."""
        return self.view(self._start(params))

    @route("GET /v1/subscriptions/search")
    def search(self, params: SearchParams) -> Doc:
        """Find subscriptions."""
        return searched(self, params, FIELDS)

    @route("GET /v1/subscriptions/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one subscription."""
        return self.view(self.get(id))

    @route("GET /v1/subscriptions")
    def index(self, params: ListSubscriptions) -> Doc:
        """List subscriptions; canceled ones, and those of test clocks, only when asked for.

        Source: https://docs.stripe.com/api/subscriptions/list#list_subscriptions-test_clock
        """
        where = {
            name: value
            for name in ("customer", "test_clock")
            if (value := getattr(params, name)) is not None
        }
        wanted = params.status
        if wanted not in (None, "all", "ended"):
            where["status"] = wanted

        def keep(sub: Doc) -> bool:
            if not where.keys() & {"customer", "test_clock"} and sub["test_clock"]:
                return False
            if wanted is None and sub["status"] == "canceled":
                return False
            if wanted == "ended" and sub["status"] not in OVER:
                return False
            if params.collection_method not in (None, sub["collection_method"]):
                return False
            price = params.price or params.plan
            if price and price not in [item["price"]["id"] for item in sub["items"]["data"]]:
                return False
            for name in ("current_period_end", "current_period_start"):
                bounds = getattr(params, name)
                if isinstance(bounds, int) and sub[name] != bounds:
                    return False
                if isinstance(bounds, Created) and not bounds.holds(sub[name]):
                    return False
            return True

        return self.listed(params, keep=keep, **where)

    @route("POST /v1/subscriptions/{id}")
    def update(self, id: str, params: UpdateSubscription) -> Doc | Answer:
        """Change a subscription. Fires: customer.subscription.updated, and what billing does."""
        done = self._change(self.get(id), params)
        return done if isinstance(done, Answer) else self.view(done)

    @route("DELETE /v1/subscriptions/{id}")
    def cancel(self, id: str, params: CancelSubscription) -> Doc:
        """Cancel a subscription now. Fires: customer.subscription.deleted."""
        sub = self.get(id)
        if sub["status"] in OVER:
            raise self.missing(id)
        details = (params.cancellation_details and params.cancellation_details.given()) or {}
        ended = self.end(
            sub, prorate=params.prorate, invoice_now=params.invoice_now, details=details
        )
        return self.view(self.get(ended["id"]))

    @route("POST /v1/subscriptions/{id}/resume")
    def resume(self, id: str, params: ResumeSubscription) -> Doc:
        """Let a paused subscription go on, once its invoice is paid.

        Fires: invoice.created and so on, customer.subscription.updated and .resumed.
        """
        sub = self.get(id)
        if sub["status"] != "paused":
            raise errors.invalid(
                "You can only resume subscriptions that are paused. This subscription has a status"
                f" of `{sub['status']}`."
            )
        self.stripe.test_clocks.enter(sub)
        fresh, charges = self.resumed(sub, anew=params.billing_cycle_anchor == "now")
        self.save(fresh)
        invoice = self.bill(fresh, charges, "subscription_update")
        self.save(self.get(id) | {"_resumes_with": invoice["id"]})
        if invoice["collection_method"] == "send_invoice":
            self.revive(self.get(id))
        else:
            invoice = self.stripe.invoices.finalize(invoice)
            if invoice["status"] == "open":
                self.stripe.invoices.collect(invoice)
        return self.view(self.get(id))

    @route("POST /v1/subscriptions/{id}/pause")
    def pause(self, id: str, params: PauseSubscription) -> Doc:
        """Pause a subscription; what is left of its period is given back.

        Fires: invoiceitem.created, customer.subscription.updated, customer.subscription.paused.
        """
        sub = self.get(id)
        if sub["status"] not in ("active", "past_due", "trialing"):
            raise errors.invalid(
                "You can only pause subscriptions that are active, past due or trialing. This"
                f" subscription has a status of `{sub['status']}`."
            )
        self.stripe.test_clocks.enter(sub)
        unused = (params.bill_for or {}).get("unused_time_from") or {"type": "now"}
        if unused.get("type") != "none" and sub["status"] != "trialing":
            self.credit_unused(sub)
        why = {
            "subscription": {"type": "pause_requested"},
            "transitioned_at": self.at,
            "type": "subscription",
        }
        paused = self.save(
            self.get(id) | {"status": "paused", "status_details": {"paused": why}}, event=UPDATED
        )
        self.mirror.emit("customer.subscription.paused", {"object": self.view(paused)})
        self.plan(paused)
        if params.invoicing_behavior == "invoice":
            self.last_invoice(paused)
        return self.view(self.get(id))

    @route("POST /v1/subscriptions/{id}/migrate")
    def migrate(self, id: str, params: MigrateSubscription) -> Doc:
        """Move a subscription to flexible billing. Fires: customer.subscription.updated.

        Source: https://docs.stripe.com/api/subscriptions/migrate
        """
        sub = self.get(id)
        if params.billing_mode.type == "classic":
            raise errors.invalid(
                "You can't migrate a subscription to classic billing mode.", "billing_mode[type]"
            )
        moved = sub | {"billing_mode": self.billing_mode(params.billing_mode.given())}
        self.check_items(sub["items"]["data"], sub["currency"], flexible=True)
        return self.view(self.save(moved, event=UPDATED))

    def resumed(self, sub: Doc, *, anew: bool = True) -> tuple[Doc, list[Charge]]:
        """Return a paused subscription as it goes on, and what that costs.

        Its billing cycle begins `anew`, or is what it was.
        """
        anchor = self.at if anew else sub["billing_cycle_anchor"]
        fresh = sub | {
            "billing_cycle_anchor": anchor,
            "current_period_end": following(anchor, *rhythm(sub), self.at),
            "current_period_start": self.at,
        }
        items = fresh["items"]["data"]
        charges = [self.charge(fresh, item, self.at, span_of(fresh, item)[1]) for item in items]
        return fresh, [charge for each in charges for charge in each]

    def revive(self, sub: Doc) -> None:
        """Make a paused subscription active. Fires: customer.subscription.updated, .resumed."""
        sub.pop("_resumes_with", None)
        sub.pop("status_details", None)
        sub = self.save(sub | {"status": "active"}, event=UPDATED)
        self.mirror.emit("customer.subscription.resumed", {"object": self.view(sub)})
        self.plan(sub)

    @route("DELETE /v1/subscriptions/{id}/discount")
    def delete_discount(self, id: str) -> Doc:
        """Take the discount away. Fires: customer.discount.deleted."""
        sub = self.get(id)
        if not sub["discounts"]:
            raise errors.missing("discount", id)
        stub = self.stripe.discounts.remove(sub["discounts"][0])
        self.save(sub | {"discounts": sub["discounts"][1:]}, event=UPDATED)
        return stub | {"deleted": True}

    # Creating.

    def _start(self, params: CreateSubscription, *, later: bool = False, bare: bool = False) -> Doc:
        stripe, given = self.stripe, params.given()
        customer = stripe.customers.live(params.customer)
        stripe.test_clocks.enter(customer)
        if not given["items"]:
            raise errors.invalid("Missing required param: items.", "items", "parameter_missing")
        items = [
            stripe.subscription_items.built(each, f"items[{n}]")
            for n, each in enumerate(given["items"])
        ]
        currency = params.currency or items[0]["price"]["currency"]
        mode = self.billing_mode(given.get("billing_mode"))
        self.check_items(items, currency, flexible=mode["type"] == "flexible")
        stripe.customers.take_currency(customer["id"], currency)
        sub = self.new(
            billing_mode=mode,
            customer=customer["id"],
            currency=currency,
            items={**self.blank["items"], "data": items},
            test_clock=customer.get("test_clock"),
            _bare=bare,
        )
        sub = self._with_fields(sub, given)
        self._set_times(sub, params, items)
        behavior = params.payment_behavior or "allow_incomplete"
        if not later:
            self._must_have_method(sub, behavior)
        ids = self._redeemed(sub, given)
        if ids is not None:
            sub["discounts"] = ids
        self.redeem_for_items(sub, items, given["items"])
        prorates = params.proration_behavior != "none"
        return self.begin(
            sub,
            customer,
            behavior=behavior,
            off_session=bool(params.off_session),
            prorates=prorates,
            extra=given.get("add_invoice_items") or [],
            backdated=params.backdate_start_date if prorates else None,
        )

    def _must_have_method(self, sub: Doc, behavior: str) -> None:
        if sub["collection_method"] == "send_invoice" or sub["status"] == "trialing":
            return
        if behavior == "default_incomplete":
            return
        holder = self.stripe.invoices.blank | {
            "customer": sub["customer"],
            "default_payment_method": sub["default_payment_method"],
            "default_source": sub["default_source"],
        }
        if not self._is_free(sub) and self.stripe.invoices.method_for(holder) is None:
            raise no_payment_method()

    # Updating.

    def _change(
        self, sub: Doc, params: UpdateSubscription, base: Doc | None = None
    ) -> Doc | Answer:
        given = params.given()
        self.stripe.test_clocks.enter(sub)
        if sub["status"] in OVER:
            if set(given) - {"cancellation_details", "metadata"}:
                self.checked_status(sub)
            patched = self._with_fields(sub, given)
            return self.save(patched, event=UPDATED)
        if sub["status"] == "incomplete" and given.get("items"):
            raise errors.invalid(
                "This subscription is incomplete. Its items can be changed once its first invoice"
                " is paid.",
                "items",
            )
        behavior = given.get("payment_behavior") or "allow_incomplete"
        if behavior == "pending_if_incomplete" and set(given) - SUPPORTED:
            odd = sorted(set(given) - SUPPORTED)
            raise errors.invalid(
                f"You cannot pass `{odd[0]}` when `payment_behavior` is `pending_if_incomplete`."
                " See https://stripe.com/docs/billing/subscriptions/pending-updates-reference for"
                " the parameters that are supported.",
                odd[0],
            )
        return self.carry_out(
            sub,
            self.intended(sub if base is None else base, given),
            behavior=behavior,
            off_session=bool(params.off_session),
            extra=given.get("add_invoice_items") or [],
        )
