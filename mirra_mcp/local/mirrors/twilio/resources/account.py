"""The nouns of accounts, keys and phone numbers, a line each."""

from mirra_mcp.local.mirrors.twilio.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.resources.a2p import (
    BrandRegistrations,
    BrandVettings,
    Campaigns,
)
from mirra_mcp.local.mirrors.twilio.resources.accounts import Accounts
from mirra_mcp.local.mirrors.twilio.resources.auth_tokens import SecondaryAuthTokens
from mirra_mcp.local.mirrors.twilio.resources.available_phone_numbers import AvailablePhoneNumbers
from mirra_mcp.local.mirrors.twilio.resources.incoming_phone_numbers import IncomingPhoneNumbers
from mirra_mcp.local.mirrors.twilio.resources.keys import Keys
from mirra_mcp.local.mirrors.twilio.resources.outgoing_caller_ids import OutgoingCallerIds
from mirra_mcp.local.mirrors.twilio.resources.settings import GeoPermissions, Tokens
from mirra_mcp.local.mirrors.twilio.resources.tollfree_verifications import TollfreeVerifications
from mirra_mcp.local.mirrors.twilio.resources.usage_records import UsageRecords

ACCOUNT: tuple[type[TwilioResource], ...] = (
    Accounts,
    SecondaryAuthTokens,
    Keys,
    IncomingPhoneNumbers,
    AvailablePhoneNumbers,
    OutgoingCallerIds,
    UsageRecords,
    GeoPermissions,
    Tokens,
    BrandRegistrations,
    BrandVettings,
    Campaigns,
    TollfreeVerifications,
)
