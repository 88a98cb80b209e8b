"""What a device does for a push factor: it keeps a key, and signs with it.

It signs its factor's SID once (ECDSA with SHA-256, in Base64), and answers a challenge by a JWT
(ES256) of the challenge's fields and its own decision.

Source: https://www.twilio.com/docs/verify/api/factor
    https://github.com/twilio/twilio-verify-android (PushFactory, PushChallengeProcessor, JwtSigner)
"""

import base64
import binascii
from typing import TYPE_CHECKING

import orjson

from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

ALGORITHM = "ES256"
DECISIONS = frozenset(("approved", "denied"))
SIGNED = (
    "sid", "account_sid", "service_sid", "entity_sid", "identity", "factor_sid", "factor_type",
    "details", "hidden_details", "date_created", "date_updated", "expiration_date",
)  # fmt: skip
"""The fields of a challenge that a device signs: which ones is ours, and told in a header."""
HEADER = "Twilio-Verify-Signature-Fields"
HALF = 32
"""Bytes of each of the two numbers of a signature."""


def key_of(text: str) -> "EllipticCurvePublicKey | None":
    """Read a public key (P-256, PKIX in Base64), or return None: it is none."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return None
    is_right = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    return key if is_right else None  # type: ignore[return-value]  # it was just looked at


def new_key(number: int) -> str:
    """Return the public key of a device that keeps the private one to itself."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(public.public_bytes(serialization.Encoding.DER, form)).decode()


def signs(public_key: str, payload: str, text: str) -> bool:
    """Say whether a payload is a device's signature of a text."""
    try:
        signature = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        return False
    return _is_signed(public_key, signature, text)


def claims_of(public_key: str, token: str) -> Doc | None:
    """Return what a JWT of a device's claims, or None: it is none, or another's."""
    parts = read(token)
    if parts is None or parts[0].get("alg") != ALGORITHM:
        return None
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    signed, _, end = token.rpartition(".")
    try:
        raw = _bytes(end)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 2 * HALF:
        return None
    numbers = (int.from_bytes(raw[:HALF]), int.from_bytes(raw[HALF:]))
    return parts[1] if _is_signed(public_key, encode_dss_signature(*numbers), signed) else None


def read(token: str) -> tuple[Doc, Doc] | None:
    """Return a JWT's header and claims, which nobody has vouched for, or None: it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (orjson.loads(_bytes(each)) for each in parts[:2])
    except (binascii.Error, ValueError):
        return None
    return (header, claims) if isinstance(header, dict) and isinstance(claims, dict) else None


def decision_of(public_key: str, token: str, challenge: Doc) -> str | None:
    """Return what a device decided about a challenge, or None: it didn't sign this one.

    `challenge` is what the device was told of it.
    """
    claims = claims_of(public_key, token)
    if claims is None or any(claims.get(name) != challenge[name] for name in SIGNED):
        return None
    status = claims.get("status")
    return status if status in DECISIONS else None


def _is_signed(public_key: str, signature: bytes, text: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    key = key_of(public_key)
    if key is None:
        return False
    try:
        key.verify(signature, text.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
