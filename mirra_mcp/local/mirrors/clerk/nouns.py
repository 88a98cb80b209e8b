"""Every noun of the Clerk mirror, one line each."""

from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.instance.instance import Instances
from mirra_mcp.local.mirrors.clerk.instance.webhook_endpoints import WebhookEndpoints
from mirra_mcp.local.mirrors.clerk.sessions.clients import Clients
from mirra_mcp.local.mirrors.clerk.sessions.jwt_templates import JwtTemplates
from mirra_mcp.local.mirrors.clerk.sessions.sessions import Sessions
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
    Instances,
    WebhookEndpoints,
)
