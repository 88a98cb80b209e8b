"""Keys that an owner's approval gave: for which account each acts, and what it may do.

Source: https://docs.stripe.com/connect/oauth-reference and https://docs.stripe.com/error-codes
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api import access, errors
from mirra_mcp.local.mirrors.stripe.api.acting import Acting
from mirra_mcp.wire.model import Doc

SECRET_LENGTH = 99
"""Characters of an access token behind `sk_test_`: no other key of the mirror is as long."""


def new_key(stripe: Acting, kind: str, account: str, scope: str) -> str:
    """Make a key of a connected account, `sk_test` or `pk_test`."""
    key = f"{kind}_{stripe.ids.token(SECRET_LENGTH)}"
    stripe.set_setting(f"key:{key}", {"account": account, "scope": scope})
    return key


def revoke(stripe: Acting, keys: list[str]) -> None:
    """Let keys act for nobody any more."""
    for key in keys:
        stripe.set_setting(f"key:{key}", {"revoked": True})


def holder_of(stripe: Acting, key: str) -> Doc | None:
    """Return the account and the scope of a key that OAuth gave.

    Source: https://docs.stripe.com/error-codes#platform-api-key-expired

    Raises:
        VendorError: the owner has taken it back.
    """
    if len(key) != len("sk_test_") + SECRET_LENGTH:
        return None
    found: Any = stripe.setting(f"key:{key}")
    if not isinstance(found, dict):
        return None
    if "revoked" in found:
        raise errors.expired_key(key)
    return found


def check_scope(scope: str, method: str, account: str) -> None:
    """Refuse to write where only reading was allowed.

    Source: https://docs.stripe.com/connect/oauth-reference#get-authorize (scope)
    """
    if scope == READ_ONLY and method != "GET":
        raise errors.error(
            403,
            "invalid_request_error",
            "This application does not have the required permissions for this endpoint on account"
            f" '{account}'.",
        )


READ_ONLY, READ_WRITE = "read_only", "read_write"
OAUTH = ("/oauth/token", "/oauth/deauthorize")
"""The addresses that answer in OAuth's own form."""


def secret_of(header: str, form: Doc, method: str, path: str) -> str:
    """Return the secret key that a call of OAuth names, in its header or as `client_secret`.

    Source: https://docs.stripe.com/connect/oauth-standard-accounts
    """
    key = access.key_of(header) or str(form.get("client_secret") or "")
    access.check_key(key, method, path)
    return key
