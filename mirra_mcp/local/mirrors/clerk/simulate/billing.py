"""What becomes of plans: they are made in the dashboard, bought, paid late and canceled.

Source: https://clerk.com/docs/guides/development/webhooks/billing
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.billing.payers import CARDS
from mirra_mcp.local.mirrors.clerk.billing.plans import DEAREST
from mirra_mcp.local.mirrors.clerk.simulate.users import UserId, user_of
from mirra_mcp.wire.model import Doc

Card = Annotated[
    str, Field(description="A test card of Stripe's: 4242424242424242 is charged, 4000000000000002 "
                           "declined, 4000000000000341 kept by a trial and declined later.")
]  # fmt: skip
ItemId = Annotated[
    str | None, Field(description="The subscription item; the only one that fits, if left out.")
]


@story("billing_plan.created", fires=("subscription.created", "subscriptionItem.active"))
def plan_created(
    clerk: Peers,
    name: Annotated[str, Field(description="What the plan is called: Pro.")],
    amount: Annotated[int, Field(ge=0, le=DEAREST, description="Cents a month.")] = 0,
    annual_monthly_amount: Annotated[
        int | None, Field(ge=0, le=DEAREST, description="Cents a month if a year is paid at once.")
    ] = None,
    features: Annotated[list[str] | None, Field(description="Slugs of its features.")] = None,
    free_trial_days: Annotated[int | None, Field(ge=1, le=365)] = None,
    payer_type: Annotated[Literal["user", "org"], Field(description="Who can be on it.")] = "user",
) -> Doc:
    """Somebody makes a plan in the dashboard; the first enables Billing, with a free plan."""
    plans = clerk.billing_plans
    slug = plans.slug_of(name)
    if plans.is_taken(slug):
        raise SimulateError(
            f"No plan can have the slug '{slug}': it is empty, or taken.", "Give it another name."
        )
    made = plans.add(
        name,
        kind=payer_type,
        amount=amount,
        annual_monthly=annual_monthly_amount,
        features=features,
        trial_days=free_trial_days,
    )
    return plans.view(made)


@story(
    "subscriptionItem.active",
    aliases=("subscription_item.active", "plan.bought"),
    fires=(
        "subscriptionItem.incomplete",
        "paymentAttempt.created",
        "paymentAttempt.updated",
        "subscriptionItem.active",
        "subscriptionItem.ended",
        "subscription.updated",
    ),
)
def item_active(
    clerk: Peers,
    plan: Annotated[str, Field(description="The plan's slug or id.")],
    user_id: UserId = None,
    organization_id: Annotated[
        str | None, Field(description="The organization, if it is a plan of organizations.")
    ] = None,
    period: Annotated[Literal["month", "annual"], Field(description="What is paid.")] = "month",
    card: Card = "4242424242424242",
) -> Doc:
    """Somebody checks out: a trial begins, or the card is charged; a cheaper plan begins later."""
    plans = clerk.billing_plans
    wanted = plans.peek(plan) or plans.first(slug=plan)
    if wanted is None:
        known = ", ".join(each["slug"] for each in plans.find(limit=5)) or "none"
        raise SimulateError(f"There is no plan {plan}.", f"There are: {known}.")
    if wanted["is_default"]:
        raise SimulateError("Nobody buys the free plan.", "Simulate subscriptionItem.canceled.")
    if not wanted[f"{'' if period == 'month' else 'annual_'}fee"]:
        raise SimulateError(f"The plan {plan} isn't paid by the year.", "Use the period month.")
    _check_card(card)
    kind = wanted["for_payer_type"]
    if kind == "org":
        payer = the_one(clerk.organizations, organization_id, "organizationId")
    else:
        payer = user_of(clerk, user_id)
    items = clerk.billing_subscription_items
    subscription = clerk.billing_subscriptions.whose(kind, payer["id"])
    return items.view(items.bought(subscription, wanted, period, card))


@story(
    "subscriptionItem.pastDue",
    aliases=("subscription_item.past_due", "subscription.pastDue"),
    fires=(
        "paymentAttempt.created",
        "paymentAttempt.updated",
        "subscriptionItem.pastDue",
        "subscription.pastDue",
    ),
)
def item_past_due(clerk: Peers, item_id: ItemId = None) -> Doc:
    """The card is declined when a paid plan is renewed."""
    items = clerk.billing_subscription_items
    doc = _paid_one(clerk, item_id, "active")
    return items.view(items.overdue(doc))


@story(
    "paymentAttempt.updated",
    aliases=("payment_attempt.updated",),
    fires=(
        "paymentAttempt.created",
        "paymentAttempt.updated",
        "subscriptionItem.active",
        "subscription.active",
    ),
)
def payment_made(clerk: Peers, item_id: ItemId = None, card: Card = "4242424242424242") -> Doc:
    """Somebody pays by another card what is overdue."""
    _check_card(card)
    items = clerk.billing_subscription_items
    doc = _paid_one(clerk, item_id, "past_due")
    return items.view(items.paid_late(doc, card))


@story(
    "subscriptionItem.canceled",
    aliases=("subscription_item.canceled",),
    fires=("subscriptionItem.canceled", "subscriptionItem.upcoming", "subscription.updated"),
)
def item_canceled(clerk: Peers, item_id: ItemId = None) -> Doc:
    """Somebody cancels a paid plan on the profile page: it ends with its period."""
    items = clerk.billing_subscription_items
    doc = _paid_one(clerk, item_id, "active")
    return items.view(items.called_off(doc, end_now=False))


def _check_card(card: str) -> None:
    if card not in CARDS:
        raise SimulateError(f"There is no test card {card}.", f"There are: {', '.join(CARDS)}.")


def _paid_one(clerk: Peers, item_id: str | None, status: str) -> Doc:
    """Return the item that is meant: of a paid plan, of a status."""
    items = clerk.billing_subscription_items
    if item_id is None:
        fitting = [each for each in items.find(status=status) if each["period_end"] is not None]
        if len(fitting) == 1:
            return fitting[0]
        told = ", ".join(each["id"] for each in fitting[:5])
        raise SimulateError(
            f"{len(fitting) or 'No'} subscription items of paid plans are {status}.",
            f"Name one as 'itemId': {told}." if told else "Simulate subscriptionItem.active first.",
        )
    doc = the_one(items, item_id, "itemId")
    if doc["status"] != status or doc["period_end"] is None:
        raise SimulateError(
            f"The subscription item is {doc['status']}: it must be {status}, of a paid plan.",
            "Read the items at GET /v1/billing/subscription_items.",
        )
    return doc
