"""Addresses of channels: `whatsapp:+15558675310`, `rcs:acme_agent`; without a prefix it is SMS.

Source: https://www.twilio.com/docs/messaging/channels
"""

import re

PREFIXED = re.compile(r"(whatsapp|messenger|rcs|sms|viber|wechat|line|telegram|email):(.+)")
MIRRORED = ("whatsapp", "rcs")
SANDBOX = "whatsapp:+14155238886"
"""The number that all sandboxes share.

Source: https://www.twilio.com/docs/whatsapp/sandbox
"""


def channel_of(address: str) -> str:
    """Return the channel of an address."""
    found = PREFIXED.fullmatch(address.strip()) if ":" in address else None
    return found[1] if found else "sms"


def bare(address: str) -> str:
    """Return an address without its channel."""
    found = PREFIXED.fullmatch(address.strip())
    return found[2] if found else address.strip()


def is_chat(address: str | None) -> bool:
    """Say whether an address is of a channel that the mirror has besides SMS."""
    return address is not None and channel_of(address) in MIRRORED
