"""Signatures of webhooks, as Standard Webhooks has them.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256

from mirra_mcp.local.openapi.behaviour.rules import Signing

PREFIX = "whsec_"


def headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers that a receiver verifies: id, timestamp in seconds, signature."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.digest(b64decode(secret.removeprefix(PREFIX)), signed, sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }


def as_ruled(
    rule: Signing, secret: str, message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of a signature as a behaviour file describes it."""
    timestamp = str(int(at.timestamp()))
    before, _, after = rule.signs.partition("{body}")
    fill = {"{timestamp}": timestamp, "{id}": message_id}
    signed = _filled(before, fill).encode() + body + _filled(after, fill).encode()
    digest = hmac.digest(secret.encode(), signed, rule.algorithm)
    shown = fill | {"{hex}": digest.hex(), "{base64}": b64encode(digest).decode()}
    found = {rule.header.lower(): _filled(rule.form, shown)}
    if rule.timestamp_header:
        found[rule.timestamp_header.lower()] = timestamp
    if rule.id_header:
        found[rule.id_header.lower()] = message_id
    return found


def _filled(text: str, values: dict[str, str]) -> str:
    for hole, value in values.items():
        text = text.replace(hole, value)
    return text
