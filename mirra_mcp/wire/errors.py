"""How Mirra says no: `{"error": {"code", "message", "hint"}}`."""

from typing import Any

from mirra_mcp.wire.model import Wire


class ErrorDetail(Wire):
    """One refusal: what is wrong, and what to do next."""

    code: str
    message: str
    hint: str | None = None
    details: Any = None
    """The marketplace's: for `VALIDATION_ERROR` a list of `{"field", "message"}`."""


class ErrorBody(Wire):
    """The body of every error answer of the control plane and of `/_mirra/*`."""

    error: ErrorDetail
