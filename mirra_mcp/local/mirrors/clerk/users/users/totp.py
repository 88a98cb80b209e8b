"""One-time passwords of authenticator apps: six digits that change every 30 seconds.

Source: https://www.rfc-editor.org/rfc/rfc6238 and https://github.com/clerk/openapi-specs
(CreateUser, `totp_secret`: period 30 seconds, six digits, SHA1)
"""

import binascii
import hmac
from base64 import b32decode
from datetime import datetime

from mirra_mcp.local.mirrors.clerk.api import errors

PERIOD, DIGITS = 30, 6


def key_of(secret: str) -> bytes:
    """Return the key that a secret writes in base 32.

    Raises:
        VendorError: it doesn't.
    """
    plain = secret.replace(" ", "").upper().rstrip("=")
    try:
        key = b32decode(plain + "=" * (-len(plain) % 8))
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise errors.refusal(
            422,
            "invalid_totp_secret_code",
            "invalid TOTP secret",
            "The TOTP secret is invalid, please provide a valid one base32 encoded",
        )
    return key


def code_at(secret: str, at: datetime) -> str:
    """Return the code of an instant."""
    counter = int(at.timestamp()) // PERIOD
    digest = hmac.digest(key_of(secret), counter.to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"
