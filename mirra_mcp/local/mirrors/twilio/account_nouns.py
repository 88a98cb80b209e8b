"""The nouns of accounts and numbers by name, so that the type checker finds a misspelt one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.twilio.resources.a2p import (
        BrandRegistrations,
        BrandVettings,
        Campaigns,
    )
    from mirra_mcp.local.mirrors.twilio.resources.accounts import Accounts
    from mirra_mcp.local.mirrors.twilio.resources.auth_tokens import SecondaryAuthTokens
    from mirra_mcp.local.mirrors.twilio.resources.available_phone_numbers import (
        AvailablePhoneNumbers,
    )
    from mirra_mcp.local.mirrors.twilio.resources.incoming_phone_numbers import (
        IncomingPhoneNumbers,
    )
    from mirra_mcp.local.mirrors.twilio.resources.keys import Keys
    from mirra_mcp.local.mirrors.twilio.resources.outgoing_caller_ids import OutgoingCallerIds
    from mirra_mcp.local.mirrors.twilio.resources.settings import GeoPermissions, Tokens
    from mirra_mcp.local.mirrors.twilio.resources.tollfree_verifications import (
        TollfreeVerifications,
    )
    from mirra_mcp.local.mirrors.twilio.resources.usage_records import UsageRecords


class AccountNouns:
    """What the mirror has of accounts, keys and phone numbers."""

    if TYPE_CHECKING:
        accounts: Accounts
        available_phone_numbers: AvailablePhoneNumbers
        brand_registrations: BrandRegistrations
        brand_vettings: BrandVettings
        geo_permissions: GeoPermissions
        incoming_phone_numbers: IncomingPhoneNumbers
        keys: Keys
        outgoing_caller_ids: OutgoingCallerIds
        secondary_auth_tokens: SecondaryAuthTokens
        tokens: Tokens
        tollfree_verifications: TollfreeVerifications
        us_app_to_persons: Campaigns
        usage_records: UsageRecords
