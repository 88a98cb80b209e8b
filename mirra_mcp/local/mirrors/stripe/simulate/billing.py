"""What time, banks and customers do to subscriptions and invoices.

Each story calls the verbs that timers and the API call: a simulated decline and a declined test
card leave the same state and the same webhooks.

Source: https://docs.stripe.com/billing/subscriptions/webhooks and
https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.billing.subscriptions import dunning
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.spans import is_mixed
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import DeclineCode
from mirra_mcp.wire.model import Doc

Subscription = Annotated[
    str | None, Field(description="The subscription (sub_...); the only one, if left out.")
]
Invoice = Annotated[
    str | None, Field(description="The invoice (in_...), if not the subscription's open one.")
]
ENDED = ("canceled", "incomplete_expired")
ATTEMPT = (
    "charge.failed",
    "payment_intent.payment_failed",
    "invoice.updated",
    "invoice.payment_failed",
)
BILLED = ("invoice.created", "customer.subscription.updated", "invoice.finalized")
PAID = (
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice_payment.paid",
    "invoice.paid",
    "invoice.payment_succeeded",
)


@story(
    "invoice.payment_failed",
    aliases=("payment_failed",),
    fires=(*BILLED, "payment_intent.created", *ATTEMPT, "customer.subscription.updated"),
)
def payment_failed(
    stripe: Peers,
    subscription: Subscription = None,
    invoice: Invoice = None,
    decline_code: DeclineCode = "generic_decline",
) -> Doc:
    """The card behind a subscription is declined, once, with any decline code.

    The open invoice takes one failed attempt; if none is open, the subscription is billed now. It
    falls past_due; after the last retry it ends as the retry settings say: canceled, by default.
    """
    owed = _owed(stripe, subscription, invoice)
    return stripe.invoices.view(stripe.invoices.fail(owed, decline_code))


@story(
    "invoice.payment_succeeded",
    aliases=("invoice.paid", "payment_recovered"),
    fires=("payment_method.attached", *PAID, "customer.subscription.updated"),
)
def payment_succeeded(
    stripe: Peers,
    subscription: Subscription = None,
    invoice: Invoice = None,
    payment_method: Annotated[
        str, Field(description="What pays: a test name, or a saved pm_...")
    ] = "pm_card_visa",
) -> Doc:
    """The customer enters a card that works, and the open invoice is paid with it."""
    owed = _owed(stripe, subscription, invoice)
    if owed["status"] == "draft":
        owed = stripe.invoices.finalize(owed)
    method = stripe.payment_methods.usable(payment_method, owed["customer"])
    if method["customer"] is None:
        method = stripe.payment_methods.attach_to(method, owed["customer"])
    paid = stripe.invoices.collect(owed, payment_method=method["id"], scheduled=False)
    return stripe.invoices.view(paid)


@story(
    "invoice.payment_action_required",
    fires=(*BILLED, "payment_intent.requires_action", "invoice.payment_action_required"),
)
def action_required(
    stripe: Peers, subscription: Subscription = None, invoice: Invoice = None
) -> Doc:
    """The bank asks the customer to authenticate before an invoice can be paid."""
    owed = _owed(stripe, subscription, invoice)
    if owed["status"] == "draft":
        owed = stripe.invoices.finalize(owed)
    method = stripe.payment_methods.usable("pm_card_threeDSecure2Required", owed["customer"])
    done = stripe.invoices.collect(owed, payment_method=method["id"], off_session=False)
    return stripe.invoices.view(done)


@story("invoice.upcoming")
def upcoming(stripe: Peers, subscription: Subscription = None) -> Doc:
    """A renewal is a few days away."""
    sub = _living(stripe, subscription)
    if not stripe.subscriptions.foretell(sub["id"]):
        raise SimulateError(
            f"The subscription '{sub['id']}' has no invoice to come: it ends with its period.",
            "Take the subscription, or its schedule, that goes on.",
        )
    return stripe.subscriptions.view(sub)


@story("customer.subscription.trial_will_end", aliases=("trial_will_end", "trial_ending"))
def trial_will_end(stripe: Peers, subscription: Subscription = None) -> Doc:
    """A trial ends in three days."""
    sub = _living(stripe, subscription, "trialing")
    stripe.subscriptions.warn(sub["id"])
    return stripe.subscriptions.view(sub)


@story(
    "customer.subscription.trial_ended",
    aliases=("trial_ended",),
    fires=(*BILLED, "payment_intent.created", *PAID),
)
def trial_ended(stripe: Peers, subscription: Subscription = None) -> Doc:
    """A trial is over now: the subscription is billed, cancels or pauses, as it was set up."""
    sub = _living(stripe, subscription, "trialing")
    stripe.test_clocks.enter(sub)
    at = stripe.subscriptions.at
    now = {"trial_end": at, "current_period_end": at, "billing_cycle_anchor": at}
    stripe.subscriptions.save(sub | now)
    stripe.subscriptions.cycle(sub["id"])
    return _billed(stripe, sub["id"])


@story(
    "customer.subscription.renewed",
    aliases=("renewal", "subscription_renewed"),
    fires=(*BILLED, "payment_intent.created", *PAID),
)
def renewed(stripe: Peers, subscription: Subscription = None) -> Doc:
    """A period is over now: the subscription renews and its invoice is collected at once."""
    sub = _living(stripe, subscription)
    stripe.test_clocks.enter(sub)
    _end_period(stripe, sub)
    stripe.subscriptions.cycle(sub["id"])
    return _billed(stripe, sub["id"])


@story(
    "customer.subscription.deleted",
    aliases=("subscription_canceled", "dunning_exhausted"),
    fires=(*ATTEMPT, "customer.subscription.deleted"),
)
def canceled_by_failed_payments(
    stripe: Peers,
    subscription: Subscription = None,
    decline_code: DeclineCode = "generic_decline",
) -> Doc:
    """The last retry fails too, and the subscription is canceled."""
    sub = _living(stripe, subscription)
    owed = _owed(stripe, sub["id"], None)
    if owed["status"] == "draft":
        owed = stripe.invoices.finalize(owed)
    tries = len(dunning.settings(stripe)[0])
    owed = stripe.invoices.save(owed | {"attempt_count": tries, "auto_advance": True})
    stripe.invoices.fail(owed, decline_code)
    sub = stripe.subscriptions.get(sub["id"])
    if sub["status"] != "canceled":
        sub = stripe.subscriptions.end(sub, reason="payment_failed")
    return stripe.subscriptions.view(sub)


@story("invoice.overdue")
def overdue(stripe: Peers, invoice: Invoice = None) -> Doc:
    """An automation notes that a sent invoice is past its due date."""
    return _told(stripe, invoice, "invoice.overdue")


@story("invoice.will_be_due")
def will_be_due(stripe: Peers, invoice: Invoice = None) -> Doc:
    """An automation notes that a sent invoice is due soon."""
    return _told(stripe, invoice, "invoice.will_be_due")


@story("billing.retry_settings", aliases=("retry_settings",), fires=())
def retry_settings(
    stripe: Peers,
    days: Annotated[
        list[int] | None,
        Field(description="Days after the first failure on which to try again."),
    ] = None,
    end: Annotated[
        Literal["cancel", "mark_unpaid", "leave_past_due"],
        Field(description="What becomes of the subscription after the last try."),
    ] = dunning.END,
) -> Doc:
    """Someone changes the retries of failed payments in the dashboard."""
    kept = {"days": sorted(dunning.DAYS if days is None else days), "end": end}
    stripe.set_setting("dunning", kept)
    return kept


def _living(stripe: Peers, id: str | None, status: str | None = None) -> Doc:
    """Return the subscription that is meant; one that has ended can't be."""
    if id is None:
        for each in (status,) if status else ("past_due", "active", "trialing"):
            if stripe.subscriptions.count(status=each):
                return the_one(stripe.subscriptions, None, "subscription", status=each)
    sub = the_one(stripe.subscriptions, id, "subscription")
    if sub["status"] in ENDED or (status and sub["status"] != status):
        wanted = status or "active, trialing or past_due"
        raise SimulateError(
            f"Subscription '{sub['id']}' is {sub['status']}.", f"Name one that is {wanted}."
        )
    return sub


