"""What people's words mean of Stripe's documents: which money has truly moved.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle,
https://docs.stripe.com/api/charges/object, https://docs.stripe.com/refunds#failed-refunds,
https://docs.stripe.com/invoicing/overview#invoice-statuses and
https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
"""

from mirra_mcp.local.kit.facts import Fact, Given, Is, Lasts, Leads, Not, Through, all_, either, is_
from mirra_mcp.local.kit.meanings import Alias, Meaning, Means, Unclear, Words, means, spoken

TAKEN = is_("status", "succeeded")
UNDER_WAY = is_("status", "processing", "requires_capture")
REFUSED = Given("last_payment_error")
DECLINED = is_("last_payment_error.type", "card_error")
UNPAID = is_("status", "requires_payment_method", "canceled")
CHARGED = all_(TAKEN, is_("captured", True))
PARTLY_BACK = Given("amount_refunded")
WHOLLY_BACK = is_("refunded", True)
BACK = is_("status", "succeeded")
ON_ITS_WAY_BACK = is_("status", "pending", "requires_action")
FINAL = Given("status_transitions.finalized_at")
RUNNING = is_("status", "active", "trialing")
BEGUN = is_("status", "active", "trialing", "incomplete", "past_due", "unpaid", "paused")
ENDED = is_("status", "canceled")
ENDING = either(is_("cancel_at_period_end", True), Given("cancel_at"))
ONBOARDED = all_(is_("details_submitted", True), is_("charges_enabled", True))
REJECTED = ("rejected.fraud", "rejected.listed", "rejected.other", "rejected.terms_of_service")
RAN_OUT = means(all_(Given("used"), is_("balance", 0)), stands=True)
TRIGGERED = means(Given("triggered_for"))
COUNTED = means(is_("counted", True))
PAUSED = either(is_("status", "paused"), Given("pause_collection"))


def _of_its_charge(fact: Fact) -> Through:
    return Through("latest_charge", "charge", fact)


def _trial(days: int) -> Means:
    return means(Lasts("trial_start", "trial_end", days), Given("trial_end"))


def _plan(name: str) -> Leads:
    steps = (("price", "product"), ("product", "id"))
    return Leads("items.data.price", steps, ("name", "nickname", "lookup_key"), name)


def _on_plan(name: str) -> Means:
    return means(
        all_(_plan(name), Not(is_("status", "canceled", "incomplete_expired"))), _plan(name)
    )


def _turned_to_plan(name: str) -> Means:
    return means(_plan(name), turns=True)


def _upgraded(name: str) -> Means:
    return means(_plan(name), turns=True, grows=("items.data.price.unit_amount", 1))


def _downgraded(name: str) -> Means:
    return means(_plan(name), turns=True, grows=("items.data.price.unit_amount", -1))


PAID = means(TAKEN, UNDER_WAY, "amount_received")
PAYMENTS: dict[str, Meaning] = {
    "succeeded": means(TAKEN, amount="amount_received"),
    "captured": means(TAKEN, amount="amount_received"),
    "authorized": means(
        either(is_("status", "requires_capture"), all_(TAKEN, is_("capture_method", "manual"))),
        either(is_("status", "requires_capture"), TAKEN),
        "amount",
    ),
    "failed": means(all_(REFUSED, UNPAID), REFUSED, "amount"),
    "declined": means(all_(DECLINED, UNPAID), REFUSED, "amount"),
    **spoken(
        {
            "refunded": means(_of_its_charge(WHOLLY_BACK), _of_its_charge(PARTLY_BACK)),
            "fully_refunded completely_refunded entirely_refunded refunded_in_full": means(
                _of_its_charge(WHOLLY_BACK)
            ),
            "partially_refunded partly_refunded": means(
                _of_its_charge(all_(PARTLY_BACK, is_("refunded", False)))
            ),
        }
    ),
}

