# Written by tests/standing/test_peers.py from nouns.py.

from mirra_mcp.local.mirrors.clerk.access.allowlist_identifiers import AllowlistIdentifiers
from mirra_mcp.local.mirrors.clerk.access.blocklist_identifiers import BlocklistIdentifiers
from mirra_mcp.local.mirrors.clerk.access.invitations import Invitations
from mirra_mcp.local.mirrors.clerk.access.waitlist_entries import WaitlistEntries
from mirra_mcp.local.mirrors.clerk.api.speech import Speech
from mirra_mcp.local.mirrors.clerk.billing.payers import BillingCredits, BillingPayers
from mirra_mcp.local.mirrors.clerk.billing.payments import BillingPaymentAttempts, BillingStatements
from mirra_mcp.local.mirrors.clerk.billing.plans import BillingPlans, BillingPrices
from mirra_mcp.local.mirrors.clerk.billing.subscription_items import BillingSubscriptionItems
from mirra_mcp.local.mirrors.clerk.billing.subscriptions import BillingSubscriptions
from mirra_mcp.local.mirrors.clerk.instance.instance import Instances
from mirra_mcp.local.mirrors.clerk.instance.redirect_urls import RedirectUrls
from mirra_mcp.local.mirrors.clerk.instance.testing_tokens import TestingTokens
from mirra_mcp.local.mirrors.clerk.instance.webhook_endpoints import WebhookEndpoints
from mirra_mcp.local.mirrors.clerk.machines.api_keys import ApiKeys
from mirra_mcp.local.mirrors.clerk.machines.m2m_tokens import M2mTokens
from mirra_mcp.local.mirrors.clerk.machines.machines import Machines
from mirra_mcp.local.mirrors.clerk.machines.oauth.access_tokens import OauthAccessTokens
from mirra_mcp.local.mirrors.clerk.machines.oauth.applications import OauthApplications
from mirra_mcp.local.mirrors.clerk.machines.oauth.grants import OauthGrants
from mirra_mcp.local.mirrors.clerk.messages.sent_codes import SentCodes
from mirra_mcp.local.mirrors.clerk.messages.sent_emails import SentEmails
from mirra_mcp.local.mirrors.clerk.messages.sent_texts import SentTexts
from mirra_mcp.local.mirrors.clerk.messages.templates import Templates
from mirra_mcp.local.mirrors.clerk.organizations.domains import OrganizationDomains
from mirra_mcp.local.mirrors.clerk.organizations.invitations import OrganizationInvitations
from mirra_mcp.local.mirrors.clerk.organizations.memberships import OrganizationMemberships
from mirra_mcp.local.mirrors.clerk.organizations.organizations import Organizations
from mirra_mcp.local.mirrors.clerk.organizations.permissions import Permissions
from mirra_mcp.local.mirrors.clerk.organizations.role_sets.resource import RoleSets
from mirra_mcp.local.mirrors.clerk.organizations.roles import Roles
from mirra_mcp.local.mirrors.clerk.organizations.suggestions import OrganizationSuggestions
from mirra_mcp.local.mirrors.clerk.sessions.clients import Clients
from mirra_mcp.local.mirrors.clerk.sessions.jwt_templates import JwtTemplates
from mirra_mcp.local.mirrors.clerk.sessions.resource import Sessions
from mirra_mcp.local.mirrors.clerk.signing.actor_tokens import ActorTokens
from mirra_mcp.local.mirrors.clerk.signing.enterprise.accounts import EnterpriseAccounts
from mirra_mcp.local.mirrors.clerk.signing.enterprise.connections import EnterpriseConnections
from mirra_mcp.local.mirrors.clerk.signing.enterprise.saml_connections import SamlConnections
from mirra_mcp.local.mirrors.clerk.signing.enterprise.test_runs import EnterpriseTestRuns
from mirra_mcp.local.mirrors.clerk.signing.session_reverifications import SessionReverifications
from mirra_mcp.local.mirrors.clerk.signing.sign_in_tokens import SignInTokens
from mirra_mcp.local.mirrors.clerk.signing.sign_ins import SignIns
from mirra_mcp.local.mirrors.clerk.signing.sign_ups import SignUps
from mirra_mcp.local.mirrors.clerk.users.email_addresses import EmailAddresses
from mirra_mcp.local.mirrors.clerk.users.phone_numbers import PhoneNumbers
from mirra_mcp.local.mirrors.clerk.users.users.resource import Users

class Peers(Speech):
    actor_tokens: ActorTokens
    allowlist_identifiers: AllowlistIdentifiers
    api_keys: ApiKeys
    billing_credits: BillingCredits
    billing_payers: BillingPayers
    billing_payment_attempts: BillingPaymentAttempts
    billing_plans: BillingPlans
    billing_prices: BillingPrices
    billing_statements: BillingStatements
    billing_subscription_items: BillingSubscriptionItems
    billing_subscriptions: BillingSubscriptions
    blocklist_identifiers: BlocklistIdentifiers
    clients: Clients
    email_addresses: EmailAddresses
    enterprise_accounts: EnterpriseAccounts
    enterprise_connections: EnterpriseConnections
    enterprise_test_runs: EnterpriseTestRuns
    instance: Instances
    invitations: Invitations
    jwt_templates: JwtTemplates
    m2m_tokens: M2mTokens
    machines: Machines
    oauth_access_tokens: OauthAccessTokens
    oauth_applications: OauthApplications
    oauth_grants: OauthGrants
    organization_domains: OrganizationDomains
    organization_invitations: OrganizationInvitations
    organization_memberships: OrganizationMemberships
    organization_suggestions: OrganizationSuggestions
    organizations: Organizations
    permissions: Permissions
    phone_numbers: PhoneNumbers
    redirect_urls: RedirectUrls
    role_sets: RoleSets
    roles: Roles
    saml_connections: SamlConnections
    sent_codes: SentCodes
    sent_emails: SentEmails
    sent_texts: SentTexts
    session_reverifications: SessionReverifications
    sessions: Sessions
    sign_in_tokens: SignInTokens
    sign_ins: SignIns
    sign_ups: SignUps
    templates: Templates
    testing_tokens: TestingTokens
    users: Users
    waitlist_entries: WaitlistEntries
    webhook_endpoints: WebhookEndpoints