def _owed(stripe: Peers, subscription: str | None, invoice: str | None) -> Doc:
    """Return the invoice that is to be paid: an open one, or the one of a renewal now."""
    if invoice is not None:
        doc = the_one(stripe.invoices, invoice, "invoice")
        if doc["status"] not in ("draft", "open"):
            raise SimulateError(
                f"Invoice '{invoice}' is {doc['status']}.", "Name one that is open or a draft."
            )
        stripe.test_clocks.enter(doc)
        return doc
    sub = _living(stripe, subscription)
    stripe.test_clocks.enter(sub)
    waiting = stripe.invoices.unpaid_of(sub)
    waiting = waiting or stripe.invoices.first(subscription=sub["id"], status="draft")
    if waiting is not None:
        return waiting
    _end_period(stripe, sub)
    stripe.subscriptions.renew(stripe.subscriptions.get(sub["id"]))
    doc = stripe.invoices.get(stripe.subscriptions.get(sub["id"])["latest_invoice"])
    doc = stripe.invoices.finalize(doc)
    if doc["status"] == "paid":
        raise SimulateError(
            f"Nothing was due for subscription '{sub['id']}'.",
            "Name one whose price, after discounts and balance, is above zero.",
        )
    return doc


def _end_period(stripe: Peers, sub: Doc) -> None:
    """Let the current period, or trial, be over now."""
    if is_mixed(sub["items"]["data"]):
        raise SimulateError(
            f"The items of subscription '{sub['id']}' renew in different intervals.",
            "Advance the clock to the renewal instead: clock_advance, or a test clock.",
        )
    at = stripe.subscriptions.at
    ends = {"current_period_end": at, "billing_cycle_anchor": at}
    if sub["status"] == "trialing":
        ends["trial_end"] = at
    stripe.subscriptions.save(sub | ends)


def _billed(stripe: Peers, id: str) -> Doc:
    """Let the draft of a renewal advance now, rather than in an hour."""
    sub = stripe.subscriptions.get(id)
    invoice = stripe.invoices.peek(sub["latest_invoice"] or "")
    if invoice is not None and invoice["status"] == "draft":
        stripe.invoices.advance(invoice["id"])
    return stripe.subscriptions.view(stripe.subscriptions.get(id))


def _told(stripe: Peers, id: str | None, event: str) -> Doc:
    doc = the_one(stripe.invoices, id, "invoice", status="open")
    stripe.emit(event, {"object": stripe.invoices.view(doc)})
    return stripe.invoices.view(doc)
