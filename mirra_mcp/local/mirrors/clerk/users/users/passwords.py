"""Passwords: what Clerk asks of them, and whether one is the user's.

Source: https://clerk.com/docs/guides/secure/password-protection-and-rules
"""

import hmac
from base64 import b64decode
from hashlib import md5, pbkdf2_hmac, sha256

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.wire.model import Doc

SHORTEST, LONGEST = 8, 72
BREACHED = frozenset({
    "00000000",
    "11111111",
    "12341234",
    "12345678",
    "123123123",
    "123456789",
    "1234567890",
    "1q2w3e4r",
    "87654321",
    "abcd1234",
    "abc12345",
    "admin123",
    "baseball",
    "changeme",
    "charlie1",
    "computer",
    "dragon123",
    "football",
    "iloveyou",
    "jennifer",
    "letmein1",
    "letmein123",
    "michelle",
    "password",
    "password1",
    "password12",
    "password123",
    "password1234",
    "p@ssw0rd",
    "p@ssword",
    "passw0rd",
    "princess",
    "qwer1234",
    "qwerty12",
    "qwerty123",
    "qwertyuiop",
    "secret123",
    "starwars",
    "sunshine",
    "superman",
    "test1234",
    "testtest",
    "trustno1",
    "welcome1",
    "welcome123",
    "whatever",
    "zaq12wsx",
})  # fmt: skip
"""Ours: of the hundreds of millions that Clerk looks up, those that tests try."""


def check(password: str) -> None:
    """Refuse a password that is too short, too long or known from a breach.

    Raises:
        VendorError: it is.
    """
    if len(password) < SHORTEST:
        raise _refused("length_too_short", f"Passwords must be {SHORTEST} characters or more.")
    if len(password) > LONGEST:
        raise _refused("length_too_long", f"Passwords must be less than {LONGEST} characters.")
    if password.lower() in BREACHED:
        raise _refused(
            "pwned",
            "Password has been found in an online data breach. For account safety, please use a "
            "different password.",
        )


def _refused(code: str, message: str) -> VendorError:
    return errors.refusal(422, f"form_password_{code}", message, param_name="password")


def kept(user_id: str, password: str) -> Doc:
    """Return what is kept of a password: enough to know it again."""
    return {"hasher": "mirra", "digest": sha256(f"{user_id} {password}".encode()).hexdigest()}


def imported(hasher: str, digest: str) -> Doc:
    """Return what is kept of a password of which only the digest is known."""
    return {"hasher": hasher, "digest": digest}


def is_right(user: Doc, password: str) -> bool:
    """Tell whether a password is the user's.

    Raises:
        VendorError: it was given as a digest of a kind that isn't computed here.
    """
    known = user["_password"]
    digest, hasher = str(known["digest"]), known["hasher"]
    if hasher == "mirra":
        return hmac.compare_digest(digest, kept(user["id"], password)["digest"])
    if hasher in ("md5", "sha256"):
        made = {"md5": md5, "sha256": sha256}[hasher](password.encode()).hexdigest()
        return hmac.compare_digest(digest.lower(), made)
    if hasher == "pbkdf2_sha256_django":
        _, rounds, salt, wanted = digest.split("$")
        made_bytes = pbkdf2_hmac("sha256", password.encode(), salt.encode(), int(rounds))
        return hmac.compare_digest(b64decode(wanted), made_bytes)
    raise errors.not_implemented(
        f"This mirror keeps digests of {hasher}, but can't check a password against them. It can "
        "check md5, sha256 and pbkdf2_sha256_django."
    )


def check_digest(hasher: str, digest: str) -> None:
    """Refuse a digest that can't be one of its hasher.

    Raises:
        VendorError: it can't.
    """
    lengths = {"md5": 32, "sha256": 64}
    wanted = lengths.get(hasher)
    is_hex = wanted is None or (
        len(digest) == wanted and not set(digest.lower()) - set("0123456789abcdef")
    )
    parts = digest.split("$")
    is_django = hasher != "pbkdf2_sha256_django" or (
        len(parts) == 4 and parts[0] == "pbkdf2_sha256" and parts[1].isdecimal()
    )
    if not (digest and is_hex and is_django):
        raise errors.refusal(
            422,
            "form_password_digest_invalid_code",
            "is invalid",
            f"The provided password digest isn't a valid one of {hasher}.",
            param_name="password_digest",
        )
