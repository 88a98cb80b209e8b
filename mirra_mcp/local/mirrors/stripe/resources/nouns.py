"""Which nouns the mirror has: one line each, so that nouns can find each other by name."""

from typing import TYPE_CHECKING, ClassVar

from mirra_mcp.local.mirrors.stripe.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.resources.accounts import Accounts
from mirra_mcp.local.mirrors.stripe.resources.balance_transactions import BalanceTransactions
from mirra_mcp.local.mirrors.stripe.resources.balances import Balances
from mirra_mcp.local.mirrors.stripe.resources.charges import Charges
from mirra_mcp.local.mirrors.stripe.resources.checkout_sessions import CheckoutSessions
from mirra_mcp.local.mirrors.stripe.resources.confirmation_tokens import ConfirmationTokens
from mirra_mcp.local.mirrors.stripe.resources.core_events import CoreEvents
from mirra_mcp.local.mirrors.stripe.resources.coupons import Coupons
from mirra_mcp.local.mirrors.stripe.resources.credit_notes import CreditNotes
from mirra_mcp.local.mirrors.stripe.resources.customer_balance_transactions import (
    CustomerBalanceTransactions,
)
from mirra_mcp.local.mirrors.stripe.resources.customer_sessions import (
    CustomerSessions,
    EphemeralKeys,
)
from mirra_mcp.local.mirrors.stripe.resources.customers import Customers, DeletedCustomers
from mirra_mcp.local.mirrors.stripe.resources.discounts import Discounts
from mirra_mcp.local.mirrors.stripe.resources.disputes import Disputes
from mirra_mcp.local.mirrors.stripe.resources.early_fraud_warnings import EarlyFraudWarnings
from mirra_mcp.local.mirrors.stripe.resources.entitlements import Features, ProductFeatures
from mirra_mcp.local.mirrors.stripe.resources.event_destinations import EventDestinations
from mirra_mcp.local.mirrors.stripe.resources.events import Events
from mirra_mcp.local.mirrors.stripe.resources.file_links import FileLinks
from mirra_mcp.local.mirrors.stripe.resources.files import Files
from mirra_mcp.local.mirrors.stripe.resources.invoice_items import InvoiceItems
from mirra_mcp.local.mirrors.stripe.resources.invoice_payments import InvoicePayments
from mirra_mcp.local.mirrors.stripe.resources.invoices import Invoices
from mirra_mcp.local.mirrors.stripe.resources.mandates import Mandates
from mirra_mcp.local.mirrors.stripe.resources.meter_events import MeterEvents
from mirra_mcp.local.mirrors.stripe.resources.meters import Meters
from mirra_mcp.local.mirrors.stripe.resources.payment_intents import PaymentIntents
from mirra_mcp.local.mirrors.stripe.resources.payment_links import PaymentLinks
from mirra_mcp.local.mirrors.stripe.resources.payment_methods import PaymentMethods
from mirra_mcp.local.mirrors.stripe.resources.payouts import Payouts
from mirra_mcp.local.mirrors.stripe.resources.plans import Plans
from mirra_mcp.local.mirrors.stripe.resources.portal_configurations import PortalConfigurations
from mirra_mcp.local.mirrors.stripe.resources.portal_sessions import PortalSessions
from mirra_mcp.local.mirrors.stripe.resources.prices import Prices
from mirra_mcp.local.mirrors.stripe.resources.products import Products
from mirra_mcp.local.mirrors.stripe.resources.promotion_codes import PromotionCodes
from mirra_mcp.local.mirrors.stripe.resources.refunds import Refunds
from mirra_mcp.local.mirrors.stripe.resources.reviews import Reviews
from mirra_mcp.local.mirrors.stripe.resources.setup_attempts import SetupAttempts
from mirra_mcp.local.mirrors.stripe.resources.setup_intents import SetupIntents
from mirra_mcp.local.mirrors.stripe.resources.shipping_rates import ShippingRates
from mirra_mcp.local.mirrors.stripe.resources.sources import Sources
from mirra_mcp.local.mirrors.stripe.resources.subscription_items import SubscriptionItems
from mirra_mcp.local.mirrors.stripe.resources.subscription_schedules import SubscriptionSchedules
from mirra_mcp.local.mirrors.stripe.resources.subscriptions import Subscriptions
from mirra_mcp.local.mirrors.stripe.resources.tax_ids import TaxIds
from mirra_mcp.local.mirrors.stripe.resources.tax_rates import TaxRates
from mirra_mcp.local.mirrors.stripe.resources.test_clocks import TestClocks
from mirra_mcp.local.mirrors.stripe.resources.tokens import Tokens
from mirra_mcp.local.mirrors.stripe.resources.usage_records import UsageRecords
from mirra_mcp.local.mirrors.stripe.resources.webhook_endpoints import WebhookEndpoints


