"""Every noun of the Twilio mirror, a line for each part of the API."""

from mirra_mcp.local.mirrors.twilio.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.resources.account import ACCOUNT
from mirra_mcp.local.mirrors.twilio.resources.messaging import MESSAGING
from mirra_mcp.local.mirrors.twilio.resources.verify import VERIFY

RESOURCES: tuple[type[TwilioResource], ...] = (*ACCOUNT, *MESSAGING, *VERIFY)
