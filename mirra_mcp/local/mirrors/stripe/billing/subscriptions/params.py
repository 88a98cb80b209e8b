"""What callers say about subscriptions. Source: https://docs.stripe.com/api/subscriptions"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import Conditional, broken, exclusive
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Created,
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.billing.params import (
    AddedItem,
    AutomaticTax,
    Behavior,
    BillingMode,
    BillingThresholds,
    Collection,
    Discounts,
    ItemGiven,
    ItemThresholds,
    Prorate,
    TaxRates,
    When,
)

ItemsGiven = Annotated[list[ItemGiven], Field(max_length=20)]


YEAR = {"day": 365, "month": 12, "week": 52, "year": 1}


def within_a_year(form: Any) -> None:
    """Refuse an interval of more than a year."""
    if form.interval_count > YEAR[form.interval]:
        raise broken(
            "The longest interval is 1 year (1 year, 12 months, or 52 weeks).", "interval_count"
        )


class AnchorConfig(Nested):
    """When billing periods begin, by calendar."""

    day_of_month: Annotated[int, Field(ge=1, le=31)]
    hour: Annotated[int, Field(ge=0, le=23)] | None = None
    minute: Annotated[int, Field(ge=0, le=59)] | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    second: Annotated[int, Field(ge=0, le=59)] | None = None


class TrialEnd(Nested):
    """What happens when a trial ends without a payment method."""

    missing_payment_method: Literal["cancel", "create_invoice", "pause"]


class TrialSettings(Nested):
    """Settings of trials."""

    end_behavior: TrialEnd


class CancellationDetails(Nested):
    """Why a subscription is canceled."""

    comment: str | None = None
    feedback: (
        Literal[
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ]
        | None
    ) = None


class PauseCollection(Nested):
    """How invoices are treated while collection is paused."""

    behavior: Literal["keep_as_draft", "mark_uncollectible", "void"]
    resumes_at: Timestamp | None = None


class TransferData(Nested):
    """Which account gets the money, or a part of it."""

    destination: str
    amount_percent: Annotated[float, Field(gt=0, le=100)] | None = None


class PendingItemInterval(Conditional):
    """How often pending items are billed apart from the cycle."""

    conditions = (within_a_year,)

    interval: Literal["day", "month", "week", "year"]
    interval_count: Annotated[int, Field(ge=1)] = 1


def no_trial_of_plan_besides(form: Any) -> None:
    """Let a trial be the plan's or one's own. "together with `trial_end` is not allowed"."""
    for name in ("trial_end", "trial_period_days"):
        if form.trial_from_plan and name in form.model_fields_set:
            raise broken(f"You cannot set `trial_from_plan` together with `{name}`.")


class PaymentSettings(Nested):
    """How invoices of a subscription are paid."""

    payment_method_options: dict[str, Any] | None = None
    payment_method_types: list[str] | None = None
    save_default_payment_method: Literal["off", "on_subscription"] | None = None


class EditSubscription(StripeParams, Conditional):
    """What creates and updates have in common."""

    conditions = (no_trial_of_plan_besides,)

    add_invoice_items: Annotated[list[AddedItem], Field(max_length=20)] | None = None
    application_fee_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    automatic_tax: AutomaticTax | None = None
    billing_thresholds: BillingThresholds | None = None
    cancel_at: Timestamp | Literal["max_period_end", "min_period_end"] | None = None
    cancel_at_period_end: bool | None = None
    collection_method: Collection | None = None
    coupon: str | None = None
    days_until_due: Annotated[int, Field(ge=0)] | None = None
    default_payment_method: str | None = None
    default_source: str | None = None
    default_tax_rates: TaxRates | None = None
    description: str | None = None
    discounts: Discounts | None = None
    invoice_settings: dict[str, Any] | None = None
    metadata: Metadata = {}
    off_session: bool | None = None
    on_behalf_of: str | None = None
    payment_behavior: Behavior | None = None
    payment_settings: PaymentSettings | None = None
    pending_invoice_item_interval: PendingItemInterval | None = None
    promotion_code: str | None = None
    proration_behavior: Prorate | None = None
    transfer_data: TransferData | None = None
    trial_end: When | None = None
    trial_from_plan: bool | None = None
    trial_settings: TrialSettings | None = None


class CreateSubscription(EditSubscription):
    """What a new subscription takes."""

    customer: str
    items: ItemsGiven
    backdate_start_date: Timestamp | None = None
    billing_cycle_anchor: Timestamp | None = None
    billing_cycle_anchor_config: AnchorConfig | None = None
    billing_mode: BillingMode | None = None
    currency: Currency | None = None
    trial_period_days: Annotated[int, Field(ge=0, le=730)] | None = None


class UpdateSubscription(EditSubscription):
    """What an update takes."""

    items: ItemsGiven | None = None
    billing_cycle_anchor: Literal["now", "unchanged"] | None = None
    cancellation_details: CancellationDetails | None = None
    pause_collection: PauseCollection | None = None
    proration_date: Timestamp | None = None


class CancelSubscription(StripeParams):
    """How a subscription is canceled."""

    cancellation_details: CancellationDetails | None = None
    invoice_now: bool = False
    prorate: bool = False


class ResumeSubscription(StripeParams):
    """How a paused subscription goes on."""

    billing_cycle_anchor: Literal["now", "unchanged"] = "now"
    payment_behavior: Behavior | None = None
    proration_behavior: Prorate = "create_prorations"
    proration_date: Timestamp | None = None


class MigrateSubscription(StripeParams):
    """The mode that a subscription is moved to."""

    billing_mode: BillingMode


class PauseSubscription(StripeParams):
    """How a subscription is paused."""

    bill_for: dict[str, Any] | None = None
    invoicing_behavior: Literal["invoice", "pending_invoice_item"] = "pending_invoice_item"
    type: Literal["subscription"] = "subscription"


class ListSubscriptions(ListParams):
    """Filters of the list."""

    collection_method: Collection | None = None
    current_period_end: Created | int | None = None
    current_period_start: Created | int | None = None
    customer: str | None = None
    plan: str | None = None
    price: str | None = None
    status: (
        Literal[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ]
        | None
    ) = None
    test_clock: str | None = None


class EditItem(StripeParams, Conditional):
    """What creates and updates of one item have in common."""

    conditions = (exclusive("price", "price_data"),)

    billing_thresholds: ItemThresholds | None = None
    discounts: Discounts | None = None
    metadata: Metadata = {}
    off_session: bool | None = None
    payment_behavior: Behavior | None = None
    plan: str | None = None
    price: str | None = None
    price_data: Any = None
    proration_behavior: Prorate | None = None
    proration_date: Timestamp | None = None
    quantity: Annotated[int, Field(ge=0)] | None = None
    tax_rates: TaxRates | None = None


class CreateItem(EditItem):
    """What a new item takes."""

    subscription: str


class DeleteItem(StripeParams):
    """How an item is taken away."""

    payment_behavior: Behavior | None = None
    proration_behavior: Prorate | None = None
    proration_date: Timestamp | None = None


class ListItems(ListParams):
    """Which subscription's items."""

    subscription: str
