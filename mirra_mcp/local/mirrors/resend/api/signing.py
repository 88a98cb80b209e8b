"""Signatures of webhooks, as Svix makes them for Resend.

Source: https://docs.svix.com/receiving/verifying-payloads/how-manual and
https://resend.com/docs/webhooks/verify-webhooks-requests
"""

import hmac
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256

from mirra_mcp.local.kit.ids import Ids

PREFIX = "whsec_"


def new_secret(ids: Ids) -> str:
    """Make a signing secret: 32 characters of base64, which are 24 bytes."""
    return PREFIX + ids.token(32)


def headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers that a receiver verifies: id, timestamp in seconds, signatures.

    `secret` may be several, separated by spaces: then there is a signature by each.
    """
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [signature(each, signed) for each in secret.split()]
    return {
        "svix-id": message_id,
        "svix-timestamp": timestamp,
        "svix-signature": " ".join(signatures),
    }


def signature(secret: str, signed: bytes) -> str:
    """Return one signature: HMAC-SHA256 under the secret's bytes, in base64."""
    digest = hmac.digest(b64decode(secret.removeprefix(PREFIX)), signed, sha256)
    return f"v1,{b64encode(digest).decode()}"
