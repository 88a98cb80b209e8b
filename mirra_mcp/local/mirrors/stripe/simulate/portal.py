"""What customers do in the customer portal, as far as its configuration lets them.

Source: https://docs.stripe.com/customer-management
"""

from typing import Annotated, Any, Literal

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
    details = {"comment": comment, "feedback": feedback}
    told: Any = {name: value for name, value in details.items() if value is not None}
    more = {"cancellation_details": told} if told else {}
    if feature["mode"] == "immediately":
        if more:
            stripe.subscriptions.change(sub, **more)
            sub = stripe.subscriptions.get(sub["id"])
        prorate = feature["proration_behavior"] != "none"
        return stripe.subscriptions.view(stripe.subscriptions.end(sub, prorate=prorate))
    stripe.subscriptions.change(sub, cancel_at_period_end=True, **more)
    return stripe.subscriptions.view(stripe.subscriptions.get(sub["id"]))


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
    item: Doc = {"id": sub["items"]["data"][0]["id"], "price": price}
    if quantity is not None:
        item["quantity"] = quantity
    behavior = feature["proration_behavior"]
    stripe.subscriptions.change(sub, items=[item], proration_behavior=behavior)
    return stripe.subscriptions.view(stripe.subscriptions.get(sub["id"]))


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
    method = stripe.payment_methods.attach_to(payment_method, owner["id"])
    owner = stripe.customers.get(owner["id"])
    settings = {**owner["invoice_settings"], "default_payment_method": method["id"]}
    saved = stripe.customers.save(owner | {"invoice_settings": settings}, event="customer.updated")
    return stripe.customers.view(saved)


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
