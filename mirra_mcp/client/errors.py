"""How every failed call reads: one exception, `MirraError`."""

from typing import Any, Literal

Outcome = Literal["not_done", "unknown", "refused"]
"""Whether Mirra acted on a failed request.

- `not_done`: no, and it may soon: nothing was reached, or Mirra said "later".
- `unknown`: perhaps; the request went out and no whole answer came back.
- `refused`: Mirra (or something in its place) answered, and repeating would change nothing.
"""


class MirraError(Exception):
    """A call that failed: what went wrong, where, and what to do next.

    Attributes:
        status: The HTTP status, or None when no answer came.
        code: Mirra's own code, or `mirra.client.*` for what Mirra could not tell.
        message: What went wrong and where, in a sentence or two. Never a token.
        hint: What to do next.
        request: Method and path, as `POST /v1/sessions`; empty before the first request.
        outcome: Whether Mirra acted on the request.
        retry_after: Seconds after which Mirra asked to be called again.
        details: What the marketplace adds to a refusal, such as what a resource answered.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        request: str = "",
        status: int | None = None,
        hint: str | None = None,
        outcome: Outcome = "refused",
        retry_after: float | None = None,
        details: Any = None,
    ) -> None:
        """Keep every part where a caller can read it."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.request = request
        self.status = status
        self.hint = hint
        self.outcome = outcome
        self.retry_after = retry_after
        self.details = details

    def __str__(self) -> str:
        """Return message and hint, as a person reads them."""
        return f"{self.message} {self.hint}" if self.hint else self.message

    def __repr__(self) -> str:
        """Return what a log line needs."""
        where = f" to {self.request!r}" if self.request else ""
        return f"<MirraError {self.status or 'no answer'} {self.code}{where}: {self.message}>"
