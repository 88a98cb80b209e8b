"""Every noun of the Resend mirror, one line each."""

from mirra_mcp.local.mirrors.resend.resource import ResendResource
from mirra_mcp.local.mirrors.resend.resources.api_keys import ApiKeys
from mirra_mcp.local.mirrors.resend.resources.automation_runs import AutomationRuns
from mirra_mcp.local.mirrors.resend.resources.automations import Automations
from mirra_mcp.local.mirrors.resend.resources.broadcasts import Broadcasts
from mirra_mcp.local.mirrors.resend.resources.contact_imports import ContactImports
from mirra_mcp.local.mirrors.resend.resources.contact_properties import ContactProperties
from mirra_mcp.local.mirrors.resend.resources.contacts import Contacts
from mirra_mcp.local.mirrors.resend.resources.domain_claims import DomainClaims
from mirra_mcp.local.mirrors.resend.resources.domains import Domains
from mirra_mcp.local.mirrors.resend.resources.emails import Emails
from mirra_mcp.local.mirrors.resend.resources.events import Events
from mirra_mcp.local.mirrors.resend.resources.logs import Logs
from mirra_mcp.local.mirrors.resend.resources.oauth_grants import OAuthGrants
from mirra_mcp.local.mirrors.resend.resources.received_emails import ReceivedEmails
from mirra_mcp.local.mirrors.resend.resources.segments import Segments
from mirra_mcp.local.mirrors.resend.resources.suppressions import Suppressions
from mirra_mcp.local.mirrors.resend.resources.templates import Templates
from mirra_mcp.local.mirrors.resend.resources.topics import Topics
from mirra_mcp.local.mirrors.resend.resources.usage import Usage
from mirra_mcp.local.mirrors.resend.resources.webhooks import Webhooks

RESOURCES: tuple[type[ResendResource], ...] = (
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
