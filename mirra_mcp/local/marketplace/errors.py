"""How the marketplace says no: `{"success": false, "error": {"code", "message", "details"}}`.

Every message names the next step, since the envelope has no hint.

Source: https://docs.getmirra.app/rest-api/errors
"""

from collections.abc import Iterable
from typing import Any

from mirra_mcp.local.kit.errors import Refusal, nearest
from mirra_mcp.wire.marketplace import Envelope, Failure
from mirra_mcp.wire.model import Doc


class Refused(Exception):
    """A refusal of the marketplace; nothing was changed."""

    def __init__(self, status: int, code: str, message: str, details: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> Doc:
        """Return the JSON that the client gets."""
        failure = Failure(code=self.code, message=self.message)
        if self.details is not None:
            failure.details = self.details
        return Envelope(success=False, error=failure).to_json()


class UpstreamError(Refused):
    """A resource's own API failed: reported, and never charged."""

    def __init__(self, reason: str, message: str, **details: Any) -> None:
        super().__init__(502, "UPSTREAM_ERROR", message, {"reason": reason, **details})


def invalid(problems: Iterable[tuple[str, str]], *, what: str = "") -> Refused:
    """Name everything that is wrong at once, as (field, message) pairs."""
    found = [{"field": field, "message": message} for field, message in problems]
    told = "; ".join(f"{each['field']}: {each['message']}" for each in found[:10])
    more = f"; and {len(found) - 10} more" if len(found) > 10 else ""
    return Refused(400, "VALIDATION_ERROR", f"{what}{told}{more}.".replace("..", "."), found)


def bad(field: str, message: str) -> Refused:
    """Say that one thing in the request is wrong."""
    return Refused(400, "VALIDATION_ERROR", message, [{"field": field, "message": message}])


def denied(message: str) -> Refused:
    """Say that the caller may not do this."""
    return Refused(403, "PERMISSION_DENIED", message)


def not_found(noun: str, id: str, known: Iterable[str] = (), *, hint: str) -> Refused:
    """Say that there is none with this id, and where ids are listed."""
    guess = nearest(id, known)
    return Refused(404, "NOT_FOUND", f"No {noun} '{id[:80]}'.{guess} {hint}")


def conflict(code: str, message: str, details: Any = None) -> Refused:
    """Say that the state of things is in the way."""
    return Refused(409, code, message, details)


_CODES = {
    401: "AUTHENTICATION_ERROR",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "VALIDATION_ERROR",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    502: "UPSTREAM_ERROR",
    503: "UNAVAILABLE",
}


def translated(refusal: Refusal) -> Refused:
    """Return the control plane's own refusal in the marketplace's form."""
    code = _CODES.get(refusal.status, "VALIDATION_ERROR")
    hint = f" {refusal.hint}" if refusal.hint else ""
    return Refused(refusal.status, code, f"{refusal.message}{hint}")
