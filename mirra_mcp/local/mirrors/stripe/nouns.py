"""The nouns of the mirror, each once: `stripe.charges` finds `Charges` by its `plural`."""

from mirra_mcp.local.mirrors.stripe.account.balance_settings import BalanceSettings
from mirra_mcp.local.mirrors.stripe.account.balance_transactions import BalanceTransactions
from mirra_mcp.local.mirrors.stripe.account.balances import Balances
from mirra_mcp.local.mirrors.stripe.account.exchange_rates import ExchangeRates
from mirra_mcp.local.mirrors.stripe.account.file_links import FileLinks
from mirra_mcp.local.mirrors.stripe.account.files import Files
from mirra_mcp.local.mirrors.stripe.account.payouts import Payouts
from mirra_mcp.local.mirrors.stripe.account.topups import Topups
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.credit_notes.pages import PrintedNotes
from mirra_mcp.local.mirrors.stripe.billing.entitlements import (
    ActiveEntitlements,
    Features,
    ProductFeatures,
)
from mirra_mcp.local.mirrors.stripe.billing.invoice_items import InvoiceItems
from mirra_mcp.local.mirrors.stripe.billing.invoices.pages import HostedInvoices
from mirra_mcp.local.mirrors.stripe.billing.invoices.payments import InvoicePayments
from mirra_mcp.local.mirrors.stripe.billing.portal.configurations import PortalConfigurations
from mirra_mcp.local.mirrors.stripe.billing.portal.pages import PortalPages
from mirra_mcp.local.mirrors.stripe.billing.quotes.resource import Quotes
from mirra_mcp.local.mirrors.stripe.billing.subscription_schedules.resource import (
    SubscriptionSchedules,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.items import SubscriptionItems
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.older import CustomersSubscriptions
from mirra_mcp.local.mirrors.stripe.billing.test_clocks import TestClocks
from mirra_mcp.local.mirrors.stripe.billing.usage.alerts import Alerts
from mirra_mcp.local.mirrors.stripe.billing.usage.credits.grants import CreditGrants
from mirra_mcp.local.mirrors.stripe.billing.usage.credits.transactions import (
    CreditBalanceTransactions,
)
from mirra_mcp.local.mirrors.stripe.billing.usage.meters import Meters
from mirra_mcp.local.mirrors.stripe.billing.usage.streams import StreamedMeterEvents
from mirra_mcp.local.mirrors.stripe.billing.usage.usage_records import UsageRecords
from mirra_mcp.local.mirrors.stripe.catalogue.coupons import Coupons
from mirra_mcp.local.mirrors.stripe.catalogue.discounts import Discounts
from mirra_mcp.local.mirrors.stripe.catalogue.plans.resource import Plans
from mirra_mcp.local.mirrors.stripe.catalogue.prices.resource import Prices
from mirra_mcp.local.mirrors.stripe.catalogue.products import Products
from mirra_mcp.local.mirrors.stripe.catalogue.promotion_codes import PromotionCodes
from mirra_mcp.local.mirrors.stripe.catalogue.shipping_rates import ShippingRates
from mirra_mcp.local.mirrors.stripe.catalogue.tax.associations import TaxAssociations
from mirra_mcp.local.mirrors.stripe.catalogue.tax.calculations import TaxCalculations
from mirra_mcp.local.mirrors.stripe.catalogue.tax.codes import TaxCodes
from mirra_mcp.local.mirrors.stripe.catalogue.tax.registrations import TaxRegistrations
from mirra_mcp.local.mirrors.stripe.catalogue.tax.settings import TaxSettings
from mirra_mcp.local.mirrors.stripe.catalogue.tax.transactions import TaxTransactions
from mirra_mcp.local.mirrors.stripe.catalogue.tax_rates import TaxRates
from mirra_mcp.local.mirrors.stripe.checkout.hosted.links import HostedLinks
from mirra_mcp.local.mirrors.stripe.checkout.hosted.pages import HostedCheckout
from mirra_mcp.local.mirrors.stripe.connect.accounts.addresses import OwnAddresses
from mirra_mcp.local.mirrors.stripe.connect.accounts.capabilities import Capabilities
from mirra_mcp.local.mirrors.stripe.connect.accounts.links import AccountSessions
from mirra_mcp.local.mirrors.stripe.connect.accounts.resource import Accounts
from mirra_mcp.local.mirrors.stripe.connect.application_fees import ApplicationFees, FeeRefunds
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.links import CoreAccountLinks
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.persons import CorePersons
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.resource import CoreAccounts
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.tokens import CoreTokens
from mirra_mcp.local.mirrors.stripe.connect.country_specs import CountrySpecs
from mirra_mcp.local.mirrors.stripe.connect.external_accounts import ExternalAccounts
from mirra_mcp.local.mirrors.stripe.connect.oauth.pages import HostedGrants
from mirra_mcp.local.mirrors.stripe.connect.onboarding import HostedDashboards, HostedOnboarding
from mirra_mcp.local.mirrors.stripe.connect.persons import Persons
from mirra_mcp.local.mirrors.stripe.connect.shortfalls import Shortfalls
from mirra_mcp.local.mirrors.stripe.connect.transfer_reversals import TransferReversals
from mirra_mcp.local.mirrors.stripe.connect.transfers import Transfers
from mirra_mcp.local.mirrors.stripe.customers.balance_transactions import (
    CustomerBalanceTransactions,
)
from mirra_mcp.local.mirrors.stripe.customers.cash.funding import FundedBalances
from mirra_mcp.local.mirrors.stripe.customers.cash.transactions import CashBalanceTransactions
from mirra_mcp.local.mirrors.stripe.customers.customers import Customers, DeletedCustomers
from mirra_mcp.local.mirrors.stripe.customers.sessions import CustomerSessions, EphemeralKeys
from mirra_mcp.local.mirrors.stripe.customers.sources.objects import SourceObjects
from mirra_mcp.local.mirrors.stripe.customers.tax_ids import TaxIds
from mirra_mcp.local.mirrors.stripe.events.core_events import CoreEvents
from mirra_mcp.local.mirrors.stripe.events.event_destinations import EventDestinations
from mirra_mcp.local.mirrors.stripe.events.events import Events
from mirra_mcp.local.mirrors.stripe.events.webhook_endpoints import WebhookEndpoints
from mirra_mcp.local.mirrors.stripe.payments.charges.receipts import ReceiptedCharges
from mirra_mcp.local.mirrors.stripe.payments.disputes import Disputes
from mirra_mcp.local.mirrors.stripe.payments.mandates import Mandates
from mirra_mcp.local.mirrors.stripe.payments.payment_intents.hosted import HostedIntents
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.configurations import (
    PaymentMethodConfigurations,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.domains import (
    ApplePayDomains,
    PaymentMethodDomains,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.typed import TypedMethods
from mirra_mcp.local.mirrors.stripe.payments.records.resource import (
    PaymentAttemptRecords,
    PaymentRecords,
)
from mirra_mcp.local.mirrors.stripe.payments.refunds.waiting import WaitingRefunds
from mirra_mcp.local.mirrors.stripe.payments.setup_intents.attempts import SetupAttempts
from mirra_mcp.local.mirrors.stripe.payments.setup_intents.verification import VerifiedSetups
from mirra_mcp.local.mirrors.stripe.payments.tokens.confirmation import ConfirmationTokens
from mirra_mcp.local.mirrors.stripe.payments.tokens.resource import Tokens
from mirra_mcp.local.mirrors.stripe.risk.early_fraud_warnings import EarlyFraudWarnings
from mirra_mcp.local.mirrors.stripe.risk.identity.reports import VerificationReports
from mirra_mcp.local.mirrors.stripe.risk.identity.sessions import VerificationSessions
from mirra_mcp.local.mirrors.stripe.risk.reviews import Reviews
from mirra_mcp.local.mirrors.stripe.risk.value_lists import ValueListItems, ValueLists

NOUNS: tuple[type[StripeResource], ...] = (
    HostedOnboarding,
    AccountSessions,
    Accounts,
    ActiveEntitlements,
    Alerts,
    ApplePayDomains,
    ApplicationFees,
    BalanceSettings,
    BalanceTransactions,
    Balances,
    Capabilities,
    CashBalanceTransactions,
    ReceiptedCharges,
    HostedCheckout,
    ConfirmationTokens,
    CoreAccountLinks,
    CoreAccounts,
    CoreEvents,
    CorePersons,
    CoreTokens,
    CountrySpecs,
    Coupons,
    CreditBalanceTransactions,
    CreditGrants,
    PrintedNotes,
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
    ExchangeRates,
    ExternalAccounts,
    Features,
    FeeRefunds,
    FileLinks,
    FundedBalances,
    Files,
    HostedGrants,
    InvoiceItems,
    InvoicePayments,
    HostedInvoices,
    HostedDashboards,
    Mandates,
    StreamedMeterEvents,
    Meters,
    HostedIntents,
    HostedLinks,
    TypedMethods,
    OwnAddresses,
    PaymentAttemptRecords,
    PaymentMethodConfigurations,
    PaymentMethodDomains,
    PaymentRecords,
    Payouts,
    Persons,
    Plans,
    PortalConfigurations,
    PortalPages,
    Prices,
    ProductFeatures,
    Products,
    PromotionCodes,
    Quotes,
    WaitingRefunds,
    Reviews,
    SetupAttempts,
    ShippingRates,
    Shortfalls,
    SourceObjects,
    SubscriptionItems,
    SubscriptionSchedules,
    CustomersSubscriptions,
    TaxAssociations,
    TaxCalculations,
    TaxCodes,
    TaxIds,
    TaxRates,
    TaxRegistrations,
    TaxSettings,
    TaxTransactions,
    TestClocks,
    Tokens,
    Topups,
    TransferReversals,
    Transfers,
    UsageRecords,
    ValueListItems,
    ValueLists,
    VerificationReports,
    VerificationSessions,
    VerifiedSetups,
    WebhookEndpoints,
)
