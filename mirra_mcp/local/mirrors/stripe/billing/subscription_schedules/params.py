"""What callers say about subscription schedules.

Source: https://docs.stripe.com/api/subscription_schedules
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import (
    Conditional,
    broken,
    exclusive,
    ordered,
)
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Created,
    Currency,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import InlinePrice
from mirra_mcp.local.mirrors.stripe.billing.params import (
    AddedItem,
    AutomaticTax,
    BillingMode,
    BillingThresholds,
    Collection,
    Discounts,
    Edge,
    ItemThresholds,
    Now,
    Prorate,
    Quantity,
    TaxRates,
)


class PhaseItem(Conditional):
    """An item of a phase."""

    conditions = (exclusive("price", "price_data"),)

    billing_thresholds: ItemThresholds | None = None
    discounts: Discounts | None = None
    metadata: Metadata = {}
    plan: str | None = None
    price: str | None = None
    price_data: InlinePrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None


class PhaseStart(Edge):
    """When the period of something that a phase bills once begins."""

    type: Literal["max_item_period_start", "phase_start", "timestamp"]


class PhaseEnd(Edge):
    """When such a period ends."""

    type: Literal["min_item_period_end", "phase_end", "timestamp"]


class PhasePeriod(Nested):
    """The period of something that a phase bills once."""

    end: PhaseEnd
    start: PhaseStart


class BilledOnce(AddedItem):
    """Something that a phase bills once."""

    period: PhasePeriod | None = None  # type: ignore[assignment]  # other edges


def no_anchor_in_a_trial(form: Any) -> None:
    """Keep the anchor of a phase that is a trial. "Cannot be set to `phase_start`"."""
    if form.billing_cycle_anchor == "phase_start" and (form.trial or form.trial_end):
        raise broken(
            "`billing_cycle_anchor` cannot be set to `phase_start` if the phase specifies a trial.",
            "billing_cycle_anchor",
        )


class Duration(Nested):
    """How long a phase is."""

    interval: Literal["day", "month", "week", "year"]
    interval_count: int = 1


class Phase(Conditional):
    """A time with terms of its own."""

    conditions = (
        exclusive("duration", "end_date"),
        exclusive("iterations", "end_date"),
        exclusive("iterations", "duration"),
        exclusive("trial", "trial_end"),
        ordered("trial_end", "end_date"),
        no_anchor_in_a_trial,
    )

    items: list[PhaseItem]
    add_invoice_items: Annotated[list[BilledOnce], Field(max_length=20)] | None = None
    application_fee_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    automatic_tax: AutomaticTax | None = None
    billing_cycle_anchor: Literal["automatic", "phase_start"] | None = None
    billing_thresholds: BillingThresholds | None = None
    collection_method: Collection | None = None
    coupon: str | None = None
    currency: Currency | None = None
    default_payment_method: str | None = None
    default_tax_rates: TaxRates | None = None
    description: str | None = None
    discounts: Discounts | None = None
    duration: Duration | None = None
    end_date: Timestamp | Now | None = None
    invoice_settings: dict[str, Any] | None = None
    iterations: int | None = None
    metadata: Metadata = {}
    on_behalf_of: str | None = None
    proration_behavior: Prorate = "create_prorations"
    start_date: Timestamp | Now | None = None
    transfer_data: dict[str, Any] | None = None
    trial: bool | None = None
    trial_end: Timestamp | Now | None = None


class EditSchedule(StripeParams):
    """What creates and updates have in common."""

    default_settings: dict[str, Any] | None = None
    end_behavior: Literal["cancel", "none", "release", "renew"] | None = None
    metadata: Metadata = {}
    phases: list[Phase] | None = None


class CreateSchedule(EditSchedule):
    """What a new schedule takes."""

    billing_mode: BillingMode | None = None
    customer: str | None = None
    from_subscription: str | None = None
    start_date: Timestamp | Now | None = None


class UpdateSchedule(EditSchedule):
    """What an update takes."""

    proration_behavior: Prorate = "create_prorations"


class CancelSchedule(StripeParams):
    """How a schedule and its subscription are canceled."""

    invoice_now: bool = True
    prorate: bool = True


class ReleaseSchedule(StripeParams):
    """How a subscription is let go of its schedule."""

    preserve_cancel_date: bool = False


class ListSchedules(ListParams):
    """Filters of the list."""

    canceled_at: Created | int | None = None
    completed_at: Created | int | None = None
    customer: str | None = None
    released_at: Created | int | None = None
    scheduled: bool | None = None
