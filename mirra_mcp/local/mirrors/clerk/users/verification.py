"""Verifications: whether an email address or a phone number was shown to be its user's.

Source: https://github.com/clerk/openapi-specs (verification_admin, verification_otp)
"""

from mirra_mcp.wire.model import Doc

BY_ADMIN: Doc = {
    "object": "verification_admin",
    "status": "verified",
    "strategy": "admin",
    "attempts": None,
    "expire_at": None,
}
"""What was said to be verified by whoever has the secret key."""


def is_verified(doc: Doc) -> bool:
    """Tell whether an identification is verified."""
    found = doc["verification"]
    return found is not None and found["status"] == "verified"
