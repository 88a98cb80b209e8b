"""JSON Web Tokens with a shared secret (HS256), as Twilio's SDKs make them and its OAuth does.

Source: https://www.twilio.com/docs/iam/access-tokens
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

import orjson

from mirra_mcp.wire.model import Doc


@dataclass(frozen=True, slots=True)
class Token:
    """A token that could be read; nobody has vouched for it yet."""

    header: Doc
    claims: Doc
    signed: str
    signature: str

    def is_of(self, secret: str) -> bool:
        """Say whether it was signed with a secret."""
        return hmac.compare_digest(self.signature, _signature(self.signed, secret))


def made(claims: Doc, secret: str) -> str:
    """Return a signed token."""
    header = {"alg": "HS256", "typ": "JWT"}
    signed = ".".join(_written(orjson.dumps(each)) for each in (header, claims))
    return f"{signed}.{_signature(signed, secret)}"


def read(text: str) -> Token | None:
    """Return what a token says, or None: it is none."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (orjson.loads(_bytes(each)) for each in parts[:2])
    except (binascii.Error, ValueError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Token(header, claims, ".".join(parts[:2]), parts[2])


def _signature(signed: str, secret: str) -> str:
    return _written(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
