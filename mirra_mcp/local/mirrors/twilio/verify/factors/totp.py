"""Codes of authenticator apps.

Source: https://www.rfc-editor.org/rfc/rfc6238
"""

import base64
import binascii
import hmac
from datetime import datetime
from urllib.parse import quote

from mirra_mcp.wire.model import Doc

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ALGORITHMS = frozenset(("sha1", "sha256", "sha512"))


def key_of(secret: str) -> bytes | None:
    """Return the bytes of a secret in Base32, or None if it isn't."""
    padded = secret.upper() + "=" * (-len(secret) % 8)
    try:
        return base64.b32decode(padded) or None
    except (binascii.Error, ValueError):
        return None


def code_at(secret: str, config: Doc, step: int) -> str:
    """Return the code of one time step."""
    digest = hmac.digest(key_of(secret) or b"", step.to_bytes(8), config["alg"])
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    length: int = config["code_length"]
    return str(number % 10**length).zfill(length)


def is_right(code: str, secret: str, config: Doc, now: datetime) -> bool:
    """Say whether a code is that of now, or of as many steps around it as may be."""
    step = int(now.timestamp()) // config["time_step"]
    around = range(max(0, step - config["skew"]), step + config["skew"] + 1)
    return any(hmac.compare_digest(code_at(secret, config, each), code) for each in around)


def uri_of(secret: str, config: Doc, issuer: str, name: str) -> str:
    """Return what an app reads off a QR code.

    Source: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    return (
        f"otpauth://totp/{quote(issuer, safe='')}:{quote(name, safe='')}?secret={secret}"
        f"&issuer={quote(issuer, safe='')}&algorithm={config['alg'].upper()}"
        f"&digits={config['code_length']}&period={config['time_step']}"
    )
