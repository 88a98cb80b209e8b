# Written by tests/standing/test_peers.py from nouns.py.

from mirra_mcp.local.mirrors.stripe.account.balance_settings import BalanceSettings
from mirra_mcp.local.mirrors.stripe.account.balance_transactions import BalanceTransactions
from mirra_mcp.local.mirrors.stripe.account.balances import Balances
from mirra_mcp.local.mirrors.stripe.account.exchange_rates import ExchangeRates
from mirra_mcp.local.mirrors.stripe.account.file_links import FileLinks
from mirra_mcp.local.mirrors.stripe.account.files import Files
from mirra_mcp.local.mirrors.stripe.account.payouts import Payouts
from mirra_mcp.local.mirrors.stripe.account.topups import Topups
from mirra_mcp.local.mirrors.stripe.api.acting import Acting
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

class Peers(Acting):
    account_links: HostedOnboarding
    account_sessions: AccountSessions
    accounts: Accounts
    active_entitlements: ActiveEntitlements
    apple_pay_domains: ApplePayDomains
    application_fees: ApplicationFees
    balance_settings: BalanceSettings
    balance_transactions: BalanceTransactions
    balances: Balances
    billing_alerts: Alerts
    capabilities: Capabilities
    cash_balance_transactions: CashBalanceTransactions
    cash_balances: FundedBalances
    charges: ReceiptedCharges
    checkout_sessions: HostedCheckout
    confirmation_tokens: ConfirmationTokens
    core_account_links: CoreAccountLinks
    core_accounts: CoreAccounts
    core_events: CoreEvents
    core_persons: CorePersons
    core_tokens: CoreTokens
    country_specs: CountrySpecs
    coupons: Coupons
    credit_balance_transactions: CreditBalanceTransactions
    credit_grants: CreditGrants
    credit_notes: PrintedNotes
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
    exchange_rates: ExchangeRates
    external_accounts: ExternalAccounts
    features: Features
    fee_refunds: FeeRefunds
    file_links: FileLinks
    files: Files
    invoice_items: InvoiceItems
    invoice_payments: InvoicePayments
    invoices: HostedInvoices
    login_links: HostedDashboards
    mandates: Mandates
    meter_events: StreamedMeterEvents
    meters: Meters
    oauth_grants: HostedGrants
    own_addresses: OwnAddresses
    payment_attempt_records: PaymentAttemptRecords
    payment_intents: HostedIntents
    payment_links: HostedLinks
    payment_method_configurations: PaymentMethodConfigurations
    payment_method_domains: PaymentMethodDomains
    payment_methods: TypedMethods
    payment_records: PaymentRecords
    payouts: Payouts
    persons: Persons
    plans: Plans
    portal_configurations: PortalConfigurations
    portal_sessions: PortalPages
    prices: Prices
    product_features: ProductFeatures
    products: Products
    promotion_codes: PromotionCodes
    quotes: Quotes
    refunds: WaitingRefunds
    reviews: Reviews
    setup_attempts: SetupAttempts
    setup_intents: VerifiedSetups
    shipping_rates: ShippingRates
    shortfalls: Shortfalls
    sources: SourceObjects
    subscription_items: SubscriptionItems
    subscription_schedules: SubscriptionSchedules
    subscriptions: CustomersSubscriptions
    tax_associations: TaxAssociations
    tax_calculations: TaxCalculations
    tax_codes: TaxCodes
    tax_ids: TaxIds
    tax_rates: TaxRates
    tax_registrations: TaxRegistrations
    tax_settings: TaxSettings
    tax_transactions: TaxTransactions
    test_clocks: TestClocks
    tokens: Tokens
    topups: Topups
    transfer_reversals: TransferReversals
    transfers: Transfers
    usage_records: UsageRecords
    value_list_items: ValueListItems
    value_lists: ValueLists
    verification_reports: VerificationReports
    verification_sessions: VerificationSessions
    webhook_endpoints: WebhookEndpoints
