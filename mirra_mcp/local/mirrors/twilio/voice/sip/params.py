"""What callers send about SIP domains, and who may call them.

Source: https://github.com/twilio/twilio-python (what the SDK sends, and its words on each)
"""

import re
from ipaddress import AddressValueError, IPv4Address
from typing import ClassVar

from mirra_mcp.local.mirrors.twilio.api.params import (
    FLAG,
    METHOD,
    URL,
    TwilioParams,
    Value,
    Values,
    sid,
    text,
    whole,
)

LONGEST_NAME, LONGEST_USER = 64, 32


class DomainFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/sip/api/sip-domain-resource"""

    values: ClassVar[Values] = {
        "ByocTrunkSid": sid("BY"),
        "EmergencyCallerSid": sid("PN"),
        "EmergencyCallingEnabled": FLAG,
        "FriendlyName": text(LONGEST_NAME),
        "Secure": FLAG,
        "SipRegistration": FLAG,
        "VoiceFallbackMethod": METHOD,
        "VoiceFallbackUrl": URL,
        "VoiceMethod": METHOD,
        "VoiceStatusCallbackMethod": METHOD,
        "VoiceStatusCallbackUrl": URL,
        "VoiceUrl": URL,
    }

    domain_name: str | None = None
    friendly_name: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    voice_fallback_url: str | None = None
    voice_fallback_method: str | None = None
    voice_status_callback_url: str | None = None
    voice_status_callback_method: str | None = None
    sip_registration: bool | None = None
    secure: bool | None = None
    emergency_calling_enabled: bool | None = None
    emergency_caller_sid: str | None = None
    byoc_trunk_sid: str | None = None


class NameList(TwilioParams):
    """A list's name."""

    values: ClassVar[Values] = {"FriendlyName": text(LONGEST_NAME)}

    friendly_name: str = ""


def _password(given: str) -> str | None:
    """Source: https://www.twilio.com/docs/voice/sip/api/sip-credential-resource"""
    is_strong = (
        len(given) >= 12
        and re.search(r"\d", given)
        and re.search("[a-z]", given)
        and re.search("[A-Z]", given)
    )
    return None if is_strong else "it needs 12 characters, a digit, a small and a capital letter"


class CredentialFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/sip/api/sip-credential-resource"""

    values: ClassVar[Values] = {"Password": Value(_password), "Username": text(LONGEST_USER)}

    username: str = ""
    password: str = ""


class ChangePassword(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/sip/api/sip-credential-resource"""

    values: ClassVar[Values] = {"Password": Value(_password)}

    password: str = ""


def _address(given: str) -> str | None:
    try:
        IPv4Address(given)
    except AddressValueError:
        return f"{given[:80]} is not an IPv4 address"
    return None


class AddressFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/sip/api/sip-ipaddress-resource"""

    values: ClassVar[Values] = {
        "CidrPrefixLength": whole(1, 32),
        "FriendlyName": text(255),
        "IpAddress": Value(_address),
    }

    friendly_name: str = ""
    ip_address: str = ""
    cidr_prefix_length: int | None = None


class MapCredentials(TwilioParams):
    """A list of credentials that a domain takes."""

    values: ClassVar[Values] = {"CredentialListSid": sid("CL")}

    credential_list_sid: str = ""


class MapAddresses(TwilioParams):
    """A list of addresses that a domain takes calls from."""

    values: ClassVar[Values] = {"IpAccessControlListSid": sid("AL")}

    ip_access_control_list_sid: str = ""
