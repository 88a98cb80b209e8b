"""What callers say about hosted payment pages: Checkout sessions and payment links alike.

Source: https://docs.stripe.com/api/checkout/sessions/create
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.conditions import (
    Conditional,
    broken,
    exclusive,
    needed,
    only_with,
    ordered,
)
from mirra_mcp.local.mirrors.stripe.api.forms.params import Metadata, Nested, Timestamp
from mirra_mcp.local.mirrors.stripe.api.forms.parts import Adjustable, Loose
from mirra_mcp.local.mirrors.stripe.api.forms.price_data import InlinePrice
from mirra_mcp.local.mirrors.stripe.api.forms.shipping_rate_data import ShippingRateData
from mirra_mcp.wire.model import Doc


class LineItem(Nested):
    """One thing to buy."""

    adjustable_quantity: Adjustable | None = None
    dynamic_tax_rates: list[str] | None = None
    metadata: Metadata = {}
    price: str | None = None
    price_data: InlinePrice | None = None
    quantity: Annotated[int, Field(ge=0)] | None = None
    tax_rates: list[str] | None = None


class Liability(Nested):
    """Who is liable for taxes, or issues invoices."""

    type: Literal["account", "self"]
    account: str | None = None


class AutomaticTax(Nested):
    """Let Stripe Tax compute the taxes."""

    enabled: bool
    liability: Liability | None = None


class Recovery(Nested):
    """How to win back who let a session expire."""

    enabled: bool
    allow_promotion_codes: bool = False


class AfterExpiration(Nested):
    """What happens when a session expires."""

    recovery: Recovery | None = None


class Discount(Nested):
    """A coupon or promotion code that is applied from the start."""

    coupon: str | None = None
    promotion_code: str | None = None


class ConsentCollection(Nested):
    """What customers are asked to agree to."""

    payment_method_reuse_agreement: Loose = None
    promotions: Literal["auto", "none"] | None = None
    terms_of_service: Literal["none", "required"] | None = None


class Label(Nested):
    """How a custom field is called."""

    custom: Annotated[str, Field(max_length=50)]
    type: Literal["custom"]


class Option(Nested):
    """One choice of a dropdown."""

    label: Annotated[str, Field(max_length=100)]
    value: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9]+$")]


def _is_an_option(form: Any) -> None:
    values = [each.value for each in form.options]
    if len(set(values)) < len(values):
        raise broken("Each option of a dropdown must have a `value` of its own.", "options")
    if form.default_value is not None and form.default_value not in values:
        raise broken(
            "`default_value` must match a `value` in the `options` array.", "default_value"
        )


class Dropdown(Conditional):
    """A field to choose from."""

    conditions = (_is_an_option,)

    options: Annotated[list[Option], Field(max_length=200)]
    default_value: str | None = None


class Typed(Conditional):
    """A field to type into."""

    conditions = (ordered("minimum_length", "maximum_length"),)

    default_value: str | None = None
    maximum_length: int | None = None
    minimum_length: int | None = None


class CustomField(Conditional):
    """One more field of the page."""

    conditions = (
        needed("dropdown", "type", "dropdown"),
        only_with("dropdown", "type", "dropdown"),
        only_with("numeric", "type", "numeric"),
        only_with("text", "type", "text"),
    )

    key: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9]+$")]
    label: Label
    type: Literal["dropdown", "numeric", "text"]
    dropdown: Dropdown | None = None
    numeric: Typed | None = None
    optional: bool = False
    text: Typed | None = None


class Text(Nested):
    """A text beside something."""

    message: Annotated[str, Field(max_length=1200)]


class CustomText(Nested):
    """Texts of the page."""

    after_submit: Text | None = None
    shipping_address: Text | None = None
    submit: Text | None = None
    terms_of_service_acceptance: Text | None = None


class Rendering(Nested):
    """How an invoice looks."""

    amount_tax_display: Literal["exclude_tax", "include_inclusive_tax"] | None = None
    template: str | None = None


class InvoiceData(Nested):
    """The invoice of a one-time payment."""

    account_tax_ids: list[str] | None = None
    custom_fields: list[dict[str, str]] | None = None
    description: str | None = None
    footer: str | None = None
    issuer: Liability | None = None
    metadata: Metadata = {}
    rendering_options: Rendering | None = None


class InvoiceCreation(Nested):
    """Make an invoice after a one-time payment."""

    enabled: bool
    invoice_data: InvoiceData | None = None


class IntentData(Nested):
    """What the payment intent gets from the session."""

    application_fee_amount: int | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] | None = None
    description: str | None = None
    metadata: Metadata = {}
    on_behalf_of: str | None = None
    receipt_email: str | None = None
    setup_future_usage: Literal["off_session", "on_session"] | None = None
    shipping: Loose = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    transfer_data: Loose = None
    transfer_group: str | None = None


class FlexibleMode(Nested):
    """How flexible billing shows prorations."""

    proration_discounts: Literal["included", "itemized"] | None = None


class BillingMode(Nested):
    """How the subscription's prorations and invoices are worked out."""

    type: Literal["classic", "flexible"]
    flexible: FlexibleMode | None = None