MEANINGS: dict[str, Words] = {
    "payment_intent": Words(
        means=spoken(
            {
                "paid completed collected received taken processed settled": PAID,
                "confirmed": Unclear(
                    "an intent can be confirmed and its payment declined",
                    ("The payment intent succeeded", "The payment failed"),
                ),
            }
        )
        | PAYMENTS,
        aliases=(
            Alias(
                "payment",
                spoken(
                    {
                        "made paid completed collected received taken processed settled": PAID,
                        "attempted initiated started": means(Given("id"), amount="amount"),
                    }
                )
                | PAYMENTS,
            ),
        ),
        texts=("description", "statement_descriptor"),
        reasons=("last_payment_error.decline_code", "last_payment_error.code"),
    ),
    "charge": Words(
        means=spoken(
            {
                "made taken collected paid processed completed settled succeeded": means(
                    CHARGED, is_("status", "succeeded", "pending"), "amount_captured"
                ),
                "captured": means(CHARGED, is_("captured", True), "amount_captured"),
                "failed declined refused": means(is_("status", "failed"), amount="amount"),
                "refunded": means(WHOLLY_BACK, PARTLY_BACK, "amount_refunded"),
                "fully_refunded completely_refunded entirely_refunded refunded_in_full": means(
                    WHOLLY_BACK
                ),
                "partially_refunded partly_refunded": means(
                    all_(PARTLY_BACK, is_("refunded", False))
                ),
                "disputed": means(is_("disputed", True), amount="amount"),
            }
        ),
        aliases=(
            Alias(
                "card",
                spoken(
                    {
                        "charged debited": means(
                            CHARGED, is_("status", "succeeded", "pending"), "amount_captured"
                        ),
                        "declined refused": means(is_("status", "failed"), amount="amount"),
                        "refunded": means(WHOLLY_BACK, PARTLY_BACK, "amount_refunded"),
                    }
                ),
                is_strict=True,
            ),
        ),
        reasons=("failure_code", "outcome.reason", "outcome.network_decline_code"),
        texts=("description", "statement_descriptor", "calculated_statement_descriptor"),
        takes={"charged": "made"},
    ),
    "refund": Words(
        means=spoken(
            {
                "made issued given processed completed paid granted": means(
                    BACK, ON_ITS_WAY_BACK, "amount"
                ),
                "succeeded": means(BACK, amount="amount"),
                "failed": means(is_("status", "failed"), amount="amount"),
            }
        ),
        texts=("description",),
        takes={"refunded": "issued"},
    ),
    "invoice": Words(
        means=spoken(
            {
                "issued finalized": means(FINAL, amount="total"),
                "paid settled collected": means(is_("status", "paid"), amount="amount_paid"),
                "voided": means(is_("status", "void")),
                "sent emailed mailed delivered": Unclear(
                    "Stripe doesn't keep on an invoice whether it was mailed",
                    (
                        "An `invoice.sent` webhook was dispatched",
                        "The invoice was finalized",
                    ),
                ),
                "failed": Unclear(
                    "an invoice has no such status: its payment may have failed, and a later try"
                    " succeeded",
                    (
                        "The invoice is open",
                        "An `invoice.payment_failed` webhook was dispatched",
                    ),
                ),
                "refunded": Unclear(
                    "an invoice itself isn't refunded: its charge is, or a credit note is issued",
                    ("The charge was fully refunded", "A credit note was created"),
                ),
            }
        ),
        texts=("description", "footer", "lines.data.description"),
        takes={"invoiced": "issued"},
    ),
    "subscription": Words(
        means=spoken(
            {
                "started activated purchased bought sold": means(RUNNING, BEGUN),
                "canceled cancelled": means(ENDED, either(ENDED, ENDING)),
                "paused": means(PAUSED),
                "ended terminated": means(ENDED),
                "renewed": Unclear(
                    "a period can begin anew and its invoice stay unpaid",
                    (
                        "The invoice was paid",
                        "Exactly 1 `invoice.paid` webhook was dispatched",
                    ),
                ),
            }
        ),
        states={
            "will/would (cancel|end|be canceled|be cancelled) at/on [the] {end_of_period}"
            " | cancels/ends at [the] {end_of_period}"
            " | (is|was|has been) set/scheduled/marked to (cancel|end|be canceled|be cancelled)"
            " at [the] {end_of_period}": means(
                all_(is_("cancel_at_period_end", True), RUNNING), ENDING
            ),
            "(is|was|has been) scheduled/set to (cancel|end|be canceled|be cancelled)"
            " | will be canceled/cancelled": means(all_(ENDING, Not(ENDED)), ENDING),
            "is (in|on) [a/its/the] [free] trial | is in [the/its] trial period": means(
                is_("status", "trialing"), Given("trial_end")
            ),
            "has/have/had [a/the] [free] [trial of] {days:count} day/days [free] [trial]"
            " [period] | has/have/had [a/the] {days:days} [free] trial [period]": _trial,
            "has/have/had a/its [free] trial [period]": means(Given("trial_end")),
            "(is|was|has been) (on|subscribed to|put on) [the] {name:plan}"
            " | uses/has/got [the] {name:plan}": _on_plan,
            "(was|has been|is|got) switched/changed/moved/migrated to [the] {name:plan}"
            " | switched/changed/moved to [the] {name:plan}": _turned_to_plan,
            "(was|has been|is|got) upgraded to [the] {name:plan} | upgraded to [the] {name:plan}": (
                _upgraded
            ),
            "(was|has been|is|got) downgraded to [the] {name:plan}"
            " | downgraded to [the] {name:plan}": _downgraded,
        },
        texts=("description",),
        takes={"subscribed": "started"},
    ),
    "checkout_session": Words(
        means=spoken(
            {
                "completed": means(is_("status", "complete"), amount="amount_total"),
                "paid": means(
                    is_("payment_status", "paid"), is_("status", "complete"), "amount_total"
                ),
                "abandoned": Unclear(
                    "a session that nobody completed is open until it expires",
                    ("The checkout session is open", "The checkout session expired"),
                ),
            }
        ),
    ),
    "account": Words(
        means=spoken(
            {
                "onboarded verified": means(ONBOARDED, is_("details_submitted", True)),
                "restricted disabled": means(
                    all_(is_("details_submitted", True), is_("charges_enabled", False)),
                    is_("charges_enabled", False),
                ),
                "rejected": means(is_("requirements.disabled_reason", *REJECTED)),
            }
        ),
        texts=("business_profile.name",),
    ),
    "transfer": Words(
        means=spoken(
            {
                "made sent": means(Given("id"), amount="amount"),
                "reversed": means(is_("reversed", True), Given("amount_reversed")),
            }
        ),
        texts=("description",),
    ),
    "tax_transaction": Words(
        aliases=(
            Alias(
                "tax reversal",
                spoken({"made created recorded": means(Given("id"))}),
                is_("type", "reversal"),
            ),
        ),
        texts=("reference",),
    ),
    "cash_balance_transaction": Words(
        aliases=(
            Alias(
                "bank transfer",
                spoken(
                    {
                        "received": means(Given("id"), amount="net_amount"),
                    }
                ),
                is_("type", "funded"),
            ),
        ),
    ),
    "application_fee": Words(
        means=spoken(
            {
                "collected charged taken": means(Given("id"), amount="amount"),
                "refunded": means(is_("refunded", True), Given("amount_refunded")),
            }
        ),
    ),
    "payout": Words(
        means=spoken(
            {
                "paid made completed sent": means(
                    is_("status", "paid"), is_("status", "paid", "pending", "in_transit"), "amount"
                ),
                "failed": means(is_("status", "failed"), amount="amount"),
            }
        ),
        texts=("description", "statement_descriptor"),
    ),
    "dispute": Words(
        means=spoken(
            {
                "won": means(is_("status", "won"), amount="amount"),
                "lost": means(is_("status", "lost"), amount="amount"),
                "opened filed received raised": means(Given("id"), amount="amount"),
                "closed": means(is_("status", "won", "lost", "warning_closed")),
            }
        ),
    ),
    "payment_method": Words(
        means=spoken(
            {
                "attached saved": means(Given("customer")),
                "detached removed": means(Is("customer", (None,))),
            }
        ),
    ),
    "credit_grant": Words(
        means=spoken(
            {
                "used applied consumed redeemed": means(Given("used"), amount="used"),
                "made given issued granted": means(Given("id")),
                "exhausted depleted": RAN_OUT,
                "expired": Unclear(
                    "a grant whose credits were all used expires without effect",
                    (
                        "The credit grant's balance is 0",
                        "A `billing.credit_balance_transaction.created` webhook was dispatched",
                    ),
                ),
            }
        ),
        states={
            "ran/runs out | has/have run out | (is|was|has been) [fully/completely] used up": (
                RAN_OUT
            ),
            "(did not|didn't|has not|hasn't|have not) run out": means(Not(RAN_OUT.sure)),
            "has/have/had credit/credits/money/balance left": means(Given("balance")),
        },
        texts=("name",),
    ),
    "billing_alert": Words(
        means=spoken({"triggered fired raised": TRIGGERED}),
        aliases=(
            Alias("alert", spoken({"triggered fired raised": TRIGGERED})),
            Alias("usage alert", spoken({"triggered fired raised": TRIGGERED})),
        ),
        texts=("title",),
    ),
    "meter_event": Words(
        means=spoken(
            {
                "reported recorded sent received": COUNTED,
                "counted": COUNTED,
                "canceled cancelled": Unclear(
                    "a report that was taken back is kept, and counts no longer",
                    ("A meter event was counted",),
                ),
            }
        ),
    ),
    "coupon": Words(means=spoken({"redeemed used": means(Given("times_redeemed"))})),
    "promotion_code": Words(means=spoken({"redeemed used": means(Given("times_redeemed"))})),
    "product": Words(texts=("name", "description")),
    "customer": Words(
        means=spoken(
            {
                "billed": Unclear(
                    "to some it is an invoice that was issued, to others money that was taken",
                    ("The customer was charged", "The customer was invoiced"),
                ),
                "notified contacted informed": Unclear(
                    "Stripe's mails to customers aren't part of the mirror",
                    ("An `invoice.sent` webhook was dispatched",),
                ),
            }
        ),
        texts=("name", "description"),
    ),
}
