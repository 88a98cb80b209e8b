"""Every noun of the Clerk mirror, one line each."""

from mirra_mcp.local.mirrors.clerk.access.allowlist_identifiers import AllowlistIdentifiers
from mirra_mcp.local.mirrors.clerk.access.blocklist_identifiers import BlocklistIdentifiers
from mirra_mcp.local.mirrors.clerk.access.invitations import Invitations
from mirra_mcp.local.mirrors.clerk.access.waitlist_entries import WaitlistEntries
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
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

NOUNS: tuple[type[ClerkResource], ...] = (
    Users,
    EmailAddresses,
    PhoneNumbers,
    Sessions,
    Clients,
    JwtTemplates,
    SignIns,
    SignUps,
    SessionReverifications,
    SignInTokens,
    ActorTokens,
    EnterpriseConnections,
    SamlConnections,
    EnterpriseAccounts,
    EnterpriseTestRuns,
    SentCodes,
    SentEmails,
    SentTexts,
    Templates,
    Invitations,
    AllowlistIdentifiers,
    BlocklistIdentifiers,
    WaitlistEntries,
    Organizations,
    OrganizationMemberships,
    OrganizationInvitations,
    OrganizationDomains,
    OrganizationSuggestions,
    Roles,
    RoleSets,
    Permissions,
    BillingPlans,
    BillingPrices,
    BillingSubscriptions,
    BillingSubscriptionItems,
    BillingPayers,
    BillingCredits,
    BillingPaymentAttempts,
    BillingStatements,
    ApiKeys,
    Machines,
    M2mTokens,
    OauthApplications,
    OauthGrants,
    OauthAccessTokens,
    Instances,
    RedirectUrls,
    TestingTokens,
    WebhookEndpoints,
)
