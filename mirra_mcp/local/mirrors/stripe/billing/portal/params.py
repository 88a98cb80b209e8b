"""What callers say about the customer portal.

Source: https://docs.stripe.com/api/customer_portal/configurations/create
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)
from mirra_mcp.local.mirrors.stripe.api.forms.parts import Adjustable, Loose, Switch

Texts = Annotated[list[str], BeforeValidator(lambda each: each or [])]


class Profile(Nested):
    """What the portal says about the business."""

    headline: Annotated[str, Field(max_length=60)] | None = None
    privacy_policy_url: str | None = None
    terms_of_service_url: str | None = None


class CustomerUpdate(Nested):
    """What customers may change about themselves."""

    enabled: bool
    allowed_updates: Texts = []


class PaymentMethodUpdate(Nested):
    """Whether customers may change how they pay."""

    enabled: bool
    payment_method_configuration: str | None = None


class CancellationReason(Nested):
    """Whether customers are asked why they leave."""

    enabled: bool
    options: Texts = []


class SubscriptionCancel(Nested):
    """Whether and how customers may cancel."""

    enabled: bool
    cancellation_reason: CancellationReason | None = None
    mode: Literal["at_period_end", "immediately"] = "at_period_end"
    proration_behavior: Literal["always_invoice", "create_prorations", "none"] = "none"


class PortalProduct(Nested):
    """A product that customers may change to."""

    product: str
    prices: list[str]
    adjustable_quantity: Adjustable | None = None


class SubscriptionUpdate(Nested):
    """Whether and how customers may change their subscription."""

    enabled: bool
    billing_cycle_anchor: Literal["now", "unchanged"] | None = None
    default_allowed_updates: Texts = []
    products: list[PortalProduct] | None = None
    proration_behavior: Literal["always_invoice", "create_prorations", "none"] = "none"
    schedule_at_period_end: Loose = None
    trial_update_behavior: Literal["continue_trial", "end_trial"] | None = None


class Features(Nested):
    """What customers can do in the portal."""

    customer_update: CustomerUpdate | None = None
    invoice_history: Switch | None = None
    payment_method_update: PaymentMethodUpdate | None = None
    subscription_cancel: SubscriptionCancel | None = None
    subscription_pause: Loose = None
    subscription_update: SubscriptionUpdate | None = None


class ConfigurationFields(StripeParams):
    """What a create and an update both take."""

    business_profile: Profile | None = None
    default_return_url: str | None = None
    login_page: Switch | None = None
    metadata: Metadata = {}
    name: str | None = None


class CreateConfiguration(ConfigurationFields):
    """Parameters of a new configuration."""

    features: Features


class UpdateConfiguration(ConfigurationFields):
    """Parameters of a changed configuration."""

    active: bool = True
    features: Features | None = None


class ListConfigurations(ListParams):
    """Filters of the list."""

    active: bool | None = None
    is_default: bool | None = None


class FlowSubscription(Nested):
    """The subscription that a flow is about."""

    subscription: str
    retention: Loose = None


class FlowItem(Nested):
    """An item of the subscription as it would be."""

    id: str
    price: str | None = None
    quantity: int | None = None


class FlowDiscount(Nested):
    """A discount of the subscription as it would be."""

    coupon: str | None = None
    promotion_code: str | None = None


class FlowConfirm(Nested):
    """A change that the customer only has to confirm."""

    subscription: str
    items: list[FlowItem]
    discounts: list[FlowDiscount] | None = None


class FlowAfter(Nested):
    """What comes after the flow."""

    type: Literal["hosted_confirmation", "portal_homepage", "redirect"]
    hosted_confirmation: Loose = None
    redirect: Loose = None


class FlowData(Nested):
    """One thing that the customer is to do."""

    type: Literal[
        "customer_update",
        "payment_method_update",
        "subscription_cancel",
        "subscription_pause",
        "subscription_update",
        "subscription_update_confirm",
    ]
    after_completion: FlowAfter | None = None
    subscription_cancel: FlowSubscription | None = None
    subscription_pause: FlowSubscription | None = None
    subscription_update: FlowSubscription | None = None
    subscription_update_confirm: FlowConfirm | None = None


class CreatePortalSession(StripeParams):
    """Parameters of a new portal session."""

    customer: str
    configuration: str | None = None
    flow_data: FlowData | None = None
    locale: str | None = None
    on_behalf_of: str | None = None
    return_url: str | None = None
