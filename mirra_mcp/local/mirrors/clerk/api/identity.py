"""What makes one instance another than the next: its id, and the RSA key that signs its tokens.

A key is made of two of the primes that ship with the mirror, picked by the session's own seed: at
once, the same in a replay, and another in another session. They are no secret: a token of a mirror
opens nothing but apps that were told to trust this mirror.
"""

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from functools import cache, cached_property
from hashlib import blake2b
from importlib.resources import files
from itertools import combinations
from math import lcm
from typing import TYPE_CHECKING

import orjson

from mirra_mcp.local.kit.ids import BASE62
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

EXPONENT = 65_537
SPKI = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
"""What stands before the modulus in the DER of a 2048-bit key, which begins with a set bit.

Source: https://www.rfc-editor.org/rfc/rfc3279#section-2.3.1
"""


class Identity:
    """One instance: made of the seed of its session."""

    def __init__(self, seed: str) -> None:
        digest = blake2b(f"instance of {seed}".encode(), digest_size=40).digest()
        self.id = "ins_3" + "".join(BASE62[byte % 62] for byte in digest[:26])
        pool = primes()
        pairs = list(combinations(range(len(pool)), 2))
        first, second = pairs[int.from_bytes(digest[26:]) % len(pairs)]
        self._p, self._q = (int.from_bytes(pool[each]) for each in (first, second))
        self._modulus = (self._p * self._q).to_bytes(256)

    def jwk(self) -> Doc:
        """Return the public key as the instance's key set tells it.

        Source: https://clerk.com/docs/reference/backend-api (Get the JWKS of the instance)
        """
        return {
            "use": "sig",
            "kty": "RSA",
            "kid": self.id,
            "alg": "RS256",
            "n": base64url(self._modulus),
            "e": base64url(EXPONENT.to_bytes(3)),
        }

    def pem(self) -> str:
        """Return the public key as the dashboard tells it: PEM.

        Source: https://clerk.com/docs/guides/sessions/manual-jwt-verification
        """
        der = SPKI + self._modulus + bytes.fromhex("0203010001")
        text = b64encode(der).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----"])

    def sign(self, message: bytes) -> bytes:
        """Return the RS256 signature of some bytes."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return self._key.sign(message, PKCS1v15(), SHA256())

    @cached_property
    def _key(self) -> "RSAPrivateKey":
        from cryptography.hazmat.primitives.asymmetric import rsa

        p, q = self._p, self._q
        d = pow(EXPONENT, -1, lcm(p - 1, q - 1))
        public = rsa.RSAPublicNumbers(EXPONENT, p * q)
        numbers = rsa.RSAPrivateNumbers(
            p, q, d, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q), public
        )
        return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def base64url(data: bytes) -> str:
    """Write bytes as tokens do: URL-safe base64 without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@cache
def primes() -> list[bytes]:
    """Return the primes that ship with the mirror, 1024 bits each."""
    text = (files(__package__) / "primes.txt").read_text(encoding="ascii")
    return [b64decode(line) for line in text.split()]


# tokens


def jwt(identity: Identity, claims: Doc, **header: str) -> str:
    """Return a signed token.

    Source: https://www.rfc-editor.org/rfc/rfc7519
    """
    head = {"alg": "RS256", **header, "kid": identity.id, "typ": header.get("typ", "JWT")}
    signed = f"{base64url(orjson.dumps(head))}.{base64url(orjson.dumps(claims))}"
    return f"{signed}.{base64url(identity.sign(signed.encode()))}"


def claims_of(identity: Identity, token: str) -> Doc | None:
    """Return what a token says, if the instance signed it, whatever its time; else nothing."""
    signed, _, signature = token.rpartition(".")
    try:
        if identity.sign(signed.encode()) != _decoded(signature):
            return None
        claims = orjson.loads(_decoded(signed.partition(".")[2]))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
