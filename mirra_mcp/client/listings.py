"""What a marketplace's refusals mean, and what an answer that no marketplace gives means."""

from collections.abc import Mapping

from mirra_mcp.client.errors import MirraError

_EMBEDDED = "Unset MIRRA_API_KEY and MIRRA_MARKETPLACE_URL to use the embedded marketplace"
_HINTS: Mapping[str, str] = {
    "VALIDATION_ERROR": "Correct what the message names, and repeat the call.",
    "AUTHENTICATION_ERROR": f"Set MIRRA_API_KEY to a valid key. {_EMBEDDED}, which needs none.",
    "UNAUTHORIZED": f"Set MIRRA_API_KEY to a valid key. {_EMBEDDED}, which needs none.",
    "PERMISSION_DENIED": "Do what the message says. Only its creator may change a resource:"
    " MIRRA_API_KEY says who you are.",
    "NOT_FOUND": "Check the id: search the marketplace, or list what is installed.",
    "ALREADY_INSTALLED": "Use the installation that there is.",
    "ACTIVE_INSTALLATIONS": "Unpublish it, so that nobody else installs it, and wait.",
    "NOT_INSTALLED": "Install the resource first.",
    "NOT_AUTHENTICATED": "Give the installation its credentials first.",
    "RATE_LIMITED": "Call again in a moment.",
    "UPSTREAM_ERROR": "The resource itself failed, and nothing was charged: try again later.",
    "INTERNAL_ERROR": "This is a fault inside the marketplace: report it with time and request.",
    "UNAVAILABLE": "Do what the message says, and repeat the call.",
}
_BY_STATUS = {
    400: "VALIDATION_ERROR",
    401: "AUTHENTICATION_ERROR",
    403: "PERMISSION_DENIED",
    409: "ALREADY_INSTALLED",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
}
_FOREIGN = {
    "mirra.client.html",
    "mirra.client.not_json",
    "mirra.client.empty_answer",
    "mirra.client.unexpected_shape",
}


def explained(error: MirraError, url: str) -> MirraError:
    """Return a failure in the marketplace's terms: who answered, and what to do next."""
    if error.status is None or error.code == "mirra.not_offered":
        return error
    foreign = error.code.startswith("mirra.")
    if error.status in (404, 405, 410, 501) and foreign:
        return _like(
            error,
            f"{url} has no marketplace: it answered {error.request} with {error.status}.",
            "mirra.marketplace.gone",
            f"The hosted marketplace may have been retired. {_EMBEDDED}: it offers the same calls.",
        )
    if error.code in _FOREIGN:
        return _like(
            error,
            error.message,
            error.code,
            f"Another server than a marketplace may answer there. {_EMBEDDED}.",
        )
    if error.status == 401 and foreign:
        message = f"{url} did not accept the key of the marketplace."
        return _like(error, message, "AUTHENTICATION_ERROR", _HINTS["AUTHENTICATION_ERROR"])
    if 300 <= error.status < 400 or (error.status >= 500 and foreign):
        return error
    known = error.code if error.code in _HINTS else _BY_STATUS.get(error.status, "")
    waits = error.retry_after is not None
    return _like(error, error.message, error.code, error.hint if waits else _HINTS.get(known))


def _like(error: MirraError, message: str, code: str, hint: str | None) -> MirraError:
    return MirraError(
        message,
        code=code,
        request=error.request,
        status=error.status,
        hint=hint or error.hint,
        outcome=error.outcome,
        retry_after=error.retry_after,
        details=error.details,
    )
