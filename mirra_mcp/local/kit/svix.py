"""Webhooks as Svix sends them, for the vendors that send through it.

Source: https://docs.svix.com/receiving/verifying-payloads/how-manual and
https://docs.svix.com/receiving/introduction
"""

import hmac
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256

from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.kit.webhooks import Letter, Parcel

PREFIX = "whsec_"
LETTER_HEADERS = {
    "accept": "*/*",
    "content-type": "application/json",
    "user-agent": "Svix-Webhooks/1.77.0",
}


def new_secret(ids: Ids) -> str:
    """Make a signing secret: 32 characters of base64, which are 24 bytes."""
    return PREFIX + ids.token(32)


def letter(parcel: Parcel, at: datetime) -> Letter:
    """Return what goes over the wire when a delivery is tried `at` an instant."""
    signed = headers(parcel.secret, parcel.message, at, parcel.payload)
    return Letter(parcel.method, parcel.url or "", LETTER_HEADERS | signed, parcel.payload)


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
