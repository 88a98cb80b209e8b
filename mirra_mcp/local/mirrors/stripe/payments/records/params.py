"""What is reported of payments that happened elsewhere.

Source: https://docs.stripe.com/api/payment-record
"""

from typing import Any, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.params import Shipping
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import BillingDetails
from mirra_mcp.wire.model import Doc


class Amount(Nested):
    """An amount in the smallest unit of its currency."""

    currency: Currency
    value: int = Field(ge=0)


class Canceled(Nested):
    """When an attempt was given up."""

    canceled_at: Timestamp


class Failed(Nested):
    """When an attempt failed."""

    failed_at: Timestamp


class Guaranteed(Nested):
    """When the money was certain."""

    guaranteed_at: Timestamp


class Refunded(Nested):
    """When the money was back."""

    refunded_at: Timestamp


class Payer(Nested):
    """Who paid."""

    customer: str | None = None
    email: Email | None = None
    name: str | None = None
    phone: str | None = None


class CustomMethod(Nested):
    """A way to pay that is no type of Stripe's."""

    display_name: str | None = None
    type: str | None = None


class Details(Nested):
    """How it was paid."""

    billing_details: BillingDetails | None = None
    custom: CustomMethod | None = None
    payment_method: str | None = None
    type: Literal["custom"] | None = None


class CustomPayment(Nested):
    """How another processor calls the payment."""

    payment_reference: str = Field(max_length=5000)


class Processor(Nested):
    """Who processed the payment."""

    custom: CustomPayment | None = None
    type: Literal["custom"]


class CustomRefund(Nested):
    """How another processor calls the refund."""

    refund_reference: str


class RefundProcessor(Nested):
    """Who processed the refund."""

    custom: CustomRefund | None = None
    type: Literal["custom"]


class Attempt(StripeParams):
    """What a new attempt tells of itself, and of how it ended, if it has."""

    canceled: Canceled | None = None
    description: str | None = Field(default=None, max_length=5000)
    failed: Failed | None = None
    guaranteed: Guaranteed | None = None
    initiated_at: Timestamp
    metadata: Metadata = {}
    outcome: Literal["canceled", "failed", "guaranteed"] | None = None
    payment_method_details: Details | None = None
    shipping_details: Shipping | None = None

    def check_outcome(self) -> None:
        """Refuse an outcome that doesn't say when, and a time of another outcome.

        Raises:
            VendorError: one of the two is missing.
        """
        for name in ("canceled", "failed", "guaranteed"):
            told: Any = getattr(self, name)
            if self.outcome == name and told is None:
                raise errors.invalid(f"Missing required param: {name}.", name, "parameter_missing")
            if self.outcome != name and told is not None:
                raise errors.invalid(
                    f"`{name}` can only be passed when `outcome` is `{name}`.", name
                )


class ReportPayment(Attempt):
    """A payment as it begins, or as it has ended."""

    amount_requested: Amount
    customer_details: Payer | None = None
    customer_presence: Literal["off_session", "on_session"] | None = None
    payment_method_details: Details
    processor_details: Processor | None = None


class ReportAttempt(Attempt):
    """Another attempt at a payment."""


class ReportCanceled(StripeParams):
    """The attempt was given up."""

    canceled_at: Timestamp
    metadata: Metadata = {}


class ReportFailed(StripeParams):
    """The attempt failed."""

    failed_at: Timestamp
    metadata: Metadata = {}


class ReportGuaranteed(StripeParams):
    """The money is certain."""

    guaranteed_at: Timestamp
    metadata: Metadata = {}


class ReportInformation(StripeParams):
    """What else has become known."""

    customer_details: Payer | None = None
    description: str | None = Field(default=None, max_length=5000)
    metadata: Metadata = {}
    shipping_details: Shipping | None = None


class ReportRefund(StripeParams):
    """Money that went back."""

    amount: Amount | None = None
    initiated_at: Timestamp | None = None
    metadata: Metadata = {}
    outcome: Literal["refunded"]
    processor_details: RefundProcessor
    refunded: Refunded | None = None


class ListRecords(ListParams):
    """Filters of the list of payments."""

    created_after: int | None = None
    created_before: int | None = None


class ListAttempts(ListParams):
    """Whose attempts to list."""

    payment_record: str


def shown_payer(payer: Doc | None) -> Doc | None:
    """Return who paid, with every field."""
    blank: Doc = dict.fromkeys(("customer", "email", "name", "phone"))
    return None if payer is None else blank | payer


def shown_delivery(given: Doc | None) -> Doc | None:
    """Return where the goods go, with every field."""
    if given is None:
        return None
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    address = given.get("address") or {}
    return {
        "address": {name: address.get(name) for name in names},
        "name": given.get("name"),
        "phone": given.get("phone"),
    }


def missing_custom(where: str) -> VendorError:
    """Say that a processor of the type `custom` needs its own hash."""
    param = f"{where}[custom]"
    return errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
