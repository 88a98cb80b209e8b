"""How a mirror and the control plane say no."""

import difflib
from collections.abc import Iterable
from typing import Any

from mirra_mcp.wire.model import Doc


class VendorError(Exception):
    """A mirror's refusal, in the vendor's words. Everything that the call did is rolled back."""

    def __init__(self, status: int, body: Doc, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.key: str | None = None
        """The idempotency key under which it is told again, if it is."""


class Refusal(Exception):
    """Mirra's own refusal: answered as `{"error": {code, message, hint}}`."""

    def __init__(self, status: int, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint

    def body(self) -> Doc:
        """Return the JSON that the client gets."""
        error = {"code": self.code, "message": self.message}
        return {"error": error | ({"hint": self.hint} if self.hint else {})}


def sentence_of(body: Any) -> str:
    """Return what a vendor's error says in words, if it does."""
    if not isinstance(body, dict):
        return ""
    inner = body.get("error", body)
    return str(inner.get("message") or "") if isinstance(inner, dict) else ""


def internal() -> Refusal:
    """Say that Mirra itself failed."""
    return Refusal(
        500,
        "mirra.internal",
        "Mirra itself failed on this request.",
        "Its log on standard error says why; please report it.",
    )


class SimulateError(Refusal):
    """A story that can't be told: no such document, or more than one to choose from."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(400, "mirra.simulate.invalid", message, hint)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the known word that looks most alike, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""


def one_of(known: Iterable[str]) -> str:
    """Return the known words as a list for a hint."""
    return ", ".join(f"'{word}'" for word in sorted(known))
