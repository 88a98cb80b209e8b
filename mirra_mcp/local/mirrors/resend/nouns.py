"""Every noun of the Resend mirror, one line each."""

from mirra_mcp.local.mirrors.resend.account.api_keys import ApiKeys
from mirra_mcp.local.mirrors.resend.account.domains.claims import DomainClaims
from mirra_mcp.local.mirrors.resend.account.domains.resource import Domains
from mirra_mcp.local.mirrors.resend.account.logs import Logs
from mirra_mcp.local.mirrors.resend.account.oauth_grants import OAuthGrants
from mirra_mcp.local.mirrors.resend.account.usage import Usage
from mirra_mcp.local.mirrors.resend.account.webhooks.resource import Webhooks
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.audience.contact_imports.resource import ContactImports
from mirra_mcp.local.mirrors.resend.audience.contact_properties import ContactProperties
from mirra_mcp.local.mirrors.resend.audience.contacts import Contacts
from mirra_mcp.local.mirrors.resend.audience.segments import Segments
from mirra_mcp.local.mirrors.resend.audience.topics import Topics
from mirra_mcp.local.mirrors.resend.marketing.automations.resource import Automations
from mirra_mcp.local.mirrors.resend.marketing.automations.runs import AutomationRuns
from mirra_mcp.local.mirrors.resend.marketing.broadcasts.resource import Broadcasts
from mirra_mcp.local.mirrors.resend.marketing.events import Events
from mirra_mcp.local.mirrors.resend.marketing.templates import Templates
from mirra_mcp.local.mirrors.resend.receiving.received_emails import ReceivedEmails
from mirra_mcp.local.mirrors.resend.sending.emails.resource import Emails
from mirra_mcp.local.mirrors.resend.sending.suppressions import Suppressions

NOUNS: tuple[type[ResendResource], ...] = (
    Emails,
    ReceivedEmails,
    Domains,
    DomainClaims,
    ApiKeys,
    Webhooks,
    Suppressions,
    Logs,
    OAuthGrants,
    Usage,
    AutomationRuns,
    Automations,
    Broadcasts,
    ContactImports,
    ContactProperties,
    Contacts,
    Events,
    Segments,
    Templates,
    Topics,
)
