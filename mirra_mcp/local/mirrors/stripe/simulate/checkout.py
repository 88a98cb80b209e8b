"""What customers do on Stripe's pages: Checkout, payment links and the portal.

Source: https://docs.stripe.com/payments/checkout/how-checkout-works
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.payments.cards.declines import Decline, DeclineCode, decline
from mirra_mcp.wire.model import Doc

Session = Annotated[
    str | None, Field(description="The session (cs_...); the only one that fits, if left out.")
]
Method = Annotated[
    str,
    Field(
        description="What the customer pays with: a test name such as pm_card_visa,"
        " pm_card_chargeDeclined or pm_card_authenticationRequired, or a saved pm_..."
    ),
]


@story("checkout.session.completed", aliases=("checkout_completed",))
def completed(
    stripe: Peers,
    session: Session = None,
    payment_method: Method = "pm_card_visa",
    email: str | None = None,
    name: str | None = None,
    phone: str | None = None,
    promotion_code: Annotated[
        str | None, Field(description="A code that the customer types, as FALL20.")
    ] = None,
    custom_fields: Annotated[
        dict[str, str] | None, Field(description="Answers to custom fields, by their keys.")
    ] = None,
    payment_link: Annotated[
        str | None, Field(description="A link (plink_...) that the customer visits first.")
    ] = None,
) -> Doc:
    """The customer fills an open Checkout page in and submits it.

    What the session was opened for happens: a payment, a subscription or a saved card. A card
    that is declined leaves the session open, with a payment intent that tells why.

    Source: https://docs.stripe.com/checkout/fulfillment
    """
    if payment_link is not None:
        link = the_one(stripe.payment_links, payment_link, "paymentLink")
        doc = stripe.payment_links.visit(link)
    else:
        doc = the_one(stripe.checkout_sessions, session, "session", status="open")
    if doc["status"] != "open":
        raise SimulateError(
            f"The session {doc['id']} is {doc['status']}, so nobody can complete it.",
            "Create another session and name it as 'session'.",
        )
    if promotion_code is not None:
        doc = stripe.checkout_sessions.add_code(doc, promotion_code)
    details: Doc = {"email": email, "name": name, "phone": phone}
    details["custom_fields"] = custom_fields
    done = stripe.checkout_sessions.complete(doc, payment_method=payment_method, details=details)
    return stripe.checkout_sessions.view(done)


@story("checkout.session.expired", aliases=("checkout_expired",))
def expired(stripe: Peers, session: Session = None) -> Doc:
    """The time of an open session runs out before anybody pays."""
    doc = the_one(stripe.checkout_sessions, session, "session", status="open")
    if doc["status"] != "open":
        raise SimulateError(
            f"The session {doc['id']} is {doc['status']} already.",
            "Create another session and name it as 'session'.",
        )
    stripe.cancel_timers("checkout_sessions.lapse", id=doc["id"])
    return stripe.checkout_sessions.view(stripe.checkout_sessions.expired(doc))


@story("checkout.session.async_payment_succeeded")
def async_payment_succeeded(stripe: Peers, session: Session = None) -> Doc:
    """The bank debit behind a completed session arrives.

    Source: https://docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification
    """
    return _arrived(stripe, session, None)


@story("checkout.session.async_payment_failed")
def async_payment_failed(
    stripe: Peers, session: Session = None, decline_code: DeclineCode = "insufficient_funds"
) -> Doc:
    """The bank debit behind a completed session is returned.

    Source: https://docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification
    """
    return _arrived(stripe, session, decline(decline_code))


def _arrived(stripe: Peers, id: str | None, refusal: Decline | None) -> Doc:
    """End the payment of a session that is still under way."""
    session = the_one(stripe.checkout_sessions, id, "session", status="complete")
    intent = stripe.payment_intents.peek(session["payment_intent"] or "")
    if intent is None or intent["status"] != "processing":
        raise SimulateError(
            f"The payment of session {session['id']} isn't under way.",
            "Complete a session with a delayed method first, such as 'pm_usBankAccount_success',"
            " and let payment_method_types include its type.",
        )
    stripe.payment_intents.landed(intent, refusal)
    return stripe.checkout_sessions.view(stripe.checkout_sessions.get(session["id"]))
