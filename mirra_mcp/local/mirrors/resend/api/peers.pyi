# Written by tests/standing/test_peers.py from nouns.py.

from mirra_mcp.local.mirrors.resend.account.api_keys import ApiKeys
from mirra_mcp.local.mirrors.resend.account.domains.claims import DomainClaims
from mirra_mcp.local.mirrors.resend.account.domains.resource import Domains
from mirra_mcp.local.mirrors.resend.account.logs import Logs
from mirra_mcp.local.mirrors.resend.account.oauth_grants import OAuthGrants
from mirra_mcp.local.mirrors.resend.account.usage import Usage
from mirra_mcp.local.mirrors.resend.account.webhooks.resource import Webhooks
from mirra_mcp.local.mirrors.resend.api.speech import Speech
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

class Peers(Speech):
    api_keys: ApiKeys
    automation_runs: AutomationRuns
    automations: Automations
    broadcasts: Broadcasts
    contact_imports: ContactImports
    contact_properties: ContactProperties
    contacts: Contacts
    domain_claims: DomainClaims
    domains: Domains
    emails: Emails
    events: Events
    logs: Logs
    oauth_grants: OAuthGrants
    received_emails: ReceivedEmails
    segments: Segments
    suppressions: Suppressions
    templates: Templates
    topics: Topics
    usage: Usage
    webhooks: Webhooks
