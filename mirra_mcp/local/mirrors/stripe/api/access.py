"""Who may call: API keys, what restricted ones may do, and for which account.

Source: https://docs.stripe.com/keys
"""

import base64
import binascii

from mirra_mcp.local.mirrors.stripe.api import errors

LIVE = ("sk_live_", "rk_live_", "pk_live_")
SECRET = ("sk_test_", "rk_test_")
PUBLIC = (
    "POST /v1/confirmation_tokens",
    "POST /v1/payment_methods",
    "POST /v1/tokens",
    "POST /v2/core/account_tokens",
    "GET /v1/payment_intents/",
    "POST /v1/payment_intents/",
    "GET /v1/setup_intents/",
    "POST /v1/setup_intents/",
)
"""How calls begin that a browser makes with a publishable key."""


PAGES = (
    "/3d_secure_2/",
    "/authorize/",
    "/b/",
    "/bank_transfers/",
    "/c/",
    "/connect/default/oauth/test",
    "/credit_notes/",
    "/express/",
    "/i/",
    "/identity/",
    "/invoice/",
    "/links/",
    "/microdeposits/",
    "/oauth/authorize",
    "/p/",
    "/receipts/",
    "/setup/",
    "/vouchers/",
)
"""How the addresses begin that people open in a browser, without a key: who knows one may."""
ACCOUNTS = ("/v1/accounts/acct_", "/v2/core/accounts/acct_")
"""How the paths begin of one account and what is its own."""
NOBODY = "nobody"
OWN_ACCOUNT = "acct_1MirraPlatform00"
"""The session's own account, which every key is of."""


def key_of(header: str) -> str:
    """Return the API key of a bearer token, or of a basic login's user name."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def check_key(key: str, method: str, path: str) -> None:
    """Refuse what is no test key. Any well-formed one is the session's own account.

    Source: https://docs.stripe.com/api/authentication

    Raises:
        VendorError: no key, a live one, a malformed one, or a publishable one out of its place.
    """
    if not key:
        raise errors.no_key()
    if key.startswith(LIVE):
        raise errors.live_key()
    if key.startswith("pk_test_") and key[8:].replace("_", "").isalnum():
        if not f"{method} {path}".startswith(PUBLIC):
            raise errors.publishable_key()
    elif not key.startswith(SECRET) or not key[8:].replace("_", "").isalnum():
        raise errors.bad_key(key)


def permission(method: str, path: str) -> str:
    """Name the permission that a restricted key needs for a call: `rak_customer_write`."""
    parts = [part for part in path.split("/")[2:] if part and "_" not in part[:5]]
    noun = parts[0] if parts else ""
    if noun in ("checkout", "billing", "billing_portal", "radar", "test_helpers") and parts[1:]:
        noun = f"{noun}_{parts[1]}"
    singular = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"rak_{singular}_{'read' if method == 'GET' else 'write'}"


def allows(permissions: list[str], wanted: str) -> bool:
    """Tell whether a key may do something; whoever may write may read."""
    return wanted in permissions or wanted.replace("_read", "_write") in permissions
