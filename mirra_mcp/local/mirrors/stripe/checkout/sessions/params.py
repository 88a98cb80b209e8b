"""What callers say about Checkout sessions.

Source: https://docs.stripe.com/api/checkout/sessions/create
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Currency,
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.api.forms.parts import Loose, Switch
from mirra_mcp.local.mirrors.stripe.checkout.pages import (
    AfterExpiration,
    AutomaticTax,
    ConsentCollection,
    CustomField,
    CustomText,
    Discount,
    IntentData,
    InvoiceCreation,
    LineItem,
    SetupIntentData,
    ShippingCountries,
    ShippingOption,
    SubscriptionData,
    TaxIdCollection,
)

MODES = {"hosted_page": "hosted", "embedded_page": "embedded", "elements": "custom"}
UiMode = Annotated[
    Literal["hosted", "embedded", "custom", "form"],
    BeforeValidator(lambda mode: MODES.get(mode, mode) if isinstance(mode, str) else mode),
]
"""The newer names of the modes are read as the older ones."""


class CustomerUpdate(Nested):
    """Which fields of the customer the page may write."""

    address: Literal["auto", "never"] = "never"
    name: Literal["auto", "never"] = "never"
    shipping: Literal["auto", "never"] = "never"


class SavedMethods(Nested):
    """Which saved payment methods the page offers."""

    allow_redisplay_filters: list[str] | None = None
    payment_method_remove: Literal["disabled", "enabled"] | None = None
    payment_method_save: Literal["disabled", "enabled"] | None = None


class CreateSession(StripeParams):
    """Parameters of a new session."""

    adaptive_pricing: Switch | None = None
    after_expiration: AfterExpiration | None = None
    allow_promotion_codes: bool | None = None
    allowed_payment_method_types: list[str] | None = None
    automatic_tax: AutomaticTax | None = None
    billing_address_collection: Literal["auto", "required"] | None = None
    branding_settings: Loose = None
    cancel_url: str | None = None
    client_reference_id: Annotated[str, Field(max_length=200)] | None = None
    consent_collection: ConsentCollection | None = None
    currency: Currency | None = None
    custom_fields: Annotated[list[CustomField], Field(max_length=3)] | None = None
    custom_text: CustomText | None = None
    customer: str | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_email: Annotated[Email, Field(max_length=800)] | None = None
    customer_update: CustomerUpdate | None = None
    discounts: list[Discount] | None = None
    excluded_payment_method_types: list[str] | None = None
    expires_at: Timestamp | None = None
    invoice_creation: InvoiceCreation | None = None
    line_items: Annotated[list[LineItem], Field(max_length=100)] | None = None
    locale: str | None = None
    metadata: Metadata = {}
    mode: Literal["payment", "setup", "subscription"]
    name_collection: Loose = None
    origin_context: Literal["mobile_app", "web"] | None = None
    payment_intent_data: IntentData | None = None
    payment_method_collection: Literal["always", "if_required"] | None = None
    payment_method_configuration: str | None = None
    payment_method_options: Loose = None
    payment_method_types: list[str] | None = None
    permissions: Loose = None
    phone_number_collection: Switch | None = None
    redirect_on_completion: Literal["always", "if_required", "never"] | None = None
    return_url: str | None = None
    saved_payment_method_options: SavedMethods | None = None
    setup_intent_data: SetupIntentData | None = None
    shipping_address_collection: ShippingCountries | None = None
    shipping_options: Annotated[list[ShippingOption], Field(max_length=5)] | None = None
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] | None = None
    subscription_data: SubscriptionData | None = None
    success_url: str | None = None
    tax_id_collection: TaxIdCollection | None = None
    ui_mode: UiMode = "hosted"
    wallet_options: Loose = None

    @property
    def on_behalf_of(self) -> str | None:
        """The connected account that the money is for."""
        data = self.payment_intent_data or self.subscription_data
        return data.on_behalf_of if data is not None else None

    @property
    def is_paid_once(self) -> bool:
        """Whether nothing is saved to be paid with again."""
        data = self.payment_intent_data
        return self.mode == "payment" and not (data and data.setup_future_usage)


class UpdateSession(StripeParams):
    """What may change of an open session."""

    metadata: Metadata = {}
    shipping_options: Annotated[list[ShippingOption], Field(max_length=5)] | None = None
    collected_information: Loose = None


class CustomerDetails(Nested):
    """Whose sessions to list."""

    email: str


class ListSessions(ListParams):
    """Filters of the list."""

    customer: str | None = None
    customer_details: CustomerDetails | None = None
    payment_intent: str | None = None
    payment_link: str | None = None
    status: Literal["complete", "expired", "open"] | None = None
    subscription: str | None = None


KEPT = (
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "excluded_payment_method_types",
    "locale",
    "mode",
    "name_collection",
    "origin_context",
    "payment_method_collection",
    "payment_method_types",
    "permissions",
    "redirect_on_completion",
    "return_url",
    "submit_type",
    "success_url",
    "ui_mode",
    "wallet_options",
)
"""Parameters that sessions show as they were sent."""
APART = (
    "payment_intent_data",
    "subscription_data",
    "setup_intent_data",
    "customer_update",
    "discounts",
)
"""Parameters that no session shows; they wait for its completion."""
