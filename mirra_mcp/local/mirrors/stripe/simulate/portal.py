"""What customers do in the customer portal, as far as its configuration lets them.

Source: https://docs.stripe.com/customer-management
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc

Sub = Annotated[
    str | None, Field(description="The subscription (sub_...); the only one, if left out.")
]
Customer = Annotated[
    str | None, Field(description="The customer (cus_...); the only one, if left out.")
]
Feedback = Literal[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
]


@story("billing_portal.subscription_canceled", fires=("customer.subscription.updated",))
def subscription_canceled(
    stripe: Peers,
    subscription: Sub = None,
    feedback: Feedback | None = None,
    comment: str | None = None,
) -> Doc:
    """The customer cancels in the portal: at the period's end, or at once if so configured.

    Source: https://docs.stripe.com/customer-management/cancellation-page
    """
    sub = the_one(stripe.subscriptions, subscription, "subscription")
    feature = _feature(stripe, "subscription_cancel")
    told = {"comment": comment, "feedback": feedback}
    said = {name: value for name, value in told.items() if value is not None}
    return stripe.subscriptions.view(stripe.portal_sessions.cancel(sub, feature, said))


@story("billing_portal.subscription_updated", fires=("customer.subscription.updated",))
def subscription_updated(
    stripe: Peers,
    price: Annotated[str, Field(description="The price (price_...) that the customer chooses.")],
    subscription: Sub = None,
    quantity: int | None = None,
) -> Doc:
    """The customer changes to another price in the portal.

    The configuration need not list the price: this mirror lets every price be chosen.

    Source: https://docs.stripe.com/customer-management/configure-portal
    """
    sub = the_one(stripe.subscriptions, subscription, "subscription")
    feature = stripe.portal_configurations.default()["features"]["subscription_update"]
    return stripe.subscriptions.view(stripe.portal_sessions.switch(sub, feature, price, quantity))


@story(
    "billing_portal.payment_method_updated", fires=("payment_method.attached", "customer.updated")
)
def payment_method_updated(
    stripe: Peers, customer: Customer = None, payment_method: str = "pm_card_visa"
) -> Doc:
    """The customer adds a payment method in the portal, and makes it the default.

    Source: https://docs.stripe.com/customer-management
    """
    owner = the_one(stripe.customers, customer, "customer")
    _feature(stripe, "payment_method_update")
    return stripe.customers.view(stripe.portal_sessions.add_method(owner["id"], payment_method))


@story("billing_portal.customer_updated", fires=("customer.updated",))
def customer_updated(
    stripe: Peers,
    customer: Customer = None,
    email: str | None = None,
    name: str | None = None,
    phone: str | None = None,
) -> Doc:
    """The customer changes their own details in the portal.

    Source: https://docs.stripe.com/customer-management
    """
    owner = the_one(stripe.customers, customer, "customer")
    allowed = _feature(stripe, "customer_update")["allowed_updates"]
    given = {"email": email, "name": name, "phone": phone}
    given = {field: value for field, value in given.items() if value is not None}
    for field in given:
        if field not in allowed:
            raise SimulateError(
                f"The portal doesn't let customers change their {field}.",
                f"The configuration allows: {', '.join(allowed)}.",
            )
    saved = stripe.customers.save(owner | given, event="customer.updated")
    return stripe.customers.view(saved)


def _feature(stripe: Peers, name: str) -> Doc:
    """Return how the default configuration offers something.

    Raises:
        SimulateError: it doesn't.
    """
    configuration = stripe.portal_configurations.default()
    feature: Doc = configuration["features"][name]
    if not feature["enabled"]:
        raise SimulateError(
            f"The portal's configuration {configuration['id']} doesn't enable '{name}'.",
            f"Enable it: POST /v1/billing_portal/configurations/{configuration['id']}.",
        )
    return feature
