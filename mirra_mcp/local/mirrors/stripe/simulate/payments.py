"""What payers, banks and Stripe itself do to payments, disputes, refunds and payouts.

Source: https://docs.stripe.com/api/events/types
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import DeclineCode
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.flow import enter_clock
from mirra_mcp.wire.model import Doc

IntentId = Annotated[
    str | None, Field(description="The payment intent; the only open one, if left out.")
]
SetupId = Annotated[
    str | None, Field(description="The setup intent; the only open one, if left out.")
]
MethodId = Annotated[
    str | None,
    Field(description="A saved payment method or a test one; by default the intent's own."),
]

UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action", "processing")
UNDONE = ("requires_payment_method", "requires_confirmation", "requires_action")


@story("payment_intent.succeeded", aliases=("3ds.succeeded",))
def payment_succeeded(
    stripe: Peers, payment_intent: IntentId = None, payment_method: MethodId = None
) -> Doc:
    """The payer completes 3D Secure or pays in the browser, or the bank debit arrives.

    An intent that requires capture afterwards, or confirmation by the server, gets that far.
    """
    intents = stripe.payment_intents
    intent = one_of(intents, payment_intent, "paymentIntent", UNPAID)
    enter_clock(stripe, intent["customer"])
    if intent["status"] == "processing":
        intents.landed(intent, None)
    elif intent["status"] == "requires_action" and payment_method is None:
        intents.tell_owner(intents.authenticated(intent))
    else:
        chosen = payment_method or intent["payment_method"] or "pm_card_visa"
        tried = intents.attempt(intent, payment_method=chosen)
        if tried["status"] == "requires_action":
            tried = intents.authenticated(tried)
        intents.tell_owner(tried)
    return intents.view(intents.get(intent["id"]))


@story(
    "payment_intent.payment_failed",
    aliases=("charge.failed", "3ds.failed"),
    fires=("charge.failed", "payment_intent.payment_failed"),
)
def payment_failed(
    stripe: Peers,
    payment_intent: IntentId = None,
    decline_code: DeclineCode | None = None,
    payment_method: MethodId = None,
) -> Doc:
    """The bank declines the payment; without a code, a payer who was asked fails 3D Secure.

    A decline code stands for what the bank says; `fraudulent` is Radar's block.
    """
    intents = stripe.payment_intents
    intent = one_of(intents, payment_intent, "paymentIntent", UNPAID)
    enter_clock(stripe, intent["customer"])
    if intent["status"] == "requires_action" and decline_code is None:
        failed = intents.not_authenticated(intent)
    elif intent["status"] == "processing":
        return intents.view(intents.bounced(intent, decline_code or "insufficient_funds"))
    else:
        code = decline_code or "generic_decline"
        failed = intents.fail(intent, code, payment_method=payment_method)
    intents.tell_owner(failed)
    return intents.view(intents.get(intent["id"]))


@story("payment_intent.requires_action")
def payment_requires_action(
    stripe: Peers, payment_intent: IntentId = None, payment_method: MethodId = None
) -> Doc:
    """The bank asks for 3D Secure when the payer confirms, whatever the card."""
    intents = stripe.payment_intents
    intent = one_of(intents, payment_intent, "paymentIntent", UNDONE[:2])
    enter_clock(stripe, intent["customer"])
    chosen = payment_method or intent["payment_method"] or "pm_card_visa"
    method = stripe.payment_methods.usable(chosen, intent["customer"])
    asked = intents.asked({**intent, "payment_method": method["id"]}, method)
    intents.tell_owner(asked)
    return intents.view(intents.get(intent["id"]))


@story(
    "payment_intent.partially_funded",
    fires=("payment_intent.partially_funded", "payment_intent.succeeded"),
)
def payment_funded(
    stripe: Peers,
    amount: Annotated[int, Field(gt=0, description="In the smallest unit; the rest may follow.")],
    payment_intent: IntentId = None,
) -> Doc:
    """A bank transfer comes in; once it is enough, the payment succeeds."""
    intents = stripe.payment_intents
    intent = one_of(intents, payment_intent, "paymentIntent", ("requires_action",))
    action = intent["next_action"] or {}
    if action.get("type") != "display_bank_transfer_instructions":
        raise SimulateError(
            f"The payment intent '{intent['id']}' doesn't wait for a bank transfer.",
            "Confirm one with a payment method of type customer_balance.",
        )
    enter_clock(stripe, intent["customer"])
    if intent["customer"]:
        stripe.cash_balances.funded_for(intent, amount)
    else:
        intents.tell_owner(intents.funded(intent, amount))
    return intents.view(intents.get(intent["id"]))


@story(
    "cash_balance.funds_available",
    aliases=("bank_transfer.received",),
    fires=("customer_cash_balance_transaction.created", "cash_balance.funds_available"),
)
def bank_transfer_received(
    stripe: Peers,
    amount: Annotated[int, Field(gt=0, description="In the smallest unit of the currency.")],
    customer: Annotated[
        str | None, Field(description="Who sends it (cus_...); the only customer, if left out.")
    ] = None,
    currency: str = "usd",
    reference: Annotated[
        str | None, Field(description="A payment's reference, or an invoice's number.")
    ] = None,
) -> Doc:
    """A customer's bank transfer comes in; payments and invoices that wait for it take it.

    Source: https://docs.stripe.com/payments/customer-balance/reconciliation
    """
    owner = the_one(stripe.customers, customer, "customer")
    enter_clock(stripe, owner["id"])
    made = stripe.cash_balances.funded(owner["id"], amount, currency.lower(), reference)
    return stripe.cash_balance_transactions.view(made)


@story(
    "charge.blocked",
    aliases=("radar.blocked",),
    fires=("charge.failed", "payment_intent.payment_failed"),
)
def charge_blocked(
    stripe: Peers, payment_intent: IntentId = None, payment_method: MethodId = None
) -> Doc:
    """Radar blocks the payment as too risky, before the bank is asked."""
    return payment_failed(stripe, payment_intent, "fraudulent", payment_method)


@story("payment_intent.canceled", aliases=("charge.expired",))
def payment_canceled(stripe: Peers, payment_intent: IntentId = None) -> Doc:
    """An authorization that nobody captured lapses after seven days."""
    intents = stripe.payment_intents
    intent = one_of(intents, payment_intent, "paymentIntent", ("requires_capture",))
    intents.expire(intent["id"])
    return intents.view(intents.get(intent["id"]))


@story("setup_intent.succeeded")
def setup_succeeded(
    stripe: Peers, setup_intent: SetupId = None, payment_method: MethodId = None
) -> Doc:
    """The payer completes 3D Secure, or gives a card in the browser."""
    setups = stripe.setup_intents
    intent = one_of(setups, setup_intent, "setupIntent", UNDONE)
    enter_clock(stripe, intent["customer"])
    if intent["status"] != "requires_action" or payment_method is not None:
        chosen = payment_method or intent["payment_method"] or "pm_card_visa"
        intent = setups.attempt(intent, payment_method=chosen)
    if intent["status"] == "requires_action":
        intent = setups.authenticated(intent)
    setups.tell_owner(intent)
    return setups.view(setups.get(intent["id"]))


@story("setup_intent.setup_failed")
def setup_failed(
    stripe: Peers, setup_intent: SetupId = None, decline_code: DeclineCode | None = None
) -> Doc:
    """The bank declines to set the card up, or the payer fails 3D Secure."""
    setups = stripe.setup_intents
    intent = one_of(setups, setup_intent, "setupIntent", UNDONE)
    enter_clock(stripe, intent["customer"])
    if intent["status"] == "requires_action" and decline_code is None:
        failed = setups.not_authenticated(intent)
    else:
        failed = setups.fail(intent, decline_code or "generic_decline")
    setups.tell_owner(failed)
    return setups.view(setups.get(intent["id"]))


@story("payment_method.declines", fires=())
def method_declines(
    stripe: Peers,
    payment_method: Annotated[
        str | None, Field(description="The saved payment method; the only one, if left out.")
    ] = None,
    decline_code: Annotated[
        DeclineCode | None, Field(description="Null lets it work again.")
    ] = "generic_decline",
) -> Doc:
    """From now on the bank declines every charge on a saved card, with this code."""
    methods = stripe.payment_methods
    method = the_one(methods, payment_method, "paymentMethod")
    return methods.view(methods.save({**method, "_declines": decline_code}))


@story("payment_method.automatically_updated")
def method_renewed(
    stripe: Peers,
    payment_method: Annotated[
        str | None, Field(description="The saved payment method; the only one, if left out.")
    ] = None,
    last4: str | None = None,
    exp_month: int | None = None,
    exp_year: int | None = None,
) -> Doc:
    """The card network tells of the customer's new card; by default it runs three years more."""
    methods = stripe.payment_methods
    method = the_one(methods, payment_method, "paymentMethod")
    card = method.get("card")
    if card is None:
        raise SimulateError("Only cards are updated by their networks.", "Name a card.")
    changed = {
        **card,
        "last4": last4 or card["last4"],
        "exp_month": exp_month or card["exp_month"],
        "exp_year": exp_year or card["exp_year"] + 3,
    }
    method = {**method, "card": changed, "_declines": None}
    return methods.view(methods.save(method, event="payment_method.automatically_updated"))


