"""What callers say about invoices. Source: https://docs.stripe.com/api/invoices"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import (
    Condition,
    Conditional,
    broken,
    exclusive,
)
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Created,
    Currency,
    Descriptor,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.billing.params import (
    AutomaticTax,
    BillingMode,
    Collection,
    Discounts,
    ItemGiven,
    LineGiven,
    Prorate,
    TaxRates,
    When,
)
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.params import Phase

Status = Literal["draft", "open", "paid", "uncollectible", "void"]


class TransferData(Nested):
    """Which account gets the money, or a part of it."""

    destination: str
    amount: Annotated[int, Field(ge=0)] | None = None


class CustomField(Nested):
    """A field that is printed on the invoice."""

    name: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=140)]


class FromInvoice(Nested):
    """The invoice that a new one revises."""

    action: Literal["revision"]
    invoice: str


class EditInvoice(StripeParams):
    """What creates and updates have in common."""

    account_tax_ids: list[str] | None = None
    application_fee_amount: Annotated[int, Field(ge=0)] | None = None
    auto_advance: bool = False
    automatic_tax: AutomaticTax | None = None
    automatically_finalizes_at: Timestamp | None = None
    collection_method: Collection = "charge_automatically"
    custom_fields: Annotated[list[CustomField], Field(max_length=4)] | None = None
    days_until_due: Annotated[int, Field(ge=0)] | None = None
    default_payment_method: str | None = None
    default_source: str | None = None
    default_tax_rates: TaxRates | None = None
    description: str | None = None
    discounts: Discounts | None = None
    due_date: Timestamp | None = None
    effective_at: Timestamp | None = None
    footer: str | None = None
    issuer: dict[str, Any] | None = None
    metadata: Metadata = {}
    number: str | None = None
    on_behalf_of: str | None = None
    payment_settings: dict[str, Any] | None = None
    rendering: dict[str, Any] | None = None
    shipping_cost: dict[str, Any] | None = None
    shipping_details: dict[str, Any] | None = None
    statement_descriptor: Descriptor | None = None
    transfer_data: TransferData | None = None


class CreateInvoice(EditInvoice):
    """What a new invoice takes."""

    customer: str | None = None
    customer_account: str | None = None
    currency: Currency | None = None
    from_invoice: FromInvoice | None = None
    pending_invoice_items_behavior: Literal["exclude", "include"] | None = None
    subscription: str | None = None


class FinalizeInvoice(StripeParams):
    """How an invoice is finalized."""

    auto_advance: bool | None = None


class PayInvoice(StripeParams):
    """How an invoice is paid."""

    forgive: bool = False
    mandate: str | None = None
    off_session: bool = True
    paid_out_of_band: bool = False
    payment_method: str | None = None
    source: str | None = None


class AttachPayment(StripeParams):
    """A payment made elsewhere, for an open invoice."""

    payment_intent: str | None = None
    payment_record: str | None = None


class ListInvoices(ListParams):
    """Filters of the list."""

    collection_method: Collection | None = None
    customer: str | None = None
    customer_account: str | None = None
    due_date: Created | int | None = None
    status: Status | None = None
    subscription: str | None = None


class LineWithId(LineGiven):
    """A line to change or take away."""

    id: str
    behavior: Literal["delete", "unassign"] | None = None


class AddLines(StripeParams):
    """Lines for a draft."""

    lines: list[LineGiven]
    invoice_metadata: Metadata = {}


class ChangeLines(StripeParams):
    """Changes to lines of a draft."""

    lines: list[LineWithId]
    invoice_metadata: Metadata = {}


class UpdateLine(LineGiven, StripeParams):
    """A change to one line of a draft."""


class PreviewedItem(LineGiven):
    """An invoice item of a preview."""

    currency: Currency | None = None
    invoiceitem: str | None = None
    tax_behavior: str | None = None
    tax_code: str | None = None
    unit_amount: int | None = None
    unit_amount_decimal: str | None = None


class PreviewedSubscription(Nested):
    """How a subscription would be started, changed or ended."""

    billing_cycle_anchor: Literal["now", "unchanged"] | int | None = None
    billing_mode: BillingMode | None = None
    cancel_at: Timestamp | Literal["max_period_end", "min_period_end"] | None = None
    cancel_at_period_end: bool | None = None
    cancel_now: bool | None = None
    default_tax_rates: TaxRates | None = None
    items: list[ItemGiven] | None = None
    metadata: Metadata = {}
    pause: dict[str, Any] | None = None
    proration_behavior: Prorate | None = None
    proration_date: Timestamp | None = None
    resume_at: str | None = None
    start_date: Timestamp | None = None
    trial_end: When | None = None


class PreviewedSchedule(Nested):
    """How a schedule would be made or changed."""

    billing_mode: BillingMode | None = None
    end_behavior: Literal["cancel", "release"] | None = None
    phases: list[Phase] | None = None
    proration_behavior: Prorate | None = None


def trial_of_something(form: Any) -> None:
    """Refuse the trial of no subscription."""
    details = form.subscription_details
    if details and details.trial_end and not (details.items or form.subscription):
        raise broken(
            "If `subscription_details[trial_end]` is set, one of `subscription_details[items]` or"
            " `subscription` is required.",
            "subscription_details",
        )


class PreviewInvoice(StripeParams, Conditional):
    """What `POST /v1/invoices/create_preview` takes."""

    conditions: ClassVar[tuple[Condition, ...]] = (
        exclusive("schedule", "subscription"),
        exclusive("schedule", "subscription_details"),
        exclusive("schedule_details", "subscription"),
        exclusive("schedule_details", "subscription_details"),
        trial_of_something,
    )

    automatic_tax: AutomaticTax | None = None
    coupon: str | None = None
    currency: Currency | None = None
    customer: str | None = None
    customer_account: str | None = None
    customer_details: dict[str, Any] | None = None
    discounts: Discounts | None = None
    invoice_items: list[PreviewedItem] | None = None
    issuer: dict[str, Any] | None = None
    on_behalf_of: str | None = None
    preview_mode: Literal["next", "recurring"] | None = None
    schedule: str | None = None
    schedule_details: PreviewedSchedule | None = None
    subscription: str | None = None
    subscription_details: PreviewedSubscription | None = None


def no_schedule_besides(form: Any) -> None:
    """Refuse a schedule together with an older spelling of what is done to a subscription."""
    for name in type(form).model_fields:
        if name.startswith("subscription_"):
            exclusive("schedule", name)(form)
            exclusive("schedule_details", name)(form)


class UpcomingInvoice(PreviewInvoice):
    """What `GET /v1/invoices/upcoming` takes: older spellings too."""

    conditions = (*PreviewInvoice.conditions, no_schedule_besides)

    subscription_billing_cycle_anchor: Literal["now", "unchanged"] | int | None = None
    subscription_cancel_at: Timestamp | None = None
    subscription_cancel_at_period_end: bool | None = None
    subscription_cancel_now: bool | None = None
    subscription_default_tax_rates: TaxRates | None = None
    subscription_items: list[ItemGiven] | None = None
    subscription_proration_behavior: Prorate | None = None
    subscription_proration_date: Timestamp | None = None
    subscription_resume_at: Literal["now"] | None = None
    subscription_start_date: Timestamp | None = None
    subscription_trial_end: When | None = None
    subscription_trial_from_plan: bool | None = None


class UpcomingLines(UpcomingInvoice):
    """A page of an upcoming invoice's lines."""

    limit: int = Field(default=10, ge=1, le=100)
    starting_after: str | None = None
    ending_before: str | None = None
