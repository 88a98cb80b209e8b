# Written by tests/standing/test_peers.py from nouns.py.

from mirra_mcp.local.mirrors.clerk.api.speech import Speech
from mirra_mcp.local.mirrors.clerk.instance.instance import Instances
from mirra_mcp.local.mirrors.clerk.instance.webhook_endpoints import WebhookEndpoints
from mirra_mcp.local.mirrors.clerk.sessions.clients import Clients
from mirra_mcp.local.mirrors.clerk.sessions.jwt_templates import JwtTemplates
from mirra_mcp.local.mirrors.clerk.sessions.sessions import Sessions
from mirra_mcp.local.mirrors.clerk.users.email_addresses import EmailAddresses
from mirra_mcp.local.mirrors.clerk.users.phone_numbers import PhoneNumbers
from mirra_mcp.local.mirrors.clerk.users.users.resource import Users

class Peers(Speech):
    clients: Clients
    email_addresses: EmailAddresses
    instance: Instances
    jwt_templates: JwtTemplates
    phone_numbers: PhoneNumbers
    sessions: Sessions
    users: Users
    webhook_endpoints: WebhookEndpoints
