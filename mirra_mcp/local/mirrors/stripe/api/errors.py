"""Stripe's refusals: type, code, param and message, as its API words them.

Source: https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.wire.model import Doc

DOCS = "https://stripe.com/docs/error-codes"
UNDOCUMENTED = {"property_expansion_max_depth"}
"""Codes that come without `doc_url`."""


def error(
    status: int,
    type: str,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    **more: Any,
) -> VendorError:
    """Return a refusal in Stripe's envelope; `more` adds fields such as `decline_code`."""
    body: Doc = {}
    if code:
        body["code"] = code
        if code not in UNDOCUMENTED:
            body["doc_url"] = f"{DOCS}/{code.replace('_', '-')}"
    body["message"] = message
    if param is not None:
        body["param"] = param
    body["type"] = type
    return VendorError(status, {"error": dict(sorted((body | more).items()))})


def invalid(
    message: str, param: str | None = None, code: str | None = None, **more: Any
) -> VendorError:
    """Refuse a request that makes no sense: 400 `invalid_request_error`."""
    return error(400, "invalid_request_error", message, code=code, param=param, **more)


def none_of(allowed: Sequence[str], param: str) -> VendorError:
    """Say which values a parameter may have: `Invalid mode: must be one of a, b, or c`."""
    if len(allowed) < 2:
        listed = "".join(allowed)
    elif len(allowed) == 2:
        listed = f"one of {allowed[0]} or {allowed[1]}"
    else:
        listed = f"one of {', '.join(allowed[:-1])}, or {allowed[-1]}"
    return invalid(f"Invalid {param}: must be {listed}", param)


def about(refusal: VendorError, written: str, meant: str) -> VendorError:
    """Word a refusal with the parameter as the caller wrote it, where a verb calls it otherwise.

    `about(refusal, "items[0]", "")` makes `price` of `items[0][price]`.
    """
    pattern = re.compile(rf"{re.escape(written)}\[(\w+)\]")
    told = refusal.body["error"]
    renamed = {
        name: pattern.sub(rf"{meant}[\1]" if meant else r"\1", value)
        if name in ("message", "param")
        else value
        for name, value in told.items()
    }
    return VendorError(refusal.status, {"error": renamed})


def inside(refusal: VendorError, place: str) -> VendorError:
    """Let a refusal about a parameter say where that is: `inside(refusal, "phases[0]")`."""
    told = refusal.body["error"]
    if not told.get("param"):
        return refusal
    name, bracket, rest = told["param"].partition("[")
    param = f"{place}[{name}]{bracket}{rest}"
    return VendorError(refusal.status, {"error": {**told, "param": param}})


def too_long(text: str, most: int, param: str) -> VendorError:
    """Refuse a text that is too long; statement descriptors have a sentence of their own.

    Source: https://github.com/cartalyst/stripe-laravel/issues/56
    """
    if param.endswith("statement_descriptor"):
        return invalid(f"The statement descriptor must be at most {most} characters.", param)
    shown = f"{text[:10]}...{text[-10:]}" if len(text) > 25 else text
    return invalid(f"Invalid string: {shown}; must be at most {most} characters", param)


def missing(title: str, id: str, param: str = "id", *, status: int = 404) -> VendorError:
    """Say `No such customer: 'cus_x'`; a missing object named in a parameter is a 400."""
    return error(
        status,
        "invalid_request_error",
        f"No such {title}: '{id}'",
        code="resource_missing",
        param=param,
    )


def no_key() -> VendorError:
    """Source: https://docs.stripe.com/api/authentication"""
    return error(
        401,
        "invalid_request_error",
        "You did not provide an API key. You need to provide your API key in the Authorization"
        " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See"
        " https://stripe.com/docs/api#authentication for details, or we can help at"
        " https://support.stripe.com/.",
    )


def hidden(key: str) -> str:
    """Show of a key its kind and its last characters."""
    shown = 6 if len(key) > 60 else 4
    return f"{key[:8]}{'*' * max(len(key) - 8 - shown, 4)}{key[-shown:]}"


def bad_key(key: str) -> VendorError:
    """Source: https://docs.stripe.com/api/authentication"""
    shown = hidden(key) if len(key) > 12 else "*" * max(len(key), 4)
    return error(401, "invalid_request_error", f"Invalid API Key provided: {shown}")