class EndBehavior(Nested):
    """What a trial without a payment method ends in."""

    missing_payment_method: Literal["cancel", "create_invoice", "pause"]


class TrialSettings(Nested):
    """How a trial ends."""

    end_behavior: EndBehavior


class SubscriptionData(Conditional):
    """What the subscription gets from the session."""

    conditions = (
        exclusive("trial_end", "trial_period_days"),
        exclusive("billing_cycle_anchor", "trial_end"),
        exclusive("billing_cycle_anchor", "trial_period_days"),
    )

    application_fee_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    billing_cycle_anchor: Timestamp | None = None
    billing_cycle_anchor_config: Loose = None
    billing_mode: BillingMode | None = None
    default_tax_rates: list[str] | None = None
    description: str | None = None
    invoice_settings: Loose = None
    metadata: Metadata = {}
    on_behalf_of: str | None = None
    proration_behavior: Literal["create_prorations", "none"] | None = None
    transfer_data: Loose = None
    trial_end: Timestamp | None = None
    trial_period_days: Annotated[int, Field(ge=1)] | None = None
    trial_settings: TrialSettings | None = None


class SetupIntentData(Nested):
    """What the setup intent gets from the session."""

    description: str | None = None
    metadata: Metadata = {}
    on_behalf_of: str | None = None


class ShippingOption(Conditional):
    """One way to have it delivered."""

    conditions = (exclusive("shipping_rate", "shipping_rate_data"),)

    shipping_rate: str | None = None
    shipping_rate_data: ShippingRateData | None = None


class ShippingCountries(Nested):
    """Where goods can be sent to."""

    allowed_countries: list[str]


class TaxIdCollection(Nested):
    """Ask businesses for their tax id."""

    enabled: bool
    required: Literal["if_supported", "never"] = "never"


NO_TEXT: Doc = dict.fromkeys(
    ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
)


def field_shown(given: Doc) -> Doc:
    """Return a custom field as a page shows it before anybody filled it in."""
    kind = given["type"]
    inner = dict(given.get(kind) or {})
    empty = {"default_value": None, "value": None}
    if kind != "dropdown":
        empty |= {"maximum_length": None, "minimum_length": None}
    return {
        "key": given["key"],
        "label": given["label"],
        "optional": given.get("optional", False),
        "type": kind,
        kind: empty | inner,
    }


def invoice_creation_shown(given: Doc | None) -> Doc:
    """Return `invoice_creation` as sessions and links show it."""
    data = (given or {}).get("invoice_data") or {}
    empty: Doc = {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": None,
        "footer": None,
        "issuer": None,
        "metadata": {},
        "rendering_options": None,
    }
    sent = {name: value for name, value in data.items() if value is not None}
    return {"enabled": bool(given and given["enabled"]), "invoice_data": empty | sent}
