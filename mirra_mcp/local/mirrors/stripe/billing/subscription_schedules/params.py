"""What callers say about subscription schedules.

Source: https://docs.stripe.com/api/subscription_schedules
"""

from typing import Any, Literal

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
    Collection,
    Discounts,
    Now,
    Prorate,
    Quantity,
    TaxRates,
)


class PhaseItem(Nested):
    """An item of a phase."""

    billing_thresholds: dict[str, Any] | None = None
    discounts: Discounts | None = None
    metadata: Metadata = {}
    plan: str | None = None
    price: str | None = None
    price_data: InlinePrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None


class Duration(Nested):
    """How long a phase is."""

    interval: Literal["day", "month", "week", "year"]
    interval_count: int = 1


class Phase(Nested):
    """A time with terms of its own."""

    items: list[PhaseItem]
    add_invoice_items: list[AddedItem] | None = None
    application_fee_percent: float | None = None
    automatic_tax: AutomaticTax | None = None
    billing_cycle_anchor: Literal["automatic", "phase_start"] | None = None
    billing_thresholds: dict[str, Any] | None = None
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

    billing_mode: dict[str, Any] | None = None
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
