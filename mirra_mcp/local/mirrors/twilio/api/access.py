"""Who calls: an account with its token, or one of its API keys with its secret.

Source: https://www.twilio.com/docs/usage/requests-to-twilio
    https://www.twilio.com/docs/iam/api-keys
"""

import base64
import binascii
import re
from dataclasses import dataclass

ACCOUNT_SID = f"AC{'0' * 31}1"
AUTH_TOKEN = "0123456789abcdef" * 2
ACCOUNT_PATH = re.compile(r"/2010-04-01/Accounts/([^/]+?)(?:\.json|/|$)")
TOKENS = ("/v1/token", "/v2/token")
"""Where OAuth apps get their tokens: their credentials are in the form."""
BEARER = "bearer "
DEVICE = "token"
"""The user name of a device with a push factor: who it is, its password tells."""
SILENT = "/_sna/"
"""How the paths begin that phones open by mobile data: nobody says who calls."""
MANAGED = re.compile(
    r"/2010-04-01/Accounts(\.json|/[^/]+\.json|/[^/]+/(Signing)?Keys[./])|/v1/(Keys|Account/OAuthApps)"
)
"""What a Standard API key may not touch: accounts and keys."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials came with a request."""

    account_sid: str
    is_main: bool
    """Whether they may manage accounts and keys: an auth token, or a Main key."""


def credentials(header: str) -> tuple[str, str] | None:
    """Return the user name and password of a Basic `Authorization` header."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None
