"""Which nouns the mirror has: one line each, so that nouns can find each other by name."""

from typing import TYPE_CHECKING, ClassVar

from mirra_mcp.local.mirrors.stripe.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.resources.accounts import Accounts
from mirra_mcp.local.mirrors.stripe.resources.coupons import Coupons
from mirra_mcp.local.mirrors.stripe.resources.customer_balance_transactions import (
    CustomerBalanceTransactions,
)
from mirra_mcp.local.mirrors.stripe.resources.customers import Customers, DeletedCustomers
from mirra_mcp.local.mirrors.stripe.resources.discounts import Discounts
from mirra_mcp.local.mirrors.stripe.resources.events import Events
from mirra_mcp.local.mirrors.stripe.resources.meter_events import MeterEvents
from mirra_mcp.local.mirrors.stripe.resources.meters import Meters
from mirra_mcp.local.mirrors.stripe.resources.plans import Plans
from mirra_mcp.local.mirrors.stripe.resources.prices import Prices
from mirra_mcp.local.mirrors.stripe.resources.products import Products
from mirra_mcp.local.mirrors.stripe.resources.promotion_codes import PromotionCodes
from mirra_mcp.local.mirrors.stripe.resources.shipping_rates import ShippingRates
from mirra_mcp.local.mirrors.stripe.resources.sources import Sources
from mirra_mcp.local.mirrors.stripe.resources.tax_ids import TaxIds
from mirra_mcp.local.mirrors.stripe.resources.tax_rates import TaxRates
from mirra_mcp.local.mirrors.stripe.resources.webhook_endpoints import WebhookEndpoints


class Nouns:
    """The nouns as attributes of the mirror."""

    ALL: ClassVar[tuple[type[StripeResource], ...]] = (
        Accounts,
        Coupons,
        CustomerBalanceTransactions,
        Customers,
        DeletedCustomers,
        Discounts,
        Events,
        MeterEvents,
        Meters,
        Plans,
        Prices,
        Products,
        PromotionCodes,
        ShippingRates,
        Sources,
        TaxIds,
        TaxRates,
        WebhookEndpoints,
    )

    if TYPE_CHECKING:
        accounts: Accounts
        coupons: Coupons
        customer_balance_transactions: CustomerBalanceTransactions
        customers: Customers
        deleted_customers: DeletedCustomers
        discounts: Discounts
        events: Events
        meter_events: MeterEvents
        meters: Meters
        plans: Plans
        prices: Prices
        products: Products
        promotion_codes: PromotionCodes
        shipping_rates: ShippingRates
        sources: Sources
        tax_ids: TaxIds
        tax_rates: TaxRates
        webhook_endpoints: WebhookEndpoints