class Nouns:
    """The nouns as attributes of the mirror."""

    ALL: ClassVar[tuple[type[StripeResource], ...]] = (
        Accounts,
        BalanceTransactions,
        Balances,
        Charges,
        CheckoutSessions,
        ConfirmationTokens,
        CoreEvents,
        Coupons,
        CreditNotes,
        CustomerBalanceTransactions,
        CustomerSessions,
        Customers,
        DeletedCustomers,
        Discounts,
        Disputes,
        EarlyFraudWarnings,
        EphemeralKeys,
        EventDestinations,
        Events,
        Features,
        FileLinks,
        Files,
        InvoiceItems,
        InvoicePayments,
        Invoices,
        Mandates,
        MeterEvents,
        Meters,
        PaymentIntents,
        PaymentLinks,
        PaymentMethods,
        Payouts,
        Plans,
        PortalConfigurations,
        PortalSessions,
        Prices,
        ProductFeatures,
        Products,
        PromotionCodes,
        Refunds,
        Reviews,
        SetupAttempts,
        SetupIntents,
        ShippingRates,
        Sources,
        SubscriptionItems,
        SubscriptionSchedules,
        Subscriptions,
        TaxIds,
        TaxRates,
        TestClocks,
        Tokens,
        UsageRecords,
        WebhookEndpoints,
    )

    if TYPE_CHECKING:
        accounts: Accounts
        balance_transactions: BalanceTransactions
        balances: Balances
        charges: Charges
        checkout_sessions: CheckoutSessions
        confirmation_tokens: ConfirmationTokens
        core_events: CoreEvents
        coupons: Coupons
        credit_notes: CreditNotes
        customer_balance_transactions: CustomerBalanceTransactions
        customer_sessions: CustomerSessions
        customers: Customers
        deleted_customers: DeletedCustomers
        discounts: Discounts
        disputes: Disputes
        early_fraud_warnings: EarlyFraudWarnings
        ephemeral_keys: EphemeralKeys
        event_destinations: EventDestinations
        events: Events
        features: Features
        file_links: FileLinks
        files: Files
        invoice_items: InvoiceItems
        invoice_payments: InvoicePayments
        invoices: Invoices
        mandates: Mandates
        meter_events: MeterEvents
        meters: Meters
        payment_intents: PaymentIntents
        payment_links: PaymentLinks
        payment_methods: PaymentMethods
        payouts: Payouts
        plans: Plans
        portal_configurations: PortalConfigurations
        portal_sessions: PortalSessions
        prices: Prices
        product_features: ProductFeatures
        products: Products
        promotion_codes: PromotionCodes
        refunds: Refunds
        reviews: Reviews
        setup_attempts: SetupAttempts
        setup_intents: SetupIntents
        shipping_rates: ShippingRates
        sources: Sources
        subscription_items: SubscriptionItems
        subscription_schedules: SubscriptionSchedules
        subscriptions: Subscriptions
        tax_ids: TaxIds
        tax_rates: TaxRates
        test_clocks: TestClocks
        tokens: Tokens
        usage_records: UsageRecords
        webhook_endpoints: WebhookEndpoints
