"""What callers say about customers. Source: https://docs.stripe.com/api/customers/create"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.wire.model import Doc


class Address(Nested):
    """A postal address."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class Shipping(Nested):
    """Where goods are sent to."""

    address: Address
    name: str
    phone: str | None = None


class CustomField(Nested):
    """A line in the head of every invoice."""

    name: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=140)]


class RenderingOptions(Nested):
    """How invoices look."""

    amount_tax_display: Literal["exclude_tax", "include_inclusive_tax"] | None = None
    template: str | None = None


class InvoiceSettings(Nested):
    """Defaults of a customer's invoices."""

    custom_fields: Annotated[list[CustomField], Field(max_length=4)] | None = None
    default_payment_method: str | None = None
    footer: str | None = None
    rendering_options: RenderingOptions | None = None


class CustomerTax(Nested):
    """Where the customer is, for taxes."""

    ip_address: str | None = None
    validate_location: Literal["auto", "deferred", "immediately"] | None = None


class CashBalanceSettings(Nested):
    """How bank transfers are matched."""

    reconciliation_mode: Literal["automatic", "manual", "merchant_default"] | None = None


class CashBalance(Nested):
    """The customer's cash balance."""

    settings: CashBalanceSettings | None = None


class CustomerFields(StripeParams):
    """What a create and an update both take."""

    address: Address | None = None
    balance: int = 0
    business_name: Annotated[str, Field(max_length=150)] | None = None
    cash_balance: CashBalance | None = None
    coupon: str | None = None
    description: str | None = None
    email: Annotated[Email, Field(max_length=512)] | None = None
    individual_name: Annotated[str, Field(max_length=150)] | None = None
    invoice_prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,12}$")] | None = None
    invoice_settings: InvoiceSettings | None = None
    metadata: Metadata = {}
    name: str | None = None
    next_invoice_sequence: Annotated[int, Field(ge=1)] = 1
    phone: str | None = None
    preferred_locales: list[str] | None = None
    promotion_code: str | None = None
    shipping: Shipping | None = None
    source: str | None = None
    tax: CustomerTax | None = None
    tax_exempt: Literal["exempt", "none", "reverse"] | None = None
    # The wire calls it `validate`, which is a method of every model.


class TaxIdData(Nested):
    """A tax id made along with its customer."""

    type: str
    value: str


class CreateCustomer(CustomerFields):
    """Parameters of a new customer."""

    payment_method: str | None = None
    tax_id_data: list[TaxIdData] | None = None
    test_clock: str | None = None


class UpdateCustomer(CustomerFields):
    """Parameters of a changed customer."""

    default_source: str | None = None


class ListCustomers(ListParams):
    """Filters of the list. The email's case matters."""

    email: str | None = None
    test_clock: str | None = None


NOWHERE: Doc = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def laid_out(given: Doc, old: Doc) -> Doc:
    """Return a customer's fields from what was sent: nested objects whole, null for null."""
    fields = dict(given)
    if address := fields.get("address"):
        fields["address"] = NOWHERE | address
    if shipping := fields.get("shipping"):
        address = NOWHERE | shipping["address"]
        fields["shipping"] = {"phone": None, **shipping, "address": address}
    if "invoice_settings" in fields:
        settings = {**old["invoice_settings"], **(fields["invoice_settings"] or {})}
        if options := settings["rendering_options"]:
            settings["rendering_options"] = {"amount_tax_display": None, "template": None} | options
        fields["invoice_settings"] = settings
    if "tax" in fields:
        tax = fields.pop("tax") or {}
        if "ip_address" in tax:
            fields["_tax_ip"] = tax["ip_address"]
    for name, empty in (("tax_exempt", "none"), ("preferred_locales", [])):
        if name in fields and fields[name] is None:
            fields[name] = empty
    return fields