def publishable_key() -> VendorError:
    """Source: https://docs.stripe.com/error-codes#secret-key-required"""
    return error(
        401,
        "invalid_request_error",
        "This API call cannot be made with a publishable API key. Please use a secret API key. You"
        " can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        code="secret_key_required",
    )


def expired_key(key: str) -> VendorError:
    """Source: https://docs.stripe.com/error-codes#platform-api-key-expired"""
    return error(
        401,
        "invalid_request_error",
        f"Expired API Key provided: {hidden(key)}",
        code="platform_api_key_expired",
    )


def oauth(error: str, description: str, status: int = 400) -> VendorError:
    """Refuse in OAuth's form. Source: https://docs.stripe.com/connect/oauth-reference"""
    return VendorError(status, {"error": error, "error_description": description})


def no_access(key: str, account: str) -> VendorError:
    """Source: https://docs.stripe.com/error-codes#account-invalid"""
    return error(
        403,
        "invalid_request_error",
        f"The provided key '{hidden(key)}' does not have access to account '{account}' (or that"
        " account does not exist). Application access may have been revoked.",
        code="account_invalid",
    )


def no_permission(key: str, account: str, permission: str) -> VendorError:
    """Source: https://docs.stripe.com/keys/restricted-api-keys"""
    return error(
        403,
        "invalid_request_error",
        f"The provided key '{hidden(key)}' does not have the required permissions for this endpoint"
        f" on account '{account}'. Having the '{permission}' permission would allow this request to"
        " continue.",
    )


def rate_limited() -> VendorError:
    """Source: https://docs.stripe.com/rate-limits"""
    refused = error(
        429,
        "invalid_request_error",
        "Testmode request rate limit exceeded, the rate limits in testmode are lower than"
        " livemode. You can learn more about rate limits here https://stripe.com/docs/rate-limits.",
        code="rate_limit",
    )
    refused.headers = {"stripe-rate-limited-reason": "global-rate"}
    return refused


def live_key() -> VendorError:
    """Our choice: a live key in the wrong place is stopped before anything is read with it."""
    return error(
        401,
        "invalid_request_error",
        "This is a Mirra mirror, and the API key is a live one. Live keys are refused here and"
        " never stored: use a test key (sk_test_...), such as STRIPE_SECRET_KEY of the session.",
        code="secret_key_required",
    )


def parameter_not_modelled(param: str) -> VendorError:
    """Say that Stripe has this parameter and the mirror doesn't: 501, rather than no effect."""
    return error(
        501,
        "api_error",
        f"The Mirra mirror of Stripe doesn't cover the parameter {param}: it would have no effect"
        " here. Leave it out, or see the mirror's page for what is covered.",
        code="not_implemented",
        param=param,
    )


def not_modelled(method: str, path: str, reason: str) -> VendorError:
    """Say that Stripe has this endpoint and the mirror doesn't: 501 in Stripe's shape."""
    return error(
        501,
        "api_error",
        f"The Mirra mirror of Stripe doesn't cover {method} {path}. {reason}",
        code="not_implemented",
    )


def lock_timeout() -> VendorError:
    """Another request holds the object.

    Source: https://docs.stripe.com/rate-limits#object-lock-timeouts and, for the words,
    https://github.com/dj-stripe/dj-stripe/issues/1917
    """
    return error(
        429,
        "invalid_request_error",
        "This object cannot be accessed right now because another API request or Stripe process"
        " is currently accessing it. If you see this error intermittently, retry the request. If"
        " you see this error frequently and are making multiple concurrent requests to a single"
        " object, make your requests serially or at a lower rate.",
        code="lock_timeout",
    )


def server_error(status: int) -> Callable[[], VendorError]:
    """Something went wrong on Stripe's end.

    Source: https://docs.stripe.com/error-low-level#server-errors and, for the words,
    https://github.com/stripe/stripe-apps/issues/819
    """
    message = (
        "Error while communicating with one of our backends.  Sorry about that!  We have been"
        " notified of the problem.  If you have any questions, we can help at"
        " https://support.stripe.com/."
    )
    return lambda: error(status, "api_error", message)


FAULTS: Mapping[str, Callable[[], VendorError]] = {
    "rate_limit": rate_limited,
    "lock_timeout": lock_timeout,
    "api_error": server_error(500),
    "unavailable": server_error(503),
}
"""What a fault rule can make the mirror answer."""