@story("mandate.updated")
def mandate_updated(
    stripe: Peers,
    mandate: str | None = None,
    status: Literal["active", "inactive", "pending"] = "inactive",
) -> Doc:
    """The payer takes back the leave to debit a bank account."""
    mandates = stripe.mandates
    doc = the_one(mandates, mandate, "mandate")
    return mandates.view(mandates.save({**doc, "status": status}, event="mandate.updated"))


def one_of(noun: Resource, id: str | None, name: str, statuses: tuple[str, ...]) -> Doc:
    """Return the given document, or the only one in one of some statuses.

    Raises:
        Refusal: there is none, or several, or it is past that.
    """
    if id is None:
        open_ones = [each for status in statuses for each in noun.find(limit=3, status=status)]
        if len(open_ones) == 1:
            return open_ones[0]
        status = open_ones[0]["status"] if open_ones else statuses[0]
        found = [each for each in open_ones if each["status"] == status]
        if len(found) < len(open_ones):
            listed = ", ".join(each["id"] for each in open_ones)
            raise SimulateError(
                f"More than one {noun.entity} could be meant.", f"Name one as '{name}': {listed}"
            )
        return the_one(noun, None, name, status=status)
    doc = the_one(noun, id, name)
    if doc["status"] not in statuses:
        raise SimulateError(
            f"The {noun.entity} '{id}' is {doc['status']}.",
            f"It must be one of: {', '.join(statuses)}.",
        )
    return doc
